//! Streamed responses: `stream` and `stream_error` with a scripted server, over a socket.

use std::time::{Duration, Instant};

use barelambda::Error;
use barelambda_emulator::script::message::{self, accepted, error};
use barelambda_emulator::script::{Ran, Request, Script, Step};
use barelambda_tests::on_each_architecture;
use barelambda_tests::programs::{
    Architecture, debug_example, example, hosted_example, panic_place,
};
use barelambda_tests::scripted::{answered, run, run_command, summary, the_end};
use barelambda_tests::{cargo, syscalls};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;

const NATIVE: Architecture = Architecture::X86_64;

/// The length of each event that `stream` sends when the event is a number.
const LINE: usize = 64;

fn event(id: &str, text: &str) -> Vec<u8> {
    message::next(id, text).invocation_id(&format!("i-{id}")).bytes()
}

/// Runs one invocation of `stream_error`.
fn fails(what: &str, architecture: Architecture) -> Ran {
    let steps = [vec![Step::Expect], answered(event("r-1", what)), vec![the_end()]].concat();
    run_command(Script::new().connection(steps), |_| {
        programs_command(&example("stream_error", architecture), architecture)
    })
}

fn programs_command(
    program: &std::path::Path,
    architecture: Architecture,
) -> std::process::Command {
    let mut words = architecture.runner().into_iter().flatten();
    match words.next() {
        None => std::process::Command::new(program),
        Some(runner) => {
            let mut command = std::process::Command::new(runner);
            command.args(words).arg(program);
            command
        }
    }
}

/// Returns the type and the body of the error in the trailers of a request.
fn trailers(request: &Request) -> (String, String) {
    let [(type_name, error_type), (body_name, body)] = &request.trailers[..] else {
        panic!("two trailers in {request:?}")
    };
    assert_eq!(
        [type_name, body_name],
        ["Lambda-Runtime-Function-Error-Type", "Lambda-Runtime-Function-Error-Body"]
    );
    let body = BASE64.decode(body).expect("the body is base64");
    (error_type.clone(), String::from_utf8(body).expect("the body is UTF-8"))
}

