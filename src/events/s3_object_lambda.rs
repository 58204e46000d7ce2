//! Requests to Object Lambda Access Points of S3.

use super::fields::{Headers, Parameters};
use super::object::object;
use crate::json::RawJson;

object! {
    /// A request whose answer the function transforms (AWS: [Event context format and usage][1]).
    ///
    /// Read it with [`Event::json`](crate::Event::json). For a GetObject, the function sends the
    /// transformed object with WriteGetObjectResponse, and the response of the invocation is
    /// ignored. For the others, the response is the answer.
    ///
    /// ```json
    /// {
    ///   "xAmzRequestId": "requestId", "protocolVersion": "1.01",
    ///   "getObjectContext": {"inputS3Url": "https://…", "outputRoute": "io-use1-001", "outputToken": "OutputToken"},
    ///   "configuration": {"accessPointArn": "arn:aws:s3-object-lambda:…", "supportingAccessPointArn": "arn:aws:s3:…", "payload": "{}"},
    ///   "userRequest": {"url": "https://…/holiday.jpg", "headers": {"Host": "…"}},
    ///   "userIdentity": {"type": "IAMUser", "principalId": "AIDA…", "accountId": "123456789012"}
    /// }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/AmazonS3/latest/userguide/olap-event-context.html
    pub struct Event<'a> as request {
        on demand
        /// The id of the request.
        pub x_amz_request_id: &'a str = "xAmzRequestId",
        /// The version of the event's format.
        pub protocol_version: &'a str = "protocolVersion",
        /// Where to read the original, and the route and token of the answer: `inputS3Url`,
        /// `outputRoute` and `outputToken`. It is empty unless the request is a GetObject.
        pub get_object_context: Parameters<'a> = "getObjectContext",
        /// Where to read the original of a HeadObject: `inputS3Url`.
        pub head_object_context: Parameters<'a> = "headObjectContext",
        /// Where to read the original of a ListObjects: `inputS3Url`.
        pub list_objects_context: Parameters<'a> = "listObjectsContext",
        /// Where to read the original of a ListObjectsV2: `inputS3Url`.
        pub list_objects_v2_context: Parameters<'a> = "listObjectsV2Context",
        /// The access point: `accessPointArn`, `supportingAccessPointArn` and `payload`.
        pub configuration: Parameters<'a> = "configuration",
        /// The request: `url` and `headers`. See [`headers`](Self::headers).
        pub user_request: Parameters<'a> = "userRequest",
        /// The caller: `type`, `principalId`, `arn` and others.
        pub user_identity: RawJson<'a> = "userIdentity",
    }
}

impl<'a> Event<'a> {
    /// Returns the header fields of the request.
    pub fn headers(&self) -> Headers<'a> {
        self.user_request().raw("headers").into()
    }
}
