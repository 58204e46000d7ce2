//! Every value of an event can be reached: the files in examples/events, and the fixtures of the
//! crate aws_lambda_events, rebuilt from our types.

use std::collections::BTreeSet;
use std::fs;

use barelambda::events::authorizer::{RequestV1, RequestV2, TokenRequest};
use barelambda::events::cognito::Trigger;
use barelambda::events::http::{self, HttpRequest};
use barelambda::events::{
    Body, EventBridge, TimeWindow, activemq, alb, api_gateway_v1, api_gateway_v2, appsync,
    cloudformation, cloudwatch_alarms, cloudwatch_logs, codepipeline, config, connect, documentdb,
    dynamodb, firehose, iot, kafka, kinesis, lex, rabbitmq, s3, s3_object_lambda, secrets_manager,
    ses, sns, sqs, vpc_lattice, websocket,
};
use barelambda::json::{self, FromJson, RawJson, Records, RecordsByName};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::event_cases::CASES;

/// Reads an event with its type, and rebuilds it from what the type returns. The original says
/// which fields there are.
type Rebuild = fn(&mut [u8], &Value) -> Value;

/// A type whose fields can be reached.
trait Reach<'a>: FromJson<'a> {
    /// Rebuilds the object, whose fields are those of `original`.
    fn rebuilt(self, original: &Value) -> Value;
}

/// Implements [`Reach`]: any field by `get`, and the one that is read in place.
macro_rules! reach {
    ($($type:ty $(, $name:literal = |$object:ident, $original:ident| $place:expr)?;)*) => {$(
        impl<'a> Reach<'a> for $type {
            fn rebuilt(self, original: &Value) -> Value {
                #[allow(unused_mut)]
                let mut object = fields(original, |name| self.get(name));
                $(
                    let name = in_any_case(original, $name);
                    let ($object, $original) = (self, &original[name]);
                    object.insert(name.to_owned(), $place);
                )?
                Value::Object(object)
            }
        }
    )*};
}

reach! {
    TokenRequest<'a>;
    RequestV1<'a>;
    RequestV2<'a>;
    s3::Record<'a>;
    dynamodb::Record<'a>;
    ses::Record<'a>;
    documentdb::Record<'a>;
    cloudformation::Request<'a>;
    cloudwatch_alarms::Event<'a>;
    appsync::Resolver<'a>;
    appsync::AuthorizationRequest<'a>;
    s3_object_lambda::Event<'a>;
    iot::AuthorizationRequest<'a>;
    lex::Event<'a>;
    connect::Event<'a>;
    config::Event<'a>;
    codepipeline::Event<'a>;
    secrets_manager::Rotation<'a>;
    sqs::Message<'a>, "body" = |message, _original| message.body.into();
    sns::Record<'a>, "Sns" = |record, original| record.sns.rebuilt(original);
    sns::Notification<'a>, "Message" = |notification, _original| notification.message.into();
    kinesis::Record<'a>, "kinesis" = |record, original| record.kinesis.rebuilt(original);
    kinesis::Data<'a>, "data" = |data, _original| STANDARD.encode(&*data.data).into();
    EventBridge<'a>, "detail" = |event, _original| value(event.detail);
    cloudwatch_logs::Event<'a>, "awslogs" = |event, original| event.awslogs.rebuilt(original);
    cloudwatch_logs::Data<'a>, "data" = |data, original| encoded(data.data, original);
    cloudwatch_logs::LogEvents<'a>, "logEvents" = |logs, original| list(logs.log_events, original);
    cloudwatch_logs::LogEvent<'a>;
    firehose::Event<'a>, "records" = |event, original| list(event.records, original);
    firehose::Record<'a>, "data" = |record, _original| STANDARD.encode(&*record.data).into();
    activemq::Event<'a>, "messages" = |event, original| list(event.messages, original);
    documentdb::Event<'a>, "events" = |event, original| list(event.events, original);
    TimeWindow<'a>, "Records" = |event, original| list(event.records, original);
    kafka::Event<'a>, "records" = |event, original| groups(event.records, original);
    rabbitmq::Event<'a>, "rmqMessagesByQueue" = |event, original| groups(event.messages, original);
}

/// Types whose field in place may be missing.
macro_rules! reach_optional {
    ($($type:ty, $name:literal, $place:ident, $base64:expr;)*) => {$(
        impl<'a> Reach<'a> for $type {
            fn rebuilt(self, original: &Value) -> Value {
                let mut object = fields(original, |name| self.get(name));
                let is_base64: fn(&Value) -> bool = $base64;
                if let Some(place) = original.get($name) {
                    let body = if is_base64(original) {
                        encoded(self.$place, place)
                    } else {
                        text(self.$place, place)
                    };
                    object.insert($name.to_owned(), body);
                }
                Value::Object(object)
            }
        }
    )*};
}