fn error_body(error_type: &str, message: &str) -> String {
    format!(r#"{{"errorType":"{error_type}","stackTrace":[],"errorMessage":"{message}"}}"#)
}

#[test]
#[ignore = "needs strace; run `bash .ci/full`"]
fn a_stream_is_announced_sent_as_it_is_written_and_followed_by_a_get() {
    let steps = [vec![Step::Expect], answered(event("r-1", "{}")), vec![the_end()]].concat();
    let trace = cargo::scratch("streams").join("trace");
    let started = Instant::now();
    let ran = run_command(Script::new().connection(steps), |address| {
        let mut command = syscalls::traced(&example("stream", NATIVE), &trace);
        command.env("AWS_LAMBDA_RUNTIME_API", address.to_string());
        command
    });
    assert!(started.elapsed() > Duration::from_secs(2), "the events are half a second apart");
    let [next, post, again] = &ran.transcript.connections[0][..] else { panic!("{ran:#?}") };
    assert_eq!((next.method.as_str(), again.method.as_str()), ("GET", "GET"));
    assert_eq!(post.target, "/2018-06-01/runtime/invocation/r-1/response");
    for (name, value) in [
        ("Content-Type", "text/event-stream"),
        ("Lambda-Runtime-Invocation-Id", "i-r-1"),
        ("Lambda-Runtime-Function-Response-Mode", "streaming"),
        ("Trailer", "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body"),
        ("Transfer-Encoding", "chunked"),
    ] {
        assert_eq!(post.header(name), Some(value), "{name}");
    }
    assert_eq!(post.header("Content-Length"), None);
    assert_eq!(
        String::from_utf8_lossy(&post.body),
        "data: 1\n\ndata: 2\n\ndata: 3\n\ndata: 4\n\ndata: 5\n\n"
    );
    assert!(post.trailers.is_empty() && again.pipelined);

    // Each flush is one sendmsg. TCP_NODELAY is set when the stream begins.
    let calls = syscalls::read(&trace);
    let of = |name: &str| calls.iter().filter(|call| call.starts_with(name)).count();
    assert_eq!((of("sendmsg"), of("setsockopt"), of("ppoll")), (1 + 5 + 1, 1, 5 + 1), "{calls:#?}");
    let place = |text: &str| calls.iter().position(|call| call.contains(text));
    assert!(
        place("TCP_NODELAY") > place("sendmsg") && place("TCP_NODELAY") < place("streaming"),
        "{calls:#?}"
    );
}

fn a_failure_before_the_first_byte_is_posted(architecture: Architecture) {
    let ran = fails("\"early\"", architecture);
    let body = error_body("Function.OutOfPaper", "there is no third line");
    assert_eq!(summary(&ran)[0][1], format!("POST r-1/error: {body}"));
}
on_each_architecture!(a_failure_before_the_first_byte_is_posted);

fn a_failure_while_streaming_is_in_the_trailers(architecture: Architecture) {
    for (what, message) in
        [("\"error\"", "there is no third line"), ("\"fail\"", "there is no line 3")]
    {
        let ran = fails(what, architecture);
        let request = &ran.transcript.connections[0][1];
        assert_eq!(request.target, "/2018-06-01/runtime/invocation/r-1/response");
        assert_eq!(request.body, b"one\ntwo\n", "{what}");
        assert_eq!(
            trailers(request),
            ("Function.OutOfPaper".to_owned(), error_body("Function.OutOfPaper", message))
        );
    }
}
on_each_architecture!(a_failure_while_streaming_is_in_the_trailers);

fn a_panic_while_streaming_is_in_the_trailers_of_the_same_request(architecture: Architecture) {
    let mut programs = vec![example("stream_error", architecture)];
    if architecture == NATIVE {
        programs.extend([debug_example("stream_error"), hosted_example("stream_error", &[])]);
    }
    let place = panic_place("stream_error", "panic!(");
    for program in programs {
        let steps = [
            Step::Expect,
            Step::Send(event("r-1", "\"panic\"")),
            Step::Expect,
            Step::Send(accepted()),
            Step::ExpectEnd,
        ];
        let ran = run_command(Script::new().connection(steps), |_| {
            programs_command(&program, architecture)
        });
        let request = &ran.transcript.connections[0][1];
        assert_eq!(request.body, b"one\ntwo\n", "{program:?}");
        let message = format!("panicked at {place}: there is no third line");
        assert_eq!(
            trailers(request),
            ("Function.Panic".to_owned(), error_body("Function.Panic", &message))
        );
        assert_eq!(ran.status.code(), Some(101));
    }
}
on_each_architecture!(a_panic_while_streaming_is_in_the_trailers_of_the_same_request);

/// Runs an invocation of `stream`. On the first connection, `steps` follow the event and the
/// beginning of the stream. The second connection has the steps `then`.
fn cut_short(steps: Vec<Step>, then: Vec<Step>) -> Ran {
    // Far more than the buffers of two sockets.
    let begin = vec![Step::Expect, Step::Send(event("r-1", "1000000")), Step::ExpectBytes(100_000)];
    let script = Script::new().connection([begin, steps].concat()).connection(then);
    run(script, &example("stream", NATIVE))
}

/// Returns the steps of another invocation and the end of the program.
fn another() -> Vec<Step> {
    [vec![Step::Expect], answered(event("r-2", "2")), vec![the_end()]].concat()
}

#[test]
fn a_rejected_stream_ends_and_the_next_invocation_is_served() {
    let pause = Step::Pause(Duration::from_millis(300));
    for status in [400, 403, 410, 413] {
        // The server closes the connection, or stops reading.
        for end in [Step::Close, Step::HalfClose] {
            let refusal = Step::Send(error(status, "Refused", "no more of it"));
            let ran =
                cut_short(vec![refusal, pause.clone(), end.clone(), pause.clone()], another());
            let summary = summary(&ran);
            assert_eq!(summary[0], ["GET next"], "{status}, {end:?}");
            assert_eq!(summary[1].len(), 3, "{status}, {end:?}: {summary:?}");
            assert_eq!(ran.transcript.connections[1][1].body.len(), 2 * LINE);
            assert!(
                ran.stderr.contains(&format!("answered {status}")),
                "{status}, {end:?}: {}",
                ran.stderr
            );
        }
    }
}

#[test]
fn a_cut_stream_is_a_failure_when_its_invocation_is_repeated() {
    let again = [vec![Step::Expect], answered(event("r-1", "1000000")), vec![the_end()]].concat();
    for end in [Step::Close, Step::Reset] {
        let ran = cut_short(vec![end.clone()], again.clone());
        let body = error_body("Runtime.StreamLost", Error::STREAM_LOST.message());
        assert_eq!(
            summary(&ran)[1],
            ["GET next", &format!("POST r-1/error: {body}"), "GET next"],
            "{end:?}"
        );
        let ran = cut_short(vec![end.clone()], another());
        assert_eq!(ran.transcript.connections[1][1].body.len(), 2 * LINE, "{end:?}");
    }
}

#[test]
fn a_server_failure_to_a_stream_ends_the_program() {
    let begin = vec![Step::Expect, Step::Send(event("r-1", "1000000")), Step::ExpectBytes(100_000)];
    let end = vec![the_end(), Step::Pause(Duration::from_millis(300)), Step::Close];
    let ran = run(Script::new().connection([begin, end].concat()), &example("stream", NATIVE));
    assert_eq!(ran.status.code(), Some(1));
    assert!(ran.stderr.contains(Error::CANNOT_GO_ON.message()), "{}", ran.stderr);
}

#[test]
fn a_slow_reader_receives_the_whole_stream() {
    let count = 100_000;
    let steps = vec![
        Step::Expect,
        Step::Send(event("r-1", &count.to_string())),
        Step::Pause(Duration::from_millis(500)),
        Step::Expect,
        Step::Expect,
        Step::Send(accepted()),
        the_end(),
    ];
    let ran = run(Script::new().connection(steps), &example("stream", NATIVE));
    assert_eq!(ran.transcript.connections[0][1].body.len(), count * LINE);
}
