//! `BARELAMBDA_MODE=lines`: one process that responds to each line with a line.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use barelambda_emulator::{Emulator, Options};
use barelambda_tests::emulated::{answer, failure, invoke, pattern, start};
use barelambda_tests::exec::{Process, options_for};
use barelambda_tests::on_each_architecture;
use barelambda_tests::programs::Architecture;
use barelambda_tests::waiting::{eventually, in_time};

/// Records each start in the file `starts` in its folder, and executes the lines.
const PROGRAM: &str = r#"#!/usr/bin/env python3
import os, sys, time
with open(os.path.join(os.path.dirname(sys.argv[0]), "starts"), "a") as starts:
    starts.write("x")
write = lambda text: (sys.stdout.write(text), sys.stdout.flush())
say = lambda text: (sys.stderr.write(text), sys.stderr.flush())
def wait_for(path):
    while not os.path.exists(path): time.sleep(0.005)
for line in sys.stdin:
    match line.rstrip("\n").split(" ", 1):
        case ["pid"]: write(f"{os.getpid()}\n")
        case ["do", code]: exec(code)
        case _: write(line)
"#;

struct Function {
    emulator: Emulator,
    folder: PathBuf,
}

impl Function {
    fn start(name: &str, program: &str) -> Self {
        Self::with(name, program, Architecture::X86_64, |options| options)
    }

    fn with(
        name: &str,
        program: &str,
        architecture: Architecture,
        change: impl FnOnce(Options) -> Options,
    ) -> Self {
        let options = options_for(&format!("lines-{name}"), program, architecture)
            .env("BARELAMBDA_MODE", "lines");
        let folder = options
            .environment
            .iter()
            .find(|(name, _)| name == "LAMBDA_TASK_ROOT")
            .expect("the folder is set")
            .1
            .clone()
            .into();
        Self { emulator: start(change(options)), folder }
    }

    fn answer(&self, event: impl Into<Vec<u8>>) -> String {
        String::from_utf8(answer(&self.emulator, event)).expect("the response is text")
    }

    /// Invokes, and returns the type and the message of the error.
    fn fails(&self, event: impl Into<Vec<u8>>) -> (String, String) {
        let (error, _) = failure(&self.emulator, event);
        assert!(!error.found_by_lambda, "{error:?}");
        (error.error_type, error.message)
    }

    /// Makes an empty file in the program's folder.
    fn make(&self, name: &str) {
        std::fs::write(self.folder.join(name), "").expect("a file can be made");
    }

    /// Returns an event to which the program responds, and then runs `code` when the file
    /// `received` exists.
    fn after_its_response(&self, code: &str) -> String {
        let received = self.folder.join("received");
        format!("do write('answer\\n'); wait_for('{}'); {code}", received.display())
    }

    /// Returns the number of starts of the program.
    fn starts(&self) -> usize {
        std::fs::read(self.folder.join("starts")).map_or(0, |text| text.len())
    }
}

fn error(error_type: &str, message: &str) -> (String, String) {
    (error_type.to_owned(), message.to_owned())
}

/// The time limit of invocations, and a time shortly before SIGTERM, which comes after 5,400 ms.
const TIME: Duration = Duration::from_secs(6);
const TERM: Duration = Duration::from_millis(5390);

const UNASKED: &str = "Function.UnaskedLine";

fn one_process_responds_to_each_line(architecture: Architecture) {
    let function =
        Function::with(&format!("one-{architecture:?}"), PROGRAM, architecture, |options| options);
    let pid = function.answer("pid");
    for number in 0..200 {
        let event = format!("{{\"number\":{number}}}");
        assert_eq!(function.answer(event.as_str()), event);
    }
    assert_eq!((function.answer("pid"), function.starts()), (pid, 1), "{architecture:?}");
    assert_eq!(function.answer(""), "", "an empty line is a response");
    let event = format!("\"{}\"", "x".repeat((6 << 20) - 2));
    assert!(function.answer(event.as_str()) == event, "{architecture:?}: 6 MiB");
}
on_each_architecture!(
    one_process_responds_to_each_line,
    "needs Python 3; run `bash .ci/full`",
    "needs Python 3 and qemu-user-static; run `bash .ci/full`"
);