reach_optional! {
    websocket::Request<'a>, "body", body, |original| original["isBase64Encoded"] == true;
    kafka::Record<'a>, "value", value, |_| true;
    activemq::Message<'a>, "data", data, |_| true;
    rabbitmq::Message<'a>, "data", data, |_| true;
}

fn fields<'a>(original: &Value, get: impl Fn(&str) -> RawJson<'a>) -> Map<String, Value> {
    let names = original.as_object().expect("the original is an object").keys();
    names.map(|name| (name.clone(), value(get(name)))).collect()
}

/// Returns the name that the original has, perhaps with capitals.
fn in_any_case<'v>(original: &'v Value, name: &'v str) -> &'v str {
    let names = original.as_object().expect("the original is an object").keys();
    names.map(String::as_str).find(|other| other.eq_ignore_ascii_case(name)).unwrap_or(name)
}

fn value(raw: RawJson<'_>) -> Value {
    serde_json::from_str(&raw.to_string()).expect("it is JSON")
}

fn encoded(body: Body<'_>, original: &Value) -> Value {
    let bytes = body.bytes().expect("the body is base64");
    if original.is_null() { Value::Null } else { STANDARD.encode(bytes).into() }
}

fn text(body: Body<'_>, original: &Value) -> Value {
    let text = body.text().expect("the body is UTF-8");
    if original.is_null() { Value::Null } else { text.into() }
}

fn list<'a, T: Reach<'a>>(records: Records<'a, T>, original: &Value) -> Value {
    let originals = original.as_array().expect("the original is an array");
    let rebuilt: Vec<_> = records
        .zip(originals)
        .map(|(record, original)| record.expect("the record can be read").rebuilt(original))
        .collect();
    rebuilt.into()
}

fn groups<'a, T: Reach<'a>>(groups: RecordsByName<'a, T>, original: &Value) -> Value {
    let rebuilt: Map<_, _> = groups
        .map(|group| {
            let (name, records) = group.expect("the group can be read");
            (name.to_owned(), list(records, &original[name]))
        })
        .collect();
    rebuilt.into()
}

fn whole<'a, T: Reach<'a>>(text: &'a mut [u8], original: &Value) -> Value {
    json::from_slice::<T>(text).expect("the event can be read").rebuilt(original)
}

/// Rebuilds a batch, whose records are in the only field of an object.
fn batch<'a, T: Reach<'a>>(text: &'a mut [u8], original: &Value) -> Value {
    let (name, records) =
        original.as_object().and_then(|object| object.iter().next()).expect("there are records");
    let rebuilt = list(Records::<T>::new(text, name).expect("the event has records"), records);
    Value::Object([(name.clone(), rebuilt)].into_iter().collect())
}

macro_rules! requests {
    ($($name:ident: $type:ty;)*) => {$(
        fn $name(event: &mut [u8], original: &Value) -> Value {
            let (request, body) = http::from_slice::<$type>(event).expect("the event can be read");
            let mut object = fields(original, |name| request.get(name));
            if let Some(original) = original.get("body") {
                let rebuilt =
                    if request.is_base64_encoded() { encoded(body, original) } else { text(body, original) };
                object.insert("body".to_owned(), rebuilt);
            }
            object.into()
        }
    )*};
}

requests! {
    alb: alb::Request;
    v1: api_gateway_v1::Request;
    v2: api_gateway_v2::Request;
    lattice: vpc_lattice::Request;
    lattice_v1: vpc_lattice::RequestV1;
}

/// A trigger is public fields, which serde writes.
fn trigger(text: &mut [u8], _: &Value) -> Value {
    let trigger: Trigger = json::from_slice(text).expect("the event can be read");
    let mut buffer = vec![0; 100_000];
    let written = json::to_slice(&trigger, &mut buffer).expect("it fits");
    serde_json::from_slice(written).expect("it is JSON")
}

macro_rules! whole {
    ($type:ty) => {
        |text, original| whole::<$type>(text, original)
    };
}

macro_rules! batch {
    ($type:ty) => {
        |text, original| batch::<$type>(text, original)
    };
}

