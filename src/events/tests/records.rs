//! Records of batches, and other events, from the files in examples/events.

use core::time::Duration;

use super::{Order, file, records};
use crate::error::Error;
use crate::events::cognito::{PreSignUp, PreSignUpRequest, PreSignUpResponse};
use crate::events::dynamodb::AttributeValue;
use crate::events::*;
use crate::json::{self, RawJson, Records};
use std::vec::Vec;

#[test]
fn messages_of_a_queue() {
    let text = file!("sqs.json");
    let messages: Vec<sqs::Message> = records(text);
    let [first, second, third] = &messages[..] else { panic!("{}", messages.len()) };

    assert_eq!(first.message_id, "2f8e1a54-93a1-4c5e-8f6d-0a1b2c3d4e5f");
    assert!(first.body.starts_with(
        "{\"item\":\"café\",\"quantity\":2,\"note\":\"say \\\"hi\\\"\\nnow \\ud83d\\ude00\""
    ));
    assert_eq!(first.attributes().approximate_receive_count(), Some(1));
    assert_eq!(first.attributes().sent_timestamp(), Some(1_727_177_216_012));
    assert_eq!(first.attributes().approximate_first_receive_timestamp(), Some(1_727_177_216_018));
    assert_eq!(first.attributes().sender_id(), Some("AIDAEXAMPLEEXAMPLE00"));
    assert_eq!(
        first.attributes().get("AWSTraceHeader"),
        Some("Root=1-66f2a600-4f5061728394a5b6c7d8e9fa;Sampled=1")
    );
    assert_eq!(
        (first.attributes().message_group_id(), first.attributes().sequence_number()),
        (None, None)
    );
    let customer = first.message_attributes().get("Customer").unwrap();
    assert_eq!(
        (customer.data_type(), customer.string_value()),
        (Some("String"), Some("André \"D\" \u{1f600}"))
    );
    assert!(
        customer.binary_value().is_none() && first.message_attributes().get("customer").is_none()
    );
    let thumbnail = first.message_attributes().get("Thumbnail").unwrap().binary_value().unwrap();
    assert_eq!(thumbnail.decode_into(&mut [0; 8]).unwrap(), [0, 1, 0xff, 0xfb]);
    assert_eq!(thumbnail.decode_into(&mut [0; 7]), Err(Error::DECODING_BUFFER));
    let types: Vec<_> = first
        .message_attributes()
        .iter()
        .map(|(name, attribute)| (name, attribute.data_type().unwrap()))
        .collect();
    assert_eq!(
        types,
        [("Customer", "String"), ("Priority", "Number.int"), ("Thumbnail", "Binary")]
    );
    assert_eq!(first.md5_of_message_attributes(), Some("0a1b2c3d4e5f60718293a4b5c6d7e8f9"));

    assert_eq!(second.body, "not JSON, \"but text\"\n\u{1f680}");
    assert_eq!(second.attributes().approximate_receive_count(), Some(12));
    assert_eq!(
        second.attributes().dead_letter_queue_source_arn(),
        Some("arn:aws:sqs:eu-central-1:123456789012:orders")
    );
    assert_eq!(
        (second.message_attributes().iter().count(), second.md5_of_message_attributes()),
        (0, None)
    );

    assert_eq!(third.attributes().message_group_id(), Some("shop \"9\" é"));
    assert_eq!(
        third.attributes().message_deduplication_id(),
        Some("d41d8cd98f00b204e9800998ecf8427e")
    );
    assert_eq!(third.attributes().sequence_number(), Some("18889473219112345678"));
    assert_eq!(third.event_source_arn(), "arn:aws:sqs:eu-central-1:123456789012:orders.fifo");
    assert_eq!((third.event_source(), third.aws_region()), ("aws:sqs", "eu-central-1"));
}

