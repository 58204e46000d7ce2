//! Every example, under the emulator.

use std::time::Duration;

use barelambda_emulator::Options;
use barelambda_tests::emulated::{answer, failure, invoke, serve, start};
use barelambda_tests::programs::{
    Architecture, example, faults_with_panic_messages, panic_place, std_host,
};

const NATIVE: Architecture = Architecture::X86_64;

#[test]
fn hello_says_hello() {
    let emulator = serve(example("hello", NATIVE));
    for event in ["{}", "", "no JSON"] {
        assert_eq!(answer(&emulator, event), b"\"hello, world\"");
    }
}

#[test]
fn echo_returns_its_event() {
    let emulator = serve(example("echo", NATIVE));
    for event in ["{\"key\":\"value\"}", "", "\r\n\0\u{1f600}"] {
        assert_eq!(answer(&emulator, event), event.as_bytes());
    }
}

#[test]
fn stateful_counts_in_each_process() {
    let stateful = example("stateful", NATIVE);
    for _ in 0..2 {
        let emulator = serve(&stateful);
        for count in ["1", "2", "3"] {
            assert_eq!(answer(&emulator, "{}"), count.as_bytes());
        }
    }
    let emulator = start(Options::new(&stateful).env("START", "41"));
    assert_eq!(answer(&emulator, "{}"), b"42");
    assert_eq!(answer(&emulator, "{}"), b"43");
}

#[test]
fn a_failed_initialisation_reaches_the_caller() {
    let emulator = start(Options::new(example("stateful", NATIVE)).env("START", "x"));
    for _ in 0..2 {
        let (error, outcome) = failure(&emulator, "{}");
        assert_eq!(
            (error.error_type.as_str(), error.reported.as_str()),
            ("Function.BadStart", "Function.BadStart")
        );
        assert_eq!(error.message, "START must be a number from 0 to 4294967295");
        assert!(outcome.report.cold, "each invocation initialises again");
        assert!(outcome.log.contains("START must be a number"), "{}", outcome.log);
    }
}

#[test]
fn a_failure_is_a_response_and_the_process_continues() {
    let emulator = serve(example("faults", NATIVE));
    let first = invoke(&emulator, "{}");
    let (error, outcome) = failure(&emulator, "\"fail\"");
    assert_eq!(
        (error.error_type.as_str(), error.reported.as_str()),
        ("Function.AskedFor", "Function.AskedFor")
    );
    assert_eq!(error.message, "the event asked for an error");
    assert_eq!(outcome.pid, first.pid);
    let (error, outcome) = failure(&emulator, "\"fail with a value\"");
    assert_eq!(error.error_type, "Function.AskedFor");
    assert_eq!(error.message, format!("invocation {} asked for an error", outcome.request_id));
    assert_eq!(outcome.pid, first.pid);
    assert_eq!(answer(&emulator, "{}"), b"{}");
}

#[test]
fn a_panic_reaches_the_caller_and_the_next_invocation_has_a_new_process() {
    let emulator = serve(example("faults", NATIVE));
    let first = invoke(&emulator, "{}");
    let (error, outcome) = failure(&emulator, "\"panic\"");
    let words =
        format!("panicked at {}: the event asked for a panic", panic_place("faults", "panic!("));
    assert_eq!(
        (error.error_type.as_str(), error.reported.as_str()),
        ("Function.Panic", "Function.Panic")
    );
    assert_eq!(error.message, words);
    assert_eq!(outcome.pid, first.pid);
    assert!(outcome.log.contains(&words), "{}", outcome.log);
    let next = invoke(&emulator, "{}");
    assert_eq!(next.payload, b"{}");
    assert!(next.report.cold && next.pid != first.pid);
}

#[test]
fn a_panic_with_values_has_its_place_and_with_the_feature_its_message() {
    let place = panic_place("faults", "[100..]");
    for (program, words) in [
        (example("faults", NATIVE), "the Cargo feature panic-message shows it"),
        (faults_with_panic_messages(), "range start index 100 out of range for slice of length 7"),
    ] {
        let emulator = serve(program);
        let (error, _) = failure(&emulator, "\"index\"");
        assert_eq!(error.error_type, "Function.Panic");
        assert!(error.message.starts_with(&format!("panicked at {place}: ")), "{}", error.message);
        assert!(error.message.contains(words), "{}", error.message);
        assert_eq!(answer(&emulator, "{}"), b"{}");
    }
}

#[test]
fn too_large_a_response_is_a_failure_and_the_process_continues() {
    let emulator = serve(example("faults", NATIVE));
    let (error, outcome) = failure(&emulator, "\"large\"");
    assert_eq!(
        (error.error_type.as_str(), error.reported.as_str()),
        ("Function.ResponseSizeTooLarge", "Function.ResponseSizeTooLarge")
    );
    assert!(
        error.message.contains("6291556 bytes"),
        "the message is the function's, not the server's: {}",
        error.message
    );
    assert_eq!(invoke(&emulator, "{}").pid, outcome.pid);
}

#[test]
fn an_exit_is_reported_with_its_status() {
    let emulator = serve(example("faults", NATIVE));
    let (error, outcome) = failure(&emulator, "\"exit\"");
    assert_eq!(error.error_type, "Runtime.ExitError");
    assert!(
        error.message.ends_with("Runtime exited with error: exit status 3"),
        "{}",
        error.message
    );
    let next = invoke(&emulator, "{}");
    assert!(next.function_error.is_none() && next.report.cold && next.pid != outcome.pid);
}

#[test]
fn a_slow_response_arrives_unless_the_timeout_comes_first() {
    let faults = example("faults", NATIVE);
    let emulator = serve(&faults);
    let outcome = invoke(&emulator, "\"slow\"");
    assert_eq!(outcome.payload, b"\"slow\"");
    assert!(outcome.report.duration >= Duration::from_secs(1), "{:?}", outcome.report);

    let mut options = Options::new(&faults);
    // The slow response needs a second. The next process must start within this time, too.
    options.timeout = Duration::from_millis(700);
    let emulator = start(options);
    let (error, outcome) = failure(&emulator, "\"slow\"");
    assert_eq!(error.error_type, "Sandbox.Timedout");
    let next = invoke(&emulator, "{}");
    assert!(next.function_error.is_none() && next.report.cold && next.pid != outcome.pid);
}

#[test]
fn the_std_program_responds_and_reports_its_panic() {
    let emulator = serve(std_host());
    let first = invoke(&emulator, r#"{"name":"Ada"}"#);
    assert_eq!(first.payload, br#"{"NAME":"ADA"}"#);
    let (error, outcome) = failure(&emulator, "panic");
    assert_eq!(error.error_type, "Function.Panic");
    let place = panic_place("std_host", "assert!(");
    assert_eq!(error.message, format!("panicked at {place}: asked for by PANIC"));
    assert!(outcome.log.contains(&error.message), "{}", outcome.log);
    let next = invoke(&emulator, "a");
    assert_eq!(next.payload, b"A");
    assert!(next.report.cold && next.pid != first.pid);
}
