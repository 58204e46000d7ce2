//! Records that other runtimes have been reported to misread.

use core::time::Duration;

use super::records;
use crate::events::*;
use crate::json::{self, Records};
use std::format;
use std::string::ToString;
use std::vec::Vec;

#[test]
fn a_change_of_dynamodb_by_kinesis_has_no_sequence_number_and_a_finer_time() {
    for (time, microseconds) in [
        ("1727177580", 1_727_177_580_000_000),
        ("1727177580123", 1_727_177_580_123_000),
        ("1727177580123456", 1_727_177_580_123_456),
    ] {
        let mut text = format!(
            r#"{{"eventName":"INSERT","eventSource":"aws:dynamodb","recordFormat":"application/json","tableName":"orders",
            "dynamodb":{{"ApproximateCreationDateTime":{time},"Keys":{{"id":{{"S":"7"}}}},"SizeBytes":9,
            "ApproximateCreationDateTimePrecision":"MICROSECOND"}}}}"#
        )
        .into_bytes();
        let record: dynamodb::Record = json::from_slice(&mut text).unwrap();
        let change = &record.dynamodb;
        assert_eq!(
            change.approximate_creation_date_time().since_epoch(),
            Some(Duration::from_micros(microseconds))
        );
        assert_eq!((change.sequence_number(), change.size_bytes()), ("", 9));
        assert_eq!(change.approximate_creation_date_time_precision(), Some("MICROSECOND"));
        assert_eq!(change.keys().get("id").and_then(|id| id.as_s()), Some("7"));
        assert_eq!(
            (record.table_name(), record.record_format()),
            (Some("orders"), Some("application/json"))
        );
    }
}

#[test]
fn a_change_of_dynamodb_is_read_from_the_data_of_a_kinesis_record() {
    // {"eventName":"REMOVE","dynamodb":{"Keys":{"id":{"N":"1"}}}}
    let data = "eyJldmVudE5hbWUiOiJSRU1PVkUiLCJkeW5hbW9kYiI6eyJLZXlzIjp7ImlkIjp7Ik4iOiIxIn19fX0=";
    let mut text = format!(
        r#"{{"Records":[{{"kinesis":{{"data":"{data}","sequenceNumber":"9","encryptionType":"KMS"}}}}]}}"#
    )
    .into_bytes();
    let record: kinesis::Record<Body> = records(&mut text).pop().unwrap();
    assert_eq!(record.kinesis.encryption_type(), Some("KMS"));
    let change: dynamodb::Record = record.kinesis.data.json().unwrap();
    assert_eq!(change.event_name, "REMOVE");
}

#[test]
fn the_answer_of_receive_message_is_a_batch() {
    let mut text = br#"{"Messages":[{"MessageId":"m1","Body":"x","MD5OfBody":"5","ReceiptHandle":"r","Attributes":{"SentTimestamp":"7"},
        "MessageAttributes":{"Kind":{"DataType":"String","StringValue":"gift"},"Data":{"DataType":"Binary","BinaryValue":"AAE="}}}]}"#
        .to_vec();
    let mut messages = Records::<sqs::Message>::new(&mut text, "Messages").unwrap();
    let message = messages.next().unwrap().unwrap();
    assert_eq!(
        (message.message_id, message.body, message.receipt_handle(), message.md5_of_body()),
        ("m1", "x", "r", "5")
    );
    assert_eq!(message.attributes().sent_timestamp(), Some(7));
    let kind = message.message_attributes().get("Kind").unwrap();
    assert_eq!((kind.data_type(), kind.string_value()), (Some("String"), Some("gift")));
    let data = message.message_attributes().get("Data").unwrap().binary_value().unwrap();
    assert_eq!(data.decode_into(&mut [0; 4]).unwrap(), [0, 1]);
    assert!(messages.next().is_none());
}

