//! Notifications of Simple Storage Service (S3).

use super::encoded::url_decode;
use super::fields::Parameters;
use super::object::object;
use crate::error::Error;
use crate::json::RawJson;

object! {
    /// A record of an event of S3 (AWS: [Event message structure][1]).
    ///
    /// Read it with [`Event::records`](crate::Event::records). S3 tests a new configuration with a
    /// message of another format, `s3:TestEvent`. It is sent to queues and topics, not to
    /// functions. If a queue or topic forwards it, reading the records returns
    /// [`Error::JSON_MISSING_FIELD`], as for any event without `Records`.
    ///
    /// ```json
    /// {"Records": [{
    ///   "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "eu-central-1", "eventTime": "2024-09-24T11:31:07.911Z",
    ///   "eventName": "ObjectCreated:Put", "userIdentity": {"principalId": "AWS:AIDA…"},
    ///   "requestParameters": {"sourceIPAddress": "203.0.113.17"},
    ///   "responseElements": {"x-amz-request-id": "…", "x-amz-id-2": "…"},
    ///   "s3": {
    ///     "s3SchemaVersion": "1.0", "configurationId": "thumbnails",
    ///     "bucket": {"name": "amzn-s3-demo-bucket", "ownerIdentity": {"principalId": "A1…"}, "arn": "arn:aws:s3:::amzn-s3-demo-bucket"},
    ///     "object": {"key": "holiday+photos/caf%C3%A9.jpg", "size": 1024, "eTag": "…", "versionId": "…", "sequencer": "0066F2A5DBE3B1C2D0"}
    ///   }
    /// }]}
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    pub struct Record<'a> {
        /// The kind of the event, for example `ObjectCreated:Put`.
        pub event_name: &'a str = "eventName",
        /// The bucket and the object.
        pub s3: Entity<'a> = "s3",
        on demand
        /// The version of the record's format. The major version changes when a field is removed.
        pub event_version: &'a str = "eventVersion",
        /// `aws:s3`.
        pub event_source: &'a str = "eventSource",
        /// The region of the bucket.
        pub aws_region: &'a str = "awsRegion",
        /// The time at which S3 finished the operation, for example `2024-09-24T11:31:07.911Z`.
        pub event_time: &'a str = "eventTime",
        /// The identity that caused the event: `principalId`.
        pub user_identity: Parameters<'a> = "userIdentity",
        /// The origin of the request: `sourceIPAddress`.
        pub request_parameters: Parameters<'a> = "requestParameters",
        /// The ids that AWS Support asks for: `x-amz-request-id` and `x-amz-id-2`.
        pub response_elements: Parameters<'a> = "responseElements",
        /// More about a restored object: `restoreEventData`.
        pub glacier_event_data: RawJson<'a> = "glacierEventData",
        /// More about a replication.
        pub replication_event_data: RawJson<'a> = "replicationEventData",
        /// More about a move of Intelligent-Tiering.
        pub intelligent_tiering_event_data: RawJson<'a> = "intelligentTieringEventData",
        /// More about a transition of the lifecycle.
        pub lifecycle_event_data: RawJson<'a> = "lifecycleEventData",
    }
}

object! {
    /// The bucket and the object that an event is about.
    pub struct Entity<'a> {
        /// The bucket.
        pub bucket: Bucket<'a> = "bucket",
        /// The object.
        pub object: Object<'a> = "object",
        on demand
        /// The version of this part's format.
        pub s3_schema_version: &'a str = "s3SchemaVersion",
        /// The id of the notification configuration.
        pub configuration_id: &'a str = "configurationId",
    }
}

object! {
    /// A bucket.
    pub struct Bucket<'a> {
        /// The name.
        pub name: &'a str = "name",
        on demand
        /// The owner: `principalId`.
        pub owner_identity: Parameters<'a> = "ownerIdentity",
        /// The ARN.
        pub arn: &'a str = "arn",
    }
}

object! {
    /// An object.
    pub struct Object<'a> {
        /// The key, URL-encoded as in a query. See [`key_decoded`](Self::key_decoded).
        pub key: &'a str = "key",
        on demand
        /// The size in bytes, or `None` if the object was removed.
        pub size: Option<u64> = "size",
        /// The entity tag.
        pub e_tag: Option<&'a str> = "eTag",
        /// The version id, if the bucket has versioning.
        pub version_id: Option<&'a str> = "versionId",
        /// A hexadecimal number that increases with each PUT and DELETE of this key. To compare two
        /// of them, pad the shorter one with zeros on the right; the greater one is later.
        pub sequencer: Option<&'a str> = "sequencer",
    }
}

impl Object<'_> {
    /// Decodes the key into `buffer`, and returns it as other S3 operations expect it. A key is at
    /// most 1,024 bytes long.
    ///
    /// # Errors
    /// Those of [`url_decode`].
    pub fn key_decoded<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b str, Error> {
        url_decode(self.key, buffer)
    }
}