#[test]
#[ignore = "needs Python 3; run `bash .ci/full`"]
fn line_breaks_in_the_event_become_spaces() {
    let function = Function::start("breaks", PROGRAM);
    assert_eq!(function.answer("{\n\"a\":\n[1,\n2]\n}\n"), "{ \"a\": [1, 2] } ");
    assert_eq!(function.answer("next"), "next");
}

#[test]
fn the_program_starts_during_the_initialisation() {
    let function = Function::start(
        "init",
        "#!/bin/sh\ndate +%s%N >\"${0%/*}/starts\"\nwhile read -r line; do cat \"${0%/*}/starts\"; done\n",
    );
    let time = |text: &str| text.parse::<u128>().expect("the response is a time");
    let started = time(&function.answer("{}"));
    // A later start would have another time.
    std::thread::sleep(Duration::from_millis(20));
    assert_eq!(time(&function.answer("{}")), started);
    let deadline = invoke(&function.emulator, "{}").report;
    assert!(!deadline.cold);
}

#[test]
#[ignore = "needs Python 3; run `bash .ci/full`"]
fn a_failure_has_a_form() {
    let function = Function::start("error", PROGRAM);
    let pid = function.answer("pid");
    for (line, error_type, message) in [
        ("!Order.Unknown there is no order 7", "Order.Unknown", "there is no order 7"),
        ("!Order.Unknown", "Order.Unknown", ""),
        ("!Order.Unknown  \"two\" words ", "Order.Unknown", "\"two\" words"),
        ("!", "Function.Unknown", ""),
    ] {
        assert_eq!(function.fails(line), error(error_type, message), "{line}");
    }
    assert_eq!((function.answer("pid"), function.starts()), (pid, 1), "the process continues");
}

fn an_exit_is_a_failure_and_the_program_is_restarted(architecture: Architecture) {
    let function =
        Function::with(&format!("death-{architecture:?}"), PROGRAM, architecture, |options| {
            options
        });
    let deaths = [
        ("do say('words'); sys.exit(3)", error("Function.ExitStatus", "exit status 3: words")),
        ("do sys.exit(0)", error("Function.ExitStatus", "exit status 0")),
        ("do os.kill(os.getpid(), 9)", error("Function.Signal", "signal SIGKILL")),
        // The line is incomplete.
        ("do write('half of '); os._exit(4)", error("Function.ExitStatus", "exit status 4")),
    ];
    for (number, (event, wanted)) in deaths.into_iter().enumerate() {
        assert_eq!(function.fails(event), wanted, "{architecture:?} {event}");
        assert_eq!(
            (function.answer("after"), function.starts()),
            ("after".to_owned(), number + 2),
            "{architecture:?} {event}"
        );
    }
}
on_each_architecture!(
    an_exit_is_a_failure_and_the_program_is_restarted,
    "needs Python 3; run `bash .ci/full`",
    "needs Python 3 and qemu-user-static; run `bash .ci/full`"
);

#[test]
fn a_program_may_exit_after_its_response() {
    let function = Function::start(
        "once",
        "#!/bin/sh\nprintf x >>${0%/*}/starts\nread -r line && echo \"$line\"\n",
    );
    for number in 1..10 {
        let outcome = invoke(&function.emulator, "words");
        assert_eq!(
            (outcome.function_error, outcome.payload, function.starts()),
            (None, b"words".to_vec(), number)
        );
        // An event that arrives before the exit has no response.
        let runtime = outcome.pid.expect("the runtime was started");
        eventually("the program exits", || {
            Process::children(runtime).iter().all(|child| child.state == 'Z').then_some(())
        });
    }
}

