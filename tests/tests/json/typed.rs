//! The examples with typed data, under the emulator for both architectures, and under AWS's RIE.

use std::fs;

use barelambda_emulator::{Emulator, Options};
use barelambda_tests::emulated::{answer, failure, start};
use barelambda_tests::on_each_architecture;
use barelambda_tests::programs::{Architecture, example_with_features};
use barelambda_tests::{cargo, rie::Rie};
use serde_json::{Value, json};

/// Runs `check` with the example under the emulator.
fn check(name: &str, architecture: Architecture, check: impl Fn(&Emulator)) {
    let mut options = Options::new(example_with_features(name, architecture, &[]));
    options.runner = architecture.runner();
    check(&start(options));
}

fn event(name: &str) -> Vec<u8> {
    fs::read(cargo::root().join("examples/events").join(name)).expect("the event can be read")
}

fn answer_as_json(emulator: &Emulator, event: impl Into<Vec<u8>>) -> Value {
    let answer = answer(emulator, event);
    serde_json::from_slice(&answer)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&answer)))
}

fn json_reads_and_writes(architecture: Architecture) {
    check("json", architecture, |emulator| {
        assert_eq!(
            answer_as_json(emulator, event("order.json")),
            json!({"item": "café \"Zoë\" \u{1f600}", "cents": 750})
        );
        assert_eq!(
            answer(emulator, r#"{"count":0,"item":"\u0000\n\\","more":[{"a":[1.5e3,null]}]}"#),
            br#"{"item":"\u0000\n\\","cents":0}"#
        );
    });
}
on_each_architecture!(json_reads_and_writes);

fn json_failures_have_a_cause_and_a_place(architecture: Architecture) {
    check("json", architecture, |emulator| {
        for (event, message) in [
            (r#"{"item":"tea","count":"3"}"#, "expected a number at byte 23"),
            (r#"{"item":7,"count":3}"#, "expected a string at byte 9"),
            (r#"{"item":"tea"}"#, "missing field before byte 15"),
            (r#"{"item":"tea","item":"tea","count":3}"#, "duplicate field before byte 22"),
            (r#"{"item":"tea","count":3}}"#, "trailing characters at byte 25"),
            (r#"{"item":"tea","count":03}"#, "invalid number at byte 25"),
            ("{\"item\":\"t\na\",\"count\":3}", "control character in a string at byte 11"),
            (r#"{"item":"tea\ud83d","count":3}"#, "invalid escape at byte 13"),
            (r#"{"item":"tea","count":3"#, "EOF while parsing at byte 24"),
            ("", "EOF while parsing at byte 1"),
            ("tea", "expected an object at byte 1"),
        ] {
            let (error, _) = failure(emulator, event);
            assert_eq!(
                (error.error_type.as_str(), error.message.as_str()),
                ("Function.InvalidJson", message),
                "{event}"
            );
        }
        let (error, _) = failure(emulator, &b"{\"item\":\"\xff\",\"count\":3}"[..]);
        assert_eq!(error.message, "invalid UTF-8 before byte 12");
        assert_eq!(
            answer(emulator, r#"{"item":"tea","count":1}"#),
            br#"{"item":"tea","cents":250}"#
        );
    });
}
on_each_architecture!(json_failures_have_a_cause_and_a_place);

#[test]
fn a_json_response_that_is_too_large_is_a_failure() {
    let emulator = start(Options::new(example_with_features("json", Architecture::X86_64, &[])));
    // The response to the largest event is three bytes longer than the limit.
    let item = "a".repeat(6_291_556 - r#"{"item":"","count":9}"#.len());
    let (error, _) = failure(&emulator, format!(r#"{{"item":"{item}","count":9}}"#));
    assert_eq!(error.reported, "Function.ResponseSizeTooLarge");
    let answered = answer(&emulator, format!(r#"{{"item":"{}","count":9}}"#, &item[3..]));
    assert_eq!(answered.len(), 6_291_556);
    assert_eq!(answer(&emulator, r#"{"item":"tea","count":1}"#), br#"{"item":"tea","cents":250}"#);
}

/// Returns a request to the function URL, like the one in the file.
fn request(method: &str, path: &str, body: Value, is_base64: bool) -> Vec<u8> {
    let mut request: Value =
        serde_json::from_slice(&event("function_url_order.json")).expect("the event is JSON");
    request["requestContext"]["http"]["method"] = method.into();
    request["rawPath"] = path.into();
    request["body"] = body;
    request["isBase64Encoded"] = is_base64.into();
    request.to_string().into()
}

fn function_url_routes(architecture: Architecture) {
    check("function_url", architecture, |emulator| {
        let ordered = answer_as_json(emulator, event("function_url_order.json"));
        assert_eq!(
            (&ordered["statusCode"], &ordered["isBase64Encoded"]),
            (&json!(201), &json!(false))
        );
        assert_eq!(ordered["headers"]["content-type"], "application/json");
        let body: Value = serde_json::from_str(ordered["body"].as_str().expect("a body"))
            .expect("the body is JSON");
        assert_eq!(body, json!({"item": "café \"au lait\" \u{1f600}", "cents": 500}));

        let base64 = answer_as_json(
            emulator,
            request("POST", "/orders", json!("eyJpdGVtIjoidGVhIiwiY291bnQiOjF9"), true),
        );
        assert_eq!(base64["body"], r#"{"item":"tea","cents":250}"#);

        let bad = answer_as_json(
            emulator,
            request("POST", "/orders", json!(r#"{"item":"tea","count":-1}"#), false),
        );
        assert_eq!(
            (&bad["statusCode"], bad["headers"]["content-type"].as_str()),
            (&json!(400), Some("text/plain; charset=utf-8"))
        );

        let home = answer_as_json(emulator, request("GET", "/", Value::Null, false));
        assert_eq!((&home["statusCode"], &home["body"]), (&json!(200), &json!("Zoë \u{1f600}")));

        let icon = answer_as_json(emulator, request("GET", "/icon", Value::Null, false));
        assert_eq!(
            (&icon["isBase64Encoded"], icon["headers"]["content-type"].as_str()),
            (&json!(true), Some("image/gif"))
        );
        assert!(icon["body"].as_str().is_some_and(|body| body.starts_with("R0lGODlh")), "{icon}");

        let nowhere = answer_as_json(emulator, request("DELETE", "/", Value::Null, false));
        assert_eq!(nowhere["statusCode"], 404);
    });
}
on_each_architecture!(function_url_routes);

fn sqs_batch_reports_the_failed_messages(architecture: Architecture) {
    check("sqs_batch", architecture, |emulator| {
        // One of the messages isn't JSON.
        let failed = json!({"batchItemFailures": [{"itemIdentifier": "7c6b5a49-3827-4160-9f8e-d7c6b5a49382"}]});
        assert_eq!(answer_as_json(emulator, event("sqs.json")), failed);
        let message = |id: &str, body: &str| json!({"messageId": id, "body": body, "receiptHandle": "r", "unknown": [{}]});
        let batch = json!({"Records": [
            message("good", r#"{"item":"a \"b\" \ud83d\ude00","quantity":1}"#),
            message("too many \"of them\"", r#"{"item":"tea","quantity":101}"#),
            message("no JSON", "tea"),
            message("cut", r#"{"item":"tea","quantity":1"#),
            message("empty", ""),
            message("good again", r#"{"quantity":100,"item":"tea"}"#),
        ]});
        let failed = |id: &str| json!({"itemIdentifier": id});
        assert_eq!(
            answer_as_json(emulator, batch.to_string()),
            json!({"batchItemFailures": [failed("too many \"of them\""), failed("no JSON"), failed("cut"), failed("empty")]})
        );
        // Without an id the message can't be reported, so the whole batch fails.
        let (error, _) = failure(emulator, r#"{"Records":[{"body":"{}"}]}"#);
        assert_eq!(error.error_type, "Function.InvalidJson");
        let (error, _) = failure(emulator, "{}");
        assert_eq!(error.message, "missing field before byte 3");
    });
}
on_each_architecture!(sqs_batch_reports_the_failed_messages);

fn heapless_owns_a_list_and_a_text(architecture: Architecture) {
    check("heapless", architecture, |emulator| {
        assert_eq!(
            answer_as_json(emulator, event("scores.json")),
            json!("Zoë played 3 games: 120 7 4100")
        );
        assert_eq!(
            answer_as_json(emulator, r#"{"player":"Ada","scores":[]}"#),
            json!("Ada played 0 games:")
        );
        let (error, _) = failure(emulator, r#"{"player":"Ada","scores":[1,2,3,4,5,6,7,8,9]}"#);
        assert_eq!(error.error_type, "Function.InvalidJson");
        let (error, _) =
            failure(emulator, json!({"player": "A".repeat(50), "scores": [1]}).to_string());
        assert_eq!(
            (error.error_type.as_str(), error.message.as_str()),
            ("Function.SummaryTooLong", "the summary is longer than 64 bytes")
        );
        assert_eq!(
            answer_as_json(emulator, r#"{"player":"Ada","scores":[0,1]}"#),
            json!("Ada played 1 games: 1")
        );
    });
}
on_each_architecture!(heapless_owns_a_list_and_a_text);

fn s3_event_lists_the_created_objects(architecture: Architecture) {
    check("s3_event", architecture, |emulator| {
        assert_eq!(
            answer_as_json(emulator, event("s3.json")),
            json!([{"bucket": "amzn-s3-demo-bucket", "key": "holiday photos/café \"No. 1\" \u{1f600}+1.jpg", "bytes": 5_368_709_121u64}])
        );
        assert_eq!(answer_as_json(emulator, r#"{"Records":[]}"#), json!([]));
        let (error, _) = failure(emulator, r#"{"Records":[{"eventName":"ObjectCreated:Put"}]}"#);
        assert_eq!(error.error_type, "Function.InvalidJson");
    });
}
on_each_architecture!(s3_event_lists_the_created_objects);

#[test]
#[ignore = "needs RIE; run `bash .ci/full`"]
fn typed_data_works_under_rie() {
    let mut json =
        Rie::start(&example_with_features("json", Architecture::X86_64, &[]), &[], "json");
    assert_eq!(
        json.invoke(&event("order.json")),
        "{\"item\":\"café \\\"Zoë\\\" \u{1f600}\",\"cents\":750}".as_bytes()
    );
    let error = String::from_utf8(json.invoke(br#"{"item":"tea"}"#)).expect("errors are JSON");
    assert!(error.contains("missing field before byte 15"), "{error}");
    assert_eq!(json.invoke(br#"{"item":"tea","count":1}"#), br#"{"item":"tea","cents":250}"#);

    let mut url = Rie::start(
        &example_with_features("function_url", Architecture::X86_64, &[]),
        &[],
        "function-url",
    );
    let ordered: Value = serde_json::from_slice(&url.invoke(&event("function_url_order.json")))
        .expect("the response is JSON");
    assert_eq!(ordered["statusCode"], 201);
}
