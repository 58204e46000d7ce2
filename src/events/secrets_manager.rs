//! Rotation of secrets by Secrets Manager.

use super::object::object;

object! {
    /// A step of a rotation (AWS: [Rotation by Lambda function][1]). Read it with
    /// [`Event::json`](crate::Event::json). The response is ignored; an error ends the rotation.
    ///
    /// ```json
    /// {
    ///   "Step": "createSecret", "SecretId": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:orders-a1b2c3",
    ///   "ClientRequestToken": "5c1d2e3f-4051-4627-8839-a4b5c6d7e8f9", "RotationToken": "…"
    /// }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda.html
    pub struct Rotation<'a> {
        /// `createSecret`, `setSecret`, `testSecret` or `finishSecret`.
        pub step: &'a str = "Step",
        /// The ARN of the secret.
        pub secret_id: &'a str = "SecretId",
        /// The id of the new version.
        pub client_request_token: &'a str = "ClientRequestToken",
        on demand
        /// The token for PutSecretValue, for rotation by an assumed role.
        pub rotation_token: Option<&'a str> = "RotationToken",
    }
}
