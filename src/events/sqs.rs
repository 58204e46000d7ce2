//! Messages of Simple Queue Service (SQS).

use super::body::Body;
use super::encoded::Base64Text;
use super::fields::{Named, Parameters, field};
use super::object::{object, with_body};
use crate::error::Error;
use crate::json::{FromJson, RawJson};

object! {
    /// A message of a queue, standard or FIFO (AWS: [Using Lambda with Amazon SQS][1]).
    ///
    /// Read a batch with [`Event::records`](crate::Event::records), and respond with
    /// [`BatchItemFailures`](super::BatchItemFailures). Add the [`message_id`](Self::message_id) of
    /// each failure. In a `Message<Body>`, with [`Body`], the message can be deserialized from JSON
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
    /// [1]: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
    pub struct Message<'a, B = &'a str> {
        /// The message's id. It identifies the message in a failure report.
        pub message_id: &'a str = "messageId",
        /// The handle for deleting the message or changing its visibility.
        pub receipt_handle: &'a str = "receiptHandle" or default,
        /// The attributes that SQS added to the message.
        pub attributes: Attributes<'a> = "attributes" or default,
        /// The attributes that the sender added to the message.
        pub message_attributes: MessageAttributes<'a> = "messageAttributes" or default,
        /// The MD5 of the body, in hexadecimal.
        pub md5_of_body: &'a str = "md5OfBody" or default,
        /// The MD5 of the message attributes, in hexadecimal.
        pub md5_of_message_attributes: Option<&'a str> = "md5OfMessageAttributes" or default,
        /// `aws:sqs`.
        pub event_source: &'a str = "eventSource" or default,
        /// The ARN of the queue.
        pub event_source_arn: &'a str = "eventSourceARN" or default,
        /// The region of the queue.
        pub aws_region: &'a str = "awsRegion" or default,
        in place
        /// The message that was sent.
        pub body: B = "body",
    }
}

impl<'a> FromJson<'a> for Message<'a, Body<'a>> {
    fn from_json(text: &'a mut [u8]) -> Result<Self, Error> {
        let (mut message, body) = with_body::<Self>(text)?;
        message.body = Body::new(body, false);
        Ok(message)
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

/// An attribute of a message: its type and its value.
#[derive(Copy, Clone, Debug, Default)]
pub struct MessageAttribute<'a> {
    object: RawJson<'a>,
}

impl<'a> From<RawJson<'a>> for MessageAttribute<'a> {
    fn from(object: RawJson<'a>) -> Self {
        Self { object }
    }
}

impl<'a> MessageAttribute<'a> {
    /// Returns the data type: `String`, `Number` or `Binary`, optionally followed by a dot and a
    /// custom label, as in `Number.int`.
    pub fn data_type(&self) -> Option<&'a str> {
        field(self.object, "dataType").as_str()
    }

    /// Returns the value of a string or a number.
    pub fn string_value(&self) -> Option<&'a str> {
        field(self.object, "stringValue").as_str()
    }

    /// Returns the value of a binary attribute.
    pub fn binary_value(&self) -> Option<Base64Text<'a>> {
        field(self.object, "binaryValue").as_str().map(Base64Text::new)
    }
}
