//! The types for events, over the files in examples/events and mutations of them, with serde_json as the yardstick.

use std::collections::{BTreeSet, BinaryHeap};
use std::fmt::Write;

use barelambda::Error;
use barelambda::events::cognito::PreSignUp;
use barelambda::events::dynamodb::{AttributeValue, Item};
use barelambda::events::http::{self, Headers, HttpRequest, Parameters, Texts};
use barelambda::events::{EventBridge, alb, api_gateway_v1, api_gateway_v2, dynamodb, kinesis, s3, sns, sqs};
use barelambda::json::{FromJson, Records};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

/// A file, what reads it, and what is fixed about its form.
struct Case {
    name: &'static str,
    text: &'static str,
    /// Gives everything that was read, as text.
    read: fn(&mut [u8]) -> Result<String, Error>,
    objects: &'static [Object],
}

/// An object whose fields the types name: the other objects have names of the event's own.
struct Object {
    /// As a JSON pointer, with `*` for an element of an array.
    pointer: &'static str,
    /// Without one of these the object is an error.
    required: &'static [&'static str],
    /// One of these that is null is an error.
    never_null: &'static [&'static str],
}

macro_rules! case {
    ($name:literal, $read:expr, $objects:expr) => {
        Case { name: $name, text: include_str!(concat!("../../examples/events/", $name, ".json")), read: $read, objects: $objects }
    };
}

