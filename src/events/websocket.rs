//! WebSocket APIs of API Gateway.

use super::api_gateway_v1::Identity;
use super::body::Body;
use super::fields::{Headers, Parameters};
use super::object::object;
use crate::json::RawJson;

object! {
    /// A message of a client, or the begin or end of a connection (AWS: [WebSocket APIs in API
    /// Gateway][1], and [Set up integrations][2]).
    ///
    /// Read it with [`Event::json`](crate::Event::json), and respond with
    /// [`Responder::http`](crate::Responder::http). A connection is refused by a status other
    /// than 200. Messages to a client are requests to `@connections`, with its
    /// [`connection_id`](RequestContext::connection_id).
    ///
    /// ```json
    /// {
    ///   "requestContext": {
    ///     "routeKey": "$default", "eventType": "MESSAGE", "messageDirection": "IN", "messageId": "eQ1dsd2WliACGTg=",
    ///     "connectionId": "eQ1cBd0RliACGTg=", "connectedAt": 1727176112345, "requestTimeEpoch": 1727176113456,
    ///     "domainName": "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com", "stage": "prod", "apiId": "a1b2c3d4e5",
    ///     "identity": {"sourceIp": "203.0.113.17"}
    ///   },
    ///   "body": "{\"item\":\"tea\"}", "isBase64Encoded": false
    /// }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-overview.html
    /// [2]: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integrations.html
    #[doc(alias = "WebSocket")]
    pub struct Request<'a> {
        /// API Gateway's metadata of the message and the connection.
        pub request_context: RequestContext<'a> = "requestContext",
        on demand
        /// The header fields of the request that begins a connection, each with its last value.
        pub headers: Headers<'a> = "headers",
        /// The header fields of that request, each with all its values.
        pub multi_value_headers: Headers<'a> = "multiValueHeaders",
        /// The query parameters of that request, each with its last value.
        pub query_string_parameters: Parameters<'a> = "queryStringParameters",
        /// The query parameters of that request, each with all its values.
        pub multi_value_query_string_parameters: Parameters<'a> = "multiValueQueryStringParameters",
        /// The stage variables of the API.
        pub stage_variables: Parameters<'a> = "stageVariables",
        in place
        /// The message. It is empty when a connection begins or ends.
        pub body: Body<'a> = "body" or Default as message,
    }
}

object! {
    /// API Gateway's metadata of a message and its connection.
    pub struct RequestContext<'a> {
        /// The id of the connection.
        pub connection_id: &'a str = "connectionId",
        on demand
        /// The route: `$connect`, `$disconnect`, `$default` or a custom one.
        pub route_key: &'a str = "routeKey",
        /// `CONNECT`, `MESSAGE` or `DISCONNECT`.
        pub event_type: &'a str = "eventType",
        /// The id of the message, if it is one.
        pub message_id: Option<&'a str> = "messageId",
        /// `IN`.
        pub message_direction: &'a str = "messageDirection",
        /// The time at which the connection began, in milliseconds since 1970-01-01 UTC.
        pub connected_at: u64 = "connectedAt",
        /// The time of the request, in milliseconds since 1970-01-01 UTC.
        pub request_time_epoch: u64 = "requestTimeEpoch",
        /// The time of the request, for example `24/Sep/2024:11:08:32 +0000`.
        pub request_time: &'a str = "requestTime",
        /// The id of the request.
        pub request_id: &'a str = "requestId",
        /// The id that API Gateway also writes to the access log.
        pub extended_request_id: Option<&'a str> = "extendedRequestId",
        /// The host name of the API. Together with the stage it is the address for messages to
        /// clients.
        pub domain_name: &'a str = "domainName",
        /// The stage of the API.
        pub stage: &'a str = "stage",
        /// The id of the API.
        pub api_id: &'a str = "apiId",
        /// The status code of a connection that ended.
        pub disconnect_status_code: Option<u64> = "disconnectStatusCode",
        /// Why a connection ended.
        pub disconnect_reason: Option<&'a str> = "disconnectReason",
        /// The result of the authorizer: an object, or null.
        pub authorizer: RawJson<'a> = "authorizer",
        /// The client.
        pub identity: Identity<'a> = "identity",
    }
}
