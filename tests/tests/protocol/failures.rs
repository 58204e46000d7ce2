//! The log of failed invocations: one line each, for every way to fail, as text and as JSON.

use std::path::{Path, PathBuf};
use std::process::Command;

use barelambda_emulator::Options;
use barelambda_emulator::script::{Script, Step, message};
use barelambda_tests::emulated::{failure, invoke, start};
use barelambda_tests::failures::{FORMATS, check, logged_once};
use barelambda_tests::programs::{
    Architecture, example, example_with_features, faults, hosted_example, smallest_example,
    std_host,
};
use barelambda_tests::scripted::{answered, run_command, the_end};

const NATIVE: Architecture = Architecture::X86_64;

/// Fails with each event, and checks the error and the log.
fn fails(program: &Path, environment: &[(&str, &str)], failures: &[(&str, &str, String)]) {
    for format in FORMATS {
        let options = environment
            .iter()
            .fold(Options::new(program), |options, (name, value)| options.env(*name, *value))
            .env("AWS_LAMBDA_LOG_FORMAT", format);
        let emulator = start(options);
        for (event, error_type, text) in failures {
            let (error, outcome) = failure(&emulator, *event);
            assert_eq!(error.error_type, *error_type, "{event}: {error:?}");
            // A process that exits reports nothing, and Lambda logs it.
            if !error.found_by_lambda {
                logged_once(format, &outcome, error_type, text);
            }
        }
        let outcome = invoke(&emulator, "{}");
        if outcome.function_error.is_none() && outcome.report.cold {
            assert_eq!(outcome.log, "", "{format}: a response isn't logged");
        }
    }
}

#[test]
fn errors_failures_panics_and_large_responses_are_logged_once() {
    for program in [example("faults", NATIVE), example_with_features("faults", NATIVE, &["log"])] {
        fails(&program, &[], &faults());
    }
}

#[test]
fn a_std_program_logs_them_too() {
    let failures = [("panic words", "Function.Panic", "asked for by PANIC WORDS".to_owned())];
    fails(&std_host(), &[], &failures);
    fails(&hosted_example("faults", &[]), &[], &faults()[..2]);
}

#[test]
fn invalid_json_is_logged_once() {
    let text = "invalid type".to_owned();
    let program = example_with_features("json", NATIVE, &[]);
    for format in FORMATS {
        let emulator = start(Options::new(&program).env("AWS_LAMBDA_LOG_FORMAT", format));
        let (error, outcome) = failure(&emulator, "{\"item\":7");
        assert_eq!(error.error_type, "Function.InvalidJson", "{text}");
        logged_once(format, &outcome, &error.error_type, &error.message);
    }
}

#[test]
fn a_failed_initialisation_is_logged_once() {
    let text = "START must be a number".to_owned();
    let failures = [("{}", "Function.BadStart", text)];
    for program in [
        example("stateful", NATIVE),
        example_with_features("stateful", NATIVE, &["log"]),
        hosted_example("stateful", &[]),
    ] {
        fails(&program, &[("START", "x")], &failures);
    }
}

#[test]
fn a_stream_that_fails_before_or_after_its_first_byte_is_logged_once() {
    let error = |event| (event, "Function.OutOfPaper", "there is no".to_owned());
    let panic = ("\"panic\"", "Function.Panic", "there is no third line".to_owned());
    let failures = [error("\"early\""), error("\"error\""), error("\"fail\""), panic];
    for format in FORMATS {
        let program = example("stream_error", NATIVE);
        let emulator = start(Options::new(program).env("AWS_LAMBDA_LOG_FORMAT", format));
        for (event, error_type, text) in &failures {
            let outcome = invoke(&emulator, *event);
            logged_once(format, &outcome, error_type, text);
        }
    }
}

/// Runs a program against a script, and returns its stderr.
fn stderr(program: PathBuf, format: &str, script: Script) -> String {
    let ran = run_command(script, |_| {
        let mut command = Command::new(program);
        command.env("AWS_LAMBDA_LOG_FORMAT", format);
        command
    });
    ran.stderr
}

/// Returns the lines at the level ERROR in JSON, without their time.
fn errors(log: &str) -> Vec<serde_json::Value> {
    log.lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("a line is JSON"))
        .filter(|line| line["level"] == "ERROR")
        .collect()
}

