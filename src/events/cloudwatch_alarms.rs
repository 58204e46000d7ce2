//! Alarms of CloudWatch whose action is the function.

use super::object::object;
use crate::json::RawJson;

object! {
    /// A change of an alarm's state (AWS: [Invoke a Lambda function from an alarm][1]).
    ///
    /// Read it with [`Event::json`](crate::Event::json). An alarm that EventBridge passes on is an
    /// [`EventBridge`](super::EventBridge), and one by SNS is JSON in a message.
    ///
    /// ```json
    /// {
    ///   "source": "aws.cloudwatch", "alarmArn": "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:errors",
    ///   "accountId": "123456789012", "time": "2024-09-24T11:30:00.000+0000", "region": "eu-central-1",
    ///   "alarmData": {
    ///     "alarmName": "errors",
    ///     "state": {"value": "ALARM", "reason": "Threshold Crossed", "timestamp": "2024-09-24T11:30:00.000+0000"},
    ///     "previousState": {"value": "OK", "reason": "…", "timestamp": "2024-09-24T11:00:00.000+0000"},
    ///     "configuration": {"metrics": [{"id": "m1", "returnData": true}]}
    ///   }
    /// }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
    pub struct Event<'a> {
        /// The alarm.
        pub alarm_data: AlarmData<'a> = "alarmData",
        on demand
        /// The ARN of the alarm.
        pub alarm_arn: &'a str = "alarmArn",
        /// `aws.cloudwatch`.
        pub source: &'a str = "source",
        /// The account of the alarm.
        pub account_id: &'a str = "accountId",
        /// The time of the change.
        pub time: &'a str = "time",
        /// The region of the alarm.
        pub region: &'a str = "region",
    }
}

object! {
    /// An alarm.
    pub struct AlarmData<'a> {
        on demand
        /// The name.
        pub alarm_name: &'a str = "alarmName",
        /// The state.
        pub state: State<'a> = "state",
        /// The state before.
        pub previous_state: State<'a> = "previousState",
        /// The metrics of the alarm, or the rule of a composite alarm.
        pub configuration: RawJson<'a> = "configuration",
    }
}

object! {
    /// The state of an alarm.
    pub struct State<'a> {
        on demand
        /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
        pub value: &'a str = "value",
        /// Why the alarm is in this state.
        pub reason: &'a str = "reason",
        /// The same as JSON, in a string.
        pub reason_data: Option<&'a str> = "reasonData",
        /// The time since when it is in this state.
        pub timestamp: &'a str = "timestamp",
        /// What suppresses the actions of a composite alarm: `WaitPeriod`, `ExtensionPeriod` or
        /// `Alarm`.
        pub actions_suppressed_by: Option<&'a str> = "actionsSuppressedBy",
        /// Why the actions are suppressed.
        pub actions_suppressed_reason: Option<&'a str> = "actionsSuppressedReason",
    }
}
