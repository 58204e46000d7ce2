//! `BARELAMBDA_RESPONSE=stream`: the caller receives stdout as it is written, and a later failure
//! in the trailers.

use std::fs;
use std::process::Command;
use std::time::Duration;

use barelambda_emulator::script::{Script, Step, message};
use barelambda_emulator::{Emulator, InvokeOptions, Options, Outcome};
use barelambda_tests::cargo;
use barelambda_tests::emulated::{answer, failure, start};
use barelambda_tests::exec::{Process, SHELL, bootstrap, options_for, task};
use barelambda_tests::on_each_architecture;
use barelambda_tests::programs::Architecture;
use barelambda_tests::scripted::{run_command, the_end};
use barelambda_tests::waiting::{eventually, in_time};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

fn streaming(name: &str, architecture: Architecture) -> Options {
    options_for(&format!("stream-{name}-{architecture:?}"), SHELL, architecture)
        .env("BARELAMBDA_RESPONSE", "stream")
}

fn emulator(name: &str) -> Emulator {
    start(streaming(name, Architecture::X86_64))
}

/// Invokes, and returns the streamed text and the outcome.
fn streamed(emulator: &Emulator, event: &str) -> (String, Outcome) {
    let mut stream = emulator.invoke_streaming(event, InvokeOptions::default());
    let came = stream.by_ref().collect::<Vec<_>>().concat();
    (String::from_utf8(came).expect("the stream is text"), stream.finish())
}

fn pieces_arrive_as_they_are_written(architecture: Architecture) {
    let emulator =
        start(streaming("pieces", architecture).env("BARELAMBDA_CONTENT_TYPE", "text/plain"));
    // Each piece but the first is written when the previous one has arrived.
    let folder = cargo::scratch(&format!("exec-stream-arrived-{architecture:?}"));
    let arrived = |piece: &str| fs::write(folder.join(piece), "").expect("a file can be made");
    let event = format!(
        "cd \"{}\"; await() {{ while [ ! -e $1 ]; do sleep 0.01; done; }}; echo one; await one; echo two; await two; echo three; await three",
        folder.display()
    );
    let mut stream = emulator.invoke_streaming(event, InvokeOptions::default());
    assert!(stream.is_streamed());
    assert_eq!(stream.content_type(), Some("text/plain"));
    for piece in ["one", "two", "three"] {
        assert_eq!(stream.next(), Some(format!("{piece}\n").into_bytes()), "{architecture:?}");
        arrived(piece);
    }
    assert_eq!(stream.next(), None, "{architecture:?}");
    assert_eq!(stream.finish().function_error, None);
    let untyped = start(streaming("type", architecture));
    assert_eq!(
        untyped.invoke_streaming("echo", InvokeOptions::default()).content_type(),
        Some("application/octet-stream")
    );
}
on_each_architecture!(pieces_arrive_as_they_are_written);

fn a_failure_while_streaming_is_in_the_trailers(architecture: Architecture) {
    let emulator = start(streaming("failures", architecture));
    // The pauses let the stream begin before the failure. Without them the results are the same.
    for (event, pieces, error_type, message) in [
        (
            "echo one; sleep 0.1; echo words >&2; exit 3",
            "one\n",
            "Function.ExitStatus",
            "exit status 3: words",
        ),
        ("echo one; sleep 0.1; kill -9 $$", "one\n", "Function.Signal", "signal SIGKILL"),
        // Before the stream begins, the error is the whole response.
        ("echo words >&2; exit 3", "", "Function.ExitStatus", "exit status 3: words"),
    ] {
        assert_eq!(streamed(&emulator, "echo warm").0, "warm\n");
        let failed = fails(&emulator, event, architecture);
        assert_eq!(
            failed,
            Some((pieces.to_owned(), error_type.to_owned(), message.to_owned())),
            "{architecture:?} {event}"
        );
    }
}
on_each_architecture!(a_failure_while_streaming_is_in_the_trailers);

fn the_deadline_while_streaming_is_in_the_trailers(architecture: Architecture) {
    for (event, pieces, message) in [
        ("exec sleep 600", "", "stopped before the deadline"),
        ("echo one; echo words >&2; exec sleep 600", "one\n", "stopped before the deadline: words"),
    ] {
        let failed = in_time(|| {
            let mut options = streaming("timeout", architecture);
            options.timeout = Duration::from_secs(5);
            let emulator = start(options);
            assert_eq!(streamed(&emulator, "echo warm").0, "warm\n");
            fails(&emulator, event, architecture)
        });
        assert_eq!(
            failed,
            (pieces.to_owned(), "Function.Timeout".to_owned(), message.to_owned()),
            "{architecture:?} {event}"
        );
    }
}
on_each_architecture!(the_deadline_while_streaming_is_in_the_trailers);