#[test]
fn a_refused_response_is_an_error_and_a_refused_error_is_not_a_second_one() {
    for (program, event, text) in [
        ("echo", "{}", "barelambda: the Runtime API answered 413: too 'large' "),
        ("faults", "\"fail\"", "barelambda: invocation failed"),
    ] {
        let steps = [
            vec![Step::Expect, Step::Send(message::next("r-1", event).bytes())],
            vec![Step::Expect, Step::Expect, Step::Send(message::answer(413, "too \"large\"\n\n"))],
            answered(message::next("r-2", "{}").bytes()),
            vec![the_end()],
        ];
        let script = Script::new().connection(steps.concat());
        let errors = errors(&stderr(example(program, NATIVE), "JSON", script));
        let [error] = &errors[..] else { panic!("{errors:?}") };
        assert_eq!((&error["message"], &error["requestId"]), (&text.into(), &"r-1".into()));
    }
}

#[test]
fn a_stream_whose_end_was_lost_is_logged_when_its_error_is_sent() {
    // The stream is complete, but its acknowledgement is lost, and the invocation comes again.
    let begin = vec![Step::Expect, Step::Send(message::next("r-1", "1").bytes()), Step::Expect];
    let again = vec![Step::Expect, Step::Send(message::next("r-1", "1").bytes()), Step::Expect];
    let end = vec![Step::Expect, Step::Send(message::accepted()), the_end()];
    let script = Script::new().connection(begin).connection([again, end].concat());
    let log = stderr(example("stream", NATIVE), "JSON", script);
    check("JSON", &log, "r-1", "Runtime.StreamLost", "did not accept the whole stream");
    assert_eq!(errors(&log).len(), 1, "{log}");
}

#[test]
fn levels_above_error_hide_it() {
    for (level, error, panic) in [("ERROR", 1, 1), ("fatal", 0, 1), ("TRACE", 1, 1), ("x", 1, 1)] {
        let options = Options::new(example("faults", NATIVE))
            .env("AWS_LAMBDA_LOG_FORMAT", "json")
            .env("AWS_LAMBDA_LOG_LEVEL", level);
        let emulator = start(options);
        let lines = |event| failure(&emulator, event).1.log.lines().count();
        assert_eq!((lines("\"fail\""), lines("\"panic\"")), (error, panic), "{level}");
    }
}

#[test]
fn without_features_there_is_a_line_of_text() {
    let emulator = start(
        Options::new(smallest_example("faults"))
            .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
            .env("AWS_LAMBDA_LOG_LEVEL", "FATAL"),
    );
    for (event, error_type, text) in faults() {
        let (error, outcome) = failure(&emulator, event);
        if !error.found_by_lambda {
            logged_once("Text", &outcome, error_type, &text);
            assert!(outcome.log.starts_with("barelambda: "), "{}", outcome.log);
        }
    }
}

#[test]
fn nothing_forges_a_second_line() {
    let words = "one\r\n{\"level\":\"INFO\"}\n\u{1b}[2J\0\u{7}two".as_bytes();
    let length = words.len();
    let head = format!("HTTP/1.1 413 Too Large\r\nContent-Length: {length}\r\n\r\n").into_bytes();
    let tenant = "t\"\u{e9}";
    for program in [
        smallest_example("faults"),
        example("faults", NATIVE),
        example_with_features("faults", NATIVE, &["log"]),
    ] {
        for format in FORMATS {
            let event = format!("\"fail with a value\"{}", "\n".repeat(3));
            let next = message::next("r-\"1", &event).bytes();
            assert!(
                stderr(
                    program.clone(),
                    format,
                    Script::new().connection([Step::Expect, Step::Send(next),])
                )
                .contains("no usable request id")
            );
            let next = message::next("r-1", "\"fail\"")
                .header("Lambda-Runtime-Aws-Tenant-Id", tenant)
                .bytes();
            let steps = [
                vec![Step::Expect, Step::Send(next)],
                vec![Step::Expect, Step::Expect, Step::Send([&head[..], words].concat())],
                answered(message::next("r-2", "{}").bytes()),
                vec![the_end()],
            ];
            let log = stderr(program.clone(), format, Script::new().connection(steps.concat()));
            assert!(
                !log.trim_end_matches('\n').contains(|character: char| {
                    character.is_ascii_control() && character != '\n'
                })
            );
            // The failure, the refusal, the closed connection, and the end.
            assert_eq!(log.split_terminator('\n').count(), 4, "{format}: {log}");
            let shown = if log.starts_with('{') { "one  {'level" } else { "one  {\"level" };
            assert!(log.contains(shown), "{format}: {log}");
        }
    }
}
