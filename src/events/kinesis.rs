//! Records of Kinesis Data Streams.

use super::object::object;
use super::time::Timestamp;
use crate::json::Base64;

object! {
    /// A record of a stream (AWS: [Using Lambda to process records from Amazon Kinesis Data
    /// Streams][1]).
    ///
    /// Read a batch with [`Event::records`](crate::Event::records), and respond with
    /// [`BatchItemFailures`](super::BatchItemFailures). Add the
    /// [`sequence_number`](Data::sequence_number) of the first failure. In a `Record<Body>`, with
    /// [`Body`](super::Body), the data can be deserialized from JSON in place. Invalid base64 is then an error
    /// of the body, and not of the record.
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
    pub struct Record<'a, D = Base64<'a>> {
        on demand
        /// `aws:kinesis`.
        pub event_source: &'a str = "eventSource",
        /// The version of the record's format.
        pub event_version: &'a str = "eventVersion",
        /// The shard's id, a colon, and the sequence number.
        pub event_id: &'a str = "eventID",
        /// `aws:kinesis:record`.
        pub event_name: &'a str = "eventName",
        /// The ARN of the function's role.
        pub invoke_identity_arn: &'a str = "invokeIdentityArn",
        /// The region of the stream.
        pub aws_region: &'a str = "awsRegion",
        /// The ARN of the stream or of its consumer.
        pub event_source_arn: &'a str = "eventSourceARN",
        in place
        /// The data, and its position in the stream.
        pub kinesis: Data<'a, D> = "kinesis",
    }
}

object! {
    /// The data of a record, and its position in the stream.
    ///
    /// EventBridge Pipes send the fields of a record in one object. There a record is a `Data`, and
    /// its other fields, for example `eventSourceARN`, are returned by [`get`](Self::get).
    pub struct Data<'a, D = Base64<'a>> {
        /// The sequence number of the record in its shard, of up to 128 digits. It identifies the
        /// record in a failure report.
        pub sequence_number: &'a str = "sequenceNumber",
        on demand
        /// The version of this part's format.
        pub kinesis_schema_version: &'a str = "kinesisSchemaVersion",
        /// The partition key, which determines the shard.
        pub partition_key: &'a str = "partitionKey",
        /// The time at which the record arrived, to the millisecond.
        pub approximate_arrival_timestamp: Timestamp<'a> = "approximateArrivalTimestamp",
        /// How the record is encrypted in the stream: `NONE` or `KMS`.
        pub encryption_type: Option<&'a str> = "encryptionType",
        in place
        /// The data, decoded in place: [`Base64`] or [`Body`](super::Body).
        pub data: D = "data" as base64,
    }
}
