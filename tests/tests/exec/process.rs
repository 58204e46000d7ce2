//! A process for each invocation: its input, its output, and its exit status.

use std::time::{Duration, Instant};

use barelambda_emulator::{InvokeOptions, normalized};
use barelambda_tests::emulated::{answer, failure, invoke, pattern, start};
use barelambda_tests::exec::{Process, SHELL, descriptors, options, options_for};
use barelambda_tests::on_each_architecture;
use barelambda_tests::programs::Architecture;
use barelambda_tests::waiting::LIMIT;

/// The size of the largest response, in bytes.
const LONGEST: usize = 6_291_556;

/// Runs events as shell scripts, and compares the type and the message of the errors.
fn fails(name: &str, architecture: Architecture, cases: &[(&str, &str, &str)]) {
    let emulator = start(options_for(name, SHELL, architecture));
    for (event, error_type, message) in cases {
        let (error, _) = failure(&emulator, *event);
        assert_eq!(
            (error.error_type.as_str(), error.message.as_str()),
            (*error_type, *message),
            "{event}"
        );
        assert_eq!(
            (&*error.reported, error.found_by_lambda),
            (&*normalized(error_type), false),
            "{event}"
        );
        assert_eq!(answer(&emulator, "echo after"), b"after\n", "{event}");
    }
}

fn stdin_is_the_event_and_stdout_the_response(architecture: Architecture) {
    let emulator = start(options_for(
        &format!("echo-{architecture:?}"),
        "#!/bin/sh\nexec cat\n",
        architecture,
    ));
    for size in [0, 1, 4095, 4096, 65_535, 65_536, 65_537, 1_000_000, 6 << 20, 1] {
        let came = answer(&emulator, pattern(size));
        assert!(
            came == pattern(size),
            "{architecture:?}: {} of {size} bytes were returned",
            came.len()
        );
    }
}
on_each_architecture!(stdin_is_the_event_and_stdout_the_response);

#[test]
fn one_runtime_starts_a_process_for_each_invocation() {
    let emulator = start(options("one-runtime", SHELL));
    let first = invoke(&emulator, "echo $$");
    let second = invoke(&emulator, "echo $$");
    assert_ne!(first.payload, second.payload);
    failure(&emulator, "exit 1");
    failure(&emulator, "kill -9 $$");
    assert_eq!((invoke(&emulator, "").pid, second.pid), (first.pid, first.pid));
}

fn a_nonzero_exit_status_is_a_failure_with_the_last_lines_of_stderr(architecture: Architecture) {
    fails(
        "status",
        architecture,
        &[
            ("exit 1", "Function.ExitStatus", "exit status 1"),
            ("exit 255", "Function.ExitStatus", "exit status 255"),
            (
                "echo lost; printf 'one\\ntwo\\n\\n' >&2; exit 7",
                "Function.ExitStatus",
                "exit status 7: one\ntwo",
            ),
            (
                "printf 'no \"end\" of line' >&2; exit 7",
                "Function.ExitStatus",
                "exit status 7: no \"end\" of line",
            ),
            (
                "printf 'not UTF-8: \\377.' >&2; exit 7",
                "Function.ExitStatus",
                "exit status 7: not UTF-8: \u{fffd}.",
            ),
        ],
    );
}
on_each_architecture!(a_nonzero_exit_status_is_a_failure_with_the_last_lines_of_stderr);

#[test]
fn a_failure_has_the_last_whole_lines_of_a_long_stderr() {
    let emulator = start(options("tail", SHELL));
    let (error, outcome) = failure(
        &emulator,
        "i=0; while [ $i -lt 1000 ]; do echo \"line $i\" >&2; i=$((i+1)); done; exit 1",
    );
    let lines: Vec<_> = error
        .message
        .strip_prefix("exit status 1: ")
        .expect("the status comes first")
        .lines()
        .collect();
    let count = lines.len();
    assert!(
        count > 50 && error.message.len() <= 1100,
        "{count} lines, {} bytes",
        error.message.len()
    );
    let wanted: Vec<_> = (1000 - count..1000).map(|number| format!("line {number}")).collect();
    assert_eq!(lines, wanted);
    // The log has all of them.
    assert_eq!(outcome.log.matches(" INFO line ").count(), 1000);
    // An error has only lines of its own invocation.
    assert_eq!(failure(&emulator, "exit 2").0.message, "exit status 2");
}