#[test]
fn an_exit_between_invocations_fails_none_even_if_another_process_holds_stdout() {
    let program =
        "#!/bin/sh\nprintf x >>${0%/*}/starts\nread -r line\nsleep 300 &\necho \"$line\"\nexit 7\n";
    let function = Function::start("held-stdout", program);
    for number in 1..6 {
        let outcome = invoke(&function.emulator, "words");
        assert_eq!(
            (outcome.function_error, outcome.payload, function.starts()),
            (None, b"words".to_vec(), number)
        );
        let warning = "the program ended between two invocations: exit status 7";
        assert_eq!(outcome.log.contains(warning), number > 1, "{}", outcome.log);
        let runtime = outcome.pid.expect("the runtime was started");
        eventually("the program exits", || {
            let children = Process::children(runtime);
            children.iter().any(|child| child.state == 'Z').then_some(())
        });
    }
}

#[test]
#[ignore = "needs Python 3; run `bash .ci/full`"]
fn an_exit_between_invocations_is_logged_and_fails_none() {
    let function = Function::start("idle-death", PROGRAM);
    let child: u32 = function.answer("pid").parse().expect("the response is an id");
    let event = function.after_its_response("say('last line\\n'); os._exit(7)");
    assert_eq!(function.answer(event), "answer");
    function.make("received");
    eventually("the program exits", || Process::has_exited(child).then_some(()));
    let outcome = invoke(&function.emulator, "next");
    assert_eq!(
        (outcome.function_error, outcome.payload, function.starts()),
        (None, b"next".to_vec(), 2)
    );
    assert!(outcome.log.contains(" INFO last line\n"), "{}", outcome.log);
    assert!(
        outcome.log.contains(
            " WARN barelambda: the program ended between two invocations: exit status 7\n"
        ),
        "{}",
        outcome.log
    );
}

#[test]
#[ignore = "needs Python 3; run `bash .ci/full`"]
fn more_than_one_line_is_a_failure_and_ends_the_process() {
    let function = Function::start("two", PROGRAM);
    let (error_type, message) = function.fails("do write('one\\ntwo\\n')");
    assert_eq!(
        (error_type.as_str(), message.starts_with("more than one line was written")),
        (UNASKED, true),
        "{message}"
    );
    assert_eq!((function.answer("after"), function.starts()), ("after".to_owned(), 2));
    // The beginning of a second line is an error, too.
    assert_eq!(function.fails("do write('one\\ntw')").0, UNASKED);
    assert_eq!((function.answer("after"), function.starts()), ("after".to_owned(), 3));
}

#[test]
#[ignore = "needs Python 3; run `bash .ci/full`"]
fn a_line_between_invocations_is_not_a_response() {
    let function = Function::start("idle", PROGRAM);
    let child: u32 = function.answer("pid").parse().expect("the response is an id");
    let written = function.folder.join("written");
    let event = function
        .after_its_response(&format!("write('unasked\\n'); open('{}', 'w')", written.display()));
    assert_eq!(function.answer(event), "answer");
    function.make("received");
    eventually("the line is written", || written.exists().then_some(()));
    let outcome = invoke(&function.emulator, "next");
    assert_eq!(
        (outcome.function_error, outcome.payload, function.starts()),
        (None, b"next".to_vec(), 2)
    );
    assert!(
        outcome.log.contains(
            " WARN barelambda: the program wrote to stdout between two invocations, and was ended"
        ),
        "{}",
        outcome.log
    );
    Process::wait_for_its_end(child);
}

#[test]
fn a_line_before_the_event_is_read_is_not_a_response() {
    // The remainder of the first event would become the beginning of the second.
    let function = Function::start(
        "early",
        "#!/bin/sh\necho ready\nwhile read -r line; do echo ${#line}; done\n",
    );
    for _ in 0..2 {
        assert_eq!(
            function
                .fails(
                    pattern(1 << 20).into_iter().map(|byte| byte % 26 + b'a').collect::<Vec<_>>()
                )
                .0,
            UNASKED
        );
    }
}

