//! The runtime's reaction to every status of the Runtime API: its next request, and its message.

use std::net::SocketAddr;
use std::process::Command;

use barelambda::Error;
use barelambda_emulator::script::{Ran, Script, Step, message};
use barelambda_tests::programs::{Architecture, example};
use barelambda_tests::scripted::{answered, run, run_command, summary, the_end};

const NATIVE: Architecture = Architecture::X86_64;

/// The server's message, which the runtime must log.
const WORDS: &str = "the server's own words";

fn status(status: u16) -> Vec<u8> {
    message::error(status, "TestError", WORDS)
}

/// Returns the lines of stderr with this status.
fn lines(ran: &Ran, status: u16) -> Vec<&str> {
    let words = [format!("answered {status}"), format!("status {status}")];
    ran.stderr.lines().filter(|line| words.iter().any(|words| line.contains(words))).collect()
}

#[test]
fn a_next_without_200_ends_the_program_with_the_servers_message() {
    for code in [202, 204, 301, 400, 403, 404, 410, 413, 500, 503] {
        let ran = run(
            Script::new().connection([Step::Expect, Step::Send(status(code))]),
            &example("echo", NATIVE),
        );
        assert_eq!(summary(&ran), [["GET next"]], "{code}");
        assert_eq!(ran.status.code(), Some(1), "{code}");
        assert!(!lines(&ran, code).is_empty(), "{code}: {}", ran.stderr);
        // The body of a success isn't an error message.
        assert_eq!(ran.stderr.contains(WORDS), code >= 300, "{code}: {}", ran.stderr);
    }
}

/// Sends `event` to the example `faults`, which posts to `action`, and replies with the status
/// `reply`. Another invocation follows.
fn then_another(event: &str, action: &str, reply: u16) -> Ran {
    let steps = [
        vec![Step::Expect, Step::Send(message::next("r-1", event).bytes())],
        vec![Step::Expect, Step::Expect, Step::Send(status(reply))],
        answered(message::next("r-2", "{}").bytes()),
        vec![the_end()],
    ];
    let ran = run(Script::new().connection(steps.concat()), &example("faults", NATIVE));
    let requests = &summary(&ran)[0];
    assert!(requests[1].starts_with(&format!("POST r-1/{action}: ")), "{requests:?}");
    assert_eq!(requests[2..], ["GET next", "POST r-2/response: {}", "GET next"], "{reply}");
    ran
}

#[test]
fn an_accepted_response_is_not_logged() {
    for code in [200, 202] {
        for (event, action) in [("{}", "response"), ("\"fail\"", "error")] {
            let ran = then_another(event, action, code);
            assert_eq!(
                (lines(&ran, code).len(), ran.stderr.contains(WORDS)),
                (0, false),
                "{code}: {}",
                ran.stderr
            );
        }
    }
}

#[test]
fn a_response_too_late_or_too_large_is_logged_and_the_next_event_is_served() {
    for code in [410, 413] {
        for (event, action) in [("{}", "response"), ("\"fail\"", "error")] {
            let ran = then_another(event, action, code);
            assert!(
                matches!(lines(&ran, code)[..], [line] if line.contains(WORDS)),
                "{code}: {}",
                ran.stderr
            );
        }
    }
}

#[test]
fn a_rejected_response_is_logged_and_another_invocation_is_served() {
    for code in [301, 400, 403, 404] {
        for (event, action) in [("{}", "response"), ("\"fail\"", "error")] {
            let ran = then_another(event, action, code);
            assert!(
                matches!(lines(&ran, code)[..], [line] if line.contains(WORDS)),
                "{code}: {}",
                ran.stderr
            );
        }
    }
}

#[test]
fn the_same_invocation_after_a_rejected_response_ends_the_program() {
    for code in [400, 403] {
        for (event, action) in [("{}", "response"), ("\"fail\"", "error")] {
            let event = message::next("r-1", event).invocation_id("i-1").bytes();
            let steps = [
                Step::Expect,
                Step::Send(event.clone()),
                Step::Expect,
                Step::Expect,
                Step::Send(status(code)),
                Step::Send(event),
            ];
            let ran = run(Script::new().connection(steps), &example("faults", NATIVE));
            let requests = &summary(&ran)[0];
            assert!(
                requests[1].starts_with(&format!("POST r-1/{action}: ")) && requests.len() == 3,
                "{requests:?}"
            );
            assert_eq!(ran.status.code(), Some(1), "{code}");
            assert!(ran.stderr.contains(Error::ANSWER_STUCK.message()), "{code}: {}", ran.stderr);
        }
    }
}

