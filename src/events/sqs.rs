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
    /// Read a batch with [`Event::records`](crate::Event::records), and answer with [`BatchItemFailures`](super::BatchItemFailures), to which
    /// the [`message_id`](Self::message_id) of a failure goes. As `Message<Body>`, with
    /// [`Body`], the message can be read as JSON, in place.
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
        /// The message's id, by which its failure is reported.
        pub message_id: &'a str = "messageId",
        /// The handle by which the message can be deleted, or its visibility changed.
        pub receipt_handle: &'a str = "receiptHandle" or default,
        /// What SQS knows about the message.
        pub attributes: Attributes<'a> = "attributes" or default,
        /// What the sender added to the message.
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
        /// What was sent.
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

/// What SQS knows about a message, by name (AWS: [ReceiveMessage][1], "MessageSystemAttributeNames").
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
    /// The attribute `name`, for example `AWSTraceHeader`.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.values.get(name)
    }

    /// How often the message has been received, this time included.
    pub fn approximate_receive_count(&self) -> Option<u32> {
        self.get("ApproximateReceiveCount")?.parse().ok()
    }

    /// When the message was sent, in milliseconds since 1970-01-01 UTC.
    pub fn sent_timestamp(&self) -> Option<u64> {
        self.get("SentTimestamp")?.parse().ok()
    }

    /// When the message was first received, in milliseconds since 1970-01-01 UTC.
    pub fn approximate_first_receive_timestamp(&self) -> Option<u64> {
        self.get("ApproximateFirstReceiveTimestamp")?.parse().ok()
    }

    /// Who sent the message: the id of a user or a role.
    pub fn sender_id(&self) -> Option<&'a str> {
        self.get("SenderId")
    }

    /// The group of the message, whose order is kept; of FIFO queues, and of fair ones.
    pub fn message_group_id(&self) -> Option<&'a str> {
        self.get("MessageGroupId")
    }

    /// What tells the message from another with the same content; of FIFO queues.
    pub fn message_deduplication_id(&self) -> Option<&'a str> {
        self.get("MessageDeduplicationId")
    }

    /// The message's place among all of the queue: a number of up to 128 bits; of FIFO queues.
    pub fn sequence_number(&self) -> Option<&'a str> {
        self.get("SequenceNumber")
    }

    /// The ARN of the queue that the message was in before it came to a dead-letter queue and from there was moved on.
    pub fn dead_letter_queue_source_arn(&self) -> Option<&'a str> {
        self.get("DeadLetterQueueSourceArn")
    }
}

/// What a sender added to a message, by name (AWS: [MessageAttributeValue][1]).
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
    /// `String`, `Number` or `Binary`, and what the sender added to that behind a point: `Number.int`.
    pub fn data_type(&self) -> Option<&'a str> {
        field(self.object, "dataType").as_str()
    }

    /// The value of a text or a number.
    pub fn string_value(&self) -> Option<&'a str> {
        field(self.object, "stringValue").as_str()
    }

    /// The value of a binary attribute.
    pub fn binary_value(&self) -> Option<Base64Text<'a>> {
        field(self.object, "binaryValue").as_str().map(Base64Text::new)
    }
}
