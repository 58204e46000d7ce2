//! Notifications of Simple Notification Service (SNS).

use serde::de::MapAccess;

use super::body::Body;
use super::encoded::Base64Text;
use super::fields::{Named, field};
use super::object::{Object, Place, object, with_body};
use crate::error::Error;
use crate::json::{FromJson, RawJson};

object! {
    /// A record of an event of SNS (AWS: [Invoking Lambda functions with Amazon SNS
    /// notifications][1]). An event has one record.
    ///
    /// Read it with [`Event::records`](crate::Event::records). In a `Record<Body>`, with [`Body`],
    /// the message can be deserialized from JSON in place.
    ///
    /// ```json
    /// {"Records": [{
    ///   "EventSource": "aws:sns", "EventVersion": "1.0",
    ///   "EventSubscriptionArn": "arn:aws:sns:eu-central-1:123456789012:orders:5c1d2e3f-4051-4627-8839-a4b5c6d7e8f9",
    ///   "Sns": {
    ///     "Type": "Notification", "MessageId": "2d1f0e9c-8b7a-5695-a483-726150403f2e",
    ///     "TopicArn": "arn:aws:sns:eu-central-1:123456789012:orders", "Subject": null, "Message": "{\"quantity\":3}",
    ///     "Timestamp": "2024-09-24T11:28:01.123Z", "SignatureVersion": "1", "Signature": "…", "SigningCertUrl": "https://…",
    ///     "UnsubscribeUrl": "https://…", "MessageAttributes": {"Kind": {"Type": "String", "Value": "gift"}}
    ///   }
    /// }]}
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
    pub struct Record<'a, M = &'a str> {
        /// `aws:sns`.
        pub event_source: &'a str = "EventSource" or default,
        /// The version of the record's format.
        pub event_version: &'a str = "EventVersion" or default,
        /// The ARN of the function's subscription.
        pub event_subscription_arn: &'a str = "EventSubscriptionArn" or default,
        in place
        /// The notification.
        pub sns: Notification<'a, M> = "Sns",
    }
}

object! {
    /// A notification. If a queue is subscribed to a topic without raw message delivery, the body
    /// of each SQS message is a notification too: `message.body.json::<sns::Notification>()`.
    pub struct Notification<'a, M = &'a str> {
        /// `Notification`.
        pub r#type: &'a str = "Type" or default,
        /// The id of the published message.
        pub message_id: &'a str = "MessageId" or default,
        /// The ARN of the topic.
        pub topic_arn: &'a str = "TopicArn" or default,
        /// The subject, if it has one.
        pub subject: Option<&'a str> = "Subject" or default,
        /// The time of publication, for example `2024-09-24T11:28:01.123Z`.
        pub timestamp: &'a str = "Timestamp" or default,
        /// The version of the signature: `1` for SHA-1, `2` for SHA-256.
        pub signature_version: &'a str = "SignatureVersion" or default,
        /// The signature, in base64.
        pub signature: &'a str = "Signature" or default,
        /// The URL of the certificate of the signature.
        pub signing_cert_url: &'a str = "SigningCertUrl" or default,
        /// The URL that ends the subscription.
        pub unsubscribe_url: &'a str = "UnsubscribeUrl" or default,
        /// The attributes that the publisher added to the message.
        pub message_attributes: MessageAttributes<'a> = "MessageAttributes" or default,
        in place
        /// The published message.
        pub message: M = "Message",
    }
}

impl<'a> FromJson<'a> for Record<'a, Body<'a>> {
    fn from_json(text: &'a mut [u8]) -> Result<Self, Error> {
        let (mut record, message) = with_body::<Self>(text)?;
        record.sns.message = Body::new(message, false);
        Ok(record)
    }
}

impl<'a> FromJson<'a> for Notification<'a, Body<'a>> {
    fn from_json(text: &'a mut [u8]) -> Result<Self, Error> {
        let (mut notification, message) = with_body::<Self>(text)?;
        notification.message = Body::new(message, false);
        Ok(notification)
    }
}

impl<'de: 'a, 'a> Place<'de> for Notification<'a, Body<'a>> {
    fn read<A: MapAccess<'de>>(map: &mut A) -> Result<Self, A::Error> {
        map.next_value::<Object<Self>>().map(|object| object.0)
    }
}

/// The attributes of a message, by name (AWS: [Amazon SNS message attributes][1]).
///
/// [1]: https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
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
    /// Returns the type: `String`, `String.Array`, `Number` or `Binary`.
    pub fn r#type(&self) -> Option<&'a str> {
        field(self.object, "Type").as_str()
    }

    /// Returns the value, not decoded: a string, a number's digits, JSON or base64.
    pub fn value(&self) -> Option<&'a str> {
        field(self.object, "Value").as_str()
    }

    /// Returns the value of a `Binary` attribute, or `None` for another type.
    pub fn binary_value(&self) -> Option<Base64Text<'a>> {
        if self.r#type() == Some("Binary") { self.value().map(Base64Text::new) } else { None }
    }
}