const fn object(pointer: &'static str, required: &'static [&'static str], never_null: &'static [&'static str]) -> Object {
    Object { pointer, required, never_null }
}

const V2: &[Object] = &[
    object("", &["rawPath", "requestContext"], &["isBase64Encoded", "rawPath", "rawQueryString", "requestContext", "routeKey"]),
    object("/requestContext", &["http"], &["accountId", "apiId", "domainName", "http", "requestId", "stage", "time", "timeEpoch"]),
    object("/requestContext/http", &["method"], &["method", "path", "protocol", "sourceIp"]),
];
const V1: &[Object] = &[
    object("", &["httpMethod", "path", "requestContext"], &["httpMethod", "isBase64Encoded", "path", "requestContext", "resource"]),
    object("/requestContext", &["identity"], &["accountId", "apiId", "identity", "requestId", "requestTimeEpoch", "stage"]),
    object("/requestContext/identity", &[], &["sourceIp"]),
];
const ALB: &[Object] = &[object("", &["httpMethod", "path"], &["httpMethod", "isBase64Encoded", "path"])];
const RECORDS: Object = object("", &["Records"], &["Records"]);
const SQS: &[Object] = &[
    RECORDS,
    object(
        "/Records/*",
        &["body", "messageId"],
        &["awsRegion", "body", "eventSource", "eventSourceARN", "md5OfBody", "messageId", "receiptHandle"],
    ),
];
const SNS: &[Object] = &[
    RECORDS,
    object("/Records/*", &["Sns"], &["EventSource", "EventSubscriptionArn", "EventVersion", "Sns"]),
    object(
        "/Records/*/Sns",
        &["Message"],
        &["Message", "MessageId", "Signature", "SignatureVersion", "SigningCertUrl", "Timestamp", "TopicArn", "Type", "UnsubscribeUrl"],
    ),
];
const S3: &[Object] = &[
    RECORDS,
    object("/Records/*", &["eventName", "s3"], &["awsRegion", "eventName", "eventSource", "eventTime", "eventVersion", "s3"]),
    object("/Records/*/s3", &["bucket", "object"], &["bucket", "configurationId", "object", "s3SchemaVersion"]),
    object("/Records/*/s3/bucket", &["name"], &["arn", "name"]),
    object("/Records/*/s3/object", &["key"], &["key"]),
];
const DYNAMODB: &[Object] = &[
    RECORDS,
    object(
        "/Records/*",
        &["dynamodb", "eventName"],
        &["awsRegion", "dynamodb", "eventID", "eventName", "eventSource", "eventSourceARN", "eventVersion"],
    ),
    object("/Records/*/dynamodb", &["SequenceNumber"], &["SequenceNumber", "SizeBytes", "StreamViewType"]),
];
const KINESIS: &[Object] = &[
    RECORDS,
    object(
        "/Records/*",
        &["kinesis"],
        &["awsRegion", "eventID", "eventName", "eventSource", "eventSourceARN", "eventVersion", "invokeIdentityArn", "kinesis"],
    ),
    object("/Records/*/kinesis", &["data", "sequenceNumber"], &["data", "kinesisSchemaVersion", "partitionKey", "sequenceNumber"]),
];
const EVENT_BRIDGE: &[Object] =
    &[object("", &["detail", "detail-type", "source"], &["account", "detail-type", "id", "region", "source", "time", "version"])];
const COGNITO: &[Object] = &[
    object(
        "",
        &["callerContext", "region", "request", "response", "triggerSource", "userPoolId", "version"],
        &["region", "request", "response", "triggerSource", "userPoolId", "version"],
    ),
    object("/request", &["userAttributes"], &[]),
    object("/response", &[], &["autoConfirmUser", "autoVerifyEmail", "autoVerifyPhone"]),
];

const CASES: &[Case] = &[
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
];

fn request<'a, R: HttpRequest<'a> + std::fmt::Debug>(text: &'a mut [u8]) -> Result<String, Error> {
    let (request, body) = http::from_slice::<R>(text)?;
    Ok(format!("{request:?} {:?}", body.bytes()?))
}

fn records<'a, T: FromJson<'a> + std::fmt::Debug>(text: &'a mut [u8]) -> Result<String, Error> {
    let mut all = String::new();
    for record in Records::<T>::new(text, "Records")? {
        writeln!(all, "{:?}", record?).expect("text can be written");
    }
    Ok(all)
}

fn whole<'a, T: FromJson<'a> + std::fmt::Debug>(text: &'a mut [u8]) -> Result<String, Error> {
    Ok(format!("{:?}", barelambda::json::from_slice::<T>(text)?))
}

impl Case {
    fn value(&self) -> Value {
        serde_json::from_str(self.text).expect("the file is JSON")
    }

    fn read(&self, value: &Value) -> Result<String, Error> {
        (self.read)(&mut value.to_string().into_bytes())
    }

    /// The object at `pointer`, if the types name its fields.
    fn object(&self, pointer: &str) -> Option<&Object> {
        let parts = pointer.split('/').map(|part| if part.parse::<usize>().is_ok() { "*" } else { part });
        let pattern = parts.collect::<Vec<_>>().join("/");
        self.objects.iter().find(|object| object.pointer == pattern)
    }
}

/// The pointers to all objects in `value`.
fn objects(value: &Value) -> Vec<String> {
    fn visit(value: &Value, pointer: &str, all: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                all.push(pointer.to_owned());
                for (name, value) in fields {
                    visit(value, &format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")), all);
                }
            }
            Value::Array(elements) => {
                for (index, value) in elements.iter().enumerate() {
                    visit(value, &format!("{pointer}/{index}"), all);
                }
            }
            _ => {}
        }
    }
    let mut all = Vec::new();
    visit(value, "", &mut all);
    all
}

fn fields<'v>(value: &'v mut Value, pointer: &str) -> &'v mut Map<String, Value> {
    value.pointer_mut(pointer).and_then(Value::as_object_mut).expect("there is an object")
}

#[test]
fn every_file_is_in_the_corpus_and_has_what_is_hard() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/events");
    let files = std::fs::read_dir(folder).expect("the folder can be read").map(|file| file.expect("a file").file_name());
    let files: BTreeSet<String> = files.map(|name| name.into_string().expect("a name")).collect();
    let cases = CASES.iter().map(|case| format!("{}.json", case.name)).chain(["s3_test.json".to_owned()]);
    assert_eq!(files, cases.collect());
    let all: String = CASES.iter().map(|case| case.text).collect();
    for hard in ["\\\"", "\\n", "\\\\", "\\/", "\\u00e9", "\\ud83d\\ude00", "\\u0000", "é", "😀", ": null", "\\t"] {
        assert!(all.contains(hard), "{hard}");
    }
}

