//! Triggers of Cognito user pools.

use serde::{Deserialize, Serialize};

use super::fields::Parameters;
use crate::json::RawJson;

/// What a user pool asks a function (AWS: [Customizing user pool workflows with Lambda triggers][1]): `Q` is the type of the question, `S`
/// that of the answer.
///
/// Read it with [`Event::json`](crate::Event::json), set the [`response`](Self::response), and answer with all of it through
/// [`Responder::json`](crate::Responder::json); an error denies what the user wants.
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
    /// The user's name; none if there is no user yet.
    #[serde(default)]
    pub user_name: Option<&'a str>,
    /// Who asks for it: `clientId` and `awsSdkVersion`.
    #[serde(borrow)]
    pub caller_context: Parameters<'a>,
    /// Which trigger it is, for example `PreSignUp_SignUp`.
    pub trigger_source: &'a str,
    /// What the user pool says.
    pub request: Q,
    /// What the function answers; as it comes, its fields have the values that change nothing.
    pub response: S,
}

/// The trigger before a user signs up (AWS: [Pre sign-up Lambda trigger][1]).
///
/// [1]: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-sign-up.html
pub type PreSignUp<'a> = Trigger<'a, PreSignUpRequest<'a>, PreSignUpResponse>;

/// Who wants to sign up.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PreSignUpRequest<'a> {
    /// The user's attributes: `email` and so on.
    #[serde(borrow)]
    pub user_attributes: Parameters<'a>,
    /// What the application sent along to decide by.
    #[serde(borrow, default)]
    pub validation_data: Parameters<'a>,
    /// What else the application sent along.
    #[serde(borrow, default)]
    pub client_metadata: Parameters<'a>,
}

/// What becomes of a user who signs up.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PreSignUpResponse {
    /// Whether the user needs no confirmation.
    pub auto_confirm_user: bool,
    /// Whether the email address counts as verified.
    pub auto_verify_email: bool,
    /// Whether the phone number counts as verified.
    pub auto_verify_phone: bool,
}
