//! The examples that stream, under the emulator, with a caller that reads while they write.

use std::time::{Duration, Instant};

use barelambda_emulator::{Emulator, InvokeOptions, LARGEST_STREAM, Options, Outcome};
use barelambda_tests::emulated::{answer, failure, start};
use barelambda_tests::on_each_architecture;
use barelambda_tests::programs::{Architecture, example, panic_place};

/// The length of each event that `stream` sends when the event is a number.
const EVENT: usize = 64;

fn emulator(name: &str, architecture: Architecture) -> Emulator {
    let mut options = Options::new(example(name, architecture));
    options.runner = architecture.runner();
    start(options)
}

/// Invokes, and returns the streamed bytes and the outcome.
fn streamed(emulator: &Emulator, event: &str) -> (Vec<u8>, Outcome) {
    let mut stream = emulator.invoke_streaming(event, InvokeOptions::default());
    (stream.by_ref().collect::<Vec<_>>().concat(), stream.finish())
}

fn pieces_arrive_as_they_are_written(architecture: Architecture) {
    let emulator = emulator("stream", architecture);
    let mut stream = emulator.invoke_streaming("{}", InvokeOptions::default());
    assert!(stream.is_streamed());
    assert_eq!(stream.content_type(), Some("text/event-stream"));
    let (first, begin) = (stream.next(), Instant::now());
    assert_eq!(first.as_deref(), Some(&b"data: 1\n\n"[..]), "{architecture:?}");
    let rest: Vec<_> = stream.by_ref().collect();
    assert_eq!(
        rest,
        [b"data: 2\n\n", b"data: 3\n\n", b"data: 4\n\n", b"data: 5\n\n"],
        "{architecture:?}"
    );
    // They are half a second apart, two seconds in all. On a busy machine the first may arrive
    // late.
    assert!(begin.elapsed() > Duration::from_millis(500), "{:?}", begin.elapsed());
    let outcome = stream.finish();
    assert_eq!((&outcome.function_error, outcome.log.as_str()), (&None, ""));
}
on_each_architecture!(pieces_arrive_as_they_are_written);

fn failures_while_streaming_follow_the_written_pieces(architecture: Architecture) {
    let panicked =
        format!("panicked at {}: there is no third line", panic_place("stream_error", "panic!("));
    let emulator = emulator("stream_error", architecture);
    for (event, pieces, error_type, message) in [
        ("\"error\"", "one\ntwo\n", "Function.OutOfPaper", "there is no third line"),
        ("\"fail\"", "one\ntwo\n", "Function.OutOfPaper", "there is no line 3"),
        ("\"early\"", "", "Function.OutOfPaper", "there is no third line"),
        ("\"panic\"", "one\ntwo\n", "Function.Panic", &panicked),
        ("\"error\"", "one\ntwo\n", "Function.OutOfPaper", "there is no third line"),
    ] {
        let (came, outcome) = streamed(&emulator, event);
        assert_eq!(String::from_utf8_lossy(&came), pieces, "{architecture:?} {event}");
        let error = outcome.function_error.expect("the function fails");
        assert_eq!(
            (error.error_type.as_str(), error.message.as_str()),
            (error_type, message),
            "{architecture:?} {event}"
        );
        assert!(!error.found_by_lambda);
    }
}
on_each_architecture!(failures_while_streaming_follow_the_written_pieces);

#[test]
fn a_buffering_caller_gets_a_stream_in_one_piece() {
    let emulator_of = |name| emulator(name, Architecture::X86_64);
    assert_eq!(answer(&emulator_of("stream"), "90000").len(), 90_000 * EVENT);
    let (error, outcome) = failure(&emulator_of("stream_error"), "\"error\"");
    assert_eq!(
        (error.error_type.as_str(), error.message.as_str()),
        ("Function.OutOfPaper", "there is no third line")
    );
    assert!(!outcome.payload.starts_with(b"one"), "{:?}", outcome.payload);
}

#[test]
fn the_largest_stream_is_accepted_and_a_larger_one_is_cut() {
    let emulator = emulator("stream", Architecture::X86_64);
    let events = LARGEST_STREAM / EVENT;
    let (came, outcome) = streamed(&emulator, &events.to_string());
    assert_eq!((came.len(), outcome.function_error), (events * EVENT, None));
    assert!(came.ends_with(b"\n\n"));
    let (came, outcome) = streamed(&emulator, &(events + 1).to_string());
    assert_eq!(
        (came.len(), outcome.function_error.expect("the stream is cut").error_type.as_str()),
        (LARGEST_STREAM, "Function.ResponseSizeTooLarge")
    );
    let (came, next) = streamed(&emulator, "1");
    assert_eq!(
        (came.len(), next.function_error, next.pid),
        (EVENT, None, outcome.pid),
        "log:\n{}{}",
        outcome.log,
        next.log
    );
}
