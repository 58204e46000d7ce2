//! Notifications of Simple Notification Service (SNS).

use super::encoded::Base64Text;
use super::fields::Named;
use super::object::object;

object! {
    /// A record of an event of SNS (AWS: [Invoking Lambda functions with Amazon SNS
    /// notifications][1]). An event has one record.
    ///
    /// Read it with [`Event::records`](crate::Event::records). In a `Record<Body>`, with [`Body`](super::Body),
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
        on demand
        /// `aws:sns`.
        pub event_source: &'a str = "EventSource",
        /// The version of the record's format.
        pub event_version: &'a str = "EventVersion",
        /// The ARN of the function's subscription.
        pub event_subscription_arn: &'a str = "EventSubscriptionArn",
        in place
        /// The notification.
        pub sns: Notification<'a, M> = "Sns",
    }
}

object! {
    /// A notification. If a queue is subscribed to a topic without raw message delivery, the body
    /// of each SQS message is a notification too: `message.body.json::<sns::Notification>()`. So is
    /// the body of a request to an HTTPS endpoint, also the one that confirms a subscription (AWS:
    /// [Parsing Amazon SNS message formats][1]).
    ///
    /// [1]: https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
    pub struct Notification<'a, M = &'a str> {
        on demand
        /// `Notification`. An HTTPS endpoint also receives `SubscriptionConfirmation` and
        /// `UnsubscribeConfirmation`.
        pub r#type: &'a str = "Type",
        /// The id of the published message.
        pub message_id: &'a str = "MessageId",
        /// The ARN of the topic.
        pub topic_arn: &'a str = "TopicArn",
        /// The subject, if it has one.
        pub subject: Option<&'a str> = "Subject",
        /// The time of publication, for example `2024-09-24T11:28:01.123Z`.
        pub timestamp: &'a str = "Timestamp",
        /// The version of the signature: `1` for SHA-1, `2` for SHA-256.
        pub signature_version: &'a str = "SignatureVersion",
        /// The signature, in base64.
        pub signature: &'a str = "Signature",
        /// The URL of the certificate of the signature.
        pub signing_cert_url: &'a str = "SigningCertUrl",
        /// The URL that ends the subscription.
        pub unsubscribe_url: &'a str = "UnsubscribeUrl",
        /// The attributes that the publisher added to the message.
        pub message_attributes: MessageAttributes<'a> = "MessageAttributes",
        /// The URL that confirms the subscription, in a `SubscriptionConfirmation` or
        /// `UnsubscribeConfirmation`.
        pub subscribe_url: Option<&'a str> = "SubscribeURL",
        /// The token of that URL, for the operation ConfirmSubscription.
        pub token: Option<&'a str> = "Token",
        in place
        /// The published message.
        pub message: M = "Message",
    }
}

/// The attributes of a message, by name (AWS: [Amazon SNS message attributes][1]).
///
/// [1]: https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
pub type MessageAttributes<'a> = Named<'a, MessageAttribute<'a>>;

object! {
    /// An attribute of a message: its type and its value.
    pub struct MessageAttribute<'a> {
        on demand
        /// The type: `String`, `String.Array`, `Number` or `Binary`.
        pub r#type: Option<&'a str> = "Type",
        /// The value, not decoded: a string, a number's digits, JSON or base64.
        pub value: Option<&'a str> = "Value",
    }
}

impl<'a> MessageAttribute<'a> {
    /// Returns the value of a `Binary` attribute, or `None` for another type.
    pub fn binary_value(&self) -> Option<Base64Text<'a>> {
        if self.r#type() == Some("Binary") { self.value().map(Base64Text::new) } else { None }
    }
}
