//! HTTP APIs of API Gateway with payload format version 2.0, and function URLs.

use super::fields::field;
use super::http::{Headers, HttpRequest, Parameters, Texts, cookie_value};
use super::object::object;
use super::view::view;
use crate::json::{Aside, RawJson};

object! {
    /// A request to an HTTP API or to a function URL, whose format is the same
    /// (AWS: [Create AWS Lambda proxy integrations for HTTP APIs in API Gateway][1] and [Invoking Lambda function URLs][2]).
    ///
    /// Read it with [`Event::http`](crate::Event::http), which gives the body too.
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
        /// The route that was taken, for example `GET /orders/{id}`; `$default` for function URLs.
        pub route_key: &'a str = "routeKey" or default,
        /// The path of the request.
        pub raw_path: &'a str = "rawPath",
        /// The query as it was sent, without the question mark.
        pub raw_query_string: &'a str = "rawQueryString" or default,
        /// The cookies, each as `name=value`. See [`cookie`](HttpRequest::cookie).
        pub cookies: Texts<'a> = "cookies" or default,
        /// The header fields. Several values of one name are joined by commas.
        pub headers: Headers<'a> = "headers" or default,
        /// The query parameters, decoded. Several values of one name are joined by commas.
        pub query_string_parameters: Parameters<'a> = "queryStringParameters" or default,
        /// What API Gateway or Lambda knows about the request.
        pub request_context: RequestContext<'a> = "requestContext",
        /// The parts of the path that the route names.
        pub path_parameters: Parameters<'a> = "pathParameters" or default,
        /// The stage variables of the API.
        pub stage_variables: Parameters<'a> = "stageVariables" or default,
        /// Whether the body is base64 in the event; [`Body`](super::Body) takes care of it.
        pub is_base64_encoded: bool = "isBase64Encoded" or default,
        in place
        #[expect(dead_code, reason = "it makes the deserializer set the body aside")]
        body: Aside = "body" or default,
    }
}

view! {
    /// What API Gateway or Lambda knows about a request.
    pub struct RequestContext<'a> {
        /// The account of the API; for function URLs that of the caller, or `anonymous`.
        pub account_id: &'a str = "accountId",
        /// The id of the API or of the function URL.
        pub api_id: &'a str = "apiId",
        /// The client's certificate, for mutual TLS: `{"clientCert":{…}}`.
        pub authentication: RawJson<'a> = "authentication",
        /// What the authorizer found out.
        pub authorizer: Authorizer<'a> = "authorizer",
        /// The host name of the API or of the function URL.
        pub domain_name: &'a str = "domainName",
        /// The id of this request.
        pub request_id: &'a str = "requestId",
        /// The stage of the API.
        pub stage: &'a str = "stage",
        /// When the request came, for example `24/Sep/2024:11:08:32 +0000`.
        pub time: &'a str = "time",
        /// When the request came, in milliseconds since 1970-01-01 UTC.
        pub time_epoch: u64 = "timeEpoch",
        needs
        /// The request line and its sender.
        pub http: Http<'a> = "http",
    }
}

view! {
    /// The request line of a request, and its sender.
    pub struct Http<'a> {
        /// The path.
        pub path: &'a str = "path",
        /// The version of HTTP, for example `HTTP/1.1`.
        pub protocol: &'a str = "protocol",
        /// The address that the request came from.
        pub source_ip: &'a str = "sourceIp",
        /// The header field User-Agent.
        pub user_agent: Option<&'a str> = "userAgent",
        needs
        /// The method: `GET`, `POST` and so on.
        pub method: &'a str = "method",
    }
}

/// What an authorizer found out about the caller; what kind of authorizer it was decides which part is there.
#[derive(Copy, Clone, Debug, Default)]
pub struct Authorizer<'a> {
    object: RawJson<'a>,
}

impl<'a> Authorizer<'a> {
    /// The claims of the JSON Web Token, if there was one: `sub`, `email` and so on, all of them as texts.
    pub fn jwt_claims(&self) -> Parameters<'a> {
        Parameters::from(field(self.jwt(), "claims"))
    }

    /// The scopes of the JSON Web Token, if the route asks for some.
    pub fn jwt_scopes(&self) -> Texts<'a> {
        Texts::from(field(self.jwt(), "scopes"))
    }

    /// What IAM knows of the caller: `userArn`, `accountId`, `callerId`, `accessKey` and so on.
    pub fn iam(&self) -> Parameters<'a> {
        Parameters::from(field(self.object, "iam"))
    }

    /// The context that a Lambda authorizer gave: an object, or null.
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

    /// [`raw_path`](Request::raw_path).
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
