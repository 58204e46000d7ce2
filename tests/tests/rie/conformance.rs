//! The conformance suite's function under RIE in its usual mode, with each event of the suite.
//!
//! This mode buffers streams and ignores trailers, which `managed.rs` tests.

use std::time::{Duration, Instant};

use barelambda_tests::emulated::pattern;
use barelambda_tests::programs::{Architecture, example, panic_place};
use barelambda_tests::rie::{Answer, Rie};

const ASKED_FOR: &str = r#"{"errorType":"Function.AskedFor","stackTrace":[],"errorMessage":"the event asked for an error"}"#;

fn start(environment: &[(&str, &str)], name: &str) -> Rie {
    Rie::start(
        &example("conformance", Architecture::X86_64),
        environment,
        &format!("conformance-{name}"),
    )
}

/// Invokes with an event of the suite.
fn ask(rie: &mut Rie, what: &str) -> Answer {
    rie.answer(format!("\"conformance:{what}\"").as_bytes())
}

#[test]
#[ignore = "needs RIE; run `bash .ci/full`"]
fn other_events_are_echoed() {
    let mut rie = start(&[], "echo");
    for event in [
        "",
        "{}",
        " [ 1.0 ] \n",
        "no JSON",
        "\"conformance:\"",
        "\"conformance:unknown\"",
        "conformance:error",
        "\"conformance:error\" ",
    ] {
        assert_eq!(rie.answer(event.as_bytes()).text(), event);
    }
    // This is Lambda's limit.
    let event = pattern(6 << 20);
    assert!(rie.invoke(&event) == event);
}

#[test]
#[ignore = "needs RIE; run `bash .ci/full`"]
fn many_invocations_in_a_row() {
    let mut rie = start(&[], "many");
    for number in 0..1000 {
        let event = format!("{{\"number\":{number}}}");
        assert_eq!(rie.answer(event.as_bytes()).text(), event);
        if number % 100 == 0 {
            assert_eq!(ask(&mut rie, "error").text(), ASKED_FOR);
            assert_eq!(ask(&mut rie, "stream-empty").text(), "");
        }
    }
    assert_eq!(rie.log().matches("INIT START").count(), 1, "expected one process: {}", rie.log());
}

#[test]
#[ignore = "needs RIE; run `bash .ci/full`"]
fn failures_panics_exits_and_large_responses_are_reported_and_the_next_works() {
    let mut rie = start(&[], "faults");
    let panicked = format!(
        "panicked at {}: the event asked for a panic",
        panic_place("conformance", "b\"panic\" => panic!(")
    );
    let faults = [
        ("error", 200, "Function.AskedFor", "the event asked for an error".into()),
        ("panic", 502, "Function.Panic", panicked),
        ("exit", 502, "Runtime.ExitError", "Runtime exited with error: exit status 3".into()),
        ("large", 200, "Function.ResponseSizeTooLarge", "6291556 bytes".into()),
    ];
    for (what, status, error_type, message) in faults {
        let answer = ask(&mut rie, what);
        let error = answer.json();
        assert_eq!(
            (answer.status, error["errorType"].as_str()),
            (status, Some(error_type)),
            "{what}"
        );
        assert!(
            error["errorMessage"].as_str().is_some_and(|words| words.contains(&message)),
            "{what}: {error}"
        );
        assert_eq!(rie.answer(b"{}").text(), "{}", "after {what}");
    }
}

#[test]
#[ignore = "needs RIE; run `bash .ci/full`"]
fn a_slow_response_arrives() {
    let mut rie = start(&[], "slow");
    let begin = Instant::now();
    assert_eq!(ask(&mut rie, "slow").text(), "\"conformance:slow\"");
    assert!(begin.elapsed() >= Duration::from_secs(1), "{:?}", begin.elapsed());
}

