//! The events in examples/events, with their readers and the rules for their fields.

use std::fmt::Write;

use barelambda::Error;
use barelambda::events::authorizer::{RequestV1, RequestV2, TokenRequest};
use barelambda::events::cognito::PreSignUp;
use barelambda::events::http::{self, HttpRequest};
use barelambda::events::{
    EventBridge, TimeWindow, activemq, alb, api_gateway_v1, api_gateway_v2, appsync,
    cloudformation, cloudwatch_alarms, cloudwatch_logs, codepipeline, config, connect, documentdb,
    dynamodb, firehose, iot, kafka, kinesis, lex, rabbitmq, s3, s3_object_lambda, secrets_manager,
    ses, sns, sqs, vpc_lattice, websocket,
};
use barelambda::json::{FromJson, Records, RecordsByName};

/// A file, its parser, and the rules for its fields.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) text: &'static str,
    /// Parses an event, and returns everything that was read as text.
    pub(super) read: fn(&mut [u8]) -> Result<String, Error>,
    pub(super) objects: &'static [Object],
}

/// An object whose fields the types define. Other objects have arbitrary names.
pub(super) struct Object {
    /// A JSON pointer, with `*` for an element of an array.
    pub(super) pointer: &'static str,
    /// The fields without which the object is an error.
    pub(super) required: &'static [&'static str],
    /// The required fields that may be null.
    pub(super) may_be_null: &'static [&'static str],
    /// The optional fields that must not be null.
    pub(super) never_null: &'static [&'static str],
}

macro_rules! case {
    ($name:literal, $read:expr, $objects:expr) => {
        Case {
            name: $name,
            text: include_str!(concat!("../../../examples/events/", $name, ".json")),
            read: $read,
            objects: $objects,
        }
    };
}

