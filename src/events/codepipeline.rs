//! Actions of CodePipeline.

use super::object::object;
use crate::json::RawJson;

object! {
    /// A job of a pipeline's Lambda action (AWS: [Invoke an AWS Lambda function in a pipeline][1]).
    ///
    /// Read it with [`Event::json`](crate::Event::json). The pipeline waits for
    /// PutJobSuccessResult or PutJobFailureResult with the job's [`id`](Job::id). Changes of a
    /// pipeline's state are events of [`EventBridge`](super::EventBridge).
    ///
    /// ```json
    /// {"CodePipeline.job": {
    ///   "id": "11111111-abcd-1111-abcd-111111abcdef", "accountId": "123456789012",
    ///   "data": {
    ///     "actionConfiguration": {"configuration": {"FunctionName": "deploy", "UserParameters": "{\"stage\":\"prod\"}"}},
    ///     "inputArtifacts": [{"name": "Source", "revision": null,
    ///       "location": {"type": "S3", "s3Location": {"bucketName": "artifacts", "objectKey": "source.zip"}}}],
    ///     "outputArtifacts": [], "artifactCredentials": {"accessKeyId": "…", "secretAccessKey": "…", "sessionToken": "…"}
    ///   }
    /// }}
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-invoke-lambda-function.html
    pub struct Event<'a> {
        /// The job.
        pub job: Job<'a> = "CodePipeline.job",
    }
}

object! {
    /// A job.
    pub struct Job<'a> {
        /// The id, for the result.
        pub id: &'a str = "id",
        on demand
        /// The account of the pipeline.
        pub account_id: &'a str = "accountId",
        /// The artifacts and the configuration.
        pub data: Data<'a> = "data",
    }
}

object! {
    /// The artifacts of a job and its configuration.
    pub struct Data<'a> {
        on demand
        /// The configuration of the action. See [`user_parameters`](Self::user_parameters).
        pub action_configuration: RawJson<'a> = "actionConfiguration",
        /// The input artifacts, with their locations in S3.
        pub input_artifacts: RawJson<'a> = "inputArtifacts",
        /// The output artifacts, with their locations in S3.
        pub output_artifacts: RawJson<'a> = "outputArtifacts",
        /// The credentials for the artifacts.
        pub artifact_credentials: RawJson<'a> = "artifactCredentials",
        /// The token of a job that continues.
        pub continuation_token: Option<&'a str> = "continuationToken",
        /// The key that encrypts the artifacts: `id` and `type`.
        pub encryption_key: RawJson<'a> = "encryptionKey",
    }
}

impl<'a> Data<'a> {
    /// Returns the parameters that the action passes, often JSON.
    pub fn user_parameters(&self) -> Option<&'a str> {
        self.action_configuration().get("configuration").get("UserParameters").as_str()
    }
}