#[test]
fn a_confirmation_of_a_subscription_has_its_url_and_token() {
    for kind in ["SubscriptionConfirmation", "UnsubscribeConfirmation"] {
        let mut text = format!(
            r#"{{"Type":"{kind}","MessageId":"1","Token":"2336\u0034","TopicArn":"arn:aws:sns:eu-central-1:1:orders","Message":"m",
            "SubscribeURL":"https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=23364","SigningCertURL":"https://c"}}"#
        )
        .into_bytes();
        let notification: sns::Notification = json::from_slice(&mut text).unwrap();
        assert_eq!(
            (notification.r#type(), notification.token(), notification.message),
            (kind, Some("23364"), "m")
        );
        assert!(notification.subscribe_url().unwrap().ends_with("Token=23364"));
        assert_eq!(notification.signing_cert_url(), "https://c");
        assert_eq!((notification.subject(), notification.unsubscribe_url()), (None, ""));
    }
}

#[test]
fn pipes_send_an_array_without_an_object_around_it() {
    let mut text = br#" [{"messageId":"1","body":"a"},{"messageId":"2","body":"b\n"}] "#.to_vec();
    let messages: Vec<sqs::Message> = records(&mut text);
    assert_eq!(messages.iter().map(|message| message.body).collect::<Vec<_>>(), ["a", "b\n"]);

    // Kinesis records aren't nested there.
    let mut text = br#"[{"kinesisSchemaVersion":"1.0","partitionKey":"k","sequenceNumber":"7","data":"aGk=",
        "approximateArrivalTimestamp":1727177640.987,"eventSource":"aws:kinesis","eventSourceARN":"arn:aws:kinesis:1"}]"#
        .to_vec();
    let record: kinesis::Data = records(&mut text).pop().unwrap();
    assert_eq!((record.sequence_number, &*record.data), ("7", &b"hi"[..]));
    assert_eq!(record.get("eventSourceARN").as_str(), Some("arn:aws:kinesis:1"));
}

#[test]
fn a_window_has_its_records_and_what_is_before_and_after_them() {
    let head = r#""window":{"start":"2024-09-24T11:30:00Z","end":"2024-09-24T11:32:00Z"},"state":{"1":282,"k\"":[3]}"#;
    let tail = r#""shardId":"shardId-000000000006","eventSourceARN":"arn:1","isFinalInvokeForWindow":true,"isWindowTerminatedEarly":false"#;
    let batch = r#""Records":[{"eventName":"INSERT","dynamodb":{"SequenceNumber":"1"}},{"eventName":"x"},{"eventName":"REMOVE","dynamodb":{}}]"#;
    for text in [
        format!("{{{head},{batch},{tail}}}"),
        format!(" {{ {batch} , {tail},{head} }} "),
        format!("{{{tail},{head},{batch}}}"),
    ] {
        let mut text = text.into_bytes();
        let event: TimeWindow<dynamodb::Record> = json::from_slice(&mut text).unwrap();
        assert_eq!(
            (event.window().start(), event.window().end()),
            ("2024-09-24T11:30:00Z", "2024-09-24T11:32:00Z")
        );
        assert_eq!((event.shard_id(), event.event_source_arn()), ("shardId-000000000006", "arn:1"));
        assert!(event.is_final_invoke_for_window() && !event.is_window_terminated_early());
        assert_eq!(event.state().get("1").read(), Ok(282));
        assert_eq!(event.state().get("k\"").to_string(), "[3]");
        let names: Vec<_> =
            event.records.map(|record| record.map(|record| record.event_name)).collect();
        assert_eq!((names[0], names[2]), (Ok("INSERT"), Ok("REMOVE")));
        assert!(names[1].is_err() && names.len() == 3);
    }

    let mut text = format!("{{{head},{tail}}}").into_bytes();
    let event: TimeWindow = json::from_slice(&mut text).unwrap();
    assert_eq!(event.records.count(), 0);
    let mut text = br#"{"Records":7}"#.to_vec();
    let error = json::from_slice::<TimeWindow>(&mut text).map(|_| ()).unwrap_err();
    assert_eq!((error.message(), error.number()), ("expected an array at byte", Some(12)));
}