#[test]
fn what_is_read_does_not_depend_on_how_it_is_written() {
    for case in CASES {
        let name = case.name;
        let value = case.value();
        let read = (case.read)(&mut case.text.as_bytes().to_vec()).unwrap_or_else(|error| panic!("{name}: {error}"));
        // In another order, and with no escapes but those that must be.
        let sorted = case.read(&value).unwrap_or_else(|error| panic!("{name}: {error}"));
        let characters = |text: &str| without_blanks(text).chars().collect::<BinaryHeap<_>>().into_sorted_vec();
        assert_eq!(characters(&read), characters(&sorted), "{name}");
        let mut pretty = serde_json::to_vec_pretty(&value).expect("it can be written");
        let mut escaped = String::new();
        escape(&value, &mut escaped);
        for text in [&mut pretty, &mut escaped.into_bytes()] {
            let read = (case.read)(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(without_blanks(&read), without_blanks(&sorted), "{name}");
        }
    }
}

/// What is read later comes with the blanks of the event, and others where escapes were.
fn without_blanks(text: &str) -> String {
    text.replace([' ', '\n'], "")
}

/// Writes `value` with every character of every text as `\uXXXX`.
fn escape(value: &Value, to: &mut String) {
    fn text(text: &str, to: &mut String) {
        to.push('"');
        for (index, unit) in text.encode_utf16().enumerate() {
            let hex = if index % 2 == 0 { format!("\\u{unit:04x}") } else { format!("\\u{unit:04X}") };
            to.push_str(&hex);
        }
        to.push('"');
    }
    match value {
        Value::String(value) => text(value, to),
        Value::Array(elements) => {
            to.push('[');
            for (index, element) in elements.iter().enumerate() {
                to.push_str(if index > 0 { "," } else { "" });
                escape(element, to);
            }
            to.push(']');
        }
        Value::Object(fields) => {
            to.push('{');
            for (index, (name, value)) in fields.iter().enumerate() {
                to.push_str(if index > 0 { "," } else { "" });
                text(name, to);
                to.push(':');
                escape(value, to);
            }
            to.push('}');
        }
        _ => to.push_str(&value.to_string()),
    }
}

#[test]
fn fields_that_are_not_known_change_nothing() {
    let unknown: [Value; 4] = [
        Value::Null,
        json!({"": [1.5e300, -7, {"\u{0}\"\\": [[], {}, "\u{1f600}"]}]}),
        json!("\u{1f600}\"\n"),
        json!([true, false, 18_446_744_073_709_551_615_u64]),
    ];
    for case in CASES {
        let value = case.value();
        let read = case.read(&value).expect("the file can be read");
        for pointer in objects(&value) {
            for unknown in &unknown {
                let mut changed = value.clone();
                // Before, between and behind the others.
                for name in ["\u{1}!", "kk", "\u{1f600}\"z"] {
                    fields(&mut changed, &pointer).insert(name.to_owned(), unknown.clone());
                }
                let result = case.read(&changed);
                match case.object(&pointer) {
                    Some(_) => assert_eq!(result.as_ref(), Ok(&read), "{} {pointer}", case.name),
                    None => assert!(result.is_ok(), "{} {pointer}: {result:?}", case.name),
                }
            }
        }
    }
}

#[test]
fn fields_may_be_missing_or_null_unless_they_are_needed() {
    for case in CASES {
        let value = case.value();
        let mut seen = BTreeSet::new();
        for pointer in objects(&value) {
            let names: Vec<String> = fields(&mut value.clone(), &pointer).keys().cloned().collect();
            for name in names {
                let place = format!("{} {pointer} {name}", case.name);
                let object = case.object(&pointer);
                let is_in = |list: fn(&Object) -> &[&str]| object.is_some_and(|object| list(object).contains(&name.as_str()));
                let (is_required, is_never_null) = (is_in(|object| object.required), is_in(|object| object.never_null));
                if let Some(object) = object {
                    seen.insert((object.pointer, name.clone()));
                }

                let mut changed = value.clone();
                fields(&mut changed, &pointer).remove(&name);
                match case.read(&changed) {
                    Err(error) if is_required => assert_eq!(error.message(), Error::JSON_MISSING_FIELD.message(), "{place}"),
                    result => assert!(result.is_ok() && !is_required, "{place}: {result:?}"),
                }

                fields(&mut changed, &pointer).insert(name, Value::Null);
                match case.read(&changed) {
                    Err(error) if is_never_null => assert_eq!(error.error_type(), "Function.InvalidJson", "{place}"),
                    result => assert!(result.is_ok() && !is_never_null, "{place}: {result:?}"),
                }
            }
        }
        for object in case.objects {
            for name in object.required.iter().chain(object.never_null) {
                assert!(seen.contains(&(object.pointer, (*name).to_owned())), "{} {} {name}", case.name, object.pointer);
            }
        }
    }
}

#[test]
fn half_an_event_is_an_error() {
    for case in CASES {
        let text = case.text.trim_end().as_bytes();
        for end in 0..text.len() {
            assert!((case.read)(&mut text[..end].to_vec()).is_err(), "{} {end}", case.name);
        }
    }
}

#[test]
fn no_byte_makes_a_panic() {
    for case in CASES {
        for place in 0..case.text.len() {
            for byte in *b"\"\\{]0\0\xff" {
                let mut text = case.text.as_bytes().to_vec();
                text[place] = byte;
                // Whether it is an error depends on the place.
                _ = (case.read)(&mut text);
            }
        }
    }
}

/// The pairs in an object, as [`Headers`] and [`Parameters`] give them.
fn pairs(object: &Value) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (name, value) in object.as_object().into_iter().flatten() {
        match value {
            Value::String(value) => pairs.push((name.clone(), value.clone())),
            Value::Array(values) => pairs.extend(values.iter().filter_map(|value| Some((name.clone(), value.as_str()?.to_owned())))),
            _ => {}
        }
    }
    pairs
}

