//! Events of EventBridge, scheduled ones too.

use super::fields::Texts;
use super::object::object;
use crate::json::RawJson;

object! {
    /// An event of EventBridge, from a rule or a schedule (AWS: [Event structure reference][1]).
    ///
    /// Read it with [`Event::json`](crate::Event::json), `D` being the type of the [`detail`](Self::detail); left out, the detail can be read
    /// later, when [`detail_type`](Self::detail_type) has been looked at.
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
        /// `0`.
        pub version: &'a str = "version" or default,
        /// The event's id.
        pub id: &'a str = "id" or default,
        /// What the event is about: with the source, it decides what the detail is.
        pub detail_type: &'a str = "detail-type",
        /// Where the event comes from: `aws.` and a service, or a name of the application's own.
        pub source: &'a str = "source",
        /// The account's number.
        pub account: &'a str = "account" or default,
        /// When it happened, for example `2024-09-24T11:32:00Z`.
        pub time: &'a str = "time" or default,
        /// The region that it happened in.
        pub region: &'a str = "region" or default,
        /// The ARNs of what it is about; of a scheduled event that of the rule.
        pub resources: Texts<'a> = "resources" or default,
        /// The name of the replay, of an event that is replayed from an archive.
        pub replay_name: Option<&'a str> = "replay-name" or default,
        in place
        /// What the source has to say.
        pub detail: D = "detail",
    }
}