/// Invokes, and returns the streamed text, and the type and the message of the error. Returns
/// `None` if the emulator's own limit came first. The next invocation must work.
fn fails(
    emulator: &Emulator,
    event: &str,
    architecture: Architecture,
) -> Option<(String, String, String)> {
    let (came, outcome) = streamed(emulator, event);
    let error = outcome.function_error.unwrap_or_else(|| panic!("{event} didn't fail"));
    if error.found_by_lambda {
        return None;
    }
    assert_eq!(streamed(emulator, "echo after").0, "after\n", "{architecture:?} {event}");
    Some((came, error.error_type, error.message))
}

#[test]
fn a_stream_may_be_empty_or_longer_than_a_buffered_response() {
    let emulator = emulator("long");
    let (came, outcome) = streamed(&emulator, "exit 0");
    assert_eq!((came.as_str(), outcome.function_error), ("", None));
    let mut stream = emulator
        .invoke_streaming("head -c 20000000 /dev/zero | tr '\\0' x", InvokeOptions::default());
    let length: usize =
        stream.by_ref().map(|piece| piece.iter().filter(|byte| **byte == b'x').count()).sum();
    assert_eq!((length, stream.finish().function_error), (20_000_000, None));
    // A buffering caller gets the whole stream, or the error. The pauses make two pieces of it.
    assert_eq!(answer(&emulator, "echo one; sleep 0.1; echo two"), b"one\ntwo\n");
    assert_eq!(failure(&emulator, "echo one; sleep 0.1; exit 5").0.message, "exit status 5");
}

#[test]
fn the_event_is_read_while_the_response_is_written() {
    let emulator = start(
        options_for("stream-echo", "#!/bin/sh\nexec cat\n", Architecture::X86_64)
            .env("BARELAMBDA_RESPONSE", "stream"),
    );
    let event = "0123456789abcdef".repeat(6 << 16);
    assert!(streamed(&emulator, &event).0 == event);
}

/// Runs a stream against a script.
fn run_stream(name: &str, event: &str, steps: Vec<Step>) -> barelambda_emulator::script::Ran {
    let folder = task(&format!("stream-{name}"), SHELL);
    let begin = vec![Step::Expect, Step::Send(message::next("r-1", event).bytes())];
    run_command(Script::new().connection([begin, steps].concat()), |_| {
        let mut command = Command::new(bootstrap(Architecture::X86_64));
        command
            .env("LAMBDA_TASK_ROOT", folder)
            .env("_HANDLER", "handler")
            .env("BARELAMBDA_RESPONSE", "stream");
        command
    })
}

#[test]
fn the_trailers_have_lambdas_format() {
    let steps = vec![Step::Expect, Step::Send(message::accepted()), Step::Expect, the_end()];
    let ran = run_stream("trailers", "echo one; sleep 0.1; echo 'said \"so\"' >&2; exit 3", steps);
    let request = &ran.transcript.connections[0][1];
    assert_eq!(
        (request.target.as_str(), request.body.as_slice()),
        ("/2018-06-01/runtime/invocation/r-1/response", &b"one\n"[..])
    );
    assert_eq!(request.header("Lambda-Runtime-Function-Response-Mode"), Some("streaming"));
    assert_eq!(request.trailer("Lambda-Runtime-Function-Error-Type"), Some("Function.ExitStatus"));
    let body = BASE64_STANDARD
        .decode(request.trailer("Lambda-Runtime-Function-Error-Body").expect("there is a body"))
        .expect("the body is base64");
    let body: serde_json::Value = serde_json::from_slice(&body).expect("the body is JSON");
    assert_eq!(
        body,
        serde_json::json!({"errorType": "Function.ExitStatus", "stackTrace": [], "errorMessage": "exit status 3: said \"so\""})
    );
}

#[test]
fn a_rejected_stream_ends_the_program_and_not_the_runtime() {
    let folder = task("stream-refused", SHELL);
    let mark = folder.join("id");
    let event = format!("echo $$ >\"{}\"; exec yes", mark.display());
    let script = Script::new()
        .connection([
            Step::Expect,
            Step::Send(message::next("r-1", event).bytes()),
            Step::ExpectBytes(10_000),
            Step::Send(message::with_header(
                &message::error(413, "RequestEntityTooLarge", "too long"),
                "Connection",
                "close",
            )),
            Step::Close,
        ])
        .connection([Step::Expect, the_end()]);
    let ran = run_command(script, |_| {
        let mut command = Command::new(bootstrap(Architecture::X86_64));
        command
            .env("LAMBDA_TASK_ROOT", &folder)
            .env("_HANDLER", "handler")
            .env("BARELAMBDA_RESPONSE", "stream");
        command
    });
    assert!(ran.transcript.connections[1][0].target.ends_with("/next"), "{ran:?}");
    let id = eventually("the program writes its id", || {
        fs::read_to_string(&mark).ok()?.trim().parse().ok()
    });
    Process::wait_for_its_end(id);
}
