//! Messages of Amazon MQ for RabbitMQ.

use super::body::Body;
use super::object::object;
use crate::json::{RawJson, RecordsByName};

object! {
    /// A batch of messages, grouped by queue (AWS: [Using Lambda with Amazon MQ][1]). Read it with
    /// [`Event::json`](crate::Event::json). An error delivers the whole batch again.
    ///
    /// ```json
    /// {
    ///   "eventSource": "aws:rmq", "eventSourceArn": "arn:aws:mq:eu-central-1:123456789012:broker:orders:b-9bcfa592",
    ///   "rmqMessagesByQueue": {"orders::/": [{
    ///     "basicProperties": {
    ///       "contentType": "application/json", "deliveryMode": 1, "priority": 3, "bodySize": 14,
    ///       "headers": {"kind": {"bytes": [103, 105, 102, 116]}, "count": 10}
    ///     },
    ///     "redelivered": false, "data": "eyJxdWFudGl0eSI6M30="
    ///   }]}
    /// }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/lambda/latest/dg/with-mq.html
    pub struct Event<'a> {
        on demand
        /// `aws:rmq`.
        pub event_source: &'a str = "eventSource",
        /// The ARN of the broker.
        pub event_source_arn: &'a str = "eventSourceArn",
        in place
        /// The messages. The name of each group is the queue, two colons and the virtual host.
        pub messages: RecordsByName<'a, Message<'a>> = "rmqMessagesByQueue",
    }
}

object! {
    /// A message.
    pub struct Message<'a> {
        on demand
        /// The properties of the message.
        pub basic_properties: BasicProperties<'a> = "basicProperties",
        /// Whether the message was delivered before.
        pub redelivered: bool = "redelivered",
        in place
        /// The message that was sent.
        pub data: Body<'a> = "data" or Default as base64,
    }
}

object! {
    /// The properties of a message, of which most are optional.
    pub struct BasicProperties<'a> {
        on demand
        /// The content type.
        pub content_type: Option<&'a str> = "contentType",
        /// The content encoding.
        pub content_encoding: Option<&'a str> = "contentEncoding",
        /// The headers: a string is `{"bytes":[…]}`.
        pub headers: RawJson<'a> = "headers",
        /// 1 for non-persistent, 2 for persistent.
        pub delivery_mode: Option<u64> = "deliveryMode",
        /// The priority.
        pub priority: Option<u64> = "priority",
        /// The id that connects the message with another.
        pub correlation_id: Option<&'a str> = "correlationId",
        /// Where a reply should be sent.
        pub reply_to: Option<&'a str> = "replyTo",
        /// The time to live, in milliseconds.
        pub expiration: Option<&'a str> = "expiration",
        /// The id of the message.
        pub message_id: Option<&'a str> = "messageId",
        /// The time of sending, for example `Jan 1, 1970, 12:33:41 AM`.
        pub timestamp: Option<&'a str> = "timestamp",
        /// The type that the sender chose.
        pub r#type: Option<&'a str> = "type",
        /// The user.
        pub user_id: Option<&'a str> = "userId",
        /// The application.
        pub app_id: Option<&'a str> = "appId",
        /// The cluster.
        pub cluster_id: Option<&'a str> = "clusterId",
        /// The size of the message, in bytes.
        pub body_size: Option<u64> = "bodySize",
    }
}