/// The types of the files in examples/events.
const EXAMPLES: &[(&str, Rebuild)] = &[
    ("api_gateway_v2", v2),
    ("function_url", v2),
    ("function_url_binary", v2),
    ("function_url_order", v2),
    ("api_gateway_v1", v1),
    ("alb", alb),
    ("alb_multi_value", alb),
    ("sqs", batch!(sqs::Message)),
    ("sns", batch!(sns::Record)),
    ("sns_in_sqs", batch!(sqs::Message)),
    ("s3", batch!(s3::Record)),
    ("dynamodb", batch!(dynamodb::Record)),
    ("kinesis", batch!(kinesis::Record)),
    ("event_bridge", whole!(EventBridge)),
    ("event_bridge_scheduled", whole!(EventBridge)),
    ("cognito_pre_sign_up", trigger),
    ("authorizer_token", whole!(TokenRequest)),
    ("authorizer_request_v1", whole!(RequestV1)),
    ("authorizer_request_v2", whole!(RequestV2)),
    ("websocket", whole!(websocket::Request)),
    ("cloudwatch_logs", whole!(cloudwatch_logs::Event)),
    ("cloudwatch_logs_data", whole!(cloudwatch_logs::LogEvents)),
    ("ses", batch!(ses::Record)),
    ("firehose", whole!(firehose::Event)),
    ("kafka", whole!(kafka::Event)),
    ("activemq", whole!(activemq::Event)),
    ("rabbitmq", whole!(rabbitmq::Event)),
    ("cloudformation", whole!(cloudformation::Request)),
    ("cloudwatch_alarms", whole!(cloudwatch_alarms::Event)),
    ("appsync", whole!(appsync::Resolver)),
    ("appsync_authorizer", whole!(appsync::AuthorizationRequest)),
    ("s3_object_lambda", whole!(s3_object_lambda::Event)),
    ("vpc_lattice", lattice),
    ("vpc_lattice_v1", lattice_v1),
    ("iot_authorizer", whole!(iot::AuthorizationRequest)),
    ("lex", whole!(lex::Event)),
    ("connect", whole!(connect::Event)),
    ("config", whole!(config::Event)),
    ("codepipeline", whole!(codepipeline::Event)),
    ("documentdb", whole!(documentdb::Event)),
    ("secrets_manager", whole!(secrets_manager::Rotation)),
    ("time_window", whole!(TimeWindow)),
];

/// The types of the fixtures, by the beginnings of their names; the first that fits counts. Those
/// without a type are answers, or have no type here: docs/handlers.md lists them.
const FIXTURES: &[(&str, Option<Rebuild>)] = &[
    ("activemq", Some(whole!(activemq::Event))),
    ("alb-lambda-target-response", None),
    ("alb", Some(alb)),
    ("apigw-custom-auth-request-type", Some(whole!(RequestV1))),
    ("apigw-custom-auth-request", Some(whole!(TokenRequest))),
    ("apigw-custom-auth-response", None),
    ("apigw-response", None),
    ("apigw-sam-http", Some(v2)),
    ("apigw-v2-custom-authorizer-v2", Some(whole!(RequestV2))),
    ("apigw-v2-custom-authorizer", Some(whole!(RequestV1))),
    ("apigw-v2", Some(v2)),
    ("apigw-websocket", Some(whole!(websocket::Request))),
    ("apigw", Some(v1)),
    ("appsync-direct-resolver", Some(whole!(appsync::Resolver))),
    ("appsync-lambda-auth-request", Some(whole!(appsync::AuthorizationRequest))),
    ("appsync", None),
    ("bedrock", None),
    ("clientvpn", None),
    ("cloudformation-custom-resource-response", None),
    ("cloudformation-custom-resource-provider-response", None),
    ("cloudformation", Some(whole!(cloudformation::Request))),
    // Records of CloudTrail: the details of events of a bus.
    ("cloudwatch-cloudtrail", None),
    ("controltower", None),
    ("cloudwatch-alarm-sns", Some(batch!(sns::Record))),
    ("cloudwatch-alarm", Some(whole!(cloudwatch_alarms::Event))),
    ("cloudwatch_logs", Some(whole!(cloudwatch_logs::Event))),
    ("code_commit", None),
    ("codedeploy-lifecycle", None),
    ("codepipeline_job", Some(whole!(codepipeline::Event))),
    ("cognito-event-userpools", Some(trigger)),
    ("cognito-event", None),
    ("config", Some(whole!(config::Event))),
    ("connect", Some(whole!(connect::Event))),
    ("documentdb", Some(whole!(documentdb::Event))),
    ("dynamodb-event-record", Some(whole!(dynamodb::Record))),
    ("dynamodb", Some(batch!(dynamodb::Record))),
    ("firehose", Some(whole!(firehose::Event))),
    ("iot-custom-auth-request", Some(whole!(iot::AuthorizationRequest))),
    ("iot", None),
    ("kafka", Some(whole!(kafka::Event))),
    ("kinesis-firehose-response", None),
    ("kinesis-firehose", Some(whole!(firehose::Event))),
    ("kinesis", Some(batch!(kinesis::Record))),
    ("lex-response", None),
    ("lex", Some(whole!(lex::Event))),
    ("rabbitmq", Some(whole!(rabbitmq::Event))),
    ("s3-object-lambda", Some(whole!(s3_object_lambda::Event))),
    ("s3", Some(batch!(s3::Record))),
    ("secretsmanager", Some(whole!(secrets_manager::Rotation))),
    ("ses", Some(batch!(ses::Record))),
    ("sns-subscription", Some(whole!(sns::Notification))),
    ("sns-unsubscribe", Some(whole!(sns::Notification))),
    ("sns", Some(batch!(sns::Record))),
    ("sqs-batch-response", None),
    ("sqs", Some(batch!(sqs::Message))),
    ("vpc-lattice-response", None),
    ("vpc-lattice-v1", Some(lattice_v1)),
    ("vpc-lattice", Some(lattice)),
    // The events of a bus.
    ("autoscaling", Some(whole!(EventBridge))),
    ("codebuild", Some(whole!(EventBridge))),
    ("codedeploy", Some(whole!(EventBridge))),
    ("codepipeline", Some(whole!(EventBridge))),
    ("ecr", Some(whole!(EventBridge))),
    ("eventbridge", Some(whole!(EventBridge))),
];

