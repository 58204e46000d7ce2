//! Notifications of Simple Storage Service (S3).

use serde::Deserialize;

use super::encoded::url_decode;
use super::fields::Parameters;
use crate::error::Error;
use crate::json::RawJson;

/// A record of an event of S3 (AWS: [Event message structure][1]).
///
/// Read it with [`Event::records`](crate::Event::records). S3 checks a new configuration with a message of another form, `s3:TestEvent`:
/// it goes to queues and topics, not to functions. In what they pass on, as in any event without `Records`, [`Error::JSON_MISSING_FIELD`]
/// tells it apart.
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
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record<'a> {
    /// The version of the record's format. The number before the point changes when something is removed.
    #[serde(default)]
    pub event_version: &'a str,
    /// `aws:s3`.
    #[serde(default)]
    pub event_source: &'a str,
    /// The region of the bucket.
    #[serde(default)]
    pub aws_region: &'a str,
    /// When S3 had done what the event is about, for example `2024-09-24T11:31:07.911Z`.
    #[serde(default)]
    pub event_time: &'a str,
    /// What has happened, for example `ObjectCreated:Put`.
    pub event_name: &'a str,
    /// Who did it: `principalId`.
    #[serde(borrow, default)]
    pub user_identity: Parameters<'a>,
    /// Where the request came from: `sourceIPAddress`.
    #[serde(borrow, default)]
    pub request_parameters: Parameters<'a>,
    /// What AWS's support asks for: `x-amz-request-id` and `x-amz-id-2`.
    #[serde(borrow, default)]
    pub response_elements: Parameters<'a>,
    /// The bucket and the object.
    pub s3: Entity<'a>,
    /// More about a restored object: `restoreEventData`.
    #[serde(borrow, default)]
    pub glacier_event_data: RawJson<'a>,
    /// More about a replication.
    #[serde(borrow, default)]
    pub replication_event_data: RawJson<'a>,
    /// More about a move of Intelligent-Tiering.
    #[serde(borrow, default)]
    pub intelligent_tiering_event_data: RawJson<'a>,
    /// More about a transition of the lifecycle.
    #[serde(borrow, default)]
    pub lifecycle_event_data: RawJson<'a>,
}

/// The bucket and the object that an event is about.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entity<'a> {
    /// The version of this part's format.
    #[serde(default, rename = "s3SchemaVersion")]
    pub s3_schema_version: &'a str,
    /// The id of the configuration that asked for the event.
    #[serde(default)]
    pub configuration_id: &'a str,
    /// The bucket.
    pub bucket: Bucket<'a>,
    /// The object.
    pub object: Object<'a>,
}

/// A bucket.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bucket<'a> {
    /// The name.
    pub name: &'a str,
    /// The owner: `principalId`.
    #[serde(borrow, default)]
    pub owner_identity: Parameters<'a>,
    /// The ARN.
    #[serde(default)]
    pub arn: &'a str,
}

/// An object.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Object<'a> {
    /// The key as it stands in the event, which is encoded as in the query of a URL. See [`key_decoded`](Self::key_decoded).
    pub key: &'a str,
    /// The size in bytes; none for what was removed.
    #[serde(default)]
    pub size: Option<u64>,
    /// The entity tag.
    #[serde(default)]
    pub e_tag: Option<&'a str>,
    /// The version, of a bucket that keeps versions.
    #[serde(default)]
    pub version_id: Option<&'a str>,
    /// A hexadecimal number that grows with each PUT and DELETE of this key. Of two the longer one is the later, after the shorter one is
    /// filled up with zeros on its right.
    #[serde(default)]
    pub sequencer: Option<&'a str>,
}

impl Object<'_> {
    /// The key, decoded into `buffer`: as the other calls of S3 want it. A key has at most 1,024 bytes.
    ///
    /// # Errors
    /// Those of [`url_decode`].
    pub fn key_decoded<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b str, Error> {
        url_decode(self.key, buffer)
    }
}
