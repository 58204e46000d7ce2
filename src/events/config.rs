//! Custom rules of AWS Config.

use super::object::object;

object! {
    /// An evaluation of a custom rule (AWS: [Example events for AWS Config rules][1]).
    ///
    /// Read it with [`Event::json`](crate::Event::json). The function reports with PutEvaluations
    /// and the [`result_token`](Self::result_token). Two fields are JSON in a string, for
    /// [`json::from_slice`](crate::json::from_slice) with a copy of their bytes.
    ///
    /// ```json
    /// {
    ///   "version": "1.0", "invokingEvent": "{\"messageType\":\"ConfigurationItemChangeNotification\"}",
    ///   "ruleParameters": "{\"tag\":\"owner\"}", "resultToken": "myResultToken", "eventLeftScope": false,
    ///   "executionRoleArn": "arn:aws:iam::123456789012:role/config", "accountId": "123456789012",
    ///   "configRuleArn": "arn:aws:config:eu-central-1:123456789012:config-rule/config-rule-0123456",
    ///   "configRuleName": "tags", "configRuleId": "config-rule-0123456"
    /// }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_example-events.html
    pub struct Event<'a> {
        /// What caused the evaluation, as JSON in a string.
        pub invoking_event: &'a str = "invokingEvent",
        /// The token for PutEvaluations.
        pub result_token: &'a str = "resultToken",
        on demand
        /// The parameters of the rule, as JSON in a string.
        pub rule_parameters: Option<&'a str> = "ruleParameters",
        /// Whether the resource isn't in the scope of the rule any more.
        pub event_left_scope: bool = "eventLeftScope",
        /// The ARN of Config's role.
        pub execution_role_arn: &'a str = "executionRoleArn",
        /// The ARN of the rule.
        pub config_rule_arn: &'a str = "configRuleArn",
        /// The name of the rule.
        pub config_rule_name: &'a str = "configRuleName",
        /// The id of the rule.
        pub config_rule_id: &'a str = "configRuleId",
        /// The account of the rule.
        pub account_id: &'a str = "accountId",
        /// The version of the event's format.
        pub version: &'a str = "version",
    }
}
