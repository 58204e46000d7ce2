//! REST APIs of API Gateway, and HTTP APIs with payload format version 1.0.

use super::http::{Headers, HttpRequest, Parameters};
use super::object::object;
use super::view::view;
use crate::json::{Aside, RawJson};

object! {
    /// A request to a REST API with Lambda proxy integration, or to an HTTP API with payload format version 1.0
    /// (AWS: [Lambda proxy integrations in API Gateway][1], "Input format of a Lambda function for proxy integration").
    ///
    /// Read it with [`Event::http`](crate::Event::http), which gives the body too.
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
        /// The resource that was found for the path, for example `/orders/{id}`.
        pub resource: &'a str = "resource" or default,
        /// The path of the request, without the stage.
        pub path: &'a str = "path",
        /// The method: `GET`, `POST` and so on.
        pub http_method: &'a str = "httpMethod",
        /// The header fields, each with its last value.
        pub headers: Headers<'a> = "headers" or default,
        /// The header fields, each with all its values.
        pub multi_value_headers: Headers<'a> = "multiValueHeaders" or default,
        /// The query parameters, decoded, each with its last value.
        pub query_string_parameters: Parameters<'a> = "queryStringParameters" or default,
        /// The query parameters, decoded, each with all its values.
        pub multi_value_query_string_parameters: Parameters<'a> = "multiValueQueryStringParameters" or default,
        /// The parts of the path that the resource names.
        pub path_parameters: Parameters<'a> = "pathParameters" or default,
        /// The stage variables of the API.
        pub stage_variables: Parameters<'a> = "stageVariables" or default,
        /// What API Gateway knows about the request.
        pub request_context: RequestContext<'a> = "requestContext",
        /// Whether the body is base64 in the event; [`Body`](super::Body) takes care of it.
        pub is_base64_encoded: bool = "isBase64Encoded" or default,
        in place
        #[expect(dead_code, reason = "it makes the deserializer set the body aside")]
        body: Aside = "body" or default,
    }
}

view! {
    /// What API Gateway knows about a request.
    pub struct RequestContext<'a> {
        /// The account of the API.
        pub account_id: &'a str = "accountId",
        /// The id of the API.
        pub api_id: &'a str = "apiId",
        /// What the authorizer found out: `{"claims":{…}}` of a Cognito user pool, or the `principalId` and the context of a Lambda
        /// authorizer. Its fields are read by name, or as a type.
        pub authorizer: RawJson<'a> = "authorizer",
        /// The host name of the API.
        pub domain_name: Option<&'a str> = "domainName",
        /// The path of the request, with the stage.
        pub path: Option<&'a str> = "path",
        /// The version of HTTP, for example `HTTP/1.1`.
        pub protocol: Option<&'a str> = "protocol",
        /// The id of this request.
        pub request_id: &'a str = "requestId",
        /// When the request came, for example `24/Sep/2024:11:17:44 +0000`.
        pub request_time: Option<&'a str> = "requestTime",
        /// When the request came, in milliseconds since 1970-01-01 UTC.
        pub request_time_epoch: u64 = "requestTimeEpoch",
        /// The stage of the API.
        pub stage: &'a str = "stage",
        needs
        /// Who sent the request.
        pub identity: Identity<'a> = "identity",
    }
}

view! {
    /// Who sent a request.
    pub struct Identity<'a> {
        /// The address that the request came from.
        pub source_ip: &'a str = "sourceIp",
        /// The header field User-Agent.
        pub user_agent: Option<&'a str> = "userAgent",
        /// The key that the request was made with, if the method needs one.
        pub api_key: Option<&'a str> = "apiKey",
        /// The caller's account, of a request that was signed.
        pub account_id: Option<&'a str> = "accountId",
        /// The caller's principal, of a request that was signed.
        pub caller: Option<&'a str> = "caller",
        /// The caller's ARN, of a request that was signed.
        pub user_arn: Option<&'a str> = "userArn",
        /// The caller's id in a Cognito identity pool.
        pub cognito_identity_id: Option<&'a str> = "cognitoIdentityId",
        /// The client's certificate, for mutual TLS.
        pub client_cert: RawJson<'a> = "clientCert",
    }
}

impl<'a> HttpRequest<'a> for Request<'a> {
    fn method(&self) -> &'a str {
        self.http_method
    }

    fn path(&self) -> &'a str {
        self.path
    }

    /// [`multi_value_headers`](Request::multi_value_headers), unless there are only [`headers`](Request::headers).
    fn headers(&self) -> Headers<'a> {
        self.multi_value_headers.or(self.headers)
    }

    /// [`multi_value_query_string_parameters`](Request::multi_value_query_string_parameters), unless there are only
    /// [`query_string_parameters`](Request::query_string_parameters).
    fn query_parameters(&self) -> Parameters<'a> {
        self.multi_value_query_string_parameters.or(self.query_string_parameters)
    }

    fn is_base64_encoded(&self) -> bool {
        self.is_base64_encoded
    }
}