/// Compares what `rebuild` rebuilds from `text` with the original.
fn check(name: &str, text: &[u8], rebuild: Rebuild) {
    // Shown if the test fails.
    println!("{name}");
    let original: Value = serde_json::from_slice(text).expect("the event is JSON");
    assert_eq!(rebuild(&mut text.to_vec(), &original), original, "{name}");
}

#[test]
fn every_value_of_the_examples_can_be_reached() {
    for (name, rebuild) in EXAMPLES {
        let path = format!("{}/../examples/events/{name}.json", env!("CARGO_MANIFEST_DIR"));
        check(name, &fs::read(path).expect("the file can be read"), *rebuild);
    }
    let names: BTreeSet<_> = EXAMPLES.iter().map(|(name, _)| *name).collect();
    for case in CASES {
        assert!(names.contains(case.name), "{}", case.name);
    }
}

#[test]
fn every_value_of_the_fixtures_of_aws_lambda_events_can_be_reached() {
    let folder = barelambda_tests::cargo::dependency("aws_lambda_events").join("src/fixtures");
    let mut unused: BTreeSet<_> = FIXTURES.iter().map(|(start, _)| *start).collect();
    let mut reached = 0;
    for entry in fs::read_dir(folder).expect("the crate has fixtures") {
        let path = entry.expect("the folder can be read").path();
        let file = path.file_name().and_then(|name| name.to_str()).expect("a name in UTF-8");
        let Some(name) = file.strip_prefix("example-").and_then(|name| name.strip_suffix(".json"))
        else {
            continue;
        };
        let (start, rebuild) = FIXTURES
            .iter()
            .find(|(start, _)| name.starts_with(start))
            .unwrap_or_else(|| panic!("no rule for {name}"));
        unused.remove(start);
        if let Some(rebuild) = rebuild {
            check(name, &fs::read(&path).expect("the file can be read"), *rebuild);
            reached += 1;
        }
    }
    assert!(unused.is_empty(), "{unused:?}");
    assert!(reached > 120, "{reached}");
}

#[test]
fn every_value_of_a_compressed_log_can_be_reached() {
    let folder = barelambda_tests::cargo::dependency("aws_lambda_events").join("src/fixtures");
    let example = format!("{}/../examples/events/cloudwatch_logs.json", env!("CARGO_MANIFEST_DIR"));
    for path in [folder.join("example-cloudwatch_logs-event.json"), example.into()] {
        let mut event = fs::read(&path).expect("the file can be read");
        let event: cloudwatch_logs::Event =
            json::from_slice(&mut event).expect("the event can be read");
        let gzip = event.awslogs.data.bytes().expect("the data are base64");
        let mut buffer = [0; 4096];
        let text = barelambda::events::gunzip(gzip, &mut buffer).expect("the data are gzip");
        check("the log", text, whole!(cloudwatch_logs::LogEvents));
        for end in 0..gzip.len() {
            assert!(barelambda::events::gunzip(&gzip[..end], &mut buffer).is_err(), "{end}");
        }
    }
}