#[test]
fn notifications_of_a_topic() {
    let text = file!("sns.json");
    let records: Vec<sns::Record> = records(text);
    let [first, second] = &records[..] else { panic!("{}", records.len()) };
    assert_eq!((first.event_source(), first.event_version()), ("aws:sns", "1.0"));
    assert_eq!(first.sns.subject(), Some("New \"order\" é \u{1f600}"));
    assert_eq!(
        first.sns.message,
        "{\"item\":\"café \\u2615\",\"quantity\":5,\"note\":\"a \\\"b\\\" \\ud83d\\ude00\"}"
    );
    assert_eq!(
        (first.sns.r#type(), first.sns.timestamp()),
        ("Notification", "2024-09-24T11:28:01.123Z")
    );
    assert_eq!(first.sns.topic_arn(), "arn:aws:sns:eu-central-1:123456789012:orders");
    let kind = first.sns.message_attributes().get("Kind").unwrap();
    assert_eq!((kind.r#type(), kind.value()), (Some("String"), Some("gift \"wrapped\" \u{1f381}")));
    assert!(kind.binary_value().is_none());
    let key = first.sns.message_attributes().get("Key").unwrap().binary_value().unwrap();
    assert_eq!(key.decode_into(&mut [0; 8]).unwrap(), [0xde, 0xad, 0xbe, 0xef]);
    assert_eq!(
        first.sns.message_attributes().get("Tags").unwrap().value(),
        Some("[\"new\", \"café\"]")
    );
    assert_eq!((second.sns.subject(), second.sns.message), (None, "plain text,\nline 2 é"));
    assert!(
        second.sns.signing_cert_url().ends_with(".pem")
            && second.sns.unsubscribe_url().contains("Action=Unsubscribe")
    );
}

#[test]
fn objects_of_a_bucket() {
    let text = file!("s3.json");
    let records: Vec<s3::Record> = records(text);
    let [first, second] = &records[..] else { panic!("{}", records.len()) };
    assert_eq!(
        (first.event_name, first.event_time()),
        ("ObjectCreated:Put", "2024-09-24T11:31:07.911Z")
    );
    assert_eq!(
        (first.s3.bucket.name, first.s3.bucket.arn()),
        ("amzn-s3-demo-bucket", "arn:aws:s3:::amzn-s3-demo-bucket")
    );
    assert_eq!(first.s3.configuration_id(), "thumbnails \"café\" \u{1f600}");
    assert_eq!(
        (first.s3.s3_schema_version(), first.s3.bucket.owner_identity().get("principalId")),
        ("1.0", Some("A1EXAMPLEOWNER"))
    );
    assert_eq!(first.request_parameters().get("sourceIPAddress"), Some("203.0.113.17"));
    assert_eq!(first.response_elements().iter().count(), 2);
    let object = &first.s3.object;
    assert_eq!(
        (object.size(), object.version_id()),
        (Some(5_368_709_121), Some("Vq7_x2mExampleVersion.0a1B2c3D4e"))
    );
    assert_eq!(object.sequencer(), Some("0066F2A5DBE3B1C2D0"));
    let key = "holiday photos/café \"No. 1\" \u{1f600}+1.jpg";
    assert_eq!(object.key_decoded(&mut [0; 1024]), Ok(key));
    assert_eq!(object.key_decoded(&mut std::vec![0; key.len()]), Ok(key));
    assert_eq!(object.key_decoded(&mut std::vec![0; key.len() - 1]), Err(Error::DECODING_BUFFER));

    assert_eq!(second.event_name, "ObjectRemoved:DeleteMarkerCreated");
    assert_eq!(second.user_identity().get("principalId"), Some("AWS:AROAEXAMPLEEXAMPLE00:andré"));
    let object = &second.s3.object;
    assert_eq!(
        (object.key, object.size(), object.e_tag(), object.version_id()),
        ("logs/2024/09/24.txt", None, None, None)
    );
    assert!(second.glacier_event_data().is_null());
}

#[test]
fn the_test_event_of_s3_is_an_error() {
    let text = file!("s3_test.json");
    let error = Records::<s3::Record>::new(text, "Records").err().unwrap();
    assert_eq!(error.message(), Error::JSON_MISSING_FIELD.message());
}

#[test]
fn changes_of_a_table() {
    let text = file!("dynamodb.json");
    let records: Vec<dynamodb::Record> = records(text);
    let [insert, modify, remove] = &records[..] else { panic!("{}", records.len()) };
    assert_eq!(
        (insert.event_name, modify.event_name, remove.event_name),
        ("INSERT", "MODIFY", "REMOVE")
    );
    let change = &insert.dynamodb;
    assert_eq!((change.size_bytes(), change.stream_view_type()), (326, "NEW_AND_OLD_IMAGES"));
    assert_eq!(change.sequence_number(), "7000000000000000042381605091");
    assert_eq!(change.keys().get("Id").and_then(AttributeValue::as_n), Some("101"));
    assert_eq!(change.keys().get("Shop é").and_then(AttributeValue::as_s), Some("münchen \"9\""));
    assert!(change.old_image().is_empty() && !change.new_image().is_empty());

    let item = change.new_image();
    assert_eq!(item.iter().count(), 13);
    assert_eq!(
        item.get("Message").and_then(AttributeValue::as_s),
        Some("New item! \u{1f600}\nline \"2\"")
    );
    assert_eq!(item.get("Price").and_then(AttributeValue::as_n), Some("-12.50"));
    let Some(AttributeValue::B(photo)) = item.get("Photo") else { panic!() };
    assert_eq!(photo.decode_into(&mut [0; 8]).unwrap(), [0xde, 0xad, 0xbe, 0xef]);
    let Some(AttributeValue::Ss(tags)) = item.get("Tags") else { panic!() };
    assert_eq!(tags.iter().collect::<Vec<_>>(), ["new", "café \u{1f600}", "\"x\""]);
    let Some(AttributeValue::Ns(sizes)) = item.get("Sizes") else { panic!() };
    assert_eq!(sizes.iter().collect::<Vec<_>>(), ["1", "2.5", "-3e10"]);
    let Some(AttributeValue::Bs(parts)) = item.get("Parts") else { panic!() };
    let parts: Vec<Vec<u8>> =
        parts.iter().map(|part| part.decode_into(&mut [0; 8]).unwrap().to_vec()).collect();
    assert_eq!(parts, [[0, 1, 2], [0xff, 0xee, 0xf0]]);
    let address = item.get("Address").and_then(AttributeValue::as_m).unwrap();
    assert_eq!(address.get("City").and_then(AttributeValue::as_s), Some("Zürich"));
    let geo: Vec<_> = address.get("Geo").and_then(AttributeValue::as_l).unwrap().iter().collect();
    assert_eq!((geo.len(), geo[0].as_n(), geo[1].as_n()), (3, Some("47.37"), Some("8.54")));
    assert_eq!(
        geo[2].as_m().and_then(|map| map.get("deep")).and_then(AttributeValue::as_bool),
        Some(true)
    );
    assert_eq!(item.get("History").and_then(AttributeValue::as_l).unwrap().iter().count(), 0);
    assert!(matches!(item.get("Gone"), Some(AttributeValue::Null)));
    assert_eq!(item.get("Active").and_then(AttributeValue::as_bool), Some(true));
    assert_eq!(item.get("Hidden").and_then(AttributeValue::as_bool), Some(false));
    assert!(item.get("Absent").is_none());

    let times: Vec<_> = records
        .iter()
        .map(|record| record.dynamodb.approximate_creation_date_time().since_epoch().unwrap())
        .collect();
    assert_eq!(
        times,
        [1_727_177_580_000, 1_727_177_581_000, 1_727_177_582_250].map(Duration::from_millis)
    );
    assert_eq!(
        modify.dynamodb.old_image().get("Message").and_then(AttributeValue::as_s),
        Some("New item! \u{1f600}")
    );
    assert_eq!(
        modify.dynamodb.new_image().get("Message").and_then(AttributeValue::as_s),
        Some("changed é")
    );
    assert!(modify.user_identity().is_empty() && remove.dynamodb.new_image().is_empty());
    assert_eq!(remove.user_identity().get("principalId"), Some("dynamodb.amazonaws.com"));
}

#[test]
fn a_value_of_an_unknown_type_is_kept() {
    let mut text = *br#"{"a":{"X":1},"b":{"S":5},"c":{},"d":7,"e":{"BOOL":"yes"},"f":{"N":"1"}}"#;
    let item: dynamodb::Item = json::from_slice(&mut text).unwrap();
    let others = item.iter().filter(|(_, value)| matches!(value, AttributeValue::Other(_))).count();
    assert_eq!((others, item.iter().count()), (5, 6));
    let Some(AttributeValue::Other(other)) = item.get("a") else { panic!() };
    assert_eq!(std::format!("{other}"), "{\"X\":1}");
}

#[test]
fn records_of_a_stream() {
    let text = file!("kinesis.json");
    let mut records: Vec<kinesis::Record> = records(text);
    let [first, second, third] = &mut records[..] else { panic!() };
    assert_eq!(first.kinesis.partition_key(), "shop \"9\" é \u{1f600}");
    assert_eq!(
        first.kinesis.sequence_number,
        "49655000112233445566778899001122334455667788990011223301"
    );
    assert_eq!(
        first.kinesis.approximate_arrival_timestamp().since_epoch(),
        Some(Duration::from_millis(1_727_177_640_987))
    );
    assert_eq!(
        str::from_utf8(&first.kinesis.data),
        Ok("{\"item\":\"café \\\"No. 1\\\" \u{1f600}\",\"quantity\":3,\"note\":\"\\u00e9\\n\"}")
    );
    assert_eq!(
        first.event_id(),
        "shardId-000000000006:49655000112233445566778899001122334455667788990011223301"
    );
    assert_eq!(*second.kinesis.data, [0, 1, 2, 255, 254, 62, 63]);
    assert_eq!(
        second.kinesis.approximate_arrival_timestamp().since_epoch(),
        Some(Duration::from_secs(1_727_177_641))
    );
    assert_eq!(
        third.kinesis.approximate_arrival_timestamp().since_epoch(),
        Some(Duration::from_millis(1_727_177_642_125))
    );
    assert!(third.kinesis.data.is_empty());
}

#[test]
fn events_of_a_bus() {
    let text = file!("event_bridge.json");
    let event: EventBridge<Order> = json::from_slice(text).unwrap();
    assert_eq!(event.detail_type, "Order \"placed\" é \u{1f600}");
    assert_eq!(
        (event.source, event.account(), event.region()),
        ("com.example.orders", "123456789012", "eu-central-1")
    );
    let resources: Vec<_> = event.resources().iter().collect();
    assert_eq!(
        resources,
        [
            "arn:aws:dynamodb:eu-central-1:123456789012:table/orders",
            "arn:aws:sns:eu-central-1:123456789012:orders-é"
        ]
    );
    assert_eq!(event.detail, Order { item: "café \"No. 1\" \u{1f600}", quantity: 3, note: None });
    assert_eq!(
        (event.version(), event.time(), event.replay_name()),
        ("0", "2024-09-24T11:32:00Z", None)
    );

    let text = file!("event_bridge.json");
    let event: EventBridge = json::from_slice(text).unwrap();
    assert_eq!(event.detail.read::<Order>().map(|order| order.quantity), Ok(3));

    let text = file!("event_bridge_scheduled.json");
    let event: EventBridge = json::from_slice(text).unwrap();
    assert_eq!((event.detail_type, event.source), ("Scheduled Event", "aws.events"));
    assert_eq!(event.detail.fields().count(), 0);
}

#[test]
fn triggers_of_a_user_pool() {
    let text = file!("cognito_pre_sign_up.json");
    let trigger: PreSignUp = json::from_slice(text).unwrap();
    assert_eq!(
        (trigger.trigger_source, trigger.user_name()),
        ("PreSignUp_SignUp", Some("andré \"d\" \u{1f600}"))
    );
    assert_eq!(
        (trigger.version(), trigger.region(), trigger.user_pool_id()),
        ("1", "eu-central-1", "eu-central-1_EXAMPLE")
    );
    assert_eq!(trigger.caller_context().get("clientId"), Some("2v5kd9example"));
    let request = PreSignUpRequest::from(trigger.request());
    assert_eq!(request.user_attributes().get("name"), Some("André \u{1f600}"));
    assert!(request.validation_data().is_empty());
    assert_eq!(request.client_metadata().get("campaign"), Some("\"spring\""));
    assert_eq!(trigger.response, PreSignUpResponse::default());

    let mut trigger = trigger;
    trigger.response.auto_confirm_user = true;
    let mut buffer = [0; 1024];
    assert_eq!(
        str::from_utf8(json::to_slice(&trigger, &mut buffer).unwrap()).unwrap(),
        concat!(
            r#"{"version":"1","region":"eu-central-1","userPoolId":"eu-central-1_EXAMPLE","userName":"andré \"d\" 😀","#,
            r#""callerContext":{"awsSdkVersion":"aws-sdk-unknown-unknown","clientId":"2v5kd9example"},"#,
            r#""triggerSource":"PreSignUp_SignUp","request":{"userAttributes":{"email":"andre@example.com","name":"André 😀"},"#,
            r#""validationData":null,"clientMetadata":{"campaign":"\"spring\""}},"addedLater":{"kept":["é"]},"#,
            r#""response":{"autoConfirmUser":true,"autoVerifyEmail":false,"autoVerifyPhone":false}}"#
        )
    );

    let text = file!("cognito_pre_sign_up.json");
    let trigger: cognito::Trigger = json::from_slice(text).unwrap();
    let (name, value): (&str, RawJson) = trigger.response.fields().next().unwrap();
    assert_eq!((name, value.read()), ("autoConfirmUser", Ok(false)));
}

#[test]
fn urls_are_decoded() {
    let mut buffer = [0; 16];
    for (text, decoded) in [
        ("", ""),
        ("abc", "abc"),
        ("a+b%20c", "a b c"),
        ("%2B%2b%25", "++%"),
        ("%F0%9F%98%80é", "\u{1f600}é"),
    ] {
        assert_eq!(url_decode(text, &mut buffer), Ok(decoded));
        assert_eq!(url_decode(text, &mut std::vec![0; decoded.len()]), Ok(decoded));
        if let Some(less) = decoded.len().checked_sub(1) {
            assert_eq!(url_decode(text, &mut std::vec![0; less]), Err(Error::DECODING_BUFFER));
        }
    }
    for text in ["%", "%4", "a%4", "%G0", "%0g", "%é0", "%ff", "%f0%9f%98", "%+1"] {
        assert_eq!(url_decode(text, &mut buffer), Err(Error::URL_ENCODING), "{text}");
    }
}

#[test]
fn invalid_base64_is_an_error_with_its_position() {
    assert_eq!(Base64Text::new("AAA!").decode_into(&mut [0; 8]), Err(Error::JSON_BASE64.with(4)));
    assert_eq!(Base64Text::new("AAAAA").decode_into(&mut [0; 8]), Err(Error::JSON_BASE64.with(6)));
    assert_eq!(Base64Text::new("").decode_into(&mut []).unwrap(), []);
}
