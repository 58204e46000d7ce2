//! Messages of Amazon MQ for Apache ActiveMQ.

use super::body::Body;
use super::fields::Parameters;
use super::object::object;
use crate::json::Records;

object! {
    /// A batch of messages (AWS: [Using Lambda with Amazon MQ][1]). Read it with
    /// [`Event::json`](crate::Event::json). An error delivers the whole batch again.
    ///
    /// ```json
    /// {
    ///   "eventSource": "aws:mq", "eventSourceArn": "arn:aws:mq:eu-central-1:123456789012:broker:orders:b-9bcfa592",
    ///   "messages": [{
    ///     "messageID": "ID:b-9bcfa592-1:12:1:1:3", "messageType": "jms/text-message", "deliveryMode": 1, "redelivered": false,
    ///     "destination": {"physicalName": "orders"}, "timestamp": 1727177640987, "brokerInTime": 1727177640988,
    ///     "brokerOutTime": 1727177640989, "properties": {"kind": "gift"}, "data": "eyJxdWFudGl0eSI6M30="
    ///   }]
    /// }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/lambda/latest/dg/with-mq.html
    pub struct Event<'a> {
        on demand
        /// `aws:mq`.
        pub event_source: &'a str = "eventSource",
        /// The ARN of the broker.
        pub event_source_arn: &'a str = "eventSourceArn",
        in place
        /// The messages.
        pub messages: Records<'a, Message<'a>> = "messages",
    }
}

object! {
    /// A message.
    pub struct Message<'a> {
        /// The id of the message.
        pub message_id: &'a str = "messageID",
        on demand
        /// `jms/text-message` or `jms/bytes-message`.
        pub message_type: &'a str = "messageType",
        /// The time of sending, in milliseconds since 1970-01-01 UTC.
        pub timestamp: u64 = "timestamp",
        /// 1 for non-persistent, 2 for persistent.
        pub delivery_mode: u64 = "deliveryMode",
        /// The id that connects the message with another.
        pub correlation_id: Option<&'a str> = "correlationID",
        /// Where a reply should be sent.
        pub reply_to: Option<&'a str> = "replyTo",
        /// The queue: `physicalName`.
        pub destination: Parameters<'a> = "destination",
        /// Whether the message was delivered before.
        pub redelivered: bool = "redelivered",
        /// The type that the sender chose.
        pub r#type: Option<&'a str> = "type",
        /// The time at which the message expires, in milliseconds since 1970-01-01 UTC; 0 for never.
        pub expiration: u64 = "expiration",
        /// The priority, 0 to 9.
        pub priority: u64 = "priority",
        /// The time at which the broker received the message, in milliseconds since 1970-01-01 UTC.
        pub broker_in_time: u64 = "brokerInTime",
        /// The time at which the broker sent the message, in milliseconds since 1970-01-01 UTC.
        pub broker_out_time: u64 = "brokerOutTime",
        /// The properties that the sender added.
        pub properties: Parameters<'a> = "properties",
        in place
        /// The message that was sent.
        pub data: Body<'a> = "data" or Default as base64,
    }
}
