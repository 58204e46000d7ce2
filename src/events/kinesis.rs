//! Records of Kinesis Data Streams.

use core::time::Duration;

use serde::Deserialize;

use super::time::since_epoch;
use crate::json::Base64;

/// A record of a stream (AWS: [Using Lambda to process records from Amazon Kinesis Data Streams][1]).
///
/// Read a batch with [`Event::records`](crate::Event::records), and answer with [`BatchItemFailures`](super::BatchItemFailures), to which
/// the [`sequence_number`](Data::sequence_number) of the first failure goes.
///
/// ```json
/// {"Records": [{
///   "kinesis": {
///     "kinesisSchemaVersion": "1.0", "partitionKey": "shop-9",
///     "sequenceNumber": "49655000112233445566778899001122334455667788990011223301", "data": "eyJxdWFudGl0eSI6M30=",
///     "approximateArrivalTimestamp": 1727177640.987
///   },
///   "eventSource": "aws:kinesis", "eventVersion": "1.0",
///   "eventID": "shardId-000000000006:49655000112233445566778899001122334455667788990011223301", "eventName": "aws:kinesis:record",
///   "invokeIdentityArn": "arn:aws:iam::123456789012:role/function", "awsRegion": "eu-central-1",
///   "eventSourceARN": "arn:aws:kinesis:eu-central-1:123456789012:stream/orders"
/// }]}
/// ```
///
/// [1]: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record<'a> {
    /// The record itself.
    #[serde(borrow)]
    pub kinesis: Data<'a>,
    /// `aws:kinesis`.
    #[serde(default)]
    pub event_source: &'a str,
    /// The version of the record's format.
    #[serde(default)]
    pub event_version: &'a str,
    /// The shard's id, a colon, and the sequence number.
    #[serde(rename = "eventID", default)]
    pub event_id: &'a str,
    /// `aws:kinesis:record`.
    #[serde(default)]
    pub event_name: &'a str,
    /// The ARN of the function's role.
    #[serde(default)]
    pub invoke_identity_arn: &'a str,
    /// The region of the stream.
    #[serde(default)]
    pub aws_region: &'a str,
    /// The ARN of the stream or of its consumer.
    #[serde(rename = "eventSourceARN", default)]
    pub event_source_arn: &'a str,
}

/// What was put into a stream.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Data<'a> {
    /// The version of this part's format.
    #[serde(default)]
    pub kinesis_schema_version: &'a str,
    /// What decided the shard.
    #[serde(default)]
    pub partition_key: &'a str,
    /// The record's place in its shard: a number of up to 128 digits. It is that by which a failure is reported.
    pub sequence_number: &'a str,
    /// The bytes that were put, decoded in place.
    #[serde(borrow)]
    pub data: Base64<'a>,
    /// When the record came, as the time since 1970-01-01 UTC, to the millisecond.
    #[serde(default, deserialize_with = "since_epoch")]
    pub approximate_arrival_timestamp: Option<Duration>,
}
