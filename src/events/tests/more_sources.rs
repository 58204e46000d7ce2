//! The types of further events, read from the files in examples/events, and the answers to them.

use super::file;
use crate::error::Error;
use crate::events::authorizer::{Effect, Policy, PolicyDocument, Simple, Statement};
use crate::events::firehose::Transformed;
use crate::events::*;
use crate::handler::Responder;
use crate::json;
use serde::Serialize;
use std::string::{String, ToString};
use std::vec::Vec;

fn written<T: Serialize>(value: &T) -> String {
    let mut buffer = [0; 1024];
    str::from_utf8(json::to_slice(value, &mut buffer).unwrap()).unwrap().to_string()
}

#[derive(Serialize)]
struct Context {
    tier: &'static str,
    limit: u32,
}

const GOLD: Context = Context { tier: "gold", limit: 7 };

#[test]
fn answers_of_authorizers() {
    assert_eq!(written(&Simple::new(true)), r#"{"isAuthorized":true}"#);
    assert_eq!(
        written(&Simple::new(false).context(GOLD)),
        r#"{"isAuthorized":false,"context":{"tier":"gold","limit":7}}"#
    );
    let policy = Policy::allow("user-7", &["arn:a/*", "arn:b"]);
    assert_eq!(
        written(&policy),
        concat!(
            r#"{"principalId":"user-7","policyDocument":{"Version":"2012-10-17","Statement":[{"#,
            r#""Action":["execute-api:Invoke"],"Effect":"Allow","Resource":["arn:a/*","arn:b"]}]}}"#
        )
    );
    let mut policy = Policy::deny("u\"", &["*"]).context(GOLD);
    policy.usage_identifier_key = Some("key");
    let statement = |effect, resource| Statement { action: &["a:B"], effect, resource };
    let statements = [statement(Effect::Allow, &["x"]), statement(Effect::Deny, &["y"])];
    policy.policy_document = PolicyDocument::new(&statements);
    assert_eq!(
        written(&policy),
        concat!(
            r#"{"principalId":"u\"","policyDocument":{"Version":"2012-10-17","Statement":[{"#,
            r#""Action":["a:B"],"Effect":"Allow","Resource":["x"]},{"#,
            r#""Action":["a:B"],"Effect":"Deny","Resource":["y"]}]},"#,
            r#""context":{"tier":"gold","limit":7},"usageIdentifierKey":"key"}"#
        )
    );
    assert!(written(&Policy::deny("u", &["*"])).contains(r#""Effect":"Deny""#));

    let answer = appsync::Authorization {
        resolver_context: Some(GOLD),
        ttl_override: Some(60),
        ..appsync::Authorization::new(true)
    };
    assert_eq!(
        written(&answer),
        r#"{"isAuthorized":true,"resolverContext":{"tier":"gold","limit":7},"ttlOverride":60}"#
    );
    let answer = iot::Authorization {
        is_authenticated: true,
        principal_id: "sensor7",
        disconnect_after_in_seconds: 86_400,
        refresh_after_in_seconds: 300,
        policy_documents: &[PolicyDocument::new(&statements[..1])],
    };
    assert_eq!(
        written(&answer),
        concat!(
            r#"{"isAuthenticated":true,"principalId":"sensor7","disconnectAfterInSeconds":86400,"refreshAfterInSeconds":300,"#,
            r#""policyDocuments":[{"Version":"2012-10-17","Statement":[{"Action":["a:B"],"Effect":"Allow","Resource":["x"]}]}]}"#
        )
    );
}

#[test]
fn answers_to_a_receipt_rule() {
    use ses::Disposition::*;
    for (disposition, expected) in
        [(Continue, "CONTINUE"), (StopRule, "STOP_RULE"), (StopRuleSet, "STOP_RULE_SET")]
    {
        assert_eq!(written(&disposition), std::format!(r#"{{"disposition":"{expected}"}}"#));
    }
}

#[test]
fn records_are_transformed() {
    let text = file!("firehose.json");
    let event: firehose::Event = json::from_slice(text).unwrap();
    assert_eq!(event.region(), "eu-central-1");
    assert!(event.delivery_stream_arn().ends_with("/orders") && event.invocation_id().len() == 36);
    assert!(event.source_kinesis_stream_arn().is_some());
    let records: Vec<_> = event.records.map(Result::unwrap).collect();
    assert_eq!(
        (records[0].record_id, &*records[0].data),
        ("4965500011223301", &b"{\"quantity\":3}"[..])
    );
    assert_eq!(records[0].approximate_arrival_timestamp(), 1_727_177_640_987);
    let metadata = records[0].kinesis_record_metadata();
    assert_eq!(metadata.get("partitionKey").as_str(), Some("shop-\"9\""));
    assert!(records[1].data.is_empty() && records.len() == 2);

    let text = file!("firehose.json");
    let event: firehose::Event<Body> = json::from_slice(text).unwrap();
    let body = event.records.map(Result::unwrap).next().unwrap().data;
    assert_eq!(body.text(), Ok("{\"quantity\":3}"));

    let expected = concat!(
        r#"{"records":[{"recordId":"1","result":"Ok","data":"aGk="},"#,
        r#"{"recordId":"2","result":"Ok","data":"","metadata":{"partitionKeys":{"tier":"gold","limit":7}}},"#,
        r#"{"recordId":"3\"","result":"Dropped"},{"recordId":"4","result":"ProcessingFailed"}]}"#
    );
    for size in 0..=expected.len() {
        let mut buffer = std::vec![0; size];
        let mut transformed = Transformed::new(Responder::new(&mut buffer, &()));
        let added = transformed
            .ok("1", b"hi")
            .and_then(|()| transformed.ok_in_partition("2", b"", &GOLD))
            .and_then(|()| transformed.dropped("3\""))
            .and_then(|()| transformed.failed("4"));
        match added.and_then(|()| transformed.finish()) {
            Ok(responded) => {
                assert_eq!(str::from_utf8(responded.answer.body()), Ok(expected));
                assert_eq!(size, expected.len());
            }
            Err(error) => {
                assert_eq!((error, size < expected.len()), (Error::RESPONSE_TOO_LARGE, true))
            }
        }
    }
    let mut buffer = [0; 32];
    let responded = Transformed::new(Responder::new(&mut buffer, &())).finish().unwrap();
    assert_eq!(responded.answer.body(), br#"{"records":[]}"#);
}

#[test]
fn a_custom_resource_and_its_answers() {
    let text = file!("cloudformation.json");
    let request: cloudformation::Request = json::from_slice(text).unwrap();
    assert_eq!((request.request_type, request.logical_resource_id), ("Update", "Orders"));
    assert!(request.response_url().unwrap().starts_with("https://"));
    assert_eq!(
        (request.resource_type(), request.physical_resource_id()),
        ("Custom::Table", Some("orders-é"))
    );
    assert!(request.service_token().ends_with(":tables"));
    assert_eq!(request.resource_properties().get("Name").as_str(), Some("orders \"2\""));
    assert_eq!(request.old_resource_properties().get("Name").as_str(), Some("orders"));
    let ids = r#""StackId":"arn:aws:cloudformation:eu-central-1:123456789012:stack/shop/5c1d2e3f-4051-4627-8839-a4b5c6d7e8f9","RequestId":"82304eb2-bdda-4f0a-8c1e-0123456789ab","LogicalResourceId":"Orders""#;
    assert_eq!(
        written(&request.success("orders-2").data(GOLD).no_echo()),
        std::format!(
            r#"{{"Status":"SUCCESS","PhysicalResourceId":"orders-2",{ids},"NoEcho":true,"Data":{{"tier":"gold","limit":7}}}}"#
        )
    );
    assert_eq!(
        written(&request.failure("orders-é", "no \"room\"")),
        std::format!(
            r#"{{"Status":"FAILED","Reason":"no \"room\"","PhysicalResourceId":"orders-é",{ids},"NoEcho":false}}"#
        )
    );
}

#[test]
fn an_alarm() {
    let text = file!("cloudwatch_alarms.json");
    let event: cloudwatch_alarms::Event = json::from_slice(text).unwrap();
    assert_eq!((event.source(), event.region()), ("aws.cloudwatch", "eu-central-1"));
    assert!(event.alarm_arn().ends_with(":alarm:errors") && event.account_id() == "123456789012");
    let alarm = &event.alarm_data;
    assert_eq!(alarm.alarm_name(), "errors \"é\"");
    let (state, previous) = (alarm.state(), alarm.previous_state());
    assert_eq!((state.value(), previous.value()), ("ALARM", "OK"));
    assert_eq!(
        (state.reason_data(), previous.reason_data()),
        (None, Some("{\"version\":\"1.0\"}"))
    );
    assert_eq!(state.actions_suppressed_by(), Some("WaitPeriod"));
    assert_eq!(alarm.configuration().get("metrics").elements().count(), 1);
}

#[test]
fn fields_and_authorizations_of_appsync() {
    let text = file!("appsync.json");
    let resolver: appsync::Resolver = json::from_slice(text).unwrap();
    assert_eq!((resolver.info.field_name, resolver.info.parent_type_name()), ("order", "Query"));
    assert!(resolver.info.selection_set_list().contains("customer/name"));
    assert!(resolver.info.selection_set_graphql().starts_with("{\n"));
    assert_eq!(resolver.info.variables().get("id").as_str(), Some("7"));
    assert_eq!(resolver.arguments().get("filter").get("price").read(), Ok(1.5));
    assert_eq!(resolver.identity().get("claims").get("iat").as_text(), Some("1727177216"));
    assert_eq!(resolver.headers().get("X-Api-Key"), Some("da2-\"example\""));
    assert!(resolver.source().is_null() && resolver.prev().is_null());
    assert_eq!(resolver.stash().fields().count(), 0);

    let text = file!("appsync_authorizer.json");
    let request: appsync::AuthorizationRequest = json::from_slice(text).unwrap();
    assert_eq!(request.authorization_token, "sword\"fish\"");
    assert_eq!(request.request_headers().get("x-name"), Some("Zoë"));
    let context = request.request_context();
    assert_eq!((context.account_id(), context.operation_name()), ("123456789012", Some("Order")));
    assert!(context.query_string().contains('\n') && context.api_id().starts_with("aaaaaa"));
    assert_eq!(context.variables().get("id").as_str(), Some("7"));
}

#[test]
fn requests_of_other_services() {
    let text = file!("s3_object_lambda.json");
    let event: s3_object_lambda::Event = json::from_slice(text).unwrap();
    assert_eq!(event.get_object_context().get("outputToken"), Some("OutputToken\"é\""));
    assert_eq!(
        (event.protocol_version(), event.headers().get("range")),
        ("1.00", Some("bytes=0-9"))
    );
    assert!(event.user_request().get("url").unwrap().ends_with("/holiday.jpg"));
    assert!(event.head_object_context().is_empty() && event.list_objects_context().is_empty());
    assert_eq!(event.configuration().get("payload"), Some("{}"));
    assert_eq!(event.user_identity().get("accountId").as_str(), Some("123456789012"));

    let text = file!("iot_authorizer.json");
    let request: iot::AuthorizationRequest = json::from_slice(text).unwrap();
    assert_eq!((request.token(), request.signature_verified()), (Some("aToken \"é\""), true));
    assert!(
        request.protocols().contains("mqtt") && request.http_headers().get("x-key") == Some("7")
    );
    let mqtt = request.mqtt();
    assert_eq!((mqtt.username(), mqtt.client_id()), (Some("sensor"), Some("sensor-7")));
    assert_eq!(mqtt.password().unwrap().decode_into(&mut [0; 16]).unwrap(), b"swordfish");

    let text = file!("lex.json");
    let event: lex::Event = json::from_slice(text).unwrap();
    assert_eq!(
        (event.invocation_source(), event.input_mode(), event.session_id()),
        ("FulfillmentCodeHook", "Text", "7")
    );
    let intent = event.session_state().intent();
    assert_eq!(
        (intent.name(), intent.slot("item"), intent.slot("note")),
        ("Order", Some("tea"), None)
    );
    assert_eq!((intent.state(), intent.confirmation_state()), ("ReadyForFulfillment", "None"));
    assert_eq!(event.bot().get("localeId").as_str(), Some("en_GB"));

    let text = file!("connect.json");
    let event: connect::Event = json::from_slice(text).unwrap();
    assert_eq!(event.details.parameters().get("note"), Some("say \"hi\""));
    let contact = event.details.contact_data();
    assert_eq!((event.name(), contact.channel()), ("ContactFlowEvent", "VOICE"));
    assert_eq!(contact.customer_endpoint().get("Address"), Some("+15555550100"));
    assert_eq!(contact.attributes().get("language"), Some("íslenska"));

    let text = file!("config.json");
    let event: config::Event = json::from_slice(text).unwrap();
    assert_eq!((event.result_token, event.event_left_scope()), ("myResultToken", false));
    let mut inside = event.invoking_event.as_bytes().to_vec();
    let inside: json::RawJson = json::from_slice(&mut inside).unwrap();
    assert_eq!(inside.get("configurationItem").get("note").as_str(), Some("é"));
    assert_eq!(event.rule_parameters(), Some(r#"{"tag":"owner"}"#));

    let text = file!("codepipeline.json");
    let event: codepipeline::Event = json::from_slice(text).unwrap();
    assert_eq!(event.job.id, "11111111-abcd-1111-abcd-111111abcdef");
    assert_eq!(event.job.data().user_parameters(), Some("{\"stage\":\"prod é\"}"));
    assert_eq!(event.job.data().continuation_token(), Some("step 2"));
    assert_eq!(event.job.data().input_artifacts().elements().count(), 1);

    let text = file!("documentdb.json");
    let event: documentdb::Event = json::from_slice(text).unwrap();
    assert_eq!(event.event_source(), "aws:docdb");
    let changes: Vec<_> = event.events.map(|record| record.unwrap().event).collect();
    assert_eq!((changes[0].operation_type, changes[1].operation_type), ("insert", "update"));
    assert_eq!(changes[0].full_document().get("item").as_str(), Some("café \"No. 1\""));
    assert!(changes[1].full_document().is_null());
    let removed = changes[1].update_description().get("removedFields");
    assert_eq!(removed.elements().next().and_then(json::RawJson::as_str), Some("note"));

    let text = file!("secrets_manager.json");
    let rotation: secrets_manager::Rotation = json::from_slice(text).unwrap();
    assert_eq!((rotation.step, rotation.rotation_token()), ("createSecret", Some("a\"b\" é")));
}
