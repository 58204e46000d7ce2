//! Triggers of Cognito user pools.

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use super::fields::Parameters;
use super::object::object;
use crate::json::RawJson;

object! {
    /// An event of a user pool (AWS: [Customizing user pool workflows with Lambda triggers][1]). `S`
    /// is the type of the response.
    ///
    /// Deserialize it with [`Event::json`](crate::Event::json), set the
    /// [`response`](Self::response), and send the whole event back with
    /// [`Responder::json`](crate::Responder::json). An error denies the user's request.
    ///
    /// ```json
    /// {
    ///   "version": "1", "region": "eu-central-1", "userPoolId": "eu-central-1_EXAMPLE", "userName": "andre",
    ///   "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "2v5kd9example"},
    ///   "triggerSource": "PreSignUp_SignUp",
    ///   "request": {"userAttributes": {"email": "andre@example.com"}, "validationData": null},
    ///   "response": {"autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false}
    /// }
    /// ```
    ///
    /// ```
    /// use barelambda::events::cognito::{PreSignUp, PreSignUpRequest};
    /// use barelambda::{Invocation, Response};
    ///
    /// fn handler(invocation: Invocation) -> Response {
    ///     let mut trigger: PreSignUp = invocation.event.json()?;
    ///     let request = PreSignUpRequest::from(trigger.request());
    ///     let email = request.user_attributes().get("email").unwrap_or_default();
    ///     trigger.response.auto_confirm_user = email.ends_with("@example.com");
    ///     invocation.responder.json(&trigger)
    /// }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
    pub struct Trigger<'a, S = RawJson<'a>> {
        /// The trigger, for example `PreSignUp_SignUp`.
        pub trigger_source: &'a str = "triggerSource",
        on demand
        /// The version of the event's format: for example `1`.
        pub version: &'a str = "version",
        /// The region of the user pool.
        pub region: &'a str = "region",
        /// The id of the user pool.
        pub user_pool_id: &'a str = "userPoolId",
        /// The user's name, or `None` if the user doesn't exist yet.
        pub user_name: Option<&'a str> = "userName",
        /// The caller: `clientId` and `awsSdkVersion`.
        pub caller_context: Parameters<'a> = "callerContext",
        /// The user pool's request. Its fields depend on the trigger.
        pub request: RawJson<'a> = "request",
        in place
        /// The function's response. In the event, its fields have the values that change nothing.
        pub response: S = "response",
    }
}

/// Serializes all fields of the event, and the response after them.
impl<S: Serialize> Serialize for Trigger<'_, S> {
    fn serialize<Target: Serializer>(
        &self,
        serializer: Target,
    ) -> Result<Target::Ok, Target::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.all.fields() {
            map.serialize_entry(name, &value)?;
        }
        map.serialize_entry("response", &self.response)?;
        map.end()
    }
}

/// The trigger before a user signs up (AWS: [Pre sign-up Lambda trigger][1]). Its request is a
/// [`PreSignUpRequest`].
///
/// [1]: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-sign-up.html
pub type PreSignUp<'a> = Trigger<'a, PreSignUpResponse>;

object! {
    /// The user who signs up: `PreSignUpRequest::from(trigger.request())`.
    pub struct PreSignUpRequest<'a> {
        on demand
        /// The user's attributes: `email` and so on.
        pub user_attributes: Parameters<'a> = "userAttributes",
        /// The validation data from the application.
        pub validation_data: Parameters<'a> = "validationData",
        /// Further metadata from the application.
        pub client_metadata: Parameters<'a> = "clientMetadata",
    }
}

/// The function's decision about a user who signs up.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PreSignUpResponse {
    /// Whether the user is confirmed without a code.
    pub auto_confirm_user: bool,
    /// Whether the email address counts as verified.
    pub auto_verify_email: bool,
    /// Whether the phone number counts as verified.
    pub auto_verify_phone: bool,
}
