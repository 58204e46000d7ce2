//! GraphQL APIs of AppSync: resolvers and authorizers.

use serde::Serialize;

use super::fields::{Headers, Texts};
use super::object::object;
use crate::json::RawJson;

object! {
    /// The context of a direct Lambda resolver (AWS: [AppSync JavaScript resolver context object
    /// reference][1]).
    ///
    /// Read it with [`Event::json`](crate::Event::json). With batching the event is an array of
    /// them, which [`Event::records`](crate::Event::records) reads. A resolver with a template or a
    /// JavaScript function sends what that returns.
    ///
    /// ```json
    /// {
    ///   "arguments": {"id": "7"}, "identity": {"sub": "u1", "username": "andre"}, "source": null,
    ///   "request": {"headers": {"x-api-key": "…"}, "domainName": null}, "prev": null, "stash": {},
    ///   "info": {
    ///     "fieldName": "order", "parentTypeName": "Query", "selectionSetList": ["item"],
    ///     "selectionSetGraphQL": "{\n item\n}", "variables": {}
    ///   }
    /// }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html
    pub struct Resolver<'a> as request {
        /// What the field is, and which of its fields the client asks for.
        pub info: Info<'a> = "info",
        on demand
        /// The arguments of the field.
        pub arguments: RawJson<'a> = "arguments",
        /// The caller. Its fields depend on the kind of authorization; null for an API key.
        pub identity: RawJson<'a> = "identity",
        /// The value of the field's parent, or null.
        pub source: RawJson<'a> = "source",
        /// The HTTP request: `headers` and `domainName`. See [`headers`](Self::headers).
        pub request: RawJson<'a> = "request",
        /// The result of the function before, in a pipeline resolver: `result`.
        pub prev: RawJson<'a> = "prev",
        /// The values that the functions of a pipeline resolver share.
        pub stash: RawJson<'a> = "stash",
    }
}

impl<'a> Resolver<'a> {
    /// Returns the header fields of the HTTP request.
    pub fn headers(&self) -> Headers<'a> {
        self.request().get("headers").into()
    }
}

object! {
    /// A field of a query or mutation.
    pub struct Info<'a> {
        /// The name of the field.
        pub field_name: &'a str = "fieldName",
        on demand
        /// The type that has the field: `Query`, `Mutation` or another.
        pub parent_type_name: &'a str = "parentTypeName",
        /// The fields that the client asks for, with their paths: `item`, `customer/name`.
        pub selection_set_list: Texts<'a> = "selectionSetList",
        /// The same in GraphQL.
        pub selection_set_graphql: &'a str = "selectionSetGraphQL",
        /// The variables of the query.
        pub variables: RawJson<'a> = "variables",
    }
}

object! {
    /// A request of a Lambda authorizer of an API (AWS: [AWS_LAMBDA authorization][1]).
    ///
    /// Read it with [`Event::json`](crate::Event::json), and respond with [`Authorization`].
    ///
    /// ```json
    /// {
    ///   "authorizationToken": "swordfish", "requestHeaders": {"host": "…"},
    ///   "requestContext": {
    ///     "apiId": "aaaaaa123123123example123", "accountId": "123456789012", "requestId": "f4081827-1111-4444-5555-5cf4695f339f",
    ///     "queryString": "query Order {…}", "operationName": "Order", "variables": {"id": "7"}
    ///   }
    /// }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html
    pub struct AuthorizationRequest<'a> as request {
        /// The value of the header field Authorization.
        pub authorization_token: &'a str = "authorizationToken",
        on demand
        /// The API and the query.
        pub request_context: AuthorizationContext<'a> = "requestContext",
        /// The header fields of the request.
        pub request_headers: Headers<'a> = "requestHeaders",
    }
}

object! {
    /// The API and the query that are to be authorized.
    pub struct AuthorizationContext<'a> {
        on demand
        /// The id of the API.
        pub api_id: &'a str = "apiId",
        /// The account of the API.
        pub account_id: &'a str = "accountId",
        /// The id of the request.
        pub request_id: &'a str = "requestId",
        /// The query in GraphQL.
        pub query_string: &'a str = "queryString",
        /// The name of the operation.
        pub operation_name: Option<&'a str> = "operationName",
        /// The variables of the query.
        pub variables: RawJson<'a> = "variables",
    }
}

/// The answer of an authorizer. `C` is the type of the values that resolvers receive: an object of
/// strings.
///
/// ```
/// # use barelambda::events::appsync::Authorization;
/// # let mut buffer = [0; 256];
/// let answer: Authorization = Authorization { denied_fields: &["Order.cost"], ..Authorization::new(true) };
/// assert_eq!(
///     barelambda::json::to_slice(&answer, &mut buffer)?,
///     br#"{"isAuthorized":true,"deniedFields":["Order.cost"]}"#
/// );
/// # Ok::<(), barelambda::Error>(())
/// ```
#[derive(Copy, Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Authorization<'a, C = ()> {
    /// Whether the request may continue.
    pub is_authorized: bool,
    /// Values for the resolvers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolver_context: Option<C>,
    /// Fields that are always null for this caller: `Type.field` or their ARNs.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub denied_fields: &'a [&'a str],
    /// How long AppSync keeps the answer, in seconds; `None` for the API's setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl_override: Option<u32>,
}

impl<C> Authorization<'_, C> {
    /// Returns an answer without more than the decision.
    pub const fn new(is_authorized: bool) -> Self {
        Self { is_authorized, resolver_context: None, denied_fields: &[], ttl_override: None }
    }
}
