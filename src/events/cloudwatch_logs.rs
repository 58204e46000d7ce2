//! Subscription filters of CloudWatch Logs.

use super::body::Body;
use super::fields::Texts;
use super::object::object;
use crate::json::{RawJson, Records};

object! {
    /// An event of a subscription filter: compressed log lines (AWS: [Log group-level subscription
    /// filters][1]).
    ///
    /// Read it with [`Event::json`](crate::Event::json). With the Cargo feature `inflate`,
    /// `events::gunzip` decompresses the data, which are then [`LogEvents`]. In a stream of Kinesis,
    /// the data of each record are the same bytes.
    ///
    /// ```json
    /// {"awslogs": {"data": "H4sIAAAAAAAC/…"}}
    /// ```
    ///
    /// ```
    /// use barelambda::events::cloudwatch_logs::{Event, LogEvents};
    /// use barelambda::{Invocation, Response, json};
    ///
    /// # #[cfg(feature = "inflate")]
    /// fn handler(invocation: Invocation) -> Response {
    ///     let event: Event = invocation.event.json()?;
    ///     let mut buffer = [0; 256 * 1024];
    ///     let text = barelambda::events::gunzip(event.awslogs.data.bytes()?, &mut buffer)?;
    ///     let logs: LogEvents = json::from_slice(text)?;
    ///     let mut count = 0;
    ///     for line in logs.log_events {
    ///         count += usize::from(line?.message.contains("ERROR"));
    ///     }
    ///     invocation.responder.json(&count)
    /// }
    /// # #[cfg(not(feature = "inflate"))]
    /// # fn handler(_: Invocation, _: Event, _: LogEvents) { _ = json::from_slice::<u8>; }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
    pub struct Event<'a> {
        in place
        /// The compressed data.
        pub awslogs: Data<'a> = "awslogs",
    }
}

object! {
    /// The compressed data of an event.
    pub struct Data<'a> {
        in place
        /// The data: gzip, in base64 in the event.
        pub data: Body<'a> = "data" as base64,
    }
}

object! {
    /// The decompressed data of an event: lines of one log stream.
    ///
    /// ```json
    /// {
    ///   "messageType": "DATA_MESSAGE", "owner": "123456789012", "logGroup": "/aws/lambda/orders",
    ///   "logStream": "2024/09/24/[$LATEST]5c1d2e3f", "subscriptionFilters": ["errors"],
    ///   "logEvents": [{"id": "3855", "timestamp": 1727177640987, "message": "ERROR sold out\n"}]
    /// }
    /// ```
    pub struct LogEvents<'a> {
        on demand
        /// `DATA_MESSAGE`, or `CONTROL_MESSAGE` if CloudWatch only tests the destination.
        pub message_type: &'a str = "messageType",
        /// The account of the log group.
        pub owner: &'a str = "owner",
        /// The log group.
        pub log_group: &'a str = "logGroup",
        /// The log stream.
        pub log_stream: &'a str = "logStream",
        /// The names of the filters that matched.
        pub subscription_filters: Texts<'a> = "subscriptionFilters",
        in place
        /// The lines.
        pub log_events: Records<'a, LogEvent<'a>> = "logEvents",
    }
}

object! {
    /// A line of a log.
    pub struct LogEvent<'a> {
        /// The line.
        pub message: &'a str = "message",
        on demand
        /// The id of the line.
        pub id: &'a str = "id",
        /// The time of the line, in milliseconds since 1970-01-01 UTC.
        pub timestamp: u64 = "timestamp",
        /// What the filter's pattern extracted: an object, or null.
        pub extracted_fields: RawJson<'a> = "extractedFields",
    }
}