#[test]
fn a_rejected_response_and_a_rejected_next_end_the_program() {
    let steps = [
        vec![Step::Expect, Step::Send(message::next("r-1", "{}").bytes())],
        vec![Step::Expect, Step::Expect],
    ];
    let steps = [steps.concat(), vec![Step::Send(status(400)), Step::Send(status(403))]].concat();
    let ran = run(Script::new().connection(steps), &example("echo", NATIVE));
    assert_eq!(ran.status.code(), Some(1));
    assert!(lines(&ran, 400).len() == 1 && !lines(&ran, 403).is_empty(), "{}", ran.stderr);
}

#[test]
fn a_server_failure_after_a_response_ends_the_program() {
    for code in [500, 503] {
        for event in ["{}", "\"fail\""] {
            let event = message::next("r-1", event).bytes();
            let steps = [
                Step::Expect,
                Step::Send(event),
                Step::Expect,
                Step::Expect,
                Step::Send(status(code)),
            ];
            let ran = run(Script::new().connection(steps), &example("faults", NATIVE));
            assert_eq!(summary(&ran)[0].len(), 3, "{code}: no request follows");
            assert_eq!(ran.status.code(), Some(1), "{code}");
            assert!(
                !lines(&ran, code).is_empty() && ran.stderr.contains(WORDS),
                "{code}: {}",
                ran.stderr
            );
        }
    }
}

/// Returns a command for the example `stateful` with a START that makes its initialisation fail.
fn misled(server: SocketAddr) -> Command {
    let mut command = Command::new(example("stateful", NATIVE));
    command.env("START", "x").env("AWS_LAMBDA_RUNTIME_API", server.to_string());
    command
}

const INIT_ERROR: &str = r#"POST init/error: {"errorType":"Function.BadStart","stackTrace":[],"errorMessage":"START must be a number from 0 to 4294967295"}"#;

#[test]
fn a_failed_initialisation_ends_the_program_after_any_reply() {
    for code in [202, 403, 500] {
        let ran = run_command(
            Script::new().connection([Step::Expect, Step::Send(status(code)), Step::ExpectEnd]),
            misled,
        );
        assert_eq!(summary(&ran), [[INIT_ERROR]], "{code}");
        let request = &ran.transcript.connections[0][0];
        assert_eq!(request.header("Lambda-Runtime-Function-Error-Type"), Some("Function.BadStart"));
        assert_eq!(request.header("Content-Type"), Some("application/vnd.aws.lambda.error+json"));
        assert_eq!(ran.status.code(), Some(1), "{code}");
        assert!(ran.stderr.contains("START must be a number"), "{code}: {}", ran.stderr);
        assert_eq!(ran.stderr.contains(WORDS), code != 202, "{code}: {}", ran.stderr);
    }
}

#[test]
fn a_failed_initialisation_is_reported_again_when_the_connection_breaks() {
    let script = Script::new()
        .connection([Step::Expect, Step::Close])
        .connection([Step::ExpectBytes(10), Step::Reset])
        .connection([Step::Expect, Step::Send(message::accepted()), Step::ExpectEnd]);
    let ran = run_command(script, misled);
    assert_eq!(summary(&ran), [vec![INIT_ERROR], vec![], vec![INIT_ERROR]]);
    assert_eq!(ran.status.code(), Some(1));
}

#[test]
fn a_panic_is_reported_on_a_new_connection_and_ends_with_status_101() {
    for code in [202, 403, 410, 500] {
        let event = message::next("r-1", "\"panic\"").invocation_id("i-1").bytes();
        let script = Script::new()
            .connection([Step::Expect, Step::Send(event)])
            .connection([Step::Expect, Step::Close])
            .connection([Step::Expect, Step::Send(status(code)), Step::ExpectEnd]);
        let ran = run(script, &example("faults", NATIVE));
        let [_, first, second] = &ran.transcript.connections[..] else {
            panic!("{:?}", summary(&ran))
        };
        assert_eq!(first[0].target, "/2018-06-01/runtime/invocation/r-1/error");
        assert_eq!(first[0].raw, second[0].raw, "the lost report is sent again");
        assert_eq!(first[0].header("Lambda-Runtime-Function-Error-Type"), Some("Function.Panic"));
        assert_eq!(first[0].header("Lambda-Runtime-Invocation-Id"), Some("i-1"));
        assert_eq!(ran.status.code(), Some(101), "{code}");
        assert!(ran.stderr.contains("panicked at examples/faults.rs:"), "{code}: {}", ran.stderr);
        assert_eq!(ran.stderr.contains(WORDS), code != 202, "{code}: {}", ran.stderr);
    }
}