#[test]
#[ignore = "needs RIE; run `bash .ci/full`"]
fn the_context_has_the_headers_values() {
    let mut rie = start(&[("AWS_LAMBDA_FUNCTION_NAME", "named")], "context");
    let context = ask(&mut rie, "context").json();
    assert_eq!(
        context["invokedFunctionArn"],
        "arn:aws:lambda:us-east-1:012345678912:function:named"
    );
    assert!(
        rie.log().contains(context["requestId"].as_str().expect("the request id is text")),
        "{context}"
    );
    let deadline =
        Duration::from_millis(context["deadlineMs"].as_u64().expect("the deadline is a number"));
    let now = std::time::UNIX_EPOCH.elapsed().expect("the clock is after 1970");
    assert!(deadline > now && deadline < now + Duration::from_secs(600), "{deadline:?} at {now:?}");
    for missing in ["traceId", "clientContext", "identity", "tenantId"] {
        assert!(context[missing].is_null(), "{missing}: {context}");
    }
    // {"custom":{"a":"b"}}
    let answer = rie.answer_with(
        b"\"conformance:context\"",
        &[("X-Amz-Client-Context", "eyJjdXN0b20iOnsiYSI6ImIifX0=")],
    );
    assert_eq!(answer.json()["clientContext"], serde_json::json!({"custom": {"a": "b"}}));
}

#[test]
#[ignore = "needs RIE; run `bash .ci/full`"]
fn streams_are_buffered() {
    let mut rie = start(&[], "streams");
    let begin = Instant::now();
    assert_eq!(ask(&mut rie, "stream").text(), "one\ntwo\nthree\n");
    assert!(begin.elapsed() >= Duration::from_millis(400), "{:?}", begin.elapsed());
    let prelude = r#"{"statusCode":201,"headers":{"content-type":"text/plain","x-conformance":"yes"},"cookies":["a=b"]}"#;
    assert_eq!(ask(&mut rie, "stream-http").text(), format!("{prelude}\0\0\0\0\0\0\0\0one\ntwo\n"));
    assert_eq!(ask(&mut rie, "stream-empty").text(), "");
    assert_eq!(rie.answer(b"{}").text(), "{}");
}

#[test]
#[ignore = "needs RIE; run `bash .ci/full`"]
fn a_stream_has_the_limit_of_buffered_responses_and_the_next_works() {
    let mut rie = start(&[], "stream-large");
    for _ in 0..2 {
        assert_eq!(
            ask(&mut rie, "stream-large").json()["errorType"],
            "Function.ResponseSizeTooLarge"
        );
        assert_eq!(rie.answer(b"{}").text(), "{}");
    }
    assert_eq!(rie.log().matches("INIT START").count(), 1, "expected one process: {}", rie.log());
}

#[test]
#[ignore = "needs RIE; run `bash .ci/full`"]
fn a_failure_before_a_stream_begins_is_the_whole_response() {
    let mut rie = start(&[], "stream-error-first");
    assert_eq!(ask(&mut rie, "stream-error-first").text(), ASKED_FOR);
    assert_eq!(rie.answer(b"{}").text(), "{}");
}

#[test]
#[ignore = "needs RIE; run `bash .ci/full`"]
fn a_failed_stream_keeps_its_beginning_and_the_next_works() {
    let mut rie = start(&[], "stream-error");
    let answer = ask(&mut rie, "stream-error");
    assert_eq!((answer.status, answer.text()), (200, "one\n"));
    assert_eq!(rie.answer(b"{}").text(), "{}");
    // The process exits, which RIE notices.
    let answer = ask(&mut rie, "stream-panic");
    assert_eq!((answer.status, answer.text()), (502, "one\n"));
    rie.wait_for_log(&format!(
        "panicked at {}",
        panic_place("conformance", "            panic!(\"the event")
    ));
    assert_eq!(rie.answer(b"{}").text(), "{}");
}

#[test]
#[ignore = "needs RIE; run `bash .ci/full`"]
fn a_failed_initialisation_is_reported() {
    let panicked = format!(
        "panicked at {}: CONFORMANCE_INIT asked for a panic",
        panic_place("conformance", "panic!(\"CONFORMANCE_INIT")
    );
    let failures = [
        ("error", "Function.BadStart", "CONFORMANCE_INIT asked for an error"),
        ("panic", "Function.Panic", &panicked),
    ];
    for (value, error_type, message) in failures {
        let mut rie = start(&[("CONFORMANCE_INIT", value)], &format!("init-{value}"));
        let error = rie.answer(b"{}").json();
        assert_eq!(
            (error["errorType"].as_str(), error["errorMessage"].as_str()),
            (Some(error_type), Some(message))
        );
    }
}
