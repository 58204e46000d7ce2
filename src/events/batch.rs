//! The response that reports the failed records of a batch.

use serde::Serialize;

use crate::error::Error;
use crate::handler::{Responder, Response, ResponseWriter};

/// A partial batch response: `{"batchItemFailures":[{"itemIdentifier":"…"}]}`, written into the
/// response buffer as failures are added (AWS: [Handling errors for an SQS event source in
/// Lambda][1], and [Configuring partial batch response with Kinesis Data Streams and Lambda][2],
/// [with DynamoDB and Lambda][3], [with Kafka][4]).
///
/// The event source mapping needs `ReportBatchItemFailures` among its function response types.
/// Otherwise Lambda considers the whole batch a success. If the handler returns an error instead,
/// the whole batch fails.
///
/// | source | identifier | what Lambda retries |
/// |---|---|---|
/// | SQS | [`message_id`](super::sqs::Message::message_id) | the reported messages; for a FIFO queue, report all messages after the first failure too |
/// | Kinesis | [`sequence_number`](super::kinesis::Data::sequence_number) | all records from the lowest reported number on |
/// | DynamoDB | [`sequence_number`](super::dynamodb::StreamRecord::sequence_number) | all records from the lowest reported number on |
/// | Kafka | the name of the topic and partition and the offset: [`add_offset`](Self::add_offset) | of each reported partition, all records from the lowest reported offset on |
///
/// A record that can't be deserialized has no identifier to report. With `?` the whole batch fails,
/// and Lambda delivers it again, so nothing is lost. An invalid body is different: its message has
/// been deserialized, so its identifier can be reported.
///
/// ```
/// use barelambda::events::{BatchItemFailures, sqs};
/// use barelambda::{Invocation, Response};
///
/// fn handler(invocation: Invocation) -> Response {
///     let mut failures = BatchItemFailures::new(invocation.responder);
///     for message in invocation.event.records::<sqs::Message>()? {
///         let message = message?;
///         if message.body != "fine" {
///             failures.add(message.message_id)?;
///         }
///     }
///     failures.finish()
/// }
/// ```
///
/// [1]: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
/// [2]: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
/// [3]: https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
/// [4]: https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html
pub struct BatchItemFailures<'a> {
    response: ResponseWriter<'a>,
    is_first: bool,
}

impl<'a> BatchItemFailures<'a> {
    /// Creates a response without failures.
    pub fn new(responder: Responder<'a>) -> Self {
        Self { response: responder.writer(), is_first: true }
    }

    /// Adds a failure. For Lambda, an empty identifier means that the whole batch failed.
    ///
    /// # Errors
    /// [`Error::RESPONSE_TOO_LARGE`] if it doesn't fit the response buffer. Then
    /// [`finish`](Self::finish) fails too, and with it the whole batch.
    pub fn add(&mut self, item_identifier: &str) -> Result<(), Error> {
        self.begin()?;
        self.response.json(item_identifier)?;
        self.response.write(b"}")
    }

    /// Adds a record of Kafka, by its topic and partition, as in `orders-0`, and its offset.
    ///
    /// # Errors
    /// Those of [`add`](Self::add).
    pub fn add_offset(&mut self, topic_partition: &str, offset: u64) -> Result<(), Error> {
        self.begin()?;
        self.response.write(b"{\"partition\":")?;
        self.response.json(topic_partition)?;
        self.response.write(b",\"offset\":")?;
        self.response.json(&offset)?;
        self.response.write(b"}}")
    }

    /// Begins an item.
    fn begin(&mut self) -> Result<(), Error> {
        let lead: &[u8] = if self.is_first {
            b"{\"batchItemFailures\":[{\"itemIdentifier\":"
        } else {
            b",{\"itemIdentifier\":"
        };
        self.is_first = false;
        self.response.write(lead)
    }

    /// Returns whether no failures have been added.
    pub const fn is_empty(&self) -> bool {
        self.is_first
    }

    /// Responds with the failures that were added. Without failures, the whole batch is a success.
    ///
    /// # Errors
    /// [`Error::RESPONSE_TOO_LARGE`] if the response doesn't fit the response buffer.
    pub fn finish(mut self) -> Response<'a> {
        self.response.write(if self.is_first { b"{\"batchItemFailures\":[]}" } else { b"]}" })?;
        self.response.finish()
    }
}