const fn object(pointer: &'static str, required: &'static [&'static str]) -> Object {
    Object { pointer, required, may_be_null: &[], never_null: &[] }
}

const V2: &[Object] = &[
    object("", &["rawPath", "requestContext"]),
    object("/requestContext", &["http"]),
    object("/requestContext/http", &["method"]),
];
const V1: &[Object] = &[
    object("", &["httpMethod", "path"]),
    object("/requestContext", &[]),
    object("/requestContext/identity", &[]),
];
const ALB: &[Object] = &[object("", &["httpMethod", "path"])];
const RECORDS: Object = object("", &["Records"]);
const SQS: &[Object] = &[RECORDS, object("/Records/*", &["body", "messageId"])];
const SNS: &[Object] =
    &[RECORDS, object("/Records/*", &["Sns"]), object("/Records/*/Sns", &["Message"])];
const S3: &[Object] = &[
    RECORDS,
    object("/Records/*", &["eventName", "s3"]),
    object("/Records/*/s3", &["bucket", "object"]),
    object("/Records/*/s3/bucket", &["name"]),
    object("/Records/*/s3/object", &["key"]),
];
const DYNAMODB: &[Object] = &[
    RECORDS,
    object("/Records/*", &["dynamodb", "eventName"]),
    object("/Records/*/dynamodb", &[]),
];
const KINESIS: &[Object] = &[
    RECORDS,
    object("/Records/*", &["kinesis"]),
    object("/Records/*/kinesis", &["data", "sequenceNumber"]),
];
const EVENT_BRIDGE: &[Object] =
    &[Object { may_be_null: &["detail"], ..object("", &["detail", "detail-type", "source"]) }];
const COGNITO: &[Object] = &[
    object("", &["response", "triggerSource"]),
    Object {
        never_null: &["autoConfirmUser", "autoVerifyEmail", "autoVerifyPhone"],
        ..object("/response", &[])
    },
];

const ANY: &[Object] = &[object("", &[])];
const WEBSOCKET: &[Object] =
    &[object("", &["requestContext"]), object("/requestContext", &["connectionId"])];
const LOGS: &[Object] =
    &[object("", &["awslogs"]), Object { may_be_null: &["data"], ..object("/awslogs", &["data"]) }];
const LOGS_DATA: &[Object] = &[object("", &["logEvents"]), object("/logEvents/*", &["message"])];
const SES: &[Object] = &[RECORDS, object("/Records/*", &["ses"])];
const FIREHOSE: &[Object] =
    &[object("", &["records"]), object("/records/*", &["data", "recordId"])];
const KAFKA: &[Object] = &[
    object("", &["records"]),
    object("/records/orders-0/*", &["topic"]),
    object("/records/orders-1/*", &["topic"]),
];
const ACTIVEMQ: &[Object] = &[object("", &["messages"]), object("/messages/*", &["messageID"])];
const RABBITMQ: &[Object] = &[object("", &["rmqMessagesByQueue"])];
const CLOUDFORMATION: &[Object] =
    &[object("", &["LogicalResourceId", "RequestId", "RequestType", "StackId"])];
const ALARMS: &[Object] = &[object("", &["alarmData"])];
const APPSYNC: &[Object] = &[object("", &["info"]), object("/info", &["fieldName"])];
const APPSYNC_AUTH: &[Object] = &[object("", &["authorizationToken"])];
const LATTICE: &[Object] = &[object("", &["method", "path"])];
const LATTICE_V1: &[Object] = &[object("", &["method", "raw_path"])];
const CONFIG: &[Object] = &[object("", &["invokingEvent", "resultToken"])];
const CODEPIPELINE: &[Object] =
    &[object("", &["CodePipeline.job"]), object("/CodePipeline.job", &["id"])];
const DOCUMENTDB: &[Object] = &[
    object("", &["events"]),
    object("/events/*", &["event"]),
    object("/events/*/event", &["operationType"]),
];
const SECRETS: &[Object] = &[object("", &["ClientRequestToken", "SecretId", "Step"])];
const TIME_WINDOW: &[Object] = &[
    Object { never_null: &["Records"], ..object("", &[]) },
    object("/Records/*", &["kinesis"]),
    object("/Records/*/kinesis", &["data", "sequenceNumber"]),
];

pub(super) const CASES: &[Case] = &[
    case!("api_gateway_v2", |text| request::<api_gateway_v2::Request>(text), V2),
    case!("function_url", |text| request::<api_gateway_v2::Request>(text), V2),
    case!("function_url_binary", |text| request::<api_gateway_v2::Request>(text), V2),
    case!("api_gateway_v1", |text| request::<api_gateway_v1::Request>(text), V1),
    case!("alb", |text| request::<alb::Request>(text), ALB),
    case!("alb_multi_value", |text| request::<alb::Request>(text), ALB),
    case!("sqs", |text| records::<sqs::Message>(text), SQS),
    case!("sns", |text| records::<sns::Record>(text), SNS),
    case!("sns_in_sqs", |text| records::<sqs::Message>(text), SQS),
    case!("s3", |text| records::<s3::Record>(text), S3),
    case!("dynamodb", |text| records::<dynamodb::Record>(text), DYNAMODB),
    case!("kinesis", |text| records::<kinesis::Record>(text), KINESIS),
    case!("event_bridge", |text| whole::<EventBridge>(text), EVENT_BRIDGE),
    case!("event_bridge_scheduled", |text| whole::<EventBridge>(text), EVENT_BRIDGE),
    case!("cognito_pre_sign_up", |text| whole::<PreSignUp>(text), COGNITO),
    case!("authorizer_token", |text| whole::<TokenRequest>(text), &[object("", &["methodArn"])]),
    case!("authorizer_request_v1", |text| whole::<RequestV1>(text), &[object("", &["methodArn"])]),
    case!("authorizer_request_v2", |text| whole::<RequestV2>(text), &[object("", &["routeArn"])]),
    case!("websocket", |text| whole::<websocket::Request>(text), WEBSOCKET),
    case!("cloudwatch_logs", |text| whole::<cloudwatch_logs::Event>(text), LOGS),
    case!("cloudwatch_logs_data", logs, LOGS_DATA),
    case!("ses", |text| records::<ses::Record>(text), SES),
    case!("firehose", firehose, FIREHOSE),
    case!("kafka", kafka, KAFKA),
    case!("activemq", activemq, ACTIVEMQ),
    case!("rabbitmq", rabbitmq, RABBITMQ),
    case!("cloudformation", |text| whole::<cloudformation::Request>(text), CLOUDFORMATION),
    case!("cloudwatch_alarms", |text| whole::<cloudwatch_alarms::Event>(text), ALARMS),
    case!("appsync", |text| whole::<appsync::Resolver>(text), APPSYNC),
    case!("appsync_authorizer", |text| whole::<appsync::AuthorizationRequest>(text), APPSYNC_AUTH),
    case!("s3_object_lambda", |text| whole::<s3_object_lambda::Event>(text), ANY),
    case!("vpc_lattice", |text| request::<vpc_lattice::Request>(text), LATTICE),
    case!("vpc_lattice_v1", |text| request::<vpc_lattice::RequestV1>(text), LATTICE_V1),
    case!("iot_authorizer", |text| whole::<iot::AuthorizationRequest>(text), ANY),
    case!("lex", |text| whole::<lex::Event>(text), ANY),
    case!("connect", |text| whole::<connect::Event>(text), &[object("", &["Details"])]),
    case!("config", |text| whole::<config::Event>(text), CONFIG),
    case!("codepipeline", |text| whole::<codepipeline::Event>(text), CODEPIPELINE),
    case!("documentdb", documentdb, DOCUMENTDB),
    case!("secrets_manager", |text| whole::<secrets_manager::Rotation>(text), SECRETS),
    case!("time_window", time_window, TIME_WINDOW),
];

/// The objects whose fields are arrays of records.
pub(super) const GROUPS: [&str; 2] = ["/records", "/rmqMessagesByQueue"];

/// Adds the records of a batch to its other fields.
macro_rules! batch {
    ($name:ident, $type:ty, $records:ident) => {
        fn $name(text: &mut [u8]) -> Result<String, Error> {
            let event: $type = barelambda::json::from_slice(text)?;
            let mut all = format!("{event:?}");
            for record in event.$records {
                writeln!(all, "{:?}", record?).expect("writing to a String can't fail");
            }
            Ok(all)
        }
    };
}

batch!(logs, cloudwatch_logs::LogEvents, log_events);
batch!(firehose, firehose::Event, records);
batch!(activemq, activemq::Event, messages);
batch!(documentdb, documentdb::Event, events);
batch!(time_window, TimeWindow, records);

fn kafka(text: &mut [u8]) -> Result<String, Error> {
    let event: kafka::Event = barelambda::json::from_slice(text)?;
    let all = format!("{event:?}");
    Ok(all + &groups(event.records)?)
}

fn rabbitmq(text: &mut [u8]) -> Result<String, Error> {
    let event: rabbitmq::Event = barelambda::json::from_slice(text)?;
    let all = format!("{event:?}");
    Ok(all + &groups(event.messages)?)
}

fn groups<'a, T: FromJson<'a> + std::fmt::Debug>(
    groups: RecordsByName<'a, T>,
) -> Result<String, Error> {
    let mut all = String::new();
    for group in groups {
        let (name, records) = group?;
        for record in records {
            writeln!(all, "{name}: {:?}", record?).expect("writing to a String can't fail");
        }
    }
    Ok(all)
}

fn request<'a, R: HttpRequest<'a> + std::fmt::Debug>(text: &'a mut [u8]) -> Result<String, Error> {
    let (request, body) = http::from_slice::<R>(text)?;
    Ok(format!("{request:?} {:?}", body.bytes()?))
}

fn records<'a, T: FromJson<'a> + std::fmt::Debug>(text: &'a mut [u8]) -> Result<String, Error> {
    let mut all = String::new();
    for record in Records::<T>::new(text, "Records")? {
        writeln!(all, "{:?}", record?).expect("writing to a String can't fail");
    }
    Ok(all)
}

fn whole<'a, T: FromJson<'a> + std::fmt::Debug>(text: &'a mut [u8]) -> Result<String, Error> {
    Ok(format!("{:?}", barelambda::json::from_slice::<T>(text)?))
}
