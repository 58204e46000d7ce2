//! Every field of the types for events, read from the files in examples/events and compared with
//! serde_json.

use std::fmt::Write;

use barelambda::Error;
use barelambda::events::dynamodb::{AttributeValue, Item};
use barelambda::events::http::{self, Headers, HttpRequest, Parameters, Texts};
use barelambda::events::{
    EventBridge, alb, api_gateway_v1, api_gateway_v2, dynamodb, kinesis, s3, sns, sqs,
};
use barelambda::json::Records;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

fn file(name: &str) -> Value {
    let path = format!("{}/../examples/events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).expect("the file can be read"))
        .expect("the file is JSON")
}

/// Returns the pairs of an object, as [`Headers`] and [`Parameters`] return them.
fn pairs(object: &Value) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (name, value) in object.as_object().into_iter().flatten() {
        match value {
            Value::String(value) => pairs.push((name.clone(), value.clone())),
            Value::Array(values) => pairs.extend(
                values.iter().filter_map(|value| Some((name.clone(), value.as_str()?.to_owned()))),
            ),
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
        let expected: Vec<_> = pairs(object)
            .into_iter()
            .filter(|(other, _)| *other == name)
            .map(|(_, value)| value)
            .collect();
        for name in [name.to_ascii_uppercase(), name.to_ascii_lowercase(), name] {
            assert_eq!(headers.get(&name), expected.first().map(String::as_str));
            assert_eq!(headers.all(&name).collect::<Vec<_>>(), expected);
        }
    }
}

fn assert_parameters(parameters: Parameters<'_>, object: &Value) {
    assert_eq!(owned(parameters.iter()), pairs(object));
    for (name, _) in pairs(object) {
        let expected: Vec<_> = pairs(object)
            .into_iter()
            .filter(|(other, _)| *other == name)
            .map(|(_, value)| value)
            .collect();
        assert_eq!(parameters.get(&name), expected.first().map(String::as_str));
        assert_eq!(parameters.all(&name).collect::<Vec<_>>(), expected);
    }
}

/// Compares fields of a type with a value of serde_json: `same!(value, typed => "name")`.
macro_rules! same {
    ($value:expr, $($typed:expr => $name:literal),* $(,)?) => {$(
        assert_eq!(json!($typed), $value[$name], $name);
    )*};
}

#[test]
fn requests_to_http_apis_and_function_urls_match_serde_json() {
    for name in ["api_gateway_v2", "function_url", "function_url_binary"] {
        let value = file(name);
        let mut text = value.to_string().into_bytes();
        let (request, _) =
            http::from_slice::<api_gateway_v2::Request>(&mut text).expect("it can be read");
        same!(value, request.route_key() => "routeKey", request.raw_path() => "rawPath", request.raw_query_string() => "rawQueryString",
            request.is_base64_encoded() => "isBase64Encoded");
        let cookies: Vec<_> = request.cookies().iter().map(Value::from).collect();
        assert_eq!(Some(&cookies), value["cookies"].as_array().or(Some(&Vec::new())));
        assert_headers(request.headers(), &value["headers"]);
        assert_parameters(request.query_string_parameters(), &value["queryStringParameters"]);
        assert_parameters(request.path_parameters(), &value["pathParameters"]);
        assert_parameters(request.stage_variables(), &value["stageVariables"]);
        let (context, value) = (&request.request_context(), &value["requestContext"]);
        same!(value, context.account_id() => "accountId", context.api_id() => "apiId", context.domain_name() => "domainName",
            context.request_id() => "requestId", context.stage() => "stage", context.time() => "time", context.time_epoch() => "timeEpoch");
        assert_parameters(context.authorizer().jwt_claims(), &value["authorizer"]["jwt"]["claims"]);
        assert_parameters(context.authorizer().iam(), &value["authorizer"]["iam"]);
        let (http, value) = (context.http(), &value["http"]);
        same!(value, http.method() => "method", http.path() => "path", http.protocol() => "protocol", http.source_ip() => "sourceIp",
            http.user_agent() => "userAgent");
    }
}

#[test]
fn requests_to_rest_apis_match_serde_json() {
    let value = file("api_gateway_v1");
    let mut text = value.to_string().into_bytes();
    let (request, _) =
        http::from_slice::<api_gateway_v1::Request>(&mut text).expect("it can be read");
    same!(value, request.resource() => "resource", request.path() => "path", request.http_method() => "httpMethod",
            request.is_base64_encoded() => "isBase64Encoded");
    assert_headers(Headers::from(request.get("headers")), &value["headers"]);
    assert_headers(request.multi_value_headers(), &value["multiValueHeaders"]);
    assert_parameters(request.query_string_parameters(), &value["queryStringParameters"]);
    assert_parameters(
        request.multi_value_query_string_parameters(),
        &value["multiValueQueryStringParameters"],
    );
    assert_parameters(request.path_parameters(), &value["pathParameters"]);
    assert_parameters(request.stage_variables(), &value["stageVariables"]);
    let (context, value) = (&request.request_context(), &value["requestContext"]);
    same!(value, context.account_id() => "accountId", context.api_id() => "apiId", context.domain_name() => "domainName",
            context.path() => "path", context.protocol() => "protocol", context.request_id() => "requestId",
            context.request_time() => "requestTime", context.request_time_epoch() => "requestTimeEpoch", context.stage() => "stage");
    let (identity, value) = (context.identity(), &value["identity"]);
    same!(value, identity.source_ip() => "sourceIp", identity.user_agent() => "userAgent", identity.api_key() => "apiKey",
            identity.account_id() => "accountId", identity.caller() => "caller", identity.user_arn() => "userArn",
            identity.cognito_identity_id() => "cognitoIdentityId");
}

#[test]
fn requests_to_load_balancers_match_serde_json() {
    for name in ["alb", "alb_multi_value"] {
        let value = file(name);
        let mut text = value.to_string().into_bytes();
        let (request, body) = http::from_slice::<alb::Request>(&mut text).expect("it can be read");
        same!(value, request.path() => "path", request.http_method() => "httpMethod", request.is_base64_encoded() => "isBase64Encoded",
            body.text().expect("the body is text") => "body");
        assert_headers(Headers::from(request.get("headers")), &value["headers"]);
        assert_headers(request.multi_value_headers(), &value["multiValueHeaders"]);
        assert_parameters(request.query_string_parameters(), &value["queryStringParameters"]);
        assert_parameters(
            request.multi_value_query_string_parameters(),
            &value["multiValueQueryStringParameters"],
        );
        same!(value["requestContext"]["elb"], request.target_group_arn() => "targetGroupArn");
    }
}

/// Runs `$check` with each record of the file `$name` and with serde_json's value of it.
macro_rules! for_each_record {
    ($name:literal, $type:ty, |$record:ident, $value:ident| $check:block) => {
        let values = file($name);
        let mut text = values.to_string().into_bytes();
        let mut records =
            Records::<$type>::new(&mut text, "Records").expect("the event has records");
        for $value in values["Records"].as_array().expect("the records are an array") {
            let $record =
                records.next().expect("there is a record").expect("the record can be read");
            $check
        }
        assert!(records.next().is_none());
    };
}

#[test]
fn records_match_serde_json() {
    for_each_record!("sqs", sqs::Message, |message, value| {
        same!(value, message.message_id => "messageId", message.receipt_handle() => "receiptHandle", message.body => "body",
            message.md5_of_body() => "md5OfBody", message.event_source() => "eventSource", message.event_source_arn() => "eventSourceARN",
            message.aws_region() => "awsRegion");
        assert_eq!(message.md5_of_message_attributes(), value["md5OfMessageAttributes"].as_str());
        for (name, attribute) in value["attributes"].as_object().expect("an object") {
            assert_eq!(message.attributes().get(name), attribute.as_str());
        }
        assert_eq!(
            message.message_attributes().iter().count(),
            value["messageAttributes"].as_object().expect("an object").len()
        );
        for (name, attribute) in message.message_attributes().iter() {
            let value = &value["messageAttributes"][name];
            assert_eq!(attribute.data_type(), value["dataType"].as_str());
            assert_eq!(attribute.string_value(), value["stringValue"].as_str());
            assert_eq!(
                attribute.binary_value().map(|text| text.as_str()),
                value["binaryValue"].as_str()
            );
        }
    });
    for_each_record!("sns", sns::Record, |record, value| {
        same!(value, record.event_source() => "EventSource", record.event_version() => "EventVersion",
            record.event_subscription_arn() => "EventSubscriptionArn");
        let (sns, value) = (&record.sns, &value["Sns"]);
        same!(value, sns.r#type() => "Type", sns.message_id() => "MessageId", sns.topic_arn() => "TopicArn", sns.subject() => "Subject",
            sns.message => "Message", sns.timestamp() => "Timestamp", sns.signature_version() => "SignatureVersion",
            sns.signature() => "Signature", sns.signing_cert_url() => "SigningCertUrl", sns.unsubscribe_url() => "UnsubscribeUrl");
        assert_eq!(
            sns.message_attributes().iter().count(),
            value["MessageAttributes"].as_object().expect("an object").len()
        );
        for (name, attribute) in sns.message_attributes().iter() {
            same!(value["MessageAttributes"][name], attribute.r#type() => "Type", attribute.value() => "Value");
        }
    });
    for_each_record!("s3", s3::Record, |record, value| {
        same!(value, record.event_version() => "eventVersion", record.event_source() => "eventSource", record.aws_region() => "awsRegion",
            record.event_time() => "eventTime", record.event_name => "eventName");
        assert_parameters(record.user_identity(), &value["userIdentity"]);
        assert_parameters(record.request_parameters(), &value["requestParameters"]);
        assert_parameters(record.response_elements(), &value["responseElements"]);
        let (s3, value) = (&record.s3, &value["s3"]);
        same!(value, s3.s3_schema_version() => "s3SchemaVersion", s3.configuration_id() => "configurationId");
        same!(value["bucket"], s3.bucket.name => "name", s3.bucket.arn() => "arn");
        assert_parameters(s3.bucket.owner_identity(), &value["bucket"]["ownerIdentity"]);
        same!(value["object"], s3.object.key => "key", s3.object.size() => "size", s3.object.e_tag() => "eTag",
            s3.object.version_id() => "versionId", s3.object.sequencer() => "sequencer");
    });
    for_each_record!("dynamodb", dynamodb::Record, |record, value| {
        same!(value, record.event_id() => "eventID", record.event_name => "eventName", record.event_version() => "eventVersion",
            record.event_source() => "eventSource", record.aws_region() => "awsRegion", record.event_source_arn() => "eventSourceARN");
        assert_parameters(record.user_identity(), &value["userIdentity"]);
        let (change, value) = (&record.dynamodb, &value["dynamodb"]);
        same!(value, change.sequence_number() => "SequenceNumber", change.size_bytes() => "SizeBytes",
            change.stream_view_type() => "StreamViewType");
        let seconds = change
            .approximate_creation_date_time()
            .since_epoch()
            .expect("there is a time")
            .as_secs_f64();
        assert_eq!(Some(seconds), value["ApproximateCreationDateTime"].as_f64());
        for (item, name) in [
            (change.keys(), "Keys"),
            (change.new_image(), "NewImage"),
            (change.old_image(), "OldImage"),
        ] {
            assert_eq!(
                attributes(item),
                value.get(name).cloned().unwrap_or_else(|| Value::Object(Map::new()))
            );
        }
    });
    for_each_record!("kinesis", kinesis::Record, |record, value| {
        same!(value, record.event_source() => "eventSource", record.event_version() => "eventVersion", record.event_id() => "eventID",
            record.event_name() => "eventName", record.invoke_identity_arn() => "invokeIdentityArn", record.aws_region() => "awsRegion",
            record.event_source_arn() => "eventSourceARN");
        let (kinesis, value) = (&record.kinesis, &value["kinesis"]);
        same!(value, kinesis.kinesis_schema_version() => "kinesisSchemaVersion", kinesis.partition_key() => "partitionKey",
            kinesis.sequence_number => "sequenceNumber", STANDARD.encode(&*kinesis.data) => "data");
        let seconds = kinesis
            .approximate_arrival_timestamp()
            .since_epoch()
            .expect("there is a time")
            .as_secs_f64();
        assert_eq!(Some(seconds), value["approximateArrivalTimestamp"].as_f64());
    });
}

#[test]
fn events_of_a_bus_match_serde_json() {
    for name in ["event_bridge", "event_bridge_scheduled"] {
        let value = file(name);
        let mut text = value.to_string().into_bytes();
        let event: EventBridge = barelambda::json::from_slice(&mut text).expect("it can be read");
        same!(value, event.version() => "version", event.id() => "id", event.detail_type => "detail-type", event.source => "source",
            event.account() => "account", event.time() => "time", event.region() => "region",
            event.resources().iter().collect::<Vec<_>>() => "resources");
        let detail: Value =
            serde_json::from_str(&event.detail.to_string()).expect("the detail is JSON");
        assert_eq!((&detail, event.replay_name()), (&value["detail"], None));
    }
}

/// Returns `item` in DynamoDB's JSON.
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
        AttributeValue::Bs(set) => {
            json!({"BS": set.iter().map(|bytes| bytes.as_str()).collect::<Vec<_>>()})
        }
        AttributeValue::M(map) => json!({"M": attributes(map)}),
        AttributeValue::L(list) => json!({"L": list.iter().map(attribute).collect::<Vec<_>>()}),
        AttributeValue::Null => json!({"NULL": true}),
        AttributeValue::Bool(value) => json!({"BOOL": value}),
        other => panic!("unexpected type in the files: {other:?}"),
    }
}

