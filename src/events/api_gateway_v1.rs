//! REST APIs of API Gateway, and HTTP APIs with payload format version 1.0.

use super::field::Look;
use super::http::{Headers, HttpRequest, Parameters, ReadOnce};
use super::object::object;
use crate::json::RawJson;

object! {
    /// A request to a REST API with Lambda proxy integration, or to an HTTP API with payload format
    /// version 1.0 (AWS: [Lambda proxy integrations in API Gateway][1], "Input format of a Lambda
    /// function for proxy integration").
    ///
    /// [`Event::http`](crate::Event::http) returns it with its body.
    ///
    /// ```json
    /// {
    ///   "resource": "/orders/{id}", "path": "/orders/7", "httpMethod": "GET",
    ///   "headers": {"Accept": "*/*"}, "multiValueHeaders": {"Accept": ["*/*"]},
    ///   "queryStringParameters": {"tag": "b"}, "multiValueQueryStringParameters": {"tag": ["a", "b"]},
    ///   "pathParameters": {"id": "7"}, "stageVariables": null,
    ///   "requestContext": {
    ///     "accountId": "123456789012", "apiId": "z9y8x7w6v5", "stage": "prod", "path": "/prod/orders/7", "protocol": "HTTP/1.1",
    ///     "requestId": "9b8a7c6d-5e4f-4321-8765-0123456789ab", "requestTimeEpoch": 1727176664123,
    ///     "identity": {"sourceIp": "203.0.113.17", "userAgent": "curl/8.5.0", "apiKey": null}
    ///   },
    ///   "body": null, "isBase64Encoded": false
    /// }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    #[doc(alias = "RestApi")]
    pub struct Request<'a> {
        on demand
        /// The path of the request, without the stage.
        pub path: &'a str = "path",
        /// The method: `GET`, `POST` and so on.
        pub http_method: &'a str = "httpMethod",
        /// The resource that matches the path, for example `/orders/{id}`.
        pub resource: &'a str = "resource",
        /// The header fields, each with all its values.
        pub multi_value_headers: Headers<'a> = "multiValueHeaders",
        /// The query parameters, decoded, each with its last value.
        pub query_string_parameters: Parameters<'a> = "queryStringParameters",
        /// The query parameters, decoded, each with all its values.
        pub multi_value_query_string_parameters: Parameters<'a> = "multiValueQueryStringParameters",
        /// The path parameters, as the resource names them.
        pub path_parameters: Parameters<'a> = "pathParameters",
        /// The stage variables of the API.
        pub stage_variables: Parameters<'a> = "stageVariables",
        /// API Gateway's metadata of the request. It is empty in the test events of the console.
        pub request_context: RequestContext<'a> = "requestContext",
        in place
        /// The body, the method and the path.
        once: ReadOnce<'a> = "body" or Default as request,
    }
}

object! {
    /// API Gateway's metadata of a request.
    pub struct RequestContext<'a> {
        on demand
        /// The sender of the request.
        pub identity: Identity<'a> = "identity",
        /// The account of the API.
        pub account_id: &'a str = "accountId",
        /// The id of the API.
        pub api_id: &'a str = "apiId",
        /// The result of the authorizer: `{"claims":{…}}` for a Cognito user pool, or the
        /// `principalId` and the context of a Lambda authorizer. Read its fields by name, or
        /// deserialize it into a type.
        pub authorizer: RawJson<'a> = "authorizer",
        /// The host name of the API.
        pub domain_name: Option<&'a str> = "domainName",
        /// The first label of the host name.
        pub domain_prefix: Option<&'a str> = "domainPrefix",
        /// The id of this request that API Gateway also returns as the header field
        /// `x-amz-apigw-id`.
        pub extended_request_id: Option<&'a str> = "extendedRequestId",
        /// The method: `GET`, `POST` and so on.
        pub http_method: Option<&'a str> = "httpMethod",
        /// The name of the operation that the API's definition gives the method.
        pub operation_name: Option<&'a str> = "operationName",
        /// The path of the request, with the stage.
        pub path: Option<&'a str> = "path",
        /// The version of HTTP, for example `HTTP/1.1`.
        pub protocol: Option<&'a str> = "protocol",
        /// The id of this request.
        pub request_id: &'a str = "requestId",
        /// The time of the request, for example `24/Sep/2024:11:17:44 +0000`.
        pub request_time: Option<&'a str> = "requestTime",
        /// The time of the request, in milliseconds since 1970-01-01 UTC.
        pub request_time_epoch: u64 = "requestTimeEpoch",
        /// The id of the resource that matches the path.
        pub resource_id: Option<&'a str> = "resourceId",
        /// The resource that matches the path, for example `/orders/{id}`.
        pub resource_path: Option<&'a str> = "resourcePath",
        /// The stage of the API.
        pub stage: &'a str = "stage",
    }
}

object! {
    /// The sender of a request.
    pub struct Identity<'a> {
        on demand
        /// The IP address of the client.
        pub source_ip: &'a str = "sourceIp",
        /// The value of the header field User-Agent.
        pub user_agent: Option<&'a str> = "userAgent",
        /// The API key, if the method requires one.
        pub api_key: Option<&'a str> = "apiKey",
        /// The id of the API key.
        pub api_key_id: Option<&'a str> = "apiKeyId",
        /// The caller's access key, for a signed request.
        pub access_key: Option<&'a str> = "accessKey",
        /// The caller's account, for a signed request.
        pub account_id: Option<&'a str> = "accountId",
        /// The caller's principal, for a signed request.
        pub caller: Option<&'a str> = "caller",
        /// The user's principal, for a signed request.
        pub user: Option<&'a str> = "user",
        /// The caller's ARN, for a signed request.
        pub user_arn: Option<&'a str> = "userArn",
        /// The caller's id in a Cognito identity pool.
        pub cognito_identity_id: Option<&'a str> = "cognitoIdentityId",
        /// The caller's Cognito identity pool.
        pub cognito_identity_pool_id: Option<&'a str> = "cognitoIdentityPoolId",
        /// `authenticated` or `unauthenticated`, for a caller from a Cognito identity pool.
        pub cognito_authentication_type: Option<&'a str> = "cognitoAuthenticationType",
        /// The identity providers of a caller from a Cognito identity pool, joined by commas.
        pub cognito_authentication_provider: Option<&'a str> = "cognitoAuthenticationProvider",
        /// The client's certificate, for mutual TLS.
        pub client_cert: RawJson<'a> = "clientCert",
    }
}

impl<'a> HttpRequest<'a> for Request<'a> {
    fn method(&self) -> &'a str {
        self.once.method
    }

    fn path(&self) -> &'a str {
        self.once.path
    }

    /// Returns [`multi_value_headers`](Request::multi_value_headers), or the field `headers` if
    /// they are empty.
    fn headers(&self) -> Headers<'a> {
        self.multi_value_headers().or(self.get("headers").into())
    }

    /// Returns
    /// [`multi_value_query_string_parameters`](Request::multi_value_query_string_parameters), or
    /// [`query_string_parameters`](Request::query_string_parameters) if the former are empty.
    fn query_parameters(&self) -> Parameters<'a> {
        self.multi_value_query_string_parameters().or(self.query_string_parameters())
    }

    fn is_base64_encoded(&self) -> bool {
        Look::look(self.get("isBase64Encoded"))
    }

    fn find_line(&self) -> [&'a str; 2] {
        [self.http_method(), Self::path(self)]
    }

    fn read_once(&mut self) -> &mut ReadOnce<'a> {
        &mut self.once
    }
}
