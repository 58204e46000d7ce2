//! The signals of `exec` shortly before an invocation's deadline.

use std::time::{Duration, Instant};

use barelambda_emulator::script::{Script, Step, message};
use barelambda_emulator::{Emulator, Options};
use barelambda_tests::emulated::{answer, failure, invoke, start};
use barelambda_tests::exec::{Process, SHELL, bootstrap, options, options_for, task};
use barelambda_tests::on_each_architecture;
use barelambda_tests::programs::Architecture;
use barelambda_tests::scripted::{answered, run_command, summary, the_end};
use barelambda_tests::waiting::in_time;

/// The time limit of invocations, and times shortly before the signals: SIGTERM comes after 5,400
/// ms, and SIGKILL after 5,700 ms.
const TIME: Duration = Duration::from_secs(6);
const TERM: Duration = Duration::from_millis(5390);
const KILL: Duration = Duration::from_millis(5690);

fn limited(mut options: Options) -> Emulator {
    options.timeout = TIME;
    start(options)
}

/// Invokes until the deadline, and returns the error message and the duration. Returns `None` if
/// the emulator's own limit, which is the deadline, came first.
fn timeout(emulator: &Emulator, event: &str) -> Option<(String, Duration)> {
    // A cold start isn't part of the duration.
    assert_eq!(answer(emulator, "echo warm"), b"warm\n");
    let begin = Instant::now();
    let (error, outcome) = failure(emulator, event);
    let took = begin.elapsed();
    if error.found_by_lambda {
        return None;
    }
    assert_eq!(error.error_type, "Function.Timeout", "{event}: {error:?}\n{}", outcome.log);
    assert_eq!(answer(emulator, "echo after"), b"after\n", "{event}");
    Some((error.message, took))
}

fn the_program_gets_sigterm_and_the_caller_the_last_line(architecture: Architecture) {
    let limited = || limited(options_for(&format!("term-{architecture:?}"), SHELL, architecture));
    let event = "trap 'echo told >&2; exit 0' TERM; echo begun >&2; sleep 600 & wait";
    let (message, took) = in_time(|| timeout(&limited(), event));
    assert_eq!(message, "stopped before the deadline: told", "{architecture:?}");
    assert!(took >= TERM, "{architecture:?}: {took:?}");
    // The signal alone ends this one.
    let (message, took) = in_time(|| timeout(&limited(), "exec sleep 600"));
    assert_eq!(message, "stopped before the deadline");
    assert!(took >= TERM, "{architecture:?}: {took:?}");
}
on_each_architecture!(the_program_gets_sigterm_and_the_caller_the_last_line);

#[test]
#[ignore = "needs Python 3; run `bash .ci/full`"]
fn a_program_that_ignores_sigterm_is_killed_before_the_deadline() {
    for event in [
        "trap '' TERM; echo first >&2; echo last >&2; while :; do sleep 1; done",
        "trap '' TERM; echo last >&2; exec python3 -c 'while True: pass'",
        "echo last >&2; kill -STOP $$",
    ] {
        let (message, took) = in_time(|| timeout(&limited(options("kill", SHELL)), event));
        assert_eq!(message, "stopped before the deadline: last", "{event}");
        assert!(took >= KILL, "{event}: {took:?}");
    }
}

#[test]
fn the_whole_group_gets_the_signal() {
    let mark = task("group-term-mark", SHELL).join("mark");
    let event = format!(
        "trap '' TERM; (trap 'echo told >\"{}\"; exit' TERM; while :; do sleep 0.01; done) & wait; wait",
        mark.display()
    );
    in_time(|| timeout(&limited(options("group-term", SHELL)), &event));
    assert_eq!(std::fs::read(mark).expect("the grandchild got the signal"), b"told\n");
}

#[test]
fn endless_output_does_not_delay_the_deadline() {
    let limited = || limited(options("busy", SHELL));
    let (message, took) = in_time(|| timeout(&limited(), "exec yes words >&2"));
    // The signal may have cut the last line.
    let last =
        message.strip_prefix("stopped before the deadline: ").expect("the message has a last line");
    assert!("words".starts_with(last), "{message} after {took:?}");
    // The program doesn't read stdin.
    let (_, took) =
        in_time(|| timeout(&limited(), &format!("exec sleep 600 # {}", "x".repeat(1 << 20))));
    assert!(took >= TERM, "{took:?}");
}

#[test]
fn only_the_runtime_remains() {
    let (before, after, remaining) = in_time(|| {
        let emulator = limited(options("left", SHELL));
        let pid = || invoke(&emulator, "").pid.expect("the runtime was started");
        let before = pid();
        timeout(&emulator, "trap '' TERM; sleep 600 & sleep 600 & wait; wait; wait")?;
        Some((before, pid(), Process::children(before)))
    });
    assert_eq!((after, remaining), (before, vec![]));
}

/// Runs against a script with these events and their deadlines, and returns the POST requests.
fn posted(name: &str, invocations: &[(&str, &str)]) -> Vec<String> {
    let mut steps = vec![Step::Expect];
    for (number, (event, deadline)) in invocations.iter().enumerate() {
        steps.extend(answered(
            message::next(&format!("r-{number}"), event)
                .header("Lambda-Runtime-Deadline-Ms", deadline)
                .bytes(),
        ));
    }
    steps.push(the_end());
    let folder = task(name, SHELL);
    let ran = run_command(Script::new().connection(steps), |_| {
        let mut command = std::process::Command::new(bootstrap(Architecture::X86_64));
        command.env("LAMBDA_TASK_ROOT", folder).env("_HANDLER", "handler");
        command
    });
    summary(&ran).concat().into_iter().filter(|line| line.contains("r-")).collect()
}

#[test]
fn a_deadline_that_is_missing_past_or_far_ahead_is_ignored() {
    let deadlines =
        ["", "0", "1700000000000", "no number", "9007199254740991", "18446744073709551615"];
    let invocations: Vec<_> =
        deadlines.iter().map(|deadline| ("sleep 0.2; echo done", *deadline)).collect();
    let wanted: Vec<_> =
        (0..deadlines.len()).map(|number| format!("POST r-{number}/response: done\n")).collect();
    assert_eq!(posted("deadlines", &invocations), wanted);
}
