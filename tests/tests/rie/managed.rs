//! Programs under RIE in its mode for managed instances, which has invocation ids and trailers.

use std::thread;

use barelambda_tests::emulated::pattern;
use barelambda_tests::programs::{Architecture, example, faults, panic_place};
use barelambda_tests::rie::{Answer, Rie};
use barelambda_tests::rie_managed;
use barelambda_tests::rie_relay::header_values;
use barelambda_tests::rie_runtime::{Invocation, RawRuntime};

const NATIVE: Architecture = Architecture::X86_64;
const INVOCATION_ID: &str = "Lambda-Runtime-Invocation-Id";
const ASKED_FOR: &str = r#"{"errorType":"Function.AskedFor","stackTrace":[],"errorMessage":"the event asked for an error"}"#;

#[test]
#[ignore = "needs RIE, and root or sudo; run `bash .ci/full`"]
fn echo_returns_every_size_and_many_events() {
    let mut rie = rie_managed::start(&example("echo", NATIVE), &[], "echo");
    for size in [0, 1, 2047, 2048, 100_000, 6 << 20, 1] {
        let answer = rie.answer(&pattern(size));
        assert!(
            answer.body == pattern(size),
            "{size} bytes: the response has {} bytes",
            answer.body.len()
        );
        assert_eq!(
            (answer.status, answer.content_type.as_deref()),
            (200, Some("application/json")),
            "{size} bytes"
        );
    }
    for number in 0..500 {
        let event = format!("{{\"number\":{number}}}");
        assert_eq!(rie.answer(event.as_bytes()).text(), event);
    }
}

#[test]
#[ignore = "needs RIE, and root or sudo; run `bash .ci/full`"]
fn every_fault_has_its_type() {
    let exits = |error_type: &str| ["Function.Panic", "Runtime.ExitError"].contains(&error_type);
    let program = example("faults", NATIVE);
    let mut rie = rie_managed::start(&program, &[], "faults");
    for (event, error_type, message) in
        faults().into_iter().filter(|(_, error_type, _)| !exits(error_type))
    {
        assert_error(&rie.answer(event.as_bytes()), error_type, &message);
        assert_eq!(rie.answer(b"{}").text(), "{}", "after {event}");
    }
    // In this mode RIE exits with the program.
    for (number, (event, error_type, message)) in
        faults().into_iter().filter(|(_, error_type, _)| exits(error_type)).enumerate()
    {
        let mut rie = rie_managed::start(&program, &[], &format!("faults-{number}"));
        let answer = rie.answer(event.as_bytes());
        if error_type == "Runtime.ExitError" {
            // The program has sent no message, and RIE adds none in this mode.
            assert_eq!(answer.json(), serde_json::json!({"errorType": error_type}));
        } else {
            assert_error(&answer, error_type, &message);
        }
    }
}

#[test]
#[ignore = "needs RIE, and root or sudo; run `bash .ci/full`"]
fn the_invocation_id_is_returned_with_responses_failures_and_streams() {
    let (mut rie, relay) =
        rie_managed::start_relayed(&example("conformance", NATIVE), &[], "invocation-id", |_| ());
    assert_eq!(rie.answer(b"{}").text(), "{}");
    assert_eq!(rie.answer(b"\"conformance:error\"").text(), ASKED_FOR);
    assert_eq!(rie.answer(b"\"conformance:stream\"").text(), "one\ntwo\nthree\n");
    assert_eq!(rie.answer(b"[]").text(), "[]");
    assert_eq!(relay.statuses(8), ["200", "202"].repeat(4));
    let (requests, replies) = (relay.requests(), relay.replies());
    let given = header_values(&replies, INVOCATION_ID);
    assert_eq!(given.len(), 4, "{replies}");
    assert_eq!(header_values(&requests, INVOCATION_ID), given, "{requests}");
    let distinct: std::collections::HashSet<_> = given.iter().collect();
    assert_eq!(distinct.len(), 4, "{given:?}");
}

#[test]
#[ignore = "needs RIE, and root or sudo; run `bash .ci/full`"]
fn a_wrong_invocation_id_is_rejected_and_the_next_invocation_works() {
    for (event, name) in [
        (&b"{}"[..], "answer"),
        (b"\"conformance:error\"", "error"),
        (b"\"conformance:stream\"", "stream"),
    ] {
        let mut changed = false;
        let (mut rie, relay) = rie_managed::start_relayed(
            &example("conformance", NATIVE),
            // RIE waits for a response with the right id until the timeout.
            &[("AWS_LAMBDA_FUNCTION_TIMEOUT", "2")],
            &format!("wrong-id-{name}"),
            move |piece| changed = changed || change_invocation_id(piece),
        );
        let answer = rie.answer(event);
        assert_eq!(answer.error_type.as_deref(), Some("Sandbox.Timedout"), "{answer:?}");
        assert_eq!(rie.answer(b"[]").text(), "[]", "{name}: {}", rie.log());

        assert_eq!(relay.statuses(4), ["200", "410", "200", "202"], "{}", relay.replies());
        let (requests, replies) = (relay.requests(), relay.replies());
        assert_eq!(
            header_values(&requests, INVOCATION_ID),
            header_values(&replies, INVOCATION_ID),
            "{requests}"
        );
        // The log is JSON here, so the quotation marks of the reply are escaped.
        rie.wait_for_log("barelambda: the Runtime API answered 410: {");
    }
}

