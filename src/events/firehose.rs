//! Transformations of Data Firehose.

use serde::Serialize;

use super::object::object;
use crate::error::Error;
use crate::handler::{Responder, Response, ResponseWriter};
use crate::json::{Base64, RawJson, Records};

object! {
    /// A batch of records to transform (AWS: [Transform source data in Amazon Data Firehose][1]). `D`
    /// is the type of their data: [`Base64`] or [`Body`](super::Body).
    ///
    /// Read it with [`Event::json`](crate::Event::json), and respond with [`Transformed`]: every
    /// record once.
    ///
    /// ```json
    /// {
    ///   "invocationId": "2f8e1a54-93a1-4c5e-8f6d-0a1b2c3d4e5f", "region": "eu-central-1",
    ///   "deliveryStreamArn": "arn:aws:firehose:eu-central-1:123456789012:deliverystream/orders",
    ///   "records": [{"recordId": "49655000112233", "approximateArrivalTimestamp": 1727177640987, "data": "eyJxdWFudGl0eSI6M30="}]
    /// }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html
    pub struct Event<'a, D = Base64<'a>> {
        on demand
        /// The id of the invocation.
        pub invocation_id: &'a str = "invocationId",
        /// The ARN of the Firehose stream.
        pub delivery_stream_arn: &'a str = "deliveryStreamArn",
        /// The ARN of the Kinesis stream, if it is the source.
        pub source_kinesis_stream_arn: Option<&'a str> = "sourceKinesisStreamArn",
        /// The region of the stream.
        pub region: &'a str = "region",
        in place
        /// The records.
        pub records: Records<'a, Record<'a, D>> = "records",
    }
}

object! {
    /// A record.
    pub struct Record<'a, D = Base64<'a>> {
        /// The id, which identifies the record in the answer.
        pub record_id: &'a str = "recordId",
        on demand
        /// The time at which the record arrived, in milliseconds since 1970-01-01 UTC.
        pub approximate_arrival_timestamp: u64 = "approximateArrivalTimestamp",
        /// More about a record from Kinesis: `shardId`, `partitionKey`, `sequenceNumber` and so on.
        pub kinesis_record_metadata: RawJson<'a> = "kinesisRecordMetadata",
        in place
        /// The data, decoded in place: [`Base64`] or [`Body`](super::Body).
        pub data: D = "data" as base64,
    }
}

/// The answer of a transformation, written into the response buffer as records are added:
/// `{"records":[{"recordId":"…","result":"Ok","data":"…"}]}` (AWS: [Required parameters for data
/// transformation][1]). It is at most 6 MB long.
///
/// ```
/// use barelambda::events::firehose::{Event, Transformed};
/// use barelambda::{Invocation, Response};
///
/// fn handler(invocation: Invocation) -> Response {
///     let mut transformed = Transformed::new(invocation.responder);
///     let event: Event = invocation.event.json()?;
///     for record in event.records {
///         let record = record?;
///         match &*record.data {
///             b"" => transformed.dropped(record.record_id)?,
///             data => transformed.ok(record.record_id, data)?,
///         }
///     }
///     transformed.finish()
/// }
/// ```
///
/// [1]: https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-status-model.html
pub struct Transformed<'a> {
    response: ResponseWriter<'a>,
    is_first: bool,
}

impl<'a> Transformed<'a> {
    /// Creates an answer without records.
    pub fn new(responder: Responder<'a>) -> Self {
        Self { response: responder.writer(), is_first: true }
    }

    /// Adds a record with its new data.
    ///
    /// # Errors
    /// [`Error::RESPONSE_TOO_LARGE`] if it doesn't fit the response buffer. Then
    /// [`finish`](Self::finish) fails too.
    pub fn ok(&mut self, record_id: &str, data: &[u8]) -> Result<(), Error> {
        self.record(record_id, "Ok", Some(data))?;
        self.response.write(b"}")
    }

    /// Adds a record with its new data and the keys of its dynamic partition: an object of strings
    /// (AWS: [Partition source data][1]).
    ///
    /// # Errors
    /// Those of [`ok`](Self::ok), and those of [`ResponseWriter::json`].
    ///
    /// [1]: https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning.html
    pub fn ok_in_partition<K: Serialize + ?Sized>(
        &mut self,
        record_id: &str,
        data: &[u8],
        partition_keys: &K,
    ) -> Result<(), Error> {
        self.record(record_id, "Ok", Some(data))?;
        self.response.write(b",\"metadata\":{\"partitionKeys\":")?;
        self.response.json(partition_keys)?;
        self.response.write(b"}}")
    }

    /// Adds a record that isn't delivered, as intended.
    ///
    /// # Errors
    /// Those of [`ok`](Self::ok).
    pub fn dropped(&mut self, record_id: &str) -> Result<(), Error> {
        self.record(record_id, "Dropped", None)?;
        self.response.write(b"}")
    }

    /// Adds a record that couldn't be transformed. Firehose delivers its original data to the
    /// destination for errors.
    ///
    /// # Errors
    /// Those of [`ok`](Self::ok).
    pub fn failed(&mut self, record_id: &str) -> Result<(), Error> {
        self.record(record_id, "ProcessingFailed", None)?;
        self.response.write(b"}")
    }

    /// Responds with the records that were added.
    ///
    /// # Errors
    /// [`Error::RESPONSE_TOO_LARGE`] if the response doesn't fit the response buffer.
    pub fn finish(mut self) -> Response<'a> {
        self.response.write(if self.is_first { b"{\"records\":[]}" } else { b"]}" })?;
        self.response.finish()
    }

    /// Writes a record, without its closing bracket.
    fn record(&mut self, id: &str, result: &str, data: Option<&[u8]>) -> Result<(), Error> {
        self.response.write(if self.is_first { b"{\"records\":[" } else { b"," })?;
        self.is_first = false;
        self.response.write(b"{\"recordId\":")?;
        self.response.json(id)?;
        self.response.write(b",\"result\":")?;
        self.response.json(result)?;
        if let Some(data) = data {
            self.response.write(b",\"data\":\"")?;
            self.response.base64(data)?;
            self.response.write(b"\"")?;
        }
        Ok(())
    }
}
