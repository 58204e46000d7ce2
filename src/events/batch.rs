//! Which records of a batch have failed.

use crate::error::Error;
use crate::handler::{Responder, Response, ResponseWriter};

/// A partial batch response: `{"batchItemFailures":[{"itemIdentifier":"…"}]}`, written into the response buffer as failures come
/// (AWS: [Handling errors for an SQS event source in Lambda][1], and [Configuring partial batch response with Kinesis Data Streams and
/// Lambda][2], [with DynamoDB and Lambda][3]).
///
/// The event source mapping needs `ReportBatchItemFailures` among its function response types: Lambda takes the whole batch for a success
/// otherwise. An error in place of the answer fails the whole batch.
///
/// | source | identifier | what is tried again |
/// |---|---|---|
/// | SQS | [`message_id`](super::sqs::Message::message_id) | the messages that are named; of a FIFO queue, all after the first failure should be |
/// | Kinesis | [`sequence_number`](super::kinesis::Data::sequence_number) | all from the lowest number on |
/// | DynamoDB | [`sequence_number`](super::dynamodb::StreamRecord::sequence_number) | all from the lowest number on |
///
/// A record that cannot be read as its type at all has no id to report: with `?` the whole batch then fails, and comes again, so that nothing
/// is lost. A body that cannot be read is not such a case: its message has been read.
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
pub struct BatchItemFailures<'a> {
    response: ResponseWriter<'a>,
    is_first: bool,
}

impl<'a> BatchItemFailures<'a> {
    /// No failures so far.
    pub fn new(responder: Responder<'a>) -> Self {
        Self { response: responder.writer(), is_first: true }
    }

    /// Adds a failure. Lambda takes an empty identifier for a failure of the whole batch.
    ///
    /// # Errors
    /// [`Error::RESPONSE_TOO_LARGE`] if it does not fit; then the answer cannot be finished, and the whole batch fails.
    pub fn add(&mut self, item_identifier: &str) -> Result<(), Error> {
        let lead: &[u8] = if self.is_first { b"{\"batchItemFailures\":[{\"itemIdentifier\":" } else { b",{\"itemIdentifier\":" };
        self.is_first = false;
        self.response.write(lead)?;
        self.response.json(item_identifier)?;
        self.response.write(b"}")
    }

    /// Whether there is no failure so far.
    pub const fn is_empty(&self) -> bool {
        self.is_first
    }

    /// Answers with the failures that were added. Without any, the whole batch counts as done.
    ///
    /// # Errors
    /// [`Error::RESPONSE_TOO_LARGE`].
    pub fn finish(mut self) -> Response<'a> {
        self.response.write(if self.is_first { b"{\"batchItemFailures\":[]}" } else { b"]}" })?;
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
    fn failures_stand_in_the_answer() {
        let mut buffer = [0; 256];
        assert_eq!(body(&mut buffer, &[]), Ok(r#"{"batchItemFailures":[]}"#));
        assert_eq!(body(&mut buffer, &["1"]), Ok(r#"{"batchItemFailures":[{"itemIdentifier":"1"}]}"#));
        assert_eq!(
            body(&mut buffer, &["2f8e1a54-93a1", "a\"b\\é", ""]),
            Ok(r#"{"batchItemFailures":[{"itemIdentifier":"2f8e1a54-93a1"},{"itemIdentifier":"a\"b\\é"},{"itemIdentifier":""}]}"#)
        );
    }

    #[test]
    fn failures_that_do_not_fit_are_an_error() {
        let whole = r#"{"batchItemFailures":[{"itemIdentifier":"1"},{"itemIdentifier":"2"}]}"#;
        for size in 0..whole.len() {
            assert_eq!(body(&mut std::vec![0; size], &["1", "2"]), Err(Error::RESPONSE_TOO_LARGE), "{size}");
        }
        assert_eq!(body(&mut std::vec![0; whole.len()], &["1", "2"]), Ok(whole));
    }
}
