//! Answers that reach their caller while the function writes them, without HTTP between the caller
//! and the emulator.

mod support;

use std::time::Duration;

use barelambda_emulator::{Emulator, InvokeOptions, Outcome, ResponseStream};
use support::{Client, LATE, NEXT, StandIn, invoke, options, respond, start, text};

#[test]
fn a_chunk_arrives_before_the_next_one_is_written() {
    let stand_in = StandIn::new(options());
    let mut stream = stand_in.emulator().invoke_streaming("1", InvokeOptions::default());
    let mut runtime = Client::connect(stand_in.address());
    let event = runtime.get(NEXT);
    assert_eq!(event.text(), "1");
    runtime.begin_stream(&event, "Content-Type: text/x-one\r\n");
    assert!(stream.is_streamed());
    assert_eq!(stream.content_type(), Some("text/x-one"));
    for chunk in ["a", "bc", "d"] {
        runtime.send_chunk(chunk);
        assert_eq!(stream.next().as_deref(), Some(chunk.as_bytes()));
    }
    assert_eq!(runtime.end_stream("").status, 202);
    assert_eq!(stream.next(), None);
    let outcome = stream.finish();
    assert_eq!((&outcome.function_error, outcome.payload.len()), (&None, 0));
    assert_eq!(outcome.request_id, support::id(&event));
}

#[test]
fn an_answer_that_is_not_streamed_comes_in_one_piece() {
    let emulator = start(options());
    let mut stream = stream(&emulator, "echo");
    assert!(!stream.is_streamed());
    assert_eq!(stream.content_type(), None);
    assert_eq!(stream.by_ref().collect::<Vec<_>>(), [b"echo"]);
    let outcome = stream.finish();
    assert!(outcome.function_error.is_none() && outcome.payload.is_empty() && outcome.report.cold);
    assert_eq!(taken(&emulator, "large 0").0, "");
}

#[test]
fn a_failure_before_the_answer_is_only_in_the_outcome() {
    let emulator = start(options());
    let mut failing = stream(&emulator, "fail Function.Asked");
    assert!(!failing.is_streamed());
    assert_eq!(failing.content_type(), None);
    assert_eq!(failing.next(), None);
    let outcome = failing.finish();
    let error = outcome.function_error.as_ref().unwrap();
    assert_eq!((error.reported.as_str(), error.found_by_lambda), ("Function.Asked", false));
    assert!(text(&outcome).contains("as asked"));
    let (pieces, exited) = taken(&emulator, "exit 3");
    let error = exited.function_error.unwrap();
    assert_eq!(
        (pieces.as_str(), error.error_type.as_str(), error.found_by_lambda),
        ("", "Runtime.ExitError", true)
    );
}

#[test]
fn a_failure_in_mid_stream_comes_after_what_was_written() {
    let emulator = start(options());
    let (pieces, outcome) = taken(&emulator, "stream-error");
    assert_eq!(pieces, "one");
    assert_eq!(text(&outcome), r#"{"errorMessage":"too late","errorType":"Late"}"#);
    let error = outcome.function_error.unwrap();
    assert_eq!(
        (error.error_type.as_str(), error.message.as_str(), error.reported.as_str()),
        ("Late", "too late", "Function.Late")
    );
    let (pieces, next) = taken(&emulator, "stream a,b");
    assert_eq!((pieces.as_str(), next.report.cold, next.function_error), ("ab", false, None));
}

#[test]
fn the_end_of_the_process_in_mid_stream_is_told() {
    let emulator = start(options());
    let (pieces, outcome) = taken(&emulator, "stream-and-exit 7");
    assert_eq!(pieces, "onetwo");
    let words = format!(
        "RequestId: {} Error: The response was cut off before its end: Runtime exited with error: exit status 7",
        outcome.request_id
    );
    let error = outcome.function_error.unwrap();
    assert_eq!((error.error_type.as_str(), error.message), ("Runtime.TruncatedResponse", words));
    assert!(error.found_by_lambda);
    let next = invoke(&emulator, "count");
    assert_eq!((text(&next), next.report.cold), ("1", true));
}

#[test]
fn a_stream_is_whole_although_its_process_did_not_stay_for_the_reply() {
    let emulator = start(options());
    for caller_waits in [false, true] {
        let (pieces, outcome) = match caller_waits {
            false => taken(&emulator, "stream-and-leave"),
            true => (String::new(), invoke(&emulator, "stream-and-leave")),
        };
        assert_eq!(outcome.function_error, None);
        assert_eq!(pieces + text(&outcome), "onetwo");
    }
}

#[test]
fn a_stream_that_takes_too_long_is_ended() {
    let mut options = options();
    // The next process must start within this time, too.
    options.timeout = Duration::from_secs(3);
    let emulator = start(options);
    let (pieces, outcome) = taken(&emulator, "stream-and-hang");
    assert_eq!(pieces, "one");
    assert_eq!(outcome.function_error.unwrap().error_type, "Sandbox.Timedout");
    assert_eq!(text(&invoke(&emulator, "count")), "1");
}

#[test]
fn a_caller_that_takes_nothing_does_not_outlast_the_timeout() {
    let mut options = options();
    // The next process must start within this time, too.
    options.timeout = Duration::from_secs(3);
    let emulator = start(options);
    let idle = stream(&emulator, "stream-bytes 100000000");
    // Only one invocation runs at a time, so this one starts when the other has timed out.
    assert_eq!(text(&invoke(&emulator, "count")), "1");
    assert_eq!(idle.finish().function_error.unwrap().error_type, "Sandbox.Timedout");
}

#[test]
fn a_caller_that_goes_does_not_stop_the_invocation() {
    let stand_in = StandIn::new(options());
    let mut stream = stand_in.emulator().invoke_streaming("1", InvokeOptions::default());
    let mut runtime = Client::connect(stand_in.address());
    let event = runtime.get(NEXT);
    runtime.begin_stream(&event, "");
    runtime.send_chunk("a");
    assert_eq!(stream.next().as_deref(), Some(&b"a"[..]));
    drop(stream);
    for _ in 0..100 {
        runtime.send_chunk(vec![b'x'; 100_000]);
    }
    assert_eq!(runtime.end_stream(LATE).status, 202);
    let running = stand_in.invoke("2");
    let event = runtime.get(NEXT);
    respond(&mut runtime, &event, "fine");
    assert_eq!(running.join().unwrap().payload, b"fine");
}

#[test]
fn shutting_down_ends_a_stream() {
    let emulator = start(options());
    let mut hanging = stream(&emulator, "stream-and-hang");
    assert_eq!(hanging.next().as_deref(), Some(&b"one"[..]));
    drop(emulator);
    assert!(hanging.finish().function_error.unwrap().found_by_lambda);
}

fn stream(emulator: &Emulator, payload: &str) -> ResponseStream {
    emulator.invoke_streaming(payload, InvokeOptions::default())
}

fn taken(emulator: &Emulator, payload: &str) -> (String, Outcome) {
    let mut stream = stream(emulator, payload);
    let pieces: Vec<u8> = stream.by_ref().flatten().collect();
    (String::from_utf8(pieces).expect("text"), stream.finish())
}