impl<'a> BatchItemFailures<'a> {
    /// Responds with the failures and with the state of a [tumbling window](super::TimeWindow),
    /// which Lambda sends with the next batch of the window.
    ///
    /// # Errors
    /// [`Error::RESPONSE_TOO_LARGE`] if the response doesn't fit the response buffer, and those of
    /// [`ResponseWriter::json`].
    pub fn finish_with_state<S: Serialize + ?Sized>(mut self, state: &S) -> Response<'a> {
        self.response.write(if self.is_first { b"{\"batchItemFailures\":[" } else { b"" })?;
        self.response.write(b"],\"state\":")?;
        self.response.json(state)?;
        self.response.write(b"}")?;
        self.response.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body<'a>(buffer: &'a mut [u8], identifiers: &[&str]) -> Result<&'a str, Error> {
        let mut failures = BatchItemFailures::new(Responder::new(buffer, &()));
        assert!(failures.is_empty());
        for identifier in identifiers {
            failures.add(identifier)?;
        }
        assert_eq!(failures.is_empty(), identifiers.is_empty());
        let responded = failures.finish()?;
        Ok(str::from_utf8(responded.answer.body()).unwrap())
    }

    #[test]
    fn failures_are_listed_in_the_response() {
        let mut buffer = [0; 256];
        assert_eq!(body(&mut buffer, &[]), Ok(r#"{"batchItemFailures":[]}"#));
        assert_eq!(
            body(&mut buffer, &["1"]),
            Ok(r#"{"batchItemFailures":[{"itemIdentifier":"1"}]}"#)
        );
        assert_eq!(
            body(&mut buffer, &["2f8e1a54-93a1", "a\"b\\é", ""]),
            Ok(
                r#"{"batchItemFailures":[{"itemIdentifier":"2f8e1a54-93a1"},{"itemIdentifier":"a\"b\\é"},{"itemIdentifier":""}]}"#
            )
        );
    }

    #[test]
    fn records_of_kafka_are_identified_by_partition_and_offset() {
        let mut buffer = [0; 256];
        let mut failures = BatchItemFailures::new(Responder::new(&mut buffer, &()));
        failures.add_offset("orders-0", 7).unwrap();
        failures.add_offset("a\"b-12", u64::MAX).unwrap();
        let responded = failures.finish().unwrap();
        assert_eq!(
            str::from_utf8(responded.answer.body()),
            Ok(concat!(
                r#"{"batchItemFailures":[{"itemIdentifier":{"partition":"orders-0","offset":7}},"#,
                r#"{"itemIdentifier":{"partition":"a\"b-12","offset":18446744073709551615}}]}"#
            ))
        );
    }

    #[test]
    fn the_state_of_a_window_follows_the_failures() {
        #[derive(Serialize)]
        struct State {
            sum: i32,
        }
        for (failed, expected) in [
            (&[][..], r#"{"batchItemFailures":[],"state":{"sum":-3}}"#),
            (&["7"], r#"{"batchItemFailures":[{"itemIdentifier":"7"}],"state":{"sum":-3}}"#),
        ] {
            for size in 0..=expected.len() {
                let mut buffer = std::vec![0; size];
                let mut failures = BatchItemFailures::new(Responder::new(&mut buffer, &()));
                for failed in failed {
                    _ = failures.add(failed);
                }
                match failures.finish_with_state(&State { sum: -3 }) {
                    Ok(responded) => {
                        assert_eq!(str::from_utf8(responded.answer.body()), Ok(expected));
                        assert_eq!(size, expected.len());
                    }
                    Err(error) => {
                        assert_eq!(error, Error::RESPONSE_TOO_LARGE);
                        assert!(size < expected.len());
                    }
                }
            }
        }
    }

    #[test]
    fn failures_that_do_not_fit_are_an_error() {
        let whole = r#"{"batchItemFailures":[{"itemIdentifier":"1"},{"itemIdentifier":"2"}]}"#;
        for size in 0..whole.len() {
            assert_eq!(
                body(&mut std::vec![0; size], &["1", "2"]),
                Err(Error::RESPONSE_TOO_LARGE),
                "{size}"
            );
        }
        assert_eq!(body(&mut std::vec![0; whole.len()], &["1", "2"]), Ok(whole));
    }
}
