//! Records of Kinesis Data Streams.

use serde::de::MapAccess;

use super::body::Body;
use super::object::{Object, Place, object, with_body};
use super::time::Timestamp;
use crate::error::Error;
use crate::json::{Base64, FromJson};

object! {
    /// A record of a stream (AWS: [Using Lambda to process records from Amazon Kinesis Data
    /// Streams][1]).
    ///
    /// Read a batch with [`Event::records`](crate::Event::records), and respond with
    /// [`BatchItemFailures`](super::BatchItemFailures). Add the
    /// [`sequence_number`](Data::sequence_number) of the first failure. In a `Record<Body>`, with
    /// [`Body`], the data can be deserialized from JSON in place. Invalid base64 is then an error
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
        /// `aws:kinesis`.
        pub event_source: &'a str = "eventSource" or default,
        /// The version of the record's format.
        pub event_version: &'a str = "eventVersion" or default,
        /// The shard's id, a colon, and the sequence number.
        pub event_id: &'a str = "eventID" or default,
        /// `aws:kinesis:record`.
        pub event_name: &'a str = "eventName" or default,
        /// The ARN of the function's role.
        pub invoke_identity_arn: &'a str = "invokeIdentityArn" or default,
        /// The region of the stream.
        pub aws_region: &'a str = "awsRegion" or default,
        /// The ARN of the stream or of its consumer.
        pub event_source_arn: &'a str = "eventSourceARN" or default,
        in place
        /// The data, and its position in the stream.
        pub kinesis: Data<'a, D> = "kinesis",
    }
}

object! {
    /// The data of a record, and its position in the stream.
    pub struct Data<'a, D = Base64<'a>> {
        /// The version of this part's format.
        pub kinesis_schema_version: &'a str = "kinesisSchemaVersion" or default,
        /// The partition key, which determines the shard.
        pub partition_key: &'a str = "partitionKey" or default,
        /// The sequence number of the record in its shard, of up to 128 digits. It identifies the
        /// record in a failure report.
        pub sequence_number: &'a str = "sequenceNumber",
        /// The time at which the record arrived, to the millisecond.
        pub approximate_arrival_timestamp: Timestamp<'a> = "approximateArrivalTimestamp" or default,
        in place
        /// The data, decoded in place: [`Base64`] or [`Body`].
        pub data: D = "data",
    }
}

impl<'a> FromJson<'a> for Record<'a, Body<'a>> {
    fn from_json(text: &'a mut [u8]) -> Result<Self, Error> {
        let (mut record, data) = with_body::<Self>(text)?;
        record.kinesis.data = Body::new(data, true);
        Ok(record)
    }
}

impl<'de: 'a, 'a> Place<'de> for Data<'a, Body<'a>> {
    fn read<A: MapAccess<'de>>(map: &mut A) -> Result<Self, A::Error> {
        map.next_value::<Object<Self>>().map(|object| object.0)
    }
}
