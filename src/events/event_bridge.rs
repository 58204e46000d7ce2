//! Events of EventBridge, including scheduled events.

use super::fields::Texts;
use super::object::object;
use crate::json::RawJson;

object! {
    /// An event of EventBridge, from a rule or a schedule (AWS: [Event structure reference][1]).
    ///
    /// Deserialize it with [`Event::json`](crate::Event::json). `D` is the type of the
    /// [`detail`](Self::detail). By default it is raw JSON, which can be deserialized later,
    /// depending on the [`detail_type`](Self::detail_type).
    ///
    /// ```json
    /// {
    ///   "version": "0", "id": "7d3c2b1a-0f9e-4d8c-a7b6-5a4938271605", "detail-type": "Order placed", "source": "com.example.orders",
    ///   "account": "123456789012", "time": "2024-09-24T11:32:00Z", "region": "eu-central-1",
    ///   "resources": ["arn:aws:dynamodb:eu-central-1:123456789012:table/orders"], "detail": {"quantity": 3}
    /// }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
    pub struct EventBridge<'a, D = RawJson<'a>> {
        /// The kind of the event. Together with the source it determines the fields of the detail.
        pub detail_type: &'a str = "detail-type",
        /// The source of the event: `aws.` and a service, or a custom name.
        pub source: &'a str = "source",
        on demand
        /// `0`.
        pub version: &'a str = "version",
        /// The event's id.
        pub id: &'a str = "id",
        /// The account number.
        pub account: &'a str = "account",
        /// The time of the event, for example `2024-09-24T11:32:00Z`.
        pub time: &'a str = "time",
        /// The region of the event.
        pub region: &'a str = "region",
        /// The ARNs of the resources involved. For a scheduled event it is the ARN of the rule.
        pub resources: Texts<'a> = "resources",
        /// The name of the replay, if the event is replayed from an archive.
        pub replay_name: Option<&'a str> = "replay-name",
        in place
        /// The source's description of the event.
        pub detail: D = "detail",
    }
}