#[test]
#[ignore = "needs Python 3; run `bash .ci/full`"]
fn a_line_that_is_too_long_is_a_failure() {
    let function = Function::start("long", PROGRAM);
    assert_eq!(function.answer("do write('x' * 6291556 + '\\n')").len(), 6_291_556);
    assert_eq!(function.starts(), 1);
    assert_eq!(
        function.fails("do write('x' * 6291557 + '\\n')").0,
        "Function.ResponseSizeTooLarge"
    );
    assert_eq!((function.answer("after"), function.starts()), ("after".to_owned(), 2));
}

#[test]
#[ignore = "needs Python 3; run `bash .ci/full`"]
fn the_deadline_ends_the_process_and_it_is_restarted() {
    let events = [
        "do say('words\\n'); time.sleep(600)",
        "do import signal; signal.signal(15, signal.SIG_IGN); say('words\\n'); time.sleep(600)",
    ];
    for event in events {
        let (function, failed, took) = in_time(|| {
            let function =
                Function::with("deadline", PROGRAM, Architecture::X86_64, |mut options| {
                    options.timeout = TIME;
                    options
                });
            assert_eq!(function.answer("warm"), "warm");
            let begin = Instant::now();
            let (error, _) = failure(&function.emulator, event);
            // Otherwise the emulator's own limit came first, which is the deadline.
            (!error.found_by_lambda)
                .then(|| (function, (error.error_type, error.message), begin.elapsed()))
        });
        assert_eq!(failed, error("Function.Timeout", "stopped before the deadline: words"));
        assert!(took > TERM, "{took:?}");
        assert_eq!((function.answer("after"), function.starts()), ("after".to_owned(), 2));
    }
}

#[test]
fn a_program_that_fails_at_once_is_restarted_for_each_invocation() {
    let function = Function::start(
        "at-once",
        "#!/bin/sh\nprintf x >>${0%/*}/starts\necho 'no configuration' >&2\nexit 9\n",
    );
    // The first start was during the initialisation. Its exit may be noticed before or after the
    // event arrives.
    for number in 1..=5 {
        assert_eq!(
            function.fails("{}"),
            error("Function.ExitStatus", "exit status 9: no configuration")
        );
        assert!(
            function.starts() == number || function.starts() == number + 1,
            "{} starts for {number}",
            function.starts()
        );
    }
}

#[test]
#[ignore = "needs Python 3; run `bash .ci/full`"]
fn stderr_before_the_response_is_logged_before_it() {
    let function = Function::start("log", PROGRAM);
    for count in [1, 10, 2000] {
        let outcome = invoke(
            &function.emulator,
            format!("do say('line of the log\\n' * {count}); write('answer\\n')"),
        );
        assert_eq!(outcome.payload, b"answer");
        let mark = format!(" {} INFO line of the log", outcome.request_id);
        assert_eq!(
            outcome.log.lines().filter(|line| line.ends_with(&mark)).count(),
            count,
            "{}",
            outcome.log
        );
    }
    // An error has only lines of its own invocation.
    assert_eq!(function.fails("do sys.exit(1)"), error("Function.ExitStatus", "exit status 1"));
}

#[test]
#[ignore = "needs Python 3; run `bash .ci/full`"]
fn processes_outside_the_group_leave_no_zombie() {
    let function = Function::start("zombies", PROGRAM);
    let runtime = invoke(&function.emulator, "warm").pid.expect("the runtime was started");
    let program: u32 = function.answer("pid").parse().expect("the response is an id");
    // The double fork makes it a child of the runtime.
    let event = "do os.system('setsid true & setsid true &'); write('answer\\n')";
    for _ in 0..5 {
        assert_eq!(function.answer(event), "answer");
    }
    let have_exited = || {
        Process::children(runtime)
            .iter()
            .all(|child| child.id == program || child.state == 'Z')
            .then_some(())
    };
    eventually("the other processes exit", have_exited);
    assert_eq!(function.answer("last"), "last");
    let children = Process::children(runtime);
    assert!(children.len() == 1 && children[0].state != 'Z', "{children:?}");
    assert_eq!(function.starts(), 1);
}