#[test]
#[ignore = "needs RIE, and root or sudo; run `bash .ci/full`"]
fn streams_arrive_whole() {
    let (mut rie, relay) =
        rie_managed::start_relayed(&example("conformance", NATIVE), &[], "streams", |_| ());
    let answer = rie.answer(b"\"conformance:stream\"");
    let octets = Some("application/octet-stream".to_owned());
    let expected = Answer {
        status: 200,
        error_type: None,
        content_type: octets.clone(),
        body: b"one\ntwo\nthree\n".into(),
    };
    assert_eq!(answer, expected);
    let requests = relay.requests();
    assert_eq!(header_values(&requests, "Lambda-Runtime-Function-Response-Mode"), ["streaming"]);
    assert_eq!(
        header_values(&requests, "Trailer"),
        ["Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body"]
    );
    assert!(
        requests.contains("\r\n\r\n4\r\none\n\r\n4\r\ntwo\n\r\n6\r\nthree\n\r\n0\r\n\r\nGET "),
        "{requests}"
    );

    assert_eq!(
        rie.answer(b"\"conformance:stream-empty\""),
        Answer { body: Vec::new(), ..expected }
    );

    let answer = rie.answer(b"\"conformance:stream-http\"");
    assert_eq!(
        answer.content_type.as_deref(),
        Some("application/vnd.awslambda.http-integration-response")
    );
    let (prelude, body) =
        answer.text().split_once("\0\0\0\0\0\0\0\0").expect("eight NULs end the prelude");
    let headers = serde_json::json!({"content-type": "text/plain", "x-conformance": "yes"});
    let prelude: serde_json::Value = serde_json::from_str(prelude).expect("the prelude is JSON");
    assert_eq!(
        prelude,
        serde_json::json!({"statusCode": 201, "headers": headers, "cookies": ["a=b"]})
    );
    assert_eq!(body, "one\ntwo\n");
}

#[test]
#[ignore = "needs RIE, and root or sudo; run `bash .ci/full`"]
fn a_stream_beyond_ries_limit_is_a_failure_and_the_next_invocation_works() {
    let mut rie = rie_managed::start(&example("conformance", NATIVE), &[], "stream-large");
    for event in [b"{}", b"[]"] {
        let answer = rie.answer(b"\"conformance:stream-large\"");
        assert_eq!(
            answer.error_type.as_deref(),
            Some("Function.ResponseSizeTooLarge"),
            "{answer:?}"
        );
        assert_eq!(rie.answer(event).body, event, "{}", rie.log());
    }
}

#[test]
#[ignore = "needs RIE, and root or sudo; run `bash .ci/full`"]
fn a_failure_while_streaming_reaches_the_caller_through_the_trailers() {
    let (mut rie, relay) =
        rie_managed::start_relayed(&example("conformance", NATIVE), &[], "stream-error", |_| ());
    let answer = rie.answer(b"\"conformance:stream-error\"");
    assert_eq!(
        (answer.error_type.as_deref(), answer.text()),
        (Some("Function.AskedFor"), ASKED_FOR)
    );
    assert_eq!(rie.answer(b"{}").text(), "{}");

    // Before the first byte is sent, the error isn't in trailers.
    let answer = rie.answer(b"\"conformance:stream-error-first\"");
    assert_eq!(
        (answer.error_type.as_deref(), answer.text()),
        (Some("Function.AskedFor"), ASKED_FOR)
    );
    assert_eq!(rie.answer(b"{}").text(), "{}");
    assert_eq!(relay.requests().matches("/error HTTP/1.1\r\n").count(), 1, "{}", relay.requests());
    assert_eq!(relay.statuses(8), ["200", "202"].repeat(4));
}

#[test]
#[ignore = "needs RIE, and root or sudo; run `bash .ci/full`"]
fn a_panic_while_streaming_reaches_the_caller_through_the_trailers() {
    let mut rie = rie_managed::start(&example("conformance", NATIVE), &[], "stream-panic");
    assert_error(
        &rie.answer(b"\"conformance:stream-panic\""),
        "Function.Panic",
        "the event asked for a panic",
    );
    rie.wait_for_log("barelambda: panicked");
}

