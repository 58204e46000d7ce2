//! Lambda authorizers of API Gateway: their requests, and their answers.

use serde::{Serialize, Serializer};

use super::fields::{Headers, Parameters, Texts};
use super::object::object;
use super::{api_gateway_v1, api_gateway_v2};

object! {
    /// A request of a TOKEN authorizer of a REST API (AWS: [Input to an API Gateway Lambda
    /// authorizer][1]).
    ///
    /// Read it with [`Event::json`](crate::Event::json), and respond with a [`Policy`].
    ///
    /// ```json
    /// {
    ///   "type": "TOKEN", "authorizationToken": "Bearer eyJ…",
    ///   "methodArn": "arn:aws:execute-api:eu-central-1:123456789012:z9y8x7w6v5/prod/GET/orders/7"
    /// }
    /// ```
    ///
    /// ```
    /// use barelambda::events::authorizer::{Policy, TokenRequest};
    /// use barelambda::{Invocation, Response};
    ///
    /// fn handler(invocation: Invocation) -> Response {
    ///     let request: TokenRequest = invocation.event.json()?;
    ///     let resources = [request.method_arn];
    ///     let policy = if request.authorization_token() == "Bearer swordfish" {
    ///         Policy::allow("user-7", &resources)
    ///     } else {
    ///         Policy::deny("unknown", &resources)
    ///     };
    ///     invocation.responder.json(&policy)
    /// }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
    pub struct TokenRequest<'a> as request {
        /// The ARN of the method that is called.
        pub method_arn: &'a str = "methodArn",
        on demand
        /// `TOKEN`.
        pub r#type: &'a str = "type",
        /// The value of the header field that is the token's source.
        pub authorization_token: &'a str = "authorizationToken",
    }
}

object! {
    /// A request of a REQUEST authorizer of a REST API or a WebSocket API, or of an HTTP API with
    /// payload format version 1.0 (AWS: [Input to an API Gateway Lambda authorizer][1]).
    ///
    /// Read it with [`Event::json`](crate::Event::json), and respond with a [`Policy`].
    ///
    /// ```json
    /// {
    ///   "type": "REQUEST", "methodArn": "arn:aws:execute-api:eu-central-1:123456789012:z9y8x7w6v5/prod/GET/orders/7",
    ///   "resource": "/orders/{id}", "path": "/orders/7", "httpMethod": "GET",
    ///   "headers": {"X-Key": "swordfish"}, "multiValueHeaders": {"X-Key": ["swordfish"]},
    ///   "queryStringParameters": {"dry": "true"}, "multiValueQueryStringParameters": {"dry": ["true"]},
    ///   "pathParameters": {"id": "7"}, "stageVariables": {},
    ///   "requestContext": {"accountId": "123456789012", "stage": "prod", "identity": {"sourceIp": "203.0.113.17"}}
    /// }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
    pub struct RequestV1<'a> as request {
        /// The ARN of the method that is called.
        pub method_arn: &'a str = "methodArn",
        on demand
        /// `REQUEST`.
        pub r#type: &'a str = "type",
        /// The resource that matches the path, for example `/orders/{id}`.
        pub resource: &'a str = "resource",
        /// The path of the request, without the stage.
        pub path: &'a str = "path",
        /// The method: `GET`, `POST` and so on.
        pub http_method: &'a str = "httpMethod",
        /// The header fields, each with its last value.
        pub headers: Headers<'a> = "headers",
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
        /// The values of the identity sources, joined by commas, of an HTTP API.
        pub identity_source: Option<&'a str> = "identitySource",
        /// API Gateway's metadata of the request.
        pub request_context: api_gateway_v1::RequestContext<'a> = "requestContext",
    }
}

object! {
    /// A request of an authorizer of an HTTP API with payload format version 2.0 (AWS: [Control
    /// access to HTTP APIs with AWS Lambda authorizers][1]).
    ///
    /// Read it with [`Event::json`](crate::Event::json), and respond with [`Simple`], if simple
    /// responses are enabled, or with a [`Policy`].
    ///
    /// ```json
    /// {
    ///   "version": "2.0", "type": "REQUEST", "routeArn": "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/$default/GET/orders",
    ///   "identitySource": ["Bearer eyJ…"], "routeKey": "GET /orders", "rawPath": "/orders", "rawQueryString": "",
    ///   "cookies": ["theme=dark"], "headers": {"authorization": "Bearer eyJ…"}, "queryStringParameters": {},
    ///   "requestContext": {"accountId": "123456789012", "http": {"method": "GET", "path": "/orders"}},
    ///   "pathParameters": {}, "stageVariables": {}
    /// }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
    pub struct RequestV2<'a> as request {
        /// The ARN of the route that is called.
        pub route_arn: &'a str = "routeArn",
        on demand
        /// `2.0`.
        pub version: &'a str = "version",
        /// `REQUEST`.
        pub r#type: &'a str = "type",
        /// The values of the identity sources.
        pub identity_source: Texts<'a> = "identitySource",
        /// The route that matches the request, for example `GET /orders/{id}`.
        pub route_key: &'a str = "routeKey",
        /// The path of the request.
        pub raw_path: &'a str = "rawPath",
        /// The query string as the client sent it, without the question mark.
        pub raw_query_string: &'a str = "rawQueryString",
        /// The cookies, each as `name=value`.
        pub cookies: Texts<'a> = "cookies",
        /// The header fields. Multiple values of one name are joined by commas.
        pub headers: Headers<'a> = "headers",
        /// The query parameters, decoded. Multiple values of one name are joined by commas.
        pub query_string_parameters: Parameters<'a> = "queryStringParameters",
        /// API Gateway's metadata of the request.
        pub request_context: api_gateway_v2::RequestContext<'a> = "requestContext",
        /// The path parameters, as the route names them.
        pub path_parameters: Parameters<'a> = "pathParameters",
        /// The stage variables of the API.
        pub stage_variables: Parameters<'a> = "stageVariables",
    }
}

