//! The services, as a table.

/// How a service takes its calls.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// A POST with a JSON body, and the action in `x-amz-target` ([AWS JSON
    /// 1.0](https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html) and
    /// [1.1](https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html)).
    Json {
        /// The content type, `application/x-amz-json-1.0` or `-1.1`.
        content_type: &'static str,
        /// What precedes the action, and a dot, in `x-amz-target`: `DynamoDB_20120810`.
        target: &'static str,
    },
    /// A POST with a form, and a reply in XML ([AWS
    /// Query](https://smithy.io/2.0/aws/protocols/aws-query-protocol.html)).
    Query {
        /// The version of the API, a date.
        version: &'static str,
    },
    /// Each action has a method and a path.
    Rest,
}

/// A service of AWS: data, from which a [`Client`](crate::Client) makes calls.
///
/// A service that isn't among the constants is a constant of your own:
///
/// ```
/// use barelambda_aws::{Protocol, Service};
///
/// const ATHENA: Service = Service {
///     name: "athena",
///     endpoint_variable: "AWS_ENDPOINT_URL_ATHENA",
///     protocol: Protocol::Json { content_type: "application/x-amz-json-1.1", target: "AmazonAthena" },
/// };
/// ```
///
/// The names are in the [API references](https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html)
/// of the services.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The name in signatures and in host names: `dynamodb` in
    /// `dynamodb.eu-central-1.amazonaws.com`.
    pub name: &'static str,
    /// The environment variable that replaces the endpoint of this service.
    pub endpoint_variable: &'static str,
    /// How it takes calls.
    pub protocol: Protocol,
}

const fn json_1_0(target: &'static str) -> Protocol {
    Protocol::Json { content_type: "application/x-amz-json-1.0", target }
}

const fn json_1_1(target: &'static str) -> Protocol {
    Protocol::Json { content_type: "application/x-amz-json-1.1", target }
}

/// Defines the constants of [`Service`].
macro_rules! services {
    ($($(#[$doc:meta])+ $constant:ident $name:literal $variable:literal $protocol:expr;)*) => {
        impl Service {$(
            $(#[$doc])+
            pub const $constant: Self =
                Self { name: $name, endpoint_variable: $variable, protocol: $protocol };
        )*}
    };
}

services! {
    /// CloudWatch Logs.
    CLOUDWATCH_LOGS "logs" "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS" json_1_1("Logs_20140328");
    /// DynamoDB.
    DYNAMODB "dynamodb" "AWS_ENDPOINT_URL_DYNAMODB" json_1_0("DynamoDB_20120810");
    /// EventBridge.
    EVENT_BRIDGE "events" "AWS_ENDPOINT_URL_EVENTBRIDGE" json_1_1("AWSEvents");
    /// Amazon Data Firehose.
    FIREHOSE "firehose" "AWS_ENDPOINT_URL_FIREHOSE" json_1_1("Firehose_20150804");
    /// Kinesis Data Streams.
    KINESIS "kinesis" "AWS_ENDPOINT_URL_KINESIS" json_1_1("Kinesis_20131202");
    /// The Key Management Service.
    KMS "kms" "AWS_ENDPOINT_URL_KMS" json_1_1("TrentService");
    /// Lambda. [`Aws::lambda`](crate::Aws::lambda) invokes functions.
    LAMBDA "lambda" "AWS_ENDPOINT_URL_LAMBDA" Protocol::Rest;
    /// S3. [`Aws::s3`](crate::Aws::s3) is a client of one bucket.
    S3 "s3" "AWS_ENDPOINT_URL_S3" Protocol::Rest;
    /// Secrets Manager.
    SECRETS_MANAGER "secretsmanager" "AWS_ENDPOINT_URL_SECRETS_MANAGER" json_1_1("secretsmanager");
    /// The Simple Notification Service.
    SNS "sns" "AWS_ENDPOINT_URL_SNS" Protocol::Query { version: "2010-03-31" };
    /// The Simple Queue Service.
    SQS "sqs" "AWS_ENDPOINT_URL_SQS" json_1_0("AmazonSQS");
    /// The parameters of Systems Manager.
    SSM "ssm" "AWS_ENDPOINT_URL_SSM" json_1_1("AmazonSSM");
    /// Step Functions.
    STEP_FUNCTIONS "states" "AWS_ENDPOINT_URL_SFN" json_1_0("AWSStepFunctions");
    /// The Security Token Service.
    STS "sts" "AWS_ENDPOINT_URL_STS" Protocol::Query { version: "2011-06-15" };
}

/// Returns the domain of a region's partition: `amazonaws.com` for most regions
/// ([AWS](https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html)).
pub(crate) fn domain(region: &str) -> &'static str {
    const DOMAINS: [(&str, &str); 6] = [
        ("cn-", "amazonaws.com.cn"),
        ("eusc-", "amazonaws.eu"),
        ("us-iso-", "c2s.ic.gov"),
        ("us-isob-", "sc2s.sgov.gov"),
        ("us-isof-", "csp.hci.ic.gov"),
        ("eu-isoe-", "cloud.adc-e.uk"),
    ];
    DOMAINS
        .iter()
        .find(|(prefix, _)| region.starts_with(prefix))
        .map_or("amazonaws.com", |(_, domain)| domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_have_the_domains_of_their_partitions() {
        for (region, expected) in [
            ("eu-central-1", "amazonaws.com"),
            ("us-gov-west-1", "amazonaws.com"),
            ("cn-north-1", "amazonaws.com.cn"),
            ("us-iso-east-1", "c2s.ic.gov"),
            ("us-isob-east-1", "sc2s.sgov.gov"),
            ("eusc-de-east-1", "amazonaws.eu"),
        ] {
            assert_eq!(domain(region), expected);
        }
    }
}
