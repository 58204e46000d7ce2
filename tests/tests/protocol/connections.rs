//! Connections that close, break or are refused, from a scripted server. No invocation is lost, and
//! none has two responses.
//!
//! The response of `echo` is the event, and the response of `stateful` is the number of calls of
//! its handler.

use std::process::Command;
use std::time::{Duration, Instant};

use barelambda::Error;
use barelambda_emulator::script::message::{self, accepted, error, with_header};
use barelambda_emulator::script::{Ran, Script, Step, refused_address};
use barelambda_tests::emulated::pattern;
use barelambda_tests::programs::{Architecture, example};
use barelambda_tests::scripted::{answered, run, run_command, summary, the_end};
use barelambda_tests::waiting::LIMIT;

const NATIVE: Architecture = Architecture::X86_64;

fn event(id: &str) -> Vec<u8> {
    message::next(id, "{}").invocation_id(&format!("i-{id}")).bytes()
}

/// Returns a reply that announces that the server closes the connection.
fn closing(reply: Vec<u8>) -> Vec<u8> {
    with_header(&reply, "Connection", "close")
}

/// Returns the steps of one invocation without the reply to its response.
fn unanswered(event: Vec<u8>) -> Vec<Step> {
    vec![Step::Expect, Step::Send(event), Step::Expect, Step::Expect]
}

/// Returns the steps of a connection that serves one invocation and ends the program.
fn last(event: Vec<u8>) -> Vec<Step> {
    [vec![Step::Expect], answered(event), vec![the_end()]].concat()
}

/// Runs a script whose first connection has r-1 and ends after its response, and whose second has
/// r-2.
fn responds_once_on_each(script: Script, end: &Step) {
    let ran = run(script, &example("stateful", NATIVE));
    let expected = [
        ["GET next", "POST r-1/response: 1", "GET next"],
        ["GET next", "POST r-2/response: 2", "GET next"],
    ];
    assert_eq!(summary(&ran), expected, "{end:?}");
}

#[test]
fn a_get_that_is_lost_with_a_closing_202_is_sent_again() {
    let accepted_and =
        |end| [unanswered(event("r-1")), vec![Step::Send(closing(accepted())), end]].concat();
    for end in [Step::Close, Step::HalfClose] {
        let script =
            Script::new().connection(accepted_and(end.clone())).connection(last(event("r-2")));
        responds_once_on_each(script, &end);
    }
}

#[test]
fn a_get_that_is_lost_without_a_reply_is_sent_again() {
    for end in [Step::Close, Step::Reset] {
        let pause = vec![Step::Pause(Duration::from_millis(50)), end.clone()];
        let first = [vec![Step::Expect], answered(event("r-1")), pause].concat();
        let script = Script::new().connection(first).connection(last(event("r-2")));
        responds_once_on_each(script, &end);
    }
}

#[test]
fn the_response_to_an_event_that_closes_uses_a_new_connection() {
    let script = Script::new()
        .connection([Step::Expect, Step::Send(closing(event("r-1"))), Step::Close])
        .connection([Step::Expect, Step::Expect, Step::Send(accepted()), the_end()]);
    let ran = run(script, &example("stateful", NATIVE));
    assert_eq!(summary(&ran), [vec!["GET next"], vec!["POST r-1/response: 1", "GET next"]]);
}

/// Serves r-1, closes before the 202, and runs `steps` on the next connection.
fn in_doubt(name: &str, first: Vec<u8>, steps: Vec<Step>) -> Ran {
    run(Script::new().connection(unanswered(first)).connection(steps), &example(name, NATIVE))
}

#[test]
fn in_doubt_the_same_invocation_gets_the_kept_response_without_the_handler() {
    let without_id = message::next("r-1", "{}").bytes();
    for first in [event("r-1"), without_id] {
        let again =
            [vec![Step::Expect], answered(first.clone()), answered(event("r-2")), vec![the_end()]];
        let ran = in_doubt("stateful", first, again.concat());
        assert_eq!(
            summary(&ran),
            [
                vec!["GET next", "POST r-1/response: 1", "GET next"],
                vec![
                    "GET next",
                    "POST r-1/response: 1",
                    "GET next",
                    "POST r-2/response: 2",
                    "GET next"
                ],
            ]
        );
        let [one, two] = &ran.transcript.connections[..] else { panic!("two connections") };
        assert_eq!(one[1].raw, two[1].raw, "the same bytes are sent again");
    }
}

#[test]
fn in_doubt_a_failure_is_kept_as_well() {
    let first = message::next("r-1", "\"fail\"").invocation_id("i-1").bytes();
    let ran = in_doubt(
        "faults",
        first.clone(),
        [vec![Step::Expect], answered(first), vec![the_end()]].concat(),
    );
    let [one, two] = &ran.transcript.connections[..] else { panic!("two connections") };
    assert_eq!(one[1].target, "/2018-06-01/runtime/invocation/r-1/error");
    assert_eq!(one[1].raw, two[1].raw);
}

