//! Incoming mail of Simple Email Service (SES).

use serde::Serialize;

use super::fields::{Parameters, Texts};
use super::object::object;
use crate::bytes::name::is_same_name;
use crate::json::RawJson;

object! {
    /// A record of an event of SES: a mail that a receipt rule passes to the function (AWS: [Invoke
    /// Lambda function action][1]). An event has one record. It has the headers, and not the body of
    /// the mail, which another action of the rule can store in S3.
    ///
    /// Read it with [`Event::records`](crate::Event::records). If the action waits for the response
    /// (`RequestResponse`), respond with a [`Disposition`].
    ///
    /// ```json
    /// {"Records": [{
    ///   "eventSource": "aws:ses", "eventVersion": "1.0",
    ///   "ses": {
    ///     "mail": {
    ///       "timestamp": "2024-09-24T11:30:00.000Z", "source": "andre@example.com", "messageId": "o3vrnil0e2ic28tr",
    ///       "destination": ["orders@example.org"], "headersTruncated": false, "headers": [{"name": "Subject", "value": "Order"}],
    ///       "commonHeaders": {"from": ["André <andre@example.com>"], "to": ["orders@example.org"], "subject": "Order"}
    ///     },
    ///     "receipt": {
    ///       "timestamp": "2024-09-24T11:30:00.000Z", "processingTimeMillis": 574, "recipients": ["orders@example.org"],
    ///       "spamVerdict": {"status": "PASS"}, "virusVerdict": {"status": "PASS"}, "spfVerdict": {"status": "PASS"},
    ///       "dkimVerdict": {"status": "PASS"}, "dmarcVerdict": {"status": "PASS"},
    ///       "action": {"type": "Lambda", "functionArn": "arn:aws:lambda:…", "invocationType": "Event"}
    ///     }
    ///   }
    /// }]}
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/ses/latest/dg/receiving-email-action-lambda.html
    pub struct Record<'a> {
        /// The mail and its receipt.
        pub ses: Message<'a> = "ses",
        on demand
        /// `aws:ses`.
        pub event_source: &'a str = "eventSource",
        /// The version of the record's format.
        pub event_version: &'a str = "eventVersion",
    }
}

object! {
    /// A mail and its receipt. A notification of SES by SNS has these fields too.
    pub struct Message<'a> {
        on demand
        /// The mail.
        pub mail: Mail<'a> = "mail",
        /// What SES found out about it.
        pub receipt: Receipt<'a> = "receipt",
    }
}

object! {
    /// A mail.
    pub struct Mail<'a> {
        on demand
        /// The time at which the mail was received, for example `2024-09-24T11:30:00.000Z`.
        pub timestamp: &'a str = "timestamp",
        /// The address of the envelope's sender.
        pub source: &'a str = "source",
        /// SES's id of the mail, which is also its key in S3.
        pub message_id: &'a str = "messageId",
        /// The recipients of the envelope and of the header fields To, Cc and Bcc.
        pub destination: Texts<'a> = "destination",
        /// Whether the headers were longer than 10 KB, and are incomplete.
        pub headers_truncated: bool = "headersTruncated",
        /// The header fields, in their order: objects with `name` and `value`. See
        /// [`header`](Self::header).
        pub headers: RawJson<'a> = "headers",
        /// The usual header fields: `subject` and `date`, and the lists `from`, `to`, `cc` and so
        /// on.
        pub common_headers: Parameters<'a> = "commonHeaders",
    }
}

impl<'a> Mail<'a> {
    /// Returns the value of the first header field `name`, which is case-insensitive.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers()
            .elements()
            .find(|header| {
                header
                    .get("name")
                    .as_str()
                    .is_some_and(|other| is_same_name(other.as_bytes(), name.as_bytes()))
            })?
            .get("value")
            .as_str()
    }
}

object! {
    /// What SES found out about a mail.
    pub struct Receipt<'a> {
        on demand
        /// The time at which the action was triggered.
        pub timestamp: &'a str = "timestamp",
        /// The time from receiving the mail to the action, in milliseconds.
        pub processing_time_millis: u64 = "processingTimeMillis",
        /// The recipients that the receipt rule matched.
        pub recipients: Texts<'a> = "recipients",
        /// Whether the mail is spam.
        pub spam_verdict: Verdict<'a> = "spamVerdict",
        /// Whether the mail contains a virus.
        pub virus_verdict: Verdict<'a> = "virusVerdict",
        /// Whether the sender's server is allowed by SPF.
        pub spf_verdict: Verdict<'a> = "spfVerdict",
        /// Whether the signature of DKIM is valid.
        pub dkim_verdict: Verdict<'a> = "dkimVerdict",
        /// Whether the mail passes DMARC.
        pub dmarc_verdict: Verdict<'a> = "dmarcVerdict",
        /// The sender's policy of DMARC: `none`, `quarantine` or `reject`.
        pub dmarc_policy: Option<&'a str> = "dmarcPolicy",
        /// The action of the receipt rule: `type` and others.
        pub action: Parameters<'a> = "action",
    }
}

object! {
    /// The result of a check.
    pub struct Verdict<'a> {
        on demand
        /// `PASS`, `FAIL`, `GRAY` or `PROCESSING_FAILED`.
        pub status: &'a str = "status",
    }
}

/// What SES does next with a mail: `{"disposition":"STOP_RULE"}`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "disposition", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Disposition {
    /// The next action.
    Continue,
    /// No more actions of this rule.
    StopRule,
    /// No more rules.
    StopRuleSet,
}
