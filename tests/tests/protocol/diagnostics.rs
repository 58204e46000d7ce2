//! The last messages of a program, and its exit status, when it can't continue.

use std::process::Command;

use barelambda_emulator::script::{Script, Step, message};
use barelambda_tests::programs::{Architecture, example, smallest_example, std_host};
use barelambda_tests::scripted::{answered, run, run_command, summary, the_end};

const NATIVE: Architecture = Architecture::X86_64;

#[test]
fn a_500_without_its_whole_body_ends_the_program_at_once() {
    let half =
        b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 1000\r\n\r\nhalf of the words"
            .to_vec();
    let ran = run(
        Script::new().connection([Step::Expect, Step::Send(half), Step::ExpectEnd]),
        &example("echo", NATIVE),
    );
    assert_eq!(ran.status.code(), Some(1));
    assert!(ran.stderr.contains("answered 500: half of the words\n"), "{}", ran.stderr);
}

#[test]
fn a_closed_log_pipe_loses_no_invocation() {
    let steps = [
        vec![Step::Expect, Step::Send(message::next("r-1", "{}").bytes())],
        vec![
            Step::Expect,
            Step::Expect,
            Step::Send(message::error(410, "InvokeTimeout", "to be logged")),
        ],
        answered(message::next("r-2", "{}").bytes()),
        vec![the_end()],
    ];
    // Built first, because the script waits only 10 seconds for the program.
    let echo = example("echo", NATIVE);
    let server =
        Script::new().connection(steps.concat()).serve().expect("the script can be served");
    let (reader, writer) = std::io::pipe().expect("a pipe can be made");
    drop(reader);
    let mut command = Command::new(echo);
    command.env("AWS_LAMBDA_RUNTIME_API", server.address().to_string()).stderr(writer);
    let mut child = command.spawn().expect("the program can be started");
    server.finish().checked();
    assert_eq!(
        child.wait().expect("the program is a child").code(),
        Some(1),
        "it exits and isn't killed by SIGPIPE"
    );
}

#[test]
fn a_panic_is_posted_for_an_id_of_any_length() {
    let id = "r".repeat(10_000);
    let script = Script::new()
        .connection([Step::Expect, Step::Send(message::next(&id, "\"panic\"").bytes())])
        .connection([Step::Expect, Step::Send(message::accepted())]);
    let ran = run(script, &example("faults", NATIVE));
    assert_eq!(ran.status.code(), Some(101));
    assert!(
        summary(&ran)[1][0]
            .starts_with(&format!("POST {id}/error: {{\"errorType\":\"Function.Panic\"")),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_long_panic_message_is_cut_and_ends_with_a_line_break() {
    let event = format!("\"panic {}\"", "\\u0001".repeat(5_000));
    let script = Script::new()
        .connection([Step::Expect, Step::Send(message::next("r-1", event).bytes())])
        .connection([Step::Expect, Step::Send(message::accepted())]);
    let ran = run(script, &std_host());
    assert_eq!(ran.status.code(), Some(101));
    assert!(
        ran.stderr.contains("barelambda: r-1 panicked: {\"errorType\":\"Function.Panic\"")
            && ran.stderr.ends_with('\n'),
        "{}",
        ran.stderr
    );
    let body = String::from_utf8_lossy(&ran.transcript.connections[1][0].body).into_owned();
    assert!(body.contains("asked for by") && body.ends_with("\"}"), "{body}");
}

#[test]
fn a_closed_standard_stream_is_not_the_connection() {
    for program in [example("faults", NATIVE), smallest_example("faults")] {
        for closed in ["2>&-", "<&- >&- 2>&-", "<&- 2>&-", ">&-"] {
            let fails = message::next("r-1", "\"fail\"").bytes();
            let steps = [vec![Step::Expect], answered(fails), vec![the_end()]];
            let ran = run_command(Script::new().connection(steps.concat()), |_| {
                let mut command = Command::new("sh");
                command.args(["-c", &format!("exec \"$0\" {closed}")]).arg(&program);
                command
            });
            let summary = summary(&ran);
            let [connection] = &summary[..] else { panic!("{closed}: {summary:?}") };
            assert!(connection[1].starts_with("POST r-1/error: {\"errorType\""), "{connection:?}");
            assert_eq!(connection.len(), 3, "{closed}: {connection:?}");
        }
    }
}