#[test]
fn in_doubt_another_invocation_means_that_the_response_had_arrived() {
    let ran = in_doubt("stateful", event("r-1"), last(event("r-2")));
    assert_eq!(
        summary(&ran),
        [
            ["GET next", "POST r-1/response: 1", "GET next"],
            ["GET next", "POST r-2/response: 2", "GET next"]
        ]
    );
}

#[test]
fn in_doubt_another_attempt_at_the_same_request_calls_the_handler() {
    let attempt = |id| message::next("r-1", "{}").invocation_id(id).bytes();
    let ran = in_doubt("stateful", attempt("i-1"), last(attempt("i-2")));
    assert_eq!(
        summary(&ran),
        [
            ["GET next", "POST r-1/response: 1", "GET next"],
            ["GET next", "POST r-1/response: 2", "GET next"]
        ]
    );
    assert_eq!(
        ran.transcript.connections[1][1].header("Lambda-Runtime-Invocation-Id"),
        Some("i-2")
    );
}

#[test]
fn a_request_that_is_repeated_after_its_202_calls_the_handler() {
    let steps =
        [vec![Step::Expect], answered(event("r-1")), answered(event("r-1")), vec![the_end()]];
    let ran = run(Script::new().connection(steps.concat()), &example("stateful", NATIVE));
    assert_eq!(
        summary(&ran),
        [["GET next", "POST r-1/response: 1", "GET next", "POST r-1/response: 2", "GET next"]]
    );
}