#[test]
fn a_batch_has_any_number_of_records_and_some_may_be_bad() {
    let mut batch = String::from("{\"Records\":[");
    for index in 0..10_000 {
        let comma = if index > 0 { "," } else { "" };
        match index % 5 {
            // These have another type, or are malformed.
            3 => write!(batch, "{comma}{{\"messageId\":{index},\"body\":[\"]}}\"]}}"),
            4 => write!(batch, "{comma}{{\"messageId\":\"{index}\",\"body\":\"\\x\"}}"),
            _ => write!(
                batch,
                "{comma}{{\"messageId\":\"{index}\",\"body\":\"\\ud83d\\ude00 {index}\"}}"
            ),
        }
        .expect("writing to a String can't fail");
    }
    batch.push_str("]}");
    let mut text = batch.into_bytes();
    let mut good = 0;
    for (index, message) in
        Records::<sqs::Message>::new(&mut text, "Records").expect("there are records").enumerate()
    {
        match (index % 5, message) {
            (3, Err(error)) => assert_eq!(error.message(), Error::JSON_NO_STRING.message()),
            (4, Err(error)) => assert_eq!(error.message(), Error::JSON_ESCAPE.message()),
            (0..3, Ok(message)) => {
                assert_eq!(
                    (message.message_id, message.body),
                    (&*index.to_string(), &*format!("\u{1f600} {index}"))
                );
                good += 1;
            }
            (_, other) => panic!("{index}: {other:?}"),
        }
    }
    assert_eq!(good, 6_000);
}

#[test]
fn a_request_has_any_number_of_headers_and_parameters() {
    let mut value = file("api_gateway_v2");
    for index in 0..2_000 {
        value["headers"][format!("x-header-{index}")] = json!(format!("\"{index}\""));
        value["queryStringParameters"][format!("é{index}")] = json!(index.to_string());
    }
    let mut text = value.to_string().into_bytes();
    let (request, body) =
        http::from_slice::<api_gateway_v2::Request>(&mut text).expect("it can be read");
    assert_eq!(owned(request.headers().iter()), pairs(&value["headers"]));
    assert_eq!(
        (request.header("X-Header-1999"), request.query("é1999")),
        (Some("\"1999\""), Some("1999"))
    );
    assert_eq!(body.text().map(Value::from), Ok(value["body"].clone()));
}
