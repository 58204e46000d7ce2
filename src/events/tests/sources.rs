//! The types of events from services, read from the files in examples/events.

use super::file;
use crate::error::Error;
use crate::events::authorizer::{RequestV1, RequestV2, TokenRequest};
use crate::events::http::{HttpRequest, from_slice as http};
use crate::events::*;
use crate::json::{self, Records};
use std::string::ToString;
use std::vec::Vec;

#[test]
fn requests_of_authorizers() {
    let text = file!("authorizer_token.json");
    let request: TokenRequest = json::from_slice(text).unwrap();
    assert!(request.method_arn.ends_with("/prod/GET/orders/7"));
    assert_eq!(
        (request.r#type(), request.authorization_token()),
        ("TOKEN", "Bearer swordfish \"é\" \u{1f600}")
    );

    let text = file!("authorizer_request_v1.json");
    let request: RequestV1 = json::from_slice(text).unwrap();
    assert_eq!((request.r#type(), request.resource()), ("REQUEST", "/orders/{id}"));
    assert_eq!((request.path(), request.http_method()), ("/orders/7", "GET"));
    assert_eq!(request.headers().get("x-key"), Some("sword\"fish\""));
    assert_eq!(
        request.multi_value_headers().all("x-key").collect::<Vec<_>>(),
        ["fish", "sword\"fish\""]
    );
    assert_eq!(request.query_string_parameters().get("dry"), Some("true"));
    assert_eq!(request.multi_value_query_string_parameters().get("dry"), Some("false"));
    assert_eq!(request.path_parameters().get("id"), Some("7"));
    assert_eq!(request.stage_variables().get("table"), Some("orders-é"));
    let context = request.request_context();
    assert_eq!(
        (context.resource_id(), context.domain_prefix(), context.extended_request_id()),
        (Some("r7"), Some("z9y8x7w6v5"), Some("eQ1="))
    );
    assert_eq!(
        (context.resource_path(), context.http_method(), context.operation_name()),
        (Some("/orders/{id}"), Some("GET"), None)
    );
    assert_eq!((context.identity().source_ip(), context.identity().user()), ("203.0.113.17", None));
    assert_eq!(request.identity_source(), None);

    let text = file!("authorizer_request_v2.json");
    let request: RequestV2 = json::from_slice(text).unwrap();
    assert_eq!((request.version(), request.r#type()), ("2.0", "REQUEST"));
    assert!(request.route_arn.ends_with("/GET/orders"));
    assert_eq!(
        request.identity_source().iter().collect::<Vec<_>>(),
        ["Bearer swordfish", "\u{1f600}"]
    );
    assert_eq!((request.route_key(), request.raw_path()), ("GET /orders", "/orders"));
    assert_eq!(request.raw_query_string(), "dry=true");
    assert!(request.cookies().contains("theme=\"dark\""));
    assert_eq!(request.headers().get("X-Name"), Some("Zoë\n"));
    assert_eq!(request.query_string_parameters().get("dry"), Some("true"));
    assert_eq!(request.stage_variables().get("flag"), Some("on"));
    assert!(request.path_parameters().is_empty());
    let context = request.request_context();
    assert_eq!(
        (context.http().method(), context.route_key(), context.domain_prefix()),
        ("GET", Some("GET /orders"), Some("a1b2c3d4e5"))
    );
}

#[test]
fn a_message_of_a_websocket() {
    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Message<'a> {
        action: &'a str,
        item: &'a str,
    }
    let text = file!("websocket.json");
    let request: websocket::Request = json::from_slice(text).unwrap();
    let context = &request.request_context;
    assert_eq!((context.connection_id, context.route_key()), ("eQ1cBd0RliACGTg=", "order"));
    assert_eq!(
        (context.event_type(), context.message_direction(), context.message_id()),
        ("MESSAGE", "IN", Some("eQ1dsd2WliACGTg="))
    );
    assert_eq!(
        (context.connected_at(), context.request_time_epoch()),
        (1_727_176_112_345, 1_727_176_113_456)
    );
    assert_eq!((context.disconnect_status_code(), context.disconnect_reason()), (None, None));
    assert_eq!((context.stage(), context.api_id()), ("prod", "a1b2c3d4e5"));
    assert_eq!(context.identity().source_ip(), "203.0.113.17");
    let message = Message { action: "order", item: "café \"No. 1\" \u{1f600}" };
    assert_eq!(request.body.json(), Ok(message));

    // A header that isn't UTF-8, a body in base64, and no body at all.
    let mut text =
        b"{\"headers\":{\"a\":\"\xee\",\"b\":\"c\"},\"isBase64Encoded\":true,\"body\":\"aGk=\",\"requestContext\":{\"connectionId\":\"1\"}}"
            .to_vec();
    let request: websocket::Request = json::from_slice(&mut text).unwrap();
    assert_eq!((request.headers().get("a"), request.headers().get("b")), (None, Some("c")));
    assert_eq!(request.body.text(), Ok("hi"));
    let mut text =
        br#"{"requestContext":{"connectionId":"1","disconnectStatusCode":1001}}"#.to_vec();
    let request: websocket::Request = json::from_slice(&mut text).unwrap();
    assert_eq!(request.request_context.disconnect_status_code(), Some(1001));
    assert!(request.body.is_empty());
}

#[cfg(feature = "inflate")]
#[test]
fn lines_of_a_log() {
    use crate::events::cloudwatch_logs::{Event, LogEvents};

    let text = file!("cloudwatch_logs.json");
    let event: Event = json::from_slice(text).unwrap();
    let mut buffer = [0; 4096];
    let text = gunzip(event.awslogs.data.bytes().unwrap(), &mut buffer).unwrap();
    let logs: LogEvents = json::from_slice(text).unwrap();
    assert_eq!((logs.message_type(), logs.owner()), ("DATA_MESSAGE", "123456789012"));
    assert_eq!(logs.log_group(), "/aws/lambda/orders");
    assert!(logs.log_stream().starts_with("2024/09/24/[$LATEST]"));
    assert_eq!(logs.subscription_filters().iter().collect::<Vec<_>>(), ["errors"]);
    let lines: Vec<_> = logs.log_events.map(Result::unwrap).collect();
    assert_eq!(lines[0].message, "ERROR sold out: \"café\"\n");
    assert_eq!(
        (lines[0].id(), lines[0].timestamp()),
        ("38556278472983746512039487120398471203", 1_727_177_640_987)
    );
    assert_eq!(lines[1].extracted_fields().get("level").as_str(), Some("INFO"));
    assert!(lines[0].extracted_fields().is_null() && lines.len() == 2);
}

#[test]
fn a_mail() {
    let text = file!("ses.json");
    let record: ses::Record =
        Records::new(text, "Records").unwrap().next().unwrap().expect("it can be read");
    assert_eq!((record.event_source(), record.event_version()), ("aws:ses", "1.0"));
    let (mail, receipt) = (record.ses.mail(), record.ses.receipt());
    assert_eq!((mail.source(), mail.headers_truncated()), ("andre@example.com", false));
    assert_eq!(mail.header("subject"), Some("Order \"No. 7\" \u{1f600}"));
    assert_eq!(
        (mail.header("Return-path"), mail.header("To")),
        (Some("<andre@example.com>"), None)
    );
    assert_eq!(mail.common_headers().get("from"), Some("André <andre@example.com>"));
    assert!(mail.destination().contains("orders@example.org") && mail.message_id().len() == 40);
    assert_eq!(receipt.processing_time_millis(), 574);
    let verdicts = [
        receipt.spam_verdict(),
        receipt.virus_verdict(),
        receipt.spf_verdict(),
        receipt.dkim_verdict(),
        receipt.dmarc_verdict(),
    ];
    assert_eq!(verdicts.map(|verdict| verdict.status()), ["PASS", "PASS", "GRAY", "FAIL", "PASS"]);
    assert_eq!(
        (receipt.dmarc_policy(), receipt.action().get("type")),
        (Some("reject"), Some("Lambda"))
    );
    assert!(receipt.recipients().contains("orders@example.org"));
}

#[test]
fn records_of_kafka() {
    let text = file!("kafka.json");
    let event: kafka::Event = json::from_slice(text).unwrap();
    assert_eq!(event.event_source(), "aws:kafka");
    assert!(event.event_source_arn().is_some() && event.bootstrap_servers().contains(','));
    let mut all = Vec::new();
    for group in event.records {
        let (name, records) = group.unwrap();
        for record in records {
            all.push((name, record.unwrap()));
        }
    }
    let [(first_name, first), (_, second), (third_name, third)] = &all[..] else {
        panic!("{}", all.len())
    };
    assert_eq!((*first_name, *third_name), ("orders-0", "orders-1"));
    assert_eq!((first.topic, first.partition(), first.offset()), ("orders", 0, 15));
    assert_eq!((first.timestamp(), first.timestamp_type()), (1_727_177_640_987, "CREATE_TIME"));
    assert_eq!(first.key().unwrap().decode_into(&mut [0; 8]).unwrap(), b"shop-9");
    assert_eq!(first.header("kind", &mut [0; 4]).unwrap().unwrap(), b"gift");
    assert_eq!(first.header("é", &mut [0; 4]).unwrap().unwrap(), "é".as_bytes());
    assert_eq!(first.header("kind", &mut [0; 3]), Some(Err(Error::DECODING_BUFFER)));
    assert_eq!(first.header("absent", &mut [0; 3]), None);
    assert!(second.value.is_empty() && third.key().is_none());
    assert_eq!(all.pop().unwrap().1.value.bytes().unwrap(), [0, 255, 254]);
    assert_eq!(all.remove(0).1.value.text(), Ok("{\"quantity\":3}"));

    let mut text =
        br#"[{"topic":"t","headers":[{"a":[300000]},{"b":["x"]}],"eventSource":"aws:kafka"}]"#
            .to_vec();
    let record = super::records::<kafka::Record>(&mut text).pop().unwrap();
    assert!(record.header("a", &mut [0; 4]).unwrap().is_err());
    assert!(record.header("b", &mut [0; 4]).unwrap().is_err());
    assert_eq!(record.get("eventSource").as_str(), Some("aws:kafka"));
}

#[test]
fn messages_of_brokers() {
    let text = file!("activemq.json");
    let event: activemq::Event = json::from_slice(text).unwrap();
    assert!(event.event_source() == "aws:mq" && event.event_source_arn().contains(":broker:"));
    let messages: Vec<_> = event.messages.map(Result::unwrap).collect();
    let [first, second] = &messages[..] else { panic!("{}", messages.len()) };
    assert!(first.message_id.starts_with("ID:b-9bcfa592"));
    assert_eq!((first.message_type(), first.delivery_mode()), ("jms/text-message", 1));
    assert_eq!((first.correlation_id(), first.reply_to()), (Some("myJMSCoID"), None));
    assert_eq!((first.expiration(), first.priority(), first.r#type()), (60_000, 1, None));
    assert_eq!(first.destination().get("physicalName"), Some("orders"));
    assert_eq!(
        (first.timestamp(), first.broker_in_time(), first.broker_out_time()),
        (1_727_177_640_987, 1_727_177_640_988, 1_727_177_640_989)
    );
    assert_eq!(first.properties().get("kind"), Some("gift \"é\""));
    assert!(!first.redelivered() && second.redelivered());
    let mut data = messages.into_iter().map(|message| message.data);
    assert_eq!(data.next().unwrap().text(), Ok("{\"quantity\":3}"));
    assert_eq!(data.next().unwrap().bytes().unwrap(), [0, 1, 255]);

    let text = file!("rabbitmq.json");
    let mut event: rabbitmq::Event = json::from_slice(text).unwrap();
    assert!(event.event_source() == "aws:rmq" && event.event_source_arn().contains(":broker:"));
    let (name, mut messages) = event.messages.next().unwrap().unwrap();
    let message = messages.next().unwrap().unwrap();
    let properties = message.basic_properties();
    assert_eq!((name, properties.content_type()), ("orders::/", Some("application/json")));
    assert_eq!((properties.delivery_mode(), properties.priority()), (Some(1), Some(34)));
    assert_eq!((properties.expiration(), properties.body_size()), (Some("60000"), Some(14)));
    assert_eq!((properties.user_id(), properties.app_id()), (Some("shop \"9\""), None));
    assert_eq!(properties.timestamp(), Some("Jan 1, 1970, 12:33:41 AM"));
    assert_eq!(properties.headers().get("count").to_string(), "10");
    assert!(!message.redelivered());
    assert_eq!(message.data.text(), Ok("{\"quantity\":3}"));
    assert!(messages.next().is_none() && event.messages.next().is_none());
}

#[test]
fn requests_of_vpc_lattice() {
    let text = file!("vpc_lattice.json");
    let (request, body) = http::<vpc_lattice::Request>(text).unwrap();
    assert_eq!((request.method(), request.path()), ("POST", "/orders/caf%C3%A9?tag=a"));
    assert_eq!((request.version(), request.header("X-Name")), ("2.0", Some("Zoë \u{1f600}")));
    assert_eq!(request.query_parameters().all("tag").collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!((request.cookie("a"), request.cookie("b")), (Some("\"1\""), Some("2")));
    let context = request.request_context();
    assert!(context.service_arn().contains(":service/"));
    assert!(context.service_network_arn().contains(":servicenetwork/"));
    assert!(context.target_group_arn().contains(":targetgroup/"));
    assert_eq!((context.region(), context.time_epoch()), ("eu-central-1", 1_727_176_112_345_678));
    assert_eq!(context.identity().get("type").as_str(), Some("AWS_IAM"));
    assert!(body.text().unwrap().starts_with("{\"item\":\"tea\",\"note\":\"é"));

    let text = file!("vpc_lattice_v1.json");
    let (request, body) = http::<vpc_lattice::RequestV1>(text).unwrap();
    assert_eq!((request.method(), request.path()), ("PUT", "/orders?tag=a"));
    assert_eq!((request.query("tag"), request.header("x-name")), (Some("a"), Some("Zoë, \"two\"")));
    assert_eq!(body.bytes().unwrap(), [0, 255, 254, 9]);
}
