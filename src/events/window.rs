//! Tumbling windows over the records of a stream.

use super::kinesis;
use super::object::object;
use crate::json::{RawJson, Records};

object! {
    /// An event of a stream with a tumbling window: a batch of records, and the state that the
    /// function returned for the batch before (AWS: [Implementing stateful Kinesis Data Streams
    /// processing in Lambda][1], and [with DynamoDB][2]).
    ///
    /// Read it with [`Event::json`](crate::Event::json), and respond with
    /// [`BatchItemFailures::finish_with_state`](super::BatchItemFailures::finish_with_state). `T` is
    /// the type of the records: [`kinesis::Record`] or [`dynamodb::Record`](super::dynamodb::Record).
    ///
    /// ```
    /// use barelambda::events::{BatchItemFailures, TimeWindow, dynamodb};
    /// use barelambda::{Invocation, Response};
    ///
    /// #[derive(Default, serde::Deserialize, serde::Serialize)]
    /// struct Count {
    ///     changes: u64,
    /// }
    ///
    /// fn handler(invocation: Invocation) -> Response {
    ///     let event: TimeWindow<dynamodb::Record> = invocation.event.json()?;
    ///     // The first state of a window is an empty object.
    ///     let mut count: Count = event.state().read().unwrap_or_default();
    ///     for record in event.records {
    ///         record?;
    ///         count.changes += 1;
    ///     }
    ///     BatchItemFailures::new(invocation.responder).finish_with_state(&count)
    /// }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
    /// [2]: https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-windows.html
    pub struct TimeWindow<'a, T = kinesis::Record<'a>> {
        on demand
        /// The start and the end of the window.
        pub window: Bounds<'a> = "window",
        /// The state that the function returned last in this window and shard; `{}` at first.
        pub state: RawJson<'a> = "state",
        /// The id of the shard.
        pub shard_id: &'a str = "shardId",
        /// The ARN of the stream.
        pub event_source_arn: &'a str = "eventSourceARN",
        /// Whether this is the last batch of the window. Its state isn't sent again.
        pub is_final_invoke_for_window: bool = "isFinalInvokeForWindow",
        /// Whether the window ends early because the state is larger than 1 MB.
        pub is_window_terminated_early: bool = "isWindowTerminatedEarly",
        in place
        /// The records. The last batch of a window may have none.
        pub records: Records<'a, T> = "Records" or Default,
    }
}

object! {
    /// The start and the end of a window.
    pub struct Bounds<'a> {
        on demand
        /// The start, for example `2024-09-24T11:30:00Z`.
        pub start: &'a str = "start",
        /// The end.
        pub end: &'a str = "end",
    }
}
