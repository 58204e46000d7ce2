//! HTTP APIs of API Gateway with payload format version 2.0, and function URLs.

use super::fields::field;
use super::http::{Headers, HttpRequest, Parameters, Texts, cookie_value};
use super::object::object;
use super::view::view;
use crate::json::{Aside, RawJson};

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
        /// The route that matches the request, for example `GET /orders/{id}`; `$default` for
        /// function URLs.
        pub route_key: &'a str = "routeKey" or default,
        /// The path of the request.
        pub raw_path: &'a str = "rawPath",
        /// The query string as the client sent it, without the question mark.
        pub raw_query_string: &'a str = "rawQueryString" or default,
        /// The cookies, each as `name=value`. See [`cookie`](HttpRequest::cookie).
        pub cookies: Texts<'a> = "cookies" or default,
        /// The header fields. Multiple values of one name are joined by commas.
        pub headers: Headers<'a> = "headers" or default,
        /// The query parameters, decoded. Multiple values of one name are joined by commas.
        pub query_string_parameters: Parameters<'a> = "queryStringParameters" or default,
        /// API Gateway's or Lambda's metadata of the request.
        pub request_context: RequestContext<'a> = "requestContext",
        /// The path parameters, as the route names them.
        pub path_parameters: Parameters<'a> = "pathParameters" or default,
        /// The stage variables of the API.
        pub stage_variables: Parameters<'a> = "stageVariables" or default,
        /// Whether the body is base64 in the event; [`Body`](super::Body) decodes it.
        pub is_base64_encoded: bool = "isBase64Encoded" or default,
        in place
        #[expect(dead_code, reason = "it makes the deserializer set the body aside")]
        body: Aside = "body" or default,
    }
}

view! {
    /// API Gateway's or Lambda's metadata of a request.
    pub struct RequestContext<'a> {
        /// The account of the API. For function URLs it is the caller's account, or `anonymous`.
        pub account_id: &'a str = "accountId",
        /// The id of the API or of the function URL.
        pub api_id: &'a str = "apiId",
        /// The client's certificate, for mutual TLS: `{"clientCert":{…}}`.
        pub authentication: RawJson<'a> = "authentication",
        /// The result of the authorizer.
        pub authorizer: Authorizer<'a> = "authorizer",
        /// The host name of the API or of the function URL.
        pub domain_name: &'a str = "domainName",
        /// The id of this request.
        pub request_id: &'a str = "requestId",
        /// The stage of the API.
        pub stage: &'a str = "stage",
        /// The time of the request, for example `24/Sep/2024:11:08:32 +0000`.
        pub time: &'a str = "time",
        /// The time of the request, in milliseconds since 1970-01-01 UTC.
        pub time_epoch: u64 = "timeEpoch",
        needs
        /// The request line and the client.
        pub http: Http<'a> = "http",
    }
}

view! {
    /// The request line and the client of a request.
    pub struct Http<'a> {
        /// The path.
        pub path: &'a str = "path",
        /// The version of HTTP, for example `HTTP/1.1`.
        pub protocol: &'a str = "protocol",
        /// The IP address of the client.
        pub source_ip: &'a str = "sourceIp",
        /// The value of the header field User-Agent.
        pub user_agent: Option<&'a str> = "userAgent",
        needs
        /// The method: `GET`, `POST` and so on.
        pub method: &'a str = "method",
    }
}

/// The result of an authorizer. Which part is present depends on the kind of the authorizer.
#[derive(Copy, Clone, Debug, Default)]
pub struct Authorizer<'a> {
    object: RawJson<'a>,
}

impl<'a> Authorizer<'a> {
    /// Returns the claims of the JSON Web Token, if there is one: `sub`, `email` and so on. All of
    /// them are strings.
    pub fn jwt_claims(&self) -> Parameters<'a> {
        Parameters::from(field(self.jwt(), "claims"))
    }

    /// Returns the scopes of the JSON Web Token, if the route requires any.
    pub fn jwt_scopes(&self) -> Texts<'a> {
        Texts::from(field(self.jwt(), "scopes"))
    }

    /// Returns the caller's IAM identity: `userArn`, `accountId`, `callerId`, `accessKey` and so
    /// on.
    pub fn iam(&self) -> Parameters<'a> {
        Parameters::from(field(self.object, "iam"))
    }

    /// Returns the context from a Lambda authorizer: an object, or null.
    pub fn lambda(&self) -> RawJson<'a> {
        field(self.object, "lambda")
    }

    fn jwt(&self) -> RawJson<'a> {
        field(self.object, "jwt")
    }
}

impl<'a> From<RawJson<'a>> for Authorizer<'a> {
    fn from(object: RawJson<'a>) -> Self {
        Self { object }
    }
}

impl<'a> HttpRequest<'a> for Request<'a> {
    fn method(&self) -> &'a str {
        self.request_context.http().method()
    }

    /// Returns [`raw_path`](Request::raw_path).
    fn path(&self) -> &'a str {
        self.raw_path
    }

    fn headers(&self) -> Headers<'a> {
        self.headers
    }

    fn query_parameters(&self) -> Parameters<'a> {
        self.query_string_parameters
    }

    fn is_base64_encoded(&self) -> bool {
        self.is_base64_encoded
    }

    fn cookie(&self, name: &str) -> Option<&'a str> {
        self.cookies.iter().find_map(|pair| cookie_value(pair, name))
    }
}
