//! Records of Kafka: Amazon MSK and self-managed clusters.

use super::body::Body;
use super::encoded::Base64Text;
use super::object::object;
use crate::error::Error;
use crate::json::{RawJson, RecordsByName};

object! {
    /// A batch of records, grouped by topic and partition (AWS: [Using Lambda with Amazon MSK][1]
    /// and [with self-managed Apache Kafka][2]).
    ///
    /// Read it with [`Event::json`](crate::Event::json), and respond with
    /// [`BatchItemFailures`](super::BatchItemFailures) if the event source mapping has
    /// `ReportBatchItemFailures`.
    ///
    /// ```json
    /// {
    ///   "eventSource": "aws:kafka", "eventSourceArn": "arn:aws:kafka:eu-central-1:123456789012:cluster/orders/e9f754c6",
    ///   "bootstrapServers": "b-1.orders.kafka.eu-central-1.amazonaws.com:9092",
    ///   "records": {"orders-0": [{
    ///     "topic": "orders", "partition": 0, "offset": 15, "timestamp": 1727177640987, "timestampType": "CREATE_TIME",
    ///     "key": "c2hvcC05", "value": "eyJxdWFudGl0eSI6M30=", "headers": [{"kind": [103, 105, 102, 116]}]
    ///   }]}
    /// }
    /// ```
    ///
    /// ```
    /// use barelambda::events::{BatchItemFailures, kafka};
    /// use barelambda::{Invocation, Response};
    ///
    /// fn handler(invocation: Invocation) -> Response {
    ///     let mut failures = BatchItemFailures::new(invocation.responder);
    ///     let event: kafka::Event = invocation.event.json()?;
    ///     for group in event.records {
    ///         let (partition, records) = group?;
    ///         for record in records {
    ///             let record = record?;
    ///             let offset = record.offset();
    ///             if record.value.json::<u32>().is_err() {
    ///                 // Lambda sends this record and all later ones of the partition again.
    ///                 failures.add_offset(partition, offset)?;
    ///                 break;
    ///             }
    ///         }
    ///     }
    ///     failures.finish()
    /// }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html
    /// [2]: https://docs.aws.amazon.com/lambda/latest/dg/with-kafka.html
    pub struct Event<'a> {
        on demand
        /// `aws:kafka` or `SelfManagedKafka`.
        pub event_source: &'a str = "eventSource",
        /// The ARN of an MSK cluster.
        pub event_source_arn: Option<&'a str> = "eventSourceArn",
        /// The addresses of the brokers, joined by commas.
        pub bootstrap_servers: &'a str = "bootstrapServers",
        in place
        /// The records. The name of each group is the topic, a hyphen and the partition.
        pub records: RecordsByName<'a, Record<'a>> = "records",
    }
}

object! {
    /// A record.
    ///
    /// EventBridge Pipes send an array of them, which [`Event::records`](crate::Event::records)
    /// reads; there each record has also the fields of the [`Event`], which [`get`](Self::get)
    /// returns.
    pub struct Record<'a> {
        /// The topic.
        pub topic: &'a str = "topic",
        on demand
        /// The partition.
        pub partition: u64 = "partition",
        /// The offset in the partition.
        pub offset: u64 = "offset",
        /// The time of the record, in milliseconds since 1970-01-01 UTC.
        pub timestamp: u64 = "timestamp",
        /// `CREATE_TIME` or `LOG_APPEND_TIME`.
        pub timestamp_type: &'a str = "timestampType",
        /// The key, or `None`.
        pub key: Option<Base64Text<'a>> = "key",
        /// The headers: a list of objects with one field each, a list of bytes. See
        /// [`header`](Self::header).
        pub headers: RawJson<'a> = "headers",
        in place
        /// The value. It is empty if the record has none (a tombstone).
        pub value: Body<'a> = "value" or Default as base64,
    }
}

impl<'a> Record<'a> {
    /// Copies the bytes of the first header `name` into `buffer`, and returns them, or `None` if
    /// there isn't such a header. Lambda writes the bytes as numbers from -128 to 127 or from 0 to
    /// 255.
    ///
    /// # Errors
    /// [`Error::DECODING_BUFFER`] if the buffer is smaller; those of [`RawJson::read`] if an
    /// element isn't a byte.
    pub fn header<'b>(
        &self,
        name: &str,
        buffer: &'b mut [u8],
    ) -> Option<Result<&'b mut [u8], Error>> {
        let header = self.headers().elements().map(|header| header.get(name));
        Some(bytes(header.into_iter().find(|bytes| !bytes.is_null())?, buffer))
    }
}

fn bytes<'b>(list: RawJson<'_>, buffer: &'b mut [u8]) -> Result<&'b mut [u8], Error> {
    let mut len = 0;
    for element in list.elements() {
        let byte: i16 = element.read()?;
        *buffer.get_mut(len).ok_or(Error::DECODING_BUFFER)? = byte as u8;
        len += 1;
    }
    Ok(buffer.get_mut(..len).unwrap_or_default())
}
