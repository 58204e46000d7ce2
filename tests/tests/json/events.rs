//! The types for events, with the files in examples/events: whole, mutated and cut.

use std::collections::{BTreeSet, BinaryHeap};
use std::fmt::Write;

use barelambda::Error;
use barelambda::events::cognito::PreSignUp;
use barelambda::events::http::{self, HttpRequest};
use barelambda::events::{
    EventBridge, alb, api_gateway_v1, api_gateway_v2, dynamodb, kinesis, s3, sns, sqs,
};
use barelambda::json::{FromJson, Records};
use serde_json::{Map, Value, json};

/// A file, its parser, and the rules for its fields.
struct Case {
    name: &'static str,
    text: &'static str,
    /// Parses an event, and returns everything that was read as text.
    read: fn(&mut [u8]) -> Result<String, Error>,
    objects: &'static [Object],
}

/// An object whose fields the types define. Other objects have arbitrary names.
struct Object {
    /// A JSON pointer, with `*` for an element of an array.
    pointer: &'static str,
    /// The fields without which the object is an error.
    required: &'static [&'static str],
    /// The required fields that may be null.
    may_be_null: &'static [&'static str],
    /// The optional fields that must not be null.
    never_null: &'static [&'static str],
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
    Object {
        may_be_null: &["callerContext"],
        ..object(
            "",
            &[
                "callerContext",
                "region",
                "request",
                "response",
                "triggerSource",
                "userPoolId",
                "version",
            ],
        )
    },
    Object { may_be_null: &["userAttributes"], ..object("/request", &["userAttributes"]) },
    Object {
        never_null: &["autoConfirmUser", "autoVerifyEmail", "autoVerifyPhone"],
        ..object("/response", &[])
    },
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
        writeln!(all, "{:?}", record?).expect("writing to a String can't fail");
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

    /// Returns the object at `pointer`, if the types define its fields.
    fn object(&self, pointer: &str) -> Option<&Object> {
        let parts =
            pointer.split('/').map(|part| if part.parse::<usize>().is_ok() { "*" } else { part });
        let pattern = parts.collect::<Vec<_>>().join("/");
        self.objects.iter().find(|object| object.pointer == pattern)
    }
}

/// Returns the pointers to all objects in `value`.
fn objects(value: &Value) -> Vec<String> {
    fn visit(value: &Value, pointer: &str, all: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                all.push(pointer.to_owned());
                for (name, value) in fields {
                    visit(
                        value,
                        &format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")),
                        all,
                    );
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
fn the_files_have_every_kind_of_escape() {
    let all: String = CASES.iter().map(|case| case.text).collect();
    for hard in [
        "\\\"",
        "\\n",
        "\\\\",
        "\\/",
        "\\u00e9",
        "\\ud83d\\ude00",
        "\\u0000",
        "é",
        "😀",
        ": null",
        "\\t",
    ] {
        assert!(all.contains(hard), "{hard}");
    }
}

#[test]
fn the_values_do_not_depend_on_the_formatting() {
    for case in CASES {
        let name = case.name;
        let value = case.value();
        let read = (case.read)(&mut case.text.as_bytes().to_vec())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        // This has another order of fields, and only the required escapes.
        let sorted = case.read(&value).unwrap_or_else(|error| panic!("{name}: {error}"));
        let characters =
            |text: &str| without_blanks(text).chars().collect::<BinaryHeap<_>>().into_sorted_vec();
        assert_eq!(characters(&read), characters(&sorted), "{name}");
        let mut pretty = serde_json::to_vec_pretty(&value).expect("a value can be written");
        let mut escaped = String::new();
        escape(&value, &mut escaped);
        for text in [&mut pretty, &mut escaped.into_bytes()] {
            let read = (case.read)(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(without_blanks(&read), without_blanks(&sorted), "{name}");
        }
    }
}

/// Removes white space. Fields that are parsed lazily keep that of the event, and have more in
/// place of escapes.
fn without_blanks(text: &str) -> String {
    text.replace([' ', '\n'], "")
}

/// Writes `value` with every character of every string as `\uXXXX`.
fn escape(value: &Value, to: &mut String) {
    fn text(text: &str, to: &mut String) {
        to.push('"');
        for (index, unit) in text.encode_utf16().enumerate() {
            let hex =
                if index % 2 == 0 { format!("\\u{unit:04x}") } else { format!("\\u{unit:04X}") };
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
fn unknown_fields_change_nothing() {
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
                // The names sort before, between and after the others.
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
fn fields_may_be_missing_or_null_unless_they_are_required() {
    for case in CASES {
        let value = case.value();
        let mut seen = BTreeSet::new();
        for pointer in objects(&value) {
            let names: Vec<String> = fields(&mut value.clone(), &pointer).keys().cloned().collect();
            for name in names {
                let place = format!("{} {pointer} {name}", case.name);
                let object = case.object(&pointer);
                let is_in = |list: fn(&Object) -> &[&str]| {
                    object.is_some_and(|object| list(object).contains(&name.as_str()))
                };
                let is_required = is_in(|object| object.required);
                let is_never_null = is_required && !is_in(|object| object.may_be_null)
                    || is_in(|object| object.never_null);
                if let Some(object) = object {
                    seen.insert((object.pointer, name.clone()));
                }

                let mut changed = value.clone();
                fields(&mut changed, &pointer).remove(&name);
                match case.read(&changed) {
                    Err(error) if is_required => {
                        assert_eq!(error.message(), Error::JSON_MISSING_FIELD.message(), "{place}")
                    }
                    result => assert!(result.is_ok() && !is_required, "{place}: {result:?}"),
                }

                fields(&mut changed, &pointer).insert(name, Value::Null);
                match case.read(&changed) {
                    Err(error) if is_never_null => {
                        assert_eq!(error.error_type(), "Function.InvalidJson", "{place}")
                    }
                    result => assert!(result.is_ok() && !is_never_null, "{place}: {result:?}"),
                }
            }
        }
        for object in case.objects {
            for name in object.required.iter().chain(object.never_null) {
                assert!(
                    seen.contains(&(object.pointer, (*name).to_owned())),
                    "{} {} {name}",
                    case.name,
                    object.pointer
                );
            }
        }
    }
}

#[test]
fn a_cut_event_is_a_failure() {
    for case in CASES {
        let text = case.text.trim_end().as_bytes();
        for end in 0..text.len() {
            assert!((case.read)(&mut text[..end].to_vec()).is_err(), "{} {end}", case.name);
        }
    }
}

#[test]
fn no_byte_causes_a_panic() {
    for case in CASES {
        for place in 0..case.text.len() {
            for byte in *b"\"\\]\xff" {
                let mut text = case.text.as_bytes().to_vec();
                text[place] = byte;
                // It depends on the place whether this is an error.
                _ = (case.read)(&mut text);
            }
        }
    }
}