fn a_signal_is_a_failure_with_its_name(architecture: Architecture) {
    let names = [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
        "PIPE", "ALRM", "TERM",
    ];
    let others = ["STKFLT", "XCPU", "XFSZ", "VTALRM", "PROF", "IO", "PWR", "SYS"];
    let emulator = start(options("signal", "#!/bin/sh\nulimit -c 0\neval \"$(cat)\"\n"));
    for name in names.into_iter().chain(others) {
        let (error, _) =
            failure(&emulator, format!("echo words >&2; env kill -{name} $$; sleep 9"));
        assert_eq!(
            (error.error_type.as_str(), error.message),
            ("Function.Signal", format!("signal SIG{name}: words"))
        );
    }
    for number in [34, 64] {
        let (error, _) = failure(&emulator, format!("env kill -{number} $$; sleep 9"));
        assert_eq!(
            (error.error_type.as_str(), error.message),
            ("Function.Signal", format!("signal {number}"))
        );
    }
    fails("signal-both", architecture, &[("kill -SEGV $$", "Function.Signal", "signal SIGSEGV")]);
}
on_each_architecture!(
    a_signal_is_a_failure_with_its_name,
    "needs procps; run `bash .ci/full`",
    "needs procps and qemu-user-static; run `bash .ci/full`"
);

fn a_failure_may_have_a_custom_type_and_message(architecture: Architecture) {
    fails(
        "own",
        architecture,
        &[
            (
                "echo '!Order.Unknown there is no order 7'; exit 1",
                "Order.Unknown",
                "there is no order 7",
            ),
            ("printf '!Order.Unknown'; exit 1", "Order.Unknown", ""),
            ("printf '!'; exit 1", "Function.Unknown", ""),
            ("printf '!Tr\\377s mal'; exit 1", "Function.Unknown", "mal"),
        ],
    );
    // With status 0 it's a response, and too long a text isn't an error's.
    let emulator = start(options("own-not", SHELL));
    assert_eq!(answer(&emulator, "echo '!Order.Unknown x'"), b"!Order.Unknown x\n");
    let (error, _) = failure(&emulator, "printf '!T '; head -c 5000 /dev/zero; exit 3");
    assert_eq!(
        (error.error_type.as_str(), error.message.as_str()),
        ("Function.ExitStatus", "exit status 3")
    );
}
on_each_architecture!(a_failure_may_have_a_custom_type_and_message);

fn an_event_may_stay_unread(architecture: Architecture) {
    // The pauses let the runtime fill the pipe first. Without them the responses are the same.
    for (name, program) in [
        ("unread", "#!/bin/sh\necho done\n"),
        ("unread-slow", "#!/bin/sh\nsleep 0.3\necho done\n"),
        ("closed", "#!/bin/sh\nexec <&-\nsleep 0.3\necho done\n"),
        ("half-read", "#!/bin/sh\nhead -c 100000 >/dev/null\necho done\n"),
    ] {
        let emulator =
            start(options_for(&format!("{name}-{architecture:?}"), program, architecture));
        for size in [0, 10, 6 << 20] {
            assert_eq!(answer(&emulator, pattern(size)), b"done\n", "{name}, {size} bytes");
        }
    }
}
on_each_architecture!(an_event_may_stay_unread);

#[test]
#[ignore = "needs Python 3; run `bash .ci/full`"]
fn an_event_may_be_read_slowly_and_after_the_response_begins() {
    let slow = "#!/usr/bin/env python3\nimport sys, time\ncount = 0\nwhile piece := sys.stdin.buffer.raw.read(1 << 20):\n    count += len(piece)\n    time.sleep(0.005)\nprint(count)\n";
    assert_eq!(
        answer(&start(options("slow", slow)), pattern(6 << 20)),
        format!("{}\n", 6 << 20).into_bytes()
    );
    let emulator = start(options("before", "#!/bin/sh\nhead -c 3000000 /dev/zero\nexec cat\n"));
    let came = answer(&emulator, pattern(3_000_000));
    assert!(
        came[..3_000_000].iter().all(|&byte| byte == 0) && came[3_000_000..] == pattern(3_000_000),
        "{} bytes arrived",
        came.len()
    );
}

