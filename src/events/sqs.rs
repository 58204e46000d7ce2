//! Messages of Simple Queue Service (SQS).

use super::encoded::Base64Text;
use super::fields::{Named, Parameters};
use super::object::object;
use crate::json::RawJson;

object! {
    /// A message of a queue, standard or FIFO (AWS: [Using Lambda with Amazon SQS][1]).
    ///
    /// Read a batch with [`Event::records`](crate::Event::records), and respond with
    /// [`BatchItemFailures`](super::BatchItemFailures). Add the [`message_id`](Self::message_id) of
    /// each failure. In a `Message<Body>`, with [`Body`](super::Body), the message can be deserialized from JSON
    /// in place.
    ///
    /// ```json
    /// {"Records": [{
    ///   "messageId": "2f8e1a54-93a1-4c5e-8f6d-0a1b2c3d4e5f", "receiptHandle": "AQEB…", "body": "{\"quantity\":3}",
    ///   "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1727177216012", "SenderId": "AIDA…"},
    ///   "messageAttributes": {"Customer": {"stringValue": "André", "dataType": "String"}},
    ///   "md5OfBody": "…", "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:orders",
    ///   "awsRegion": "eu-central-1"
    /// }]}
    /// ```
    ///
    /// The answer of [ReceiveMessage][2], in which all names begin with a capital, is a batch too:
    /// `Records::<Message>::new(text, "Messages")`.
    ///
    /// [1]: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
    /// [2]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
    pub struct Message<'a, B = &'a str> {
        /// The message's id. It identifies the message in a failure report.
        pub message_id: &'a str = "messageId",
        on demand
        /// The handle for deleting the message or changing its visibility.
        pub receipt_handle: &'a str = "receiptHandle",
        /// The attributes that SQS added to the message.
        pub attributes: Attributes<'a> = "attributes",
        /// The attributes that the sender added to the message.
        pub message_attributes: MessageAttributes<'a> = "messageAttributes",
        /// The MD5 of the body, in hexadecimal.
        pub md5_of_body: &'a str = "md5OfBody",
        /// The MD5 of the message attributes, in hexadecimal.
        pub md5_of_message_attributes: Option<&'a str> = "md5OfMessageAttributes",
        /// `aws:sqs`.
        pub event_source: &'a str = "eventSource",
        /// The ARN of the queue.
        pub event_source_arn: &'a str = "eventSourceARN",
        /// The region of the queue.
        pub aws_region: &'a str = "awsRegion",
        in place
        /// The message that was sent.
        pub body: B = "body",
    }
}

/// The attributes that SQS added to a message, by name (AWS: [ReceiveMessage][1],
/// "MessageSystemAttributeNames").
///
/// [1]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
#[derive(Copy, Clone, Debug, Default)]
pub struct Attributes<'a> {
    values: Parameters<'a>,
}

impl<'a> From<RawJson<'a>> for Attributes<'a> {
    fn from(object: RawJson<'a>) -> Self {
        Self { values: object.into() }
    }
}

impl<'a> Attributes<'a> {
    /// Returns the attribute `name`, for example `AWSTraceHeader`.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.values.get(name)
    }

    /// Returns how often the message has been received, including this time.
    pub fn approximate_receive_count(&self) -> Option<u32> {
        self.get("ApproximateReceiveCount")?.parse().ok()
    }

    /// Returns the time at which the message was sent, in milliseconds since 1970-01-01 UTC.
    pub fn sent_timestamp(&self) -> Option<u64> {
        self.get("SentTimestamp")?.parse().ok()
    }

    /// Returns the time at which the message was first received, in milliseconds since 1970-01-01
    /// UTC.
    pub fn approximate_first_receive_timestamp(&self) -> Option<u64> {
        self.get("ApproximateFirstReceiveTimestamp")?.parse().ok()
    }

    /// Returns the id of the user or role that sent the message.
    pub fn sender_id(&self) -> Option<&'a str> {
        self.get("SenderId")
    }

    /// Returns the id of the message's group, for FIFO queues and fair queues. A FIFO queue keeps
    /// the order within a group.
    pub fn message_group_id(&self) -> Option<&'a str> {
        self.get("MessageGroupId")
    }

    /// Returns the deduplication id of the message, for FIFO queues.
    pub fn message_deduplication_id(&self) -> Option<&'a str> {
        self.get("MessageDeduplicationId")
    }

    /// Returns the sequence number of the message, of up to 128 bits, for FIFO queues.
    pub fn sequence_number(&self) -> Option<&'a str> {
        self.get("SequenceNumber")
    }

    /// Returns the ARN of the message's original queue, if it was moved out of a dead-letter queue.
    pub fn dead_letter_queue_source_arn(&self) -> Option<&'a str> {
        self.get("DeadLetterQueueSourceArn")
    }
}

/// The attributes that a sender added to a message, by name (AWS: [MessageAttributeValue][1]).
///
/// [1]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_MessageAttributeValue.html
pub type MessageAttributes<'a> = Named<'a, MessageAttribute<'a>>;

object! {
    /// An attribute of a message: its type and its value. The names of its fields begin with a lower
    /// case letter in an event, and with a capital in the answers of SQS's own operations.
    pub struct MessageAttribute<'a> {
        on demand
        /// The data type: `String`, `Number` or `Binary`, optionally followed by a dot and a custom
        /// label, as in `Number.int`.
        pub data_type: Option<&'a str> = "dataType",
        /// The value of a string or a number.
        pub string_value: Option<&'a str> = "stringValue",
        /// The value of a binary attribute.
        pub binary_value: Option<Base64Text<'a>> = "binaryValue",
    }
}