fn owned<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(String, String)> {
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn assert_headers(headers: Headers<'_>, object: &Value) {
    assert_eq!(owned(headers.iter()), pairs(object));
    for (name, _) in pairs(object) {
        let expected: Vec<_> = pairs(object).into_iter().filter(|(other, _)| *other == name).map(|(_, value)| value).collect();
        for name in [name.to_ascii_uppercase(), name.to_ascii_lowercase(), name] {
            assert_eq!(headers.get(&name), expected.first().map(String::as_str));
            assert_eq!(headers.all(&name).collect::<Vec<_>>(), expected);
        }
    }
}

fn assert_parameters(parameters: Parameters<'_>, object: &Value) {
    assert_eq!(owned(parameters.iter()), pairs(object));
    for (name, _) in pairs(object) {
        let expected: Vec<_> = pairs(object).into_iter().filter(|(other, _)| *other == name).map(|(_, value)| value).collect();
        assert_eq!(parameters.get(&name), expected.first().map(String::as_str));
        assert_eq!(parameters.all(&name).collect::<Vec<_>>(), expected);
    }
}

/// Every field of the types, against what serde_json reads: `same!(value, typed => "name")`.
macro_rules! same {
    ($value:expr, $($typed:expr => $name:literal),* $(,)?) => {$(
        assert_eq!(json!($typed), $value[$name], $name);
    )*};
}

#[test]
fn requests_are_what_serde_json_reads() {
    for case in CASES.iter().filter(|case| case.objects.as_ptr() == V2.as_ptr()) {
        let value = case.value();
        let mut text = value.to_string().into_bytes();
        let (request, _) = http::from_slice::<api_gateway_v2::Request>(&mut text).expect("it can be read");
        same!(value, request.route_key => "routeKey", request.raw_path => "rawPath", request.raw_query_string => "rawQueryString",
            request.is_base64_encoded => "isBase64Encoded");
        let cookies: Vec<_> = request.cookies.iter().map(Value::from).collect();
        assert_eq!(Some(&cookies), value["cookies"].as_array().or(Some(&Vec::new())));
        assert_headers(request.headers, &value["headers"]);
        assert_parameters(request.query_string_parameters, &value["queryStringParameters"]);
        assert_parameters(request.path_parameters, &value["pathParameters"]);
        assert_parameters(request.stage_variables, &value["stageVariables"]);
        let (context, value) = (&request.request_context, &value["requestContext"]);
        same!(value, context.account_id => "accountId", context.api_id => "apiId", context.domain_name => "domainName",
            context.request_id => "requestId", context.stage => "stage", context.time => "time", context.time_epoch => "timeEpoch");
        assert_parameters(context.authorizer.jwt_claims(), &value["authorizer"]["jwt"]["claims"]);
        assert_parameters(context.authorizer.iam(), &value["authorizer"]["iam"]);
        let (http, value) = (&context.http, &value["http"]);
        same!(value, http.method => "method", http.path => "path", http.protocol => "protocol", http.source_ip => "sourceIp",
            http.user_agent => "userAgent");
    }
    for case in CASES.iter().filter(|case| case.objects.as_ptr() == V1.as_ptr()) {
        let value = case.value();
        let mut text = value.to_string().into_bytes();
        let (request, _) = http::from_slice::<api_gateway_v1::Request>(&mut text).expect("it can be read");
        same!(value, request.resource => "resource", request.path => "path", request.http_method => "httpMethod",
            request.is_base64_encoded => "isBase64Encoded");
        assert_headers(request.headers, &value["headers"]);
        assert_headers(request.multi_value_headers, &value["multiValueHeaders"]);
        assert_parameters(request.query_string_parameters, &value["queryStringParameters"]);
        assert_parameters(request.multi_value_query_string_parameters, &value["multiValueQueryStringParameters"]);
        assert_parameters(request.path_parameters, &value["pathParameters"]);
        assert_parameters(request.stage_variables, &value["stageVariables"]);
        let (context, value) = (&request.request_context, &value["requestContext"]);
        same!(value, context.account_id => "accountId", context.api_id => "apiId", context.domain_name => "domainName",
            context.path => "path", context.protocol => "protocol", context.request_id => "requestId",
            context.request_time => "requestTime", context.request_time_epoch => "requestTimeEpoch", context.stage => "stage");
        let (identity, value) = (&context.identity, &value["identity"]);
        same!(value, identity.source_ip => "sourceIp", identity.user_agent => "userAgent", identity.api_key => "apiKey",
            identity.account_id => "accountId", identity.caller => "caller", identity.user_arn => "userArn",
            identity.cognito_identity_id => "cognitoIdentityId");
    }
    for case in CASES.iter().filter(|case| case.objects.as_ptr() == ALB.as_ptr()) {
        let value = case.value();
        let mut text = value.to_string().into_bytes();
        let (request, body) = http::from_slice::<alb::Request>(&mut text).expect("it can be read");
        same!(value, request.path => "path", request.http_method => "httpMethod", request.is_base64_encoded => "isBase64Encoded",
            body.text().expect("it is text") => "body");
        assert_headers(request.headers, &value["headers"]);
        assert_headers(request.multi_value_headers, &value["multiValueHeaders"]);
        assert_parameters(request.query_string_parameters, &value["queryStringParameters"]);
        assert_parameters(request.multi_value_query_string_parameters, &value["multiValueQueryStringParameters"]);
        same!(value["requestContext"]["elb"], request.target_group_arn() => "targetGroupArn");
    }
}

/// Reads each record of `$name` and of serde_json's reading of it.
macro_rules! for_each_record {
    ($name:literal, $type:ty, |$record:ident, $value:ident| $check:block) => {
        let case = CASES.iter().find(|case| case.name == $name).expect("it is in the corpus");
        let values = case.value();
        let mut text = values.to_string().into_bytes();
        let mut records = Records::<$type>::new(&mut text, "Records").expect("it has records");
        for $value in values["Records"].as_array().expect("they are an array") {
            let $record = records.next().expect("there is a record").expect("it can be read");
            $check
        }
        assert!(records.next().is_none());
    };
}

#[test]
fn records_are_what_serde_json_reads() {
    for_each_record!("sqs", sqs::Message, |message, value| {
        same!(value, message.message_id => "messageId", message.receipt_handle => "receiptHandle", message.body => "body",
            message.md5_of_body => "md5OfBody", message.event_source => "eventSource", message.event_source_arn => "eventSourceARN",
            message.aws_region => "awsRegion");
        assert_eq!(message.md5_of_message_attributes, value["md5OfMessageAttributes"].as_str());
        for (name, attribute) in value["attributes"].as_object().expect("an object") {
            assert_eq!(message.attributes.get(name), attribute.as_str());
        }
        assert_eq!(message.message_attributes.iter().count(), value["messageAttributes"].as_object().expect("an object").len());
        for (name, attribute) in message.message_attributes.iter() {
            let value = &value["messageAttributes"][name];
            assert_eq!(attribute.data_type(), value["dataType"].as_str());
            assert_eq!(attribute.string_value(), value["stringValue"].as_str());
            assert_eq!(attribute.binary_value().map(|text| text.as_str()), value["binaryValue"].as_str());
        }
    });
    for_each_record!("sns", sns::Record, |record, value| {
        same!(value, record.event_source => "EventSource", record.event_version => "EventVersion",
            record.event_subscription_arn => "EventSubscriptionArn");
        let (sns, value) = (&record.sns, &value["Sns"]);
        same!(value, sns.r#type => "Type", sns.message_id => "MessageId", sns.topic_arn => "TopicArn", sns.subject => "Subject",
            sns.message => "Message", sns.timestamp => "Timestamp", sns.signature_version => "SignatureVersion",
            sns.signature => "Signature", sns.signing_cert_url => "SigningCertUrl", sns.unsubscribe_url => "UnsubscribeUrl");
        assert_eq!(sns.message_attributes.iter().count(), value["MessageAttributes"].as_object().expect("an object").len());
        for (name, attribute) in sns.message_attributes.iter() {
            same!(value["MessageAttributes"][name], attribute.r#type() => "Type", attribute.value() => "Value");
        }
    });
    for_each_record!("s3", s3::Record, |record, value| {
        same!(value, record.event_version => "eventVersion", record.event_source => "eventSource", record.aws_region => "awsRegion",
            record.event_time => "eventTime", record.event_name => "eventName");
        assert_parameters(record.user_identity, &value["userIdentity"]);
        assert_parameters(record.request_parameters, &value["requestParameters"]);
        assert_parameters(record.response_elements, &value["responseElements"]);
        let (s3, value) = (&record.s3, &value["s3"]);
        same!(value, s3.s3_schema_version => "s3SchemaVersion", s3.configuration_id => "configurationId");
        same!(value["bucket"], s3.bucket.name => "name", s3.bucket.arn => "arn");
        assert_parameters(s3.bucket.owner_identity, &value["bucket"]["ownerIdentity"]);
        same!(value["object"], s3.object.key => "key", s3.object.size => "size", s3.object.e_tag => "eTag",
            s3.object.version_id => "versionId", s3.object.sequencer => "sequencer");
    });
    for_each_record!("dynamodb", dynamodb::Record, |record, value| {
        same!(value, record.event_id => "eventID", record.event_name => "eventName", record.event_version => "eventVersion",
            record.event_source => "eventSource", record.aws_region => "awsRegion", record.event_source_arn => "eventSourceARN");
        assert_parameters(record.user_identity, &value["userIdentity"]);
        let (change, value) = (&record.dynamodb, &value["dynamodb"]);
        same!(value, change.sequence_number => "SequenceNumber", change.size_bytes => "SizeBytes",
            change.stream_view_type => "StreamViewType");
        let seconds = change.approximate_creation_date_time.expect("there is a time").as_secs_f64();
        assert_eq!(Some(seconds), value["ApproximateCreationDateTime"].as_f64());
        for (item, name) in [(change.keys, "Keys"), (change.new_image, "NewImage"), (change.old_image, "OldImage")] {
            assert_eq!(attributes(item), value.get(name).cloned().unwrap_or_else(|| Value::Object(Map::new())));
        }
    });
    for_each_record!("kinesis", kinesis::Record, |record, value| {
        same!(value, record.event_source => "eventSource", record.event_version => "eventVersion", record.event_id => "eventID",
            record.event_name => "eventName", record.invoke_identity_arn => "invokeIdentityArn", record.aws_region => "awsRegion",
            record.event_source_arn => "eventSourceARN");
        let (kinesis, value) = (&record.kinesis, &value["kinesis"]);
        same!(value, kinesis.kinesis_schema_version => "kinesisSchemaVersion", kinesis.partition_key => "partitionKey",
            kinesis.sequence_number => "sequenceNumber", STANDARD.encode(&*kinesis.data) => "data");
        let seconds = kinesis.approximate_arrival_timestamp.expect("there is a time").as_secs_f64();
        assert_eq!(Some(seconds), value["approximateArrivalTimestamp"].as_f64());
    });
}

/// `item` as DynamoDB writes it.
fn attributes(item: Item<'_>) -> Value {
    item.iter().map(|(name, value)| (name.to_owned(), attribute(value))).collect()
}

fn attribute(value: AttributeValue<'_>) -> Value {
    let texts = |texts: Texts<'_>| texts.iter().map(Value::from).collect::<Value>();
    match value {
        AttributeValue::S(text) => json!({"S": text}),
        AttributeValue::N(digits) => json!({"N": digits}),
        AttributeValue::B(bytes) => json!({"B": bytes.as_str()}),
        AttributeValue::Ss(set) => json!({"SS": texts(set)}),
        AttributeValue::Ns(set) => json!({"NS": texts(set)}),
        AttributeValue::Bs(set) => json!({"BS": set.iter().map(|bytes| bytes.as_str()).collect::<Vec<_>>()}),
        AttributeValue::M(map) => json!({"M": attributes(map)}),
        AttributeValue::L(list) => json!({"L": list.iter().map(attribute).collect::<Vec<_>>()}),
        AttributeValue::Null => json!({"NULL": true}),
        AttributeValue::Bool(value) => json!({"BOOL": value}),
        other => panic!("{other:?} is not in the corpus"),
    }
}

#[test]
fn a_batch_has_any_number_of_records_and_some_may_be_bad() {
    let mut batch = String::from("{\"Records\":[");
    for index in 0..10_000 {
        let comma = if index > 0 { "," } else { "" };
        match index % 5 {
            // Of another form, or malformed inside.
            3 => write!(batch, "{comma}{{\"messageId\":{index},\"body\":[\"]}}\"]}}"),
            4 => write!(batch, "{comma}{{\"messageId\":\"{index}\",\"body\":\"\\x\"}}"),
            _ => write!(batch, "{comma}{{\"messageId\":\"{index}\",\"body\":\"\\ud83d\\ude00 {index}\"}}"),
        }
        .expect("text can be written");
    }
    batch.push_str("]}");
    let mut text = batch.into_bytes();
    let mut good = 0;
    for (index, message) in Records::<sqs::Message>::new(&mut text, "Records").expect("there are records").enumerate() {
        match (index % 5, message) {
            (3, Err(error)) => assert_eq!(error.message(), Error::JSON_NO_STRING.message()),
            (4, Err(error)) => assert_eq!(error.message(), Error::JSON_ESCAPE.message()),
            (0..3, Ok(message)) => {
                assert_eq!((message.message_id, message.body), (&*index.to_string(), &*format!("\u{1f600} {index}")));
                good += 1;
            }
            (_, other) => panic!("{index}: {other:?}"),
        }
    }
    assert_eq!(good, 6_000);
}

#[test]
fn a_request_has_any_number_of_headers_and_parameters() {
    let mut value = CASES[0].value();
    for index in 0..2_000 {
        fields(&mut value, "/headers").insert(format!("x-header-{index}"), json!(format!("\"{index}\"")));
        fields(&mut value, "/queryStringParameters").insert(format!("é{index}"), json!(index.to_string()));
    }
    let mut text = value.to_string().into_bytes();
    let (request, body) = http::from_slice::<api_gateway_v2::Request>(&mut text).expect("it can be read");
    assert_eq!(owned(request.headers.iter()), pairs(&value["headers"]));
    assert_eq!((request.header("X-Header-1999"), request.query("é1999")), (Some("\"1999\""), Some("1999")));
    assert_eq!(body.text().map(Value::from), Ok(value["body"].clone()));
}
