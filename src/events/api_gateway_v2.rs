//! HTTP APIs of API Gateway with payload format version 2.0, and function URLs.

use super::field::Look;
use super::http::{Headers, HttpRequest, Parameters, ReadOnce, Texts, cookie_in, cookie_value};
use super::object::object;
use crate::json::RawJson;

object! {
    /// A request to an HTTP API or to a function URL, which have the same format (AWS: [Create AWS
    /// Lambda proxy integrations for HTTP APIs in API Gateway][1] and [Invoking Lambda function
    /// URLs][2]).
    ///
    /// [`Event::http`](crate::Event::http) returns it with its body.
    ///
    /// ```json
    /// {
    ///   "version": "2.0", "routeKey": "POST /orders/{id}", "rawPath": "/orders/7", "rawQueryString": "dry=true",
    ///   "cookies": ["theme=dark"], "headers": {"content-type": "application/json"}, "queryStringParameters": {"dry": "true"},
    ///   "requestContext": {
    ///     "accountId": "123456789012", "apiId": "a1b2c3d4e5", "domainName": "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com",
    ///     "http": {"method": "POST", "path": "/orders/7", "protocol": "HTTP/1.1", "sourceIp": "203.0.113.17", "userAgent": "curl/8.5.0"},
    ///     "requestId": "eTk5IhQmFiAEPxQ=", "stage": "$default", "time": "24/Sep/2024:11:08:32 +0000", "timeEpoch": 1727176112345
    ///   },
    ///   "body": "{\"quantity\":3}", "pathParameters": {"id": "7"}, "isBase64Encoded": false
    /// }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    /// [2]: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
    #[doc(alias = "FunctionUrl")]
    #[doc(alias = "HttpApi")]
    pub struct Request<'a> {
        on demand
        /// The path of the request.
        pub raw_path: &'a str = "rawPath",
        /// API Gateway's or Lambda's metadata of the request.
        pub request_context: RequestContext<'a> = "requestContext",
        /// The route that matches the request, for example `GET /orders/{id}`; `$default` for
        /// function URLs.
        pub route_key: &'a str = "routeKey",
        /// The query string as the client sent it, without the question mark.
        pub raw_query_string: &'a str = "rawQueryString",
        /// The cookies, each as `name=value`. See [`cookie`](HttpRequest::cookie).
        pub cookies: Texts<'a> = "cookies",
        /// The query parameters, decoded. Multiple values of one name are joined by commas.
        pub query_string_parameters: Parameters<'a> = "queryStringParameters",
        /// The path parameters, as the route names them.
        pub path_parameters: Parameters<'a> = "pathParameters",
        /// The stage variables of the API.
        pub stage_variables: Parameters<'a> = "stageVariables",
        in place
        /// The body, the method and the path.
        once: ReadOnce<'a> = "body" or Default as request,
    }
}

object! {
    /// API Gateway's or Lambda's metadata of a request.
    pub struct RequestContext<'a> {
        on demand
        /// The request line and the client.
        pub http: Http<'a> = "http",
        /// The result of the authorizer.
        pub authorizer: Authorizer<'a> = "authorizer",
        /// The account of the API. For function URLs it is the caller's account, or `anonymous`.
        pub account_id: &'a str = "accountId",
        /// The id of the API or of the function URL.
        pub api_id: &'a str = "apiId",
        /// The client's certificate, for mutual TLS: `{"clientCert":{…}}`.
        pub authentication: RawJson<'a> = "authentication",
        /// The host name of the API or of the function URL.
        pub domain_name: &'a str = "domainName",
        /// The first label of the host name.
        pub domain_prefix: Option<&'a str> = "domainPrefix",
        /// The id of this request.
        pub request_id: &'a str = "requestId",
        /// The route that matches the request; `$default` for function URLs.
        pub route_key: Option<&'a str> = "routeKey",
        /// The stage of the API.
        pub stage: &'a str = "stage",
        /// The time of the request, for example `24/Sep/2024:11:08:32 +0000`.
        pub time: &'a str = "time",
        /// The time of the request, in milliseconds since 1970-01-01 UTC.
        pub time_epoch: u64 = "timeEpoch",
    }
}

object! {
    /// The request line and the client of a request.
    pub struct Http<'a> {
        on demand
        /// The method: `GET`, `POST` and so on.
        pub method: &'a str = "method",
        /// The path.
        pub path: &'a str = "path",
        /// The version of HTTP, for example `HTTP/1.1`.
        pub protocol: &'a str = "protocol",
        /// The IP address of the client.
        pub source_ip: &'a str = "sourceIp",
        /// The value of the header field User-Agent.
        pub user_agent: Option<&'a str> = "userAgent",
    }
}

object! {
    /// The result of an authorizer. Which part is present depends on the kind of the authorizer.
    pub struct Authorizer<'a> {
        on demand
        /// The caller's IAM identity: `userArn`, `accountId`, `callerId`, `accessKey` and so on.
        pub iam: Parameters<'a> = "iam",
        /// The JSON Web Token: an object, or null.
        pub jwt: RawJson<'a> = "jwt",
        /// The context from a Lambda authorizer: an object, or null.
        pub lambda: RawJson<'a> = "lambda",
    }
}

impl<'a> Authorizer<'a> {
    /// Returns the claims of the JSON Web Token, if there is one: `sub`, `email` and so on. A
    /// number or a boolean is returned as its text.
    pub fn jwt_claims(&self) -> Parameters<'a> {
        Parameters::from(self.jwt().get("claims"))
    }

    /// Returns the scopes of the JSON Web Token, if the route requires any.
    pub fn jwt_scopes(&self) -> Texts<'a> {
        Texts::from(self.jwt().get("scopes"))
    }

    /// Returns the caller's identity in a Cognito identity pool: an object with `identityId`,
    /// `identityPoolId` and the list `amr`, or null.
    pub fn cognito_identity(&self) -> RawJson<'a> {
        self.iam().raw("cognitoIdentity")
    }
}

impl<'a> HttpRequest<'a> for Request<'a> {
    fn method(&self) -> &'a str {
        self.once.method
    }

    /// Returns [`raw_path`](Request::raw_path).
    fn path(&self) -> &'a str {
        self.once.path
    }

    /// Returns the header fields. Multiple values of one name are joined by commas.
    fn headers(&self) -> Headers<'a> {
        self.get("headers").into()
    }

    fn query_parameters(&self) -> Parameters<'a> {
        self.query_string_parameters()
    }

    fn is_base64_encoded(&self) -> bool {
        Look::look(self.get("isBase64Encoded"))
    }

    fn find_line(&self) -> [&'a str; 2] {
        [self.request_context().http().method(), self.raw_path()]
    }

    fn read_once(&mut self) -> &mut ReadOnce<'a> {
        &mut self.once
    }

    /// Searches [`cookies`](Request::cookies) and then the header field Cookie, which CloudFront
    /// and test events may have instead.
    fn cookie(&self, name: &str) -> Option<&'a str> {
        self.cookies()
            .iter()
            .find_map(|pair| cookie_value(pair, name))
            .or_else(|| cookie_in(self.headers(), name))
    }
}
