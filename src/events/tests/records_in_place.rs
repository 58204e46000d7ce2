//! Data of records that is read in place: bodies, base64, JSON in JSON.

use super::{Order, file, records};
use crate::error::Error;
use crate::events::*;
use crate::json::{self, Records};
use std::vec::Vec;

#[test]
fn bodies_of_messages_are_read_as_json_in_place() {
    let text = file!("sqs.json");
    let bodies = records::<sqs::Message<Body>>(text)
        .into_iter()
        .map(|message| (message.message_id, message.body.json::<Order>()));
    let bodies: Vec<_> = bodies.collect();
    assert_eq!(
        bodies[0].1,
        Ok(Order { item: "café", quantity: 2, note: Some("say \"hi\"\nnow \u{1f600}") })
    );
    assert_eq!(bodies[1].0, "7c6b5a49-3827-4160-9f8e-d7c6b5a49382");
    assert_eq!(bodies[1].1.as_ref().unwrap_err().error_type(), "Function.InvalidJson");
    assert_eq!(bodies[2].1, Ok(Order { item: "tea \u{2615}", quantity: 1, note: None }));

    let text = file!("sns.json");
    let mut records: Vec<sns::Record<Body>> = records(text);
    let second = records.pop().unwrap();
    assert_eq!(
        (second.sns.subject(), second.sns.message.text()),
        (None, Ok("plain text,\nline 2 é"))
    );
    let order = records.pop().unwrap().sns.message.json::<Order>();
    assert_eq!(
        order,
        Ok(Order { item: "café \u{2615}", quantity: 5, note: Some("a \"b\" \u{1f600}") })
    );
}

#[test]
fn a_notification_in_a_queue_has_json_in_json_in_json() {
    let text = file!("sns_in_sqs.json");
    let message = records::<sqs::Message<Body>>(text).pop().unwrap();
    let notification: sns::Notification<Body> = message.body.json().unwrap();
    assert_eq!((notification.r#type(), notification.subject()), ("Notification", None));
    assert!(
        notification.signing_cert_url().ends_with(".pem")
            && notification.unsubscribe_url().contains("Action=Unsubscribe")
    );
    let order = notification.message.json::<Order>();
    assert_eq!(
        order,
        Ok(Order { item: "café", quantity: 4, note: Some("twice \"nested\" \u{1f600}") })
    );
}

#[test]
fn data_of_a_stream_are_read_as_json_in_place() {
    let text = file!("kinesis.json");
    let mut data =
        records::<kinesis::Record<Body>>(text).into_iter().map(|record| record.kinesis.data);
    let order = data.next().unwrap().json::<Order>();
    assert_eq!(
        order,
        Ok(Order { item: "café \"No. 1\" \u{1f600}", quantity: 3, note: Some("é\n") })
    );
    assert_eq!(data.next().unwrap().bytes().unwrap(), [0, 1, 2, 255, 254, 62, 63]);
    assert!(data.next().unwrap().is_empty());

    let mut text =
        br#"{"Records":[{"kinesis":{"sequenceNumber":"1","data":"AAA"}},{"kinesis":{"sequenceNumber":"2","data":"AAAA"}}]}"#.to_vec();
    let mut records = Records::<kinesis::Record<Body>>::new(&mut text, "Records").unwrap();
    let (first, second) = (records.next().unwrap().unwrap(), records.next().unwrap().unwrap());
    assert_eq!(
        (first.kinesis.sequence_number, first.kinesis.data.bytes()),
        ("1", Err(Error::BODY_BASE64))
    );
    assert_eq!(second.kinesis.data.bytes().unwrap(), [0, 0, 0]);
}

#[test]
fn a_message_without_a_body_is_an_error_and_one_that_is_null_is_empty() {
    let mut text = br#"{"Records":[{"messageId":"1"},{"messageId":"2","body":null},{"messageId":"3","body":"","body":""}]}"#.to_vec();
    let mut messages = Records::<sqs::Message<Body>>::new(&mut text, "Records").unwrap();
    assert_eq!(
        messages.next().unwrap().unwrap_err().message(),
        Error::JSON_MISSING_FIELD.message()
    );
    assert!(messages.next().unwrap().unwrap().body.is_empty());
    assert_eq!(
        messages.next().unwrap().unwrap_err().message(),
        Error::JSON_DUPLICATE_FIELD.message()
    );
}

#[cfg(feature = "error-path")]
#[test]
fn a_field_that_is_missing_is_named() {
    use std::string::ToString;

    let mut text = br#"{"Records":[{"messageId":"1","body":""},{"body":""}]}"#.to_vec();
    let error =
        Records::<sqs::Message>::new(&mut text, "Records").unwrap().nth(1).unwrap().unwrap_err();
    assert!(error.to_string().ends_with("messageId"), "{error}");
    let mut text = br#"{"detail-type":"a","source":"b"}"#.to_vec();
    let error = json::from_slice::<EventBridge>(&mut text).unwrap_err();
    assert!(error.to_string().ends_with("in detail"), "{error}");
}