/// The simple answer of an authorizer of an HTTP API: `{"isAuthorized":true,"context":{…}}`. `C` is
/// the type of the context, an object that the API's function receives as
/// [`Authorizer::lambda`](api_gateway_v2::Authorizer::lambda).
#[derive(Copy, Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Simple<C = ()> {
    /// Whether the request may continue.
    pub is_authorized: bool,
    /// Values for the function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<C>,
}

impl Simple {
    /// Returns an answer without a context.
    pub const fn new(is_authorized: bool) -> Self {
        Self { is_authorized, context: None }
    }

    /// Adds values for the function.
    pub fn context<C: Serialize>(self, context: C) -> Simple<C> {
        Simple { is_authorized: self.is_authorized, context: Some(context) }
    }
}

/// An answer of an authorizer: the caller's identity and an IAM policy (AWS: [Output from an API
/// Gateway Lambda authorizer][1]). `C` is the type of the context, an object of strings, numbers
/// and booleans.
///
/// The answer is written as
/// `{"principalId":"…","policyDocument":{"Version":"2012-10-17","Statement": [{"Action":["
/// execute-api:Invoke"],"Effect":"Allow","Resource":["…"]}]}}`. API Gateway keeps it for
/// other requests with the same token, so the resources should be all that the caller may use.
///
/// [1]: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
#[derive(Copy, Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Policy<'a, C = ()> {
    /// The caller's identity.
    pub principal_id: &'a str,
    /// The policy.
    pub policy_document: PolicyDocument<'a>,
    /// Values for the API's function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<C>,
    /// The API key, if the API's usage plan takes it from the authorizer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage_identifier_key: Option<&'a str>,
}

impl<'a> Policy<'a> {
    /// Allows the principal to call the resources: ARNs of methods, which may contain `*`.
    pub const fn allow(principal_id: &'a str, resources: &'a [&'a str]) -> Self {
        Self::new(principal_id, Effect::Allow, resources)
    }

    /// Denies the principal to call the resources.
    pub const fn deny(principal_id: &'a str, resources: &'a [&'a str]) -> Self {
        Self::new(principal_id, Effect::Deny, resources)
    }

    const fn new(principal_id: &'a str, effect: Effect, resource: &'a [&'a str]) -> Self {
        let statement = Statement { action: &["execute-api:Invoke"], effect, resource };
        Self {
            principal_id,
            policy_document: PolicyDocument { statements: Statements::One(statement) },
            context: None,
            usage_identifier_key: None,
        }
    }

    /// Adds values for the API's function.
    pub fn context<C: Serialize>(self, context: C) -> Policy<'a, C> {
        Policy {
            principal_id: self.principal_id,
            policy_document: self.policy_document,
            context: Some(context),
            usage_identifier_key: self.usage_identifier_key,
        }
    }
}

/// An IAM policy of any number of statements.
#[derive(Copy, Clone, Debug)]
pub struct PolicyDocument<'a> {
    statements: Statements<'a>,
}

#[derive(Copy, Clone, Debug)]
enum Statements<'a> {
    One(Statement<'a>),
    Many(&'a [Statement<'a>]),
}

impl<'a> PolicyDocument<'a> {
    /// Returns a policy of these statements.
    pub const fn new(statements: &'a [Statement<'a>]) -> Self {
        Self { statements: Statements::Many(statements) }
    }
}

impl Serialize for PolicyDocument<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Document<'a> {
            version: &'static str,
            statement: &'a [Statement<'a>],
        }
        let statement = match &self.statements {
            Statements::One(statement) => core::slice::from_ref(statement),
            Statements::Many(statements) => statements,
        };
        Document { version: "2012-10-17", statement }.serialize(serializer)
    }
}

/// A statement of a policy.
#[derive(Copy, Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Statement<'a> {
    /// The actions, for example `execute-api:Invoke`.
    pub action: &'a [&'a str],
    /// Whether they are allowed.
    pub effect: Effect,
    /// The ARNs of the resources.
    pub resource: &'a [&'a str],
}

/// The effect of a statement.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Effect {
    /// The actions are allowed.
    Allow,
    /// The actions are denied.
    Deny,
}