#[test]
fn stdout_may_close_before_the_process_exits() {
    let emulator = start(options("early", SHELL));
    let begin = Instant::now();
    assert_eq!(answer(&emulator, "echo written; exec >&- 2>&-; sleep 0.5"), b"written\n");
    assert!(begin.elapsed() >= Duration::from_millis(500), "the response came before the exit");
    // The pause lets the runtime notice the end of stdout first.
    assert_eq!(
        failure(&emulator, "echo written; exec >&-; sleep 0.1; exit 5").0.message,
        "exit status 5"
    );
}

fn a_response_may_have_lambdas_limit_and_no_more(architecture: Architecture) {
    let mut options = options_for(&format!("long-{architecture:?}"), SHELL, architecture);
    options.timeout = 2 * LIMIT;
    let emulator = start(options);
    assert_eq!(answer(&emulator, format!("head -c {LONGEST} /dev/zero")).len(), LONGEST);
    for endless in [format!("head -c {} /dev/zero", LONGEST + 1), "exec yes".into()] {
        let begin = Instant::now();
        let (error, outcome) = failure(&emulator, endless);
        assert_eq!(error.error_type, "Function.ResponseSizeTooLarge");
        assert!(error.message.contains("6291556 bytes") && !error.found_by_lambda, "{error:?}");
        assert!(begin.elapsed() < LIMIT, "it was not killed long before the deadline");
        if architecture == Architecture::X86_64 {
            assert_eq!(
                Process::children(outcome.pid.expect("the runtime was started")),
                [],
                "the program was killed and reaped"
            );
        }
    }
    assert_eq!(answer(&emulator, "echo after"), b"after\n");
}
on_each_architecture!(a_response_may_have_lambdas_limit_and_no_more);

#[test]
fn arguments_come_from_a_variable() {
    let program = "#!/bin/sh\nprintf '[%s]' \"$@\"\n";
    let arguments = |value: &str| {
        answer(&start(options("arguments", program).env("BARELAMBDA_ARGS", value)), "{}")
    };
    assert_eq!(arguments("one  two * \"three four\" "), b"[one][two][*][\"three][four\"]");
    assert_eq!(arguments("-a"), b"[-a]");
    for none in ["", " "] {
        assert_eq!(arguments(none), b"[]", "printf prints its format once if it has no arguments");
    }
    let emulator = start(options("name", "#!/bin/sh\nprintf '%s' \"$0\"\n"));
    assert!(answer(&emulator, "{}").ends_with(b"/exec-name/handler"));
}

#[test]
fn a_content_type_can_be_set() {
    let content_type = |options| {
        let emulator = start(options);
        let mut stream = emulator.invoke_streaming("echo {}", InvokeOptions::default());
        stream.content_type().map(str::to_owned)
    };
    assert_eq!(content_type(options("json", SHELL)).as_deref(), Some("application/json"));
    assert_eq!(
        content_type(options("text", SHELL).env("BARELAMBDA_CONTENT_TYPE", "text/plain"))
            .as_deref(),
        Some("text/plain")
    );
}

#[test]
fn a_removed_program_is_a_failure_of_each_invocation() {
    let options = options("gone", SHELL);
    let emulator = start(options);
    answer(&emulator, "echo");
    answer(&emulator, "mv \"$0\" \"$0\".away");
    for _ in 0..2 {
        let (error, _) = failure(&emulator, "echo");
        assert_eq!(error.error_type, "Function.CannotExecute");
        assert!(
            error.message.contains("/exec-gone/handler")
                && error.message.ends_with("does not exist: os error 2"),
            "{error:?}"
        );
    }
}

#[test]
fn many_invocations_leak_no_descriptors_or_processes() {
    let emulator = start(options("many", SHELL));
    let pid = invoke(&emulator, "echo first").pid.expect("the runtime was started");
    let before = descriptors(pid);
    for number in 0..300 {
        match number % 6 {
            0 => drop(failure(&emulator, "exit 1")),
            1 => drop(failure(&emulator, "kill -9 $$")),
            2 => drop(answer(&emulator, "sleep 600 & sleep 600 & (sleep 600 &) ; echo done")),
            _ => assert_eq!(
                answer(&emulator, format!("echo {number}")),
                format!("{number}\n").into_bytes()
            ),
        }
    }
    assert_eq!((descriptors(pid), Process::children(pid)), (before, vec![]));
}