#[test]
#[ignore = "needs RIE, and root or sudo; run `bash .ci/full`"]
fn a_panic_of_stream_failure_has_its_place() {
    let mut rie = rie_managed::start(&example("stream_error", NATIVE), &[], "stream-panic-place");
    assert_error(
        &rie.answer(b"\"panic\""),
        "Function.Panic",
        &panic_place("stream_error", "panic!("),
    );
}

#[test]
#[ignore = "needs RIE, and root or sudo; run `bash .ci/full`"]
fn a_failed_initialisation_is_reported() {
    let program = example("conformance", NATIVE);
    for (value, error_type) in [("error", "Function.BadStart"), ("panic", "Function.Panic")] {
        let log = rie_managed::log_of_failure(
            &program,
            &[("CONFORMANCE_INIT", value)],
            &format!("init-{value}"),
        );
        assert!(
            log.contains(&format!("msg=\"Received Runtime Init Error\" errType={error_type}\n")),
            "{log}"
        );
    }
}

/// Checks what the other tests assume about the server, with a client that controls every byte.
#[test]
#[ignore = "needs RIE, and root or sudo; run `bash .ci/full`"]
fn the_server_rejects_wrong_ids_and_reads_trailers() {
    let mut rie = rie_managed::start_without_runtime("raw");
    let mut runtime = RawRuntime::connect(rie.runtime_api());
    let invocation_timed_out =
        (410, "{\"errorMessage\":\"Invoke timeout\",\"errorType\":\"InvokeTimeout\"}\n".to_owned());
    let accepted = (202, "{\"status\":\"OK\"}\n".to_owned());

    let answer = serve_one(&mut rie, &mut runtime, |runtime, invocation| {
        assert_eq!(invocation.event, b"\"event\"");
        let id = invocation.invocation_id.as_deref().expect("there is an invocation id");
        let wrong = format!(
            "{INVOCATION_ID}: {}\r\nContent-Length: 2\r\n",
            id.chars().rev().collect::<String>()
        );
        let right = format!("{INVOCATION_ID}: {id}\r\nContent-Length: 2\r\n");
        assert_eq!(
            runtime.post(&invocation.request_id, "response", &wrong, "17"),
            invocation_timed_out
        );
        assert_eq!(
            runtime.post(&invocation.request_id, "error", &wrong, "{}"),
            invocation_timed_out
        );
        assert_eq!(runtime.post(&invocation.request_id, "response", &right, "42"), accepted);
    });
    assert_eq!((answer.error_type.as_deref(), answer.text()), (None, "42"));

    // The server accepts responses without the header, so acceptance alone doesn't show that an id
    // is right.
    let answer = serve_one(&mut rie, &mut runtime, |runtime, invocation| {
        assert_eq!(
            runtime.post(&invocation.request_id, "response", "Content-Length: 2\r\n", "43"),
            accepted
        );
    });
    assert_eq!((answer.error_type.as_deref(), answer.text()), (None, "43"));

    let answer = serve_one(&mut rie, &mut runtime, |runtime, invocation| {
        let headers = "Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n\
                       Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n";
        let trailers = "Lambda-Runtime-Function-Error-Type: Function.Odd\r\nLambda-Runtime-Function-Error-Body: eyJhIjoxfQ==\r\n";
        let body = format!("4\r\none\n\r\n0\r\n{trailers}\r\n");
        assert_eq!(runtime.post(&invocation.request_id, "response", headers, &body).0, 202);
    });
    assert_eq!((answer.error_type.as_deref(), answer.text()), (Some("Function.Odd"), r#"{"a":1}"#));
}

/// Invokes while `answer` responds, and returns the response to the caller.
fn serve_one(
    rie: &mut Rie,
    runtime: &mut RawRuntime,
    answer: impl FnOnce(&mut RawRuntime, &Invocation),
) -> Answer {
    thread::scope(|scope| {
        let caller = scope.spawn(|| rie.answer(b"\"event\""));
        let invocation = runtime.wait();
        answer(runtime, &invocation);
        caller.join().expect("the caller gets a response")
    })
}

fn assert_error(answer: &Answer, error_type: &str, message: &str) {
    assert_eq!(answer.error_type.as_deref(), Some(error_type), "{answer:?}");
    let error = answer.json();
    assert_eq!(error["errorType"], error_type);
    assert!(
        error["errorMessage"].as_str().is_some_and(|words| words.contains(message)),
        "{message:?} isn't in {error}"
    );
}

/// Changes the first digit of the invocation id, if one is in this piece of a reply.
fn change_invocation_id(piece: &mut [u8]) -> bool {
    let name = format!("{INVOCATION_ID}: ");
    let Some(place) =
        piece.windows(name.len()).position(|window| window.eq_ignore_ascii_case(name.as_bytes()))
    else {
        return false;
    };
    let digit = &mut piece[place + name.len()];
    *digit = if *digit == b'0' { b'1' } else { b'0' };
    true
}