#[test]
fn in_doubt_a_refused_next_ends_the_program_with_a_message() {
    let refused = vec![
        Step::Expect,
        Step::Send(error(403, "InvalidStateTransition", "State transition failed")),
    ];
    let ran = in_doubt("echo", event("r-1"), refused);
    assert_eq!(ran.status.code(), Some(1));
    assert!(
        ran.stderr.contains("answered 403") && ran.stderr.contains("State transition failed"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_response_that_never_arrives_ends_the_program() {
    let mut script = Script::new().connection(unanswered(event("r-1")));
    for _ in 0..5 {
        script = script.connection(unanswered(event("r-1")));
    }
    let start = Instant::now();
    let ran = run(script, &example("stateful", NATIVE));
    assert!(
        summary(&ran)
            .iter()
            .all(|requests| requests[..] == ["GET next", "POST r-1/response: 1", "GET next"]),
        "{:?}",
        summary(&ran)
    );
    assert_eq!(ran.status.code(), Some(1));
    assert!(ran.stderr.contains(Error::CONNECTION_CLOSED.message()), "{}", ran.stderr);
    assert!(start.elapsed() < LIMIT, "{:?}", start.elapsed());
}

#[test]
fn the_program_reconnects_to_a_server_that_was_gone() {
    for pause in [100, 200, 300].map(Duration::from_millis) {
        let script = Script::new()
            .connection(unanswered(event("r-1")))
            .gone(pause)
            .connection([vec![Step::Expect], answered(event("r-1")), vec![Step::Close]].concat())
            .gone(pause)
            .connection(last(event("r-2")));
        let ran = run(script, &example("stateful", NATIVE));
        assert_eq!(
            summary(&ran),
            [
                ["GET next", "POST r-1/response: 1", "GET next"],
                ["GET next", "POST r-1/response: 1", "GET next"],
                ["GET next", "POST r-2/response: 2", "GET next"],
            ],
            "{pause:?}"
        );
    }
}

#[test]
fn a_server_that_never_returns_ends_the_program_in_time() {
    let start = Instant::now();
    let ran = run(
        Script::new().connection([vec![Step::Expect], answered(event("r-1"))].concat()),
        &example("echo", NATIVE),
    );
    assert_eq!(ran.status.code(), Some(1));
    assert!(ran.stderr.contains(Error::CONNECT.message()), "{}", ran.stderr);
    assert!(start.elapsed() < LIMIT, "{:?}", start.elapsed());
}

#[test]
fn a_missing_server_ends_the_program_in_time() {
    let start = Instant::now();
    let address = refused_address().expect("there is a free port").to_string();
    let output = Command::new(example("echo", NATIVE))
        .env("AWS_LAMBDA_RUNTIME_API", address)
        .output()
        .expect("the program can be started");
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(words.contains(Error::CONNECT.message()), "{words}");
    assert!(start.elapsed() < LIMIT, "{:?}", start.elapsed());
}

#[test]
fn an_event_that_breaks_off_is_requested_again() {
    let whole = message::next("r-1", "{\"some\":\"event\"}").chunked(&[4]).bytes();
    for cut in [0, 1, 100, whole.len() - 15, whole.len() - 1] {
        for end in [Step::Close, Step::Reset] {
            let script = Script::new()
                .connection([Step::Expect, Step::Send(whole[..cut].to_vec()), end.clone()])
                .connection(last(whole.clone()));
            let ran = run(script, &example("stateful", NATIVE));
            assert_eq!(
                summary(&ran),
                [vec!["GET next"], vec!["GET next", "POST r-1/response: 1", "GET next"]],
                "{cut} bytes, {end:?}"
            );
        }
    }
}

#[test]
fn a_202_that_breaks_off_in_its_head_leaves_doubt() {
    let accepted = accepted();
    let head =
        accepted.windows(4).position(|window| window == b"\r\n\r\n").expect("the reply has a head")
            + 4;
    for (cut, again) in [(1, 1), (20, 1), (head - 1, 1), (head, 2), (accepted.len() - 1, 2)] {
        let first =
            [unanswered(event("r-1")), vec![Step::Send(accepted[..cut].to_vec()), Step::Close]]
                .concat();
        let script = Script::new().connection(first).connection(last(event("r-1")));
        let ran = run(script, &example("stateful", NATIVE));
        // After a whole head, the same id is a new attempt, which calls the handler.
        let requests = [1, again].map(|count| {
            vec!["GET next".into(), format!("POST r-1/response: {count}"), "GET next".into()]
        });
        assert_eq!(summary(&ran), requests, "{cut} bytes");
    }
}

#[test]
fn a_large_response_that_breaks_off_is_sent_again_whole() {
    let payload = pattern(6 << 20);
    let event = message::next("r-1", &payload).bytes();
    for (bytes, end) in [(100_000, Step::Reset), (1, Step::Reset), (2_000_000, Step::Close)] {
        let script = Script::new()
            .connection([
                Step::Expect,
                Step::Send(event.clone()),
                Step::ExpectBytes(bytes),
                end.clone(),
            ])
            .connection(last(event.clone()));
        let ran = run(script, &example("echo", NATIVE));
        let again = &ran.transcript.connections[1];
        assert_eq!(
            (again.len(), again[1].target.as_str()),
            (3, "/2018-06-01/runtime/invocation/r-1/response"),
            "{bytes} bytes, {end:?}"
        );
        assert!(
            again[1].body == payload,
            "{bytes} bytes, {end:?}: {} bytes arrived",
            again[1].body.len()
        );
    }
}

#[test]
fn a_413_during_a_large_response_is_read_and_the_next_is_requested() {
    // Go's server replies, closes its side, and closes the connection a moment later.
    let script = Script::new()
        .connection([
            Step::Expect,
            Step::Send(message::next("r-1", pattern(6 << 20)).bytes()),
            Step::ExpectBytes(300_000),
            Step::Send(closing(error(
                413,
                "RequestEntityTooLarge",
                "Exceeded maximum allowed payload size",
            ))),
            Step::HalfClose,
            Step::Pause(Duration::from_millis(100)),
            Step::Close,
        ])
        .connection(last(event("r-2")));
    let ran = run(script, &example("echo", NATIVE));
    assert_eq!(summary(&ran)[1], ["GET next", "POST r-2/response: {}", "GET next"]);
    assert!(
        ran.stderr.contains("answered 413")
            && ran.stderr.contains("Exceeded maximum allowed payload size"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_get_is_pipelined_with_each_response_unless_that_is_off() {
    for (setting, pipelined) in [(None, true), (Some("on"), true), (Some("off"), false)] {
        let one = |id| {
            vec![
                Step::Send(event(id)),
                Step::Expect,
                Step::Pause(Duration::from_millis(20)),
                Step::Send(accepted()),
                Step::Expect,
            ]
        };
        let steps = [vec![Step::Expect], one("r-1"), one("r-2"), vec![the_end()]].concat();
        let ran = run_command(Script::new().connection(steps), |address| {
            let mut command = Command::new(example("stateful", NATIVE));
            command.env("AWS_LAMBDA_RUNTIME_API", address.to_string());
            command.envs(setting.map(|setting| ("BARELAMBDA_PIPELINE", setting)));
            command
        });
        let requests = &ran.transcript.connections[0];
        assert_eq!(
            summary(&ran),
            [["GET next", "POST r-1/response: 1", "GET next", "POST r-2/response: 2", "GET next"]]
        );
        assert_eq!(
            [&requests[2], &requests[4]].map(|get| get.pipelined),
            [pipelined; 2],
            "{setting:?}"
        );
    }
}

#[test]
fn without_pipelining_a_lost_response_is_still_sent_again() {
    let script = Script::new()
        .connection([Step::Expect, Step::Send(event("r-1")), Step::Expect, Step::Close])
        .connection([
            Step::Expect,
            Step::Send(event("r-1")),
            Step::Expect,
            Step::Send(accepted()),
            Step::Expect,
            the_end(),
        ]);
    let ran = run_command(script, |address| {
        let mut command = Command::new(example("stateful", NATIVE));
        command
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("BARELAMBDA_PIPELINE", "off");
        command
    });
    assert_eq!(
        summary(&ran),
        [
            vec!["GET next", "POST r-1/response: 1"],
            vec!["GET next", "POST r-1/response: 1", "GET next"]
        ]
    );
}
