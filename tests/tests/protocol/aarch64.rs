//! The aarch64 examples, run by qemu, under the emulator.

use barelambda_emulator::{Emulator, EventFraming, Options};
use barelambda_tests::emulated::{answer, failure, invoke, pattern, start};
use barelambda_tests::programs::{Architecture, example, faults};

fn options(name: &str) -> Options {
    let mut options = Options::new(example(name, Architecture::Aarch64));
    options.runner = Architecture::Aarch64.runner();
    options
}

fn serve(name: &str) -> Emulator {
    start(options(name))
}

#[test]
#[ignore = "needs qemu-user-static; run `bash .ci/full`"]
fn hello_and_stateful_respond() {
    assert_eq!(answer(&serve("hello"), "{}"), b"\"hello, world\"");
    let emulator = start(options("stateful").env("START", "41"));
    assert_eq!(answer(&emulator, "{}"), b"42");
    assert_eq!(answer(&emulator, "{}"), b"43");
    let (error, _) = failure(&emulator, pattern(65_537));
    assert_eq!(error.reported, "Function.EventTooLarge");
    assert_eq!(answer(&emulator, "{}"), b"44");
    let (error, _) = failure(&start(options("stateful").env("START", "x")), "{}");
    assert_eq!(error.reported, "Function.BadStart");
}

#[test]
#[ignore = "needs qemu-user-static; run `bash .ci/full`"]
fn echo_returns_every_size_in_both_framings() {
    for framing in [EventFraming::ContentLength, EventFraming::Chunked] {
        let mut options = options("echo");
        options.event_framing = framing;
        let emulator = start(options);
        for size in [0, 1, 2047, 2048, 100_000, 6 << 20, 1] {
            let outcome = invoke(&emulator, pattern(size));
            assert_eq!(outcome.function_error, None, "{size} bytes, {framing:?}");
            assert!(
                outcome.payload == pattern(size),
                "{size} bytes, {framing:?}: the response has {} bytes",
                outcome.payload.len()
            );
        }
    }
}

#[test]
#[ignore = "needs qemu-user-static; run `bash .ci/full`"]
fn every_fault_is_reported_and_the_next_invocation_works() {
    let emulator = serve("faults");
    for (event, error_type, message) in faults() {
        let (error, _) = failure(&emulator, event);
        assert_eq!(error.error_type, error_type, "{event}");
        assert!(error.message.contains(&message), "{event}: {}", error.message);
        assert_eq!(answer(&emulator, "{}"), b"{}", "after {event}");
    }
    assert_eq!(answer(&emulator, "\"slow\""), b"\"slow\"");
}
