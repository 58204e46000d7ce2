//! Custom authorizers of AWS IoT Core. The event of an IoT rule is what its SQL statement selects.

use serde::Serialize;

use super::encoded::Base64Text;
use super::fields::{Headers, Parameters, Texts};
use super::object::object;
use crate::json::RawJson;

object! {
    /// A connection that is to be authorized (AWS: [Defining your Lambda function][1]).
    ///
    /// Read it with [`Event::json`](crate::Event::json), and respond with [`Authorization`].
    ///
    /// ```json
    /// {
    ///   "token": "aToken", "signatureVerified": true, "protocols": ["tls", "http", "mqtt"],
    ///   "protocolData": {
    ///     "tls": {"serverName": "…"}, "http": {"headers": {"X-Key": "7"}, "queryString": "?key=7"},
    ///     "mqtt": {"username": "sensor", "password": "c3dvcmRmaXNo", "clientId": "sensor-7"}
    ///   },
    ///   "connectionMetadata": {"id": "e56f08c3-c559-490f-aa9f-7e8427d0f57b"}
    /// }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/iot/latest/developerguide/config-custom-auth.html
    pub struct AuthorizationRequest<'a> as request {
        on demand
        /// The token, if its signature was checked.
        pub token: Option<&'a str> = "token",
        /// Whether the signature of the token is valid.
        pub signature_verified: bool = "signatureVerified",
        /// The protocols for which there are data: `tls`, `http`, `mqtt`.
        pub protocols: Texts<'a> = "protocols",
        /// The data of the protocols. See [`mqtt`](Self::mqtt) and
        /// [`http_headers`](Self::http_headers).
        pub protocol_data: RawJson<'a> = "protocolData",
        /// The connection: `id`.
        pub connection_metadata: Parameters<'a> = "connectionMetadata",
    }
}

impl<'a> AuthorizationRequest<'a> {
    /// Returns what the client sent to connect by MQTT.
    pub fn mqtt(&self) -> Mqtt<'a> {
        self.protocol_data().get("mqtt").into()
    }

    /// Returns the header fields of a connection by HTTP or WebSocket.
    pub fn http_headers(&self) -> Headers<'a> {
        self.protocol_data().get("http").get("headers").into()
    }
}

object! {
    /// What a client sent to connect by MQTT.
    pub struct Mqtt<'a> {
        on demand
        /// The name of the user.
        pub username: Option<&'a str> = "username",
        /// The password.
        pub password: Option<Base64Text<'a>> = "password",
        /// The id of the client.
        pub client_id: Option<&'a str> = "clientId",
    }
}

/// The answer of a custom authorizer. `P` is the type of a policy: an object as IAM defines it, for
/// example a [`PolicyDocument`](super::authorizer::PolicyDocument), or the same as text.
#[derive(Copy, Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Authorization<'a, P> {
    /// Whether the client may connect.
    pub is_authenticated: bool,
    /// The client's identity: 1 to 128 letters and digits.
    pub principal_id: &'a str,
    /// The longest duration of the connection, in seconds: 300 to 86,400.
    pub disconnect_after_in_seconds: u32,
    /// The time until the authorizer is asked again, in seconds: 300 to 86,400.
    pub refresh_after_in_seconds: u32,
    /// The policies: at most 10.
    pub policy_documents: &'a [P],
}
