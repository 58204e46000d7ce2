//! Triggers of Cognito user pools.

use serde::{Deserialize, Serialize};

use super::fields::Parameters;
use crate::json::RawJson;

/// An event of a user pool (AWS: [Customizing user pool workflows with Lambda triggers][1]). `Q` is
/// the type of the request, and `S` that of the response.
///
/// Deserialize it with [`Event::json`](crate::Event::json), set the [`response`](Self::response),
/// and send the whole event back with [`Responder::json`](crate::Responder::json). An error denies
/// the user's request.
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
/// [1]: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "Q: Deserialize<'de>, S: Deserialize<'de>"))]
pub struct Trigger<'a, Q = RawJson<'a>, S = RawJson<'a>> {
    /// The version of the event's format: for example `1`.
    pub version: &'a str,
    /// The region of the user pool.
    pub region: &'a str,
    /// The id of the user pool.
    pub user_pool_id: &'a str,
    /// The user's name, or `None` if the user doesn't exist yet.
    #[serde(default)]
    pub user_name: Option<&'a str>,
    /// The caller: `clientId` and `awsSdkVersion`.
    #[serde(borrow)]
    pub caller_context: Parameters<'a>,
    /// The trigger, for example `PreSignUp_SignUp`.
    pub trigger_source: &'a str,
    /// The user pool's request.
    pub request: Q,
    /// The function's response. In the event, its fields have the values that change nothing.
    pub response: S,
}

/// The trigger before a user signs up (AWS: [Pre sign-up Lambda trigger][1]).
///
/// [1]: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-sign-up.html
pub type PreSignUp<'a> = Trigger<'a, PreSignUpRequest<'a>, PreSignUpResponse>;

/// The user who signs up.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PreSignUpRequest<'a> {
    /// The user's attributes: `email` and so on.
    #[serde(borrow)]
    pub user_attributes: Parameters<'a>,
    /// The validation data from the application.
    #[serde(borrow, default)]
    pub validation_data: Parameters<'a>,
    /// Further metadata from the application.
    #[serde(borrow, default)]
    pub client_metadata: Parameters<'a>,
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
