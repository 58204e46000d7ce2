//! The log: stderr of the program that `exec` runs.

use std::time::Duration;

use barelambda_emulator::InvokeOptions;
use barelambda_tests::emulated::{answer, failure, invoke, start};
use barelambda_tests::exec::{SHELL, options, options_for};
use barelambda_tests::failures::{FORMATS, logged_once};
use barelambda_tests::on_each_architecture;
use barelambda_tests::programs::Architecture;
use serde_json::Value;

/// Parses the lines of a log in JSON.
fn objects(log: &str) -> Vec<Value> {
    log.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

fn each_line_has_a_time_the_request_id_and_a_level(architecture: Architecture) {
    let emulator = start(options_for(&format!("log-text-{architecture:?}"), SHELL, architecture));
    let outcome = invoke(&emulator, "echo one >&2; echo answer; printf 'two\\n\\nfour' >&2");
    assert_eq!(outcome.payload, b"answer\n");
    let lines: Vec<_> = outcome.log.lines().collect();
    let messages: Vec<_> =
        lines.iter().map(|line| line.splitn(4, ' ').collect::<Vec<_>>()).collect();
    assert_eq!(messages.len(), 4, "{}", outcome.log);
    for (words, message) in messages.iter().zip(["one", "two", "", "four"]) {
        assert!(words[0].len() == 24 && words[0].ends_with('Z'), "{words:?}");
        assert_eq!(words[1..], [outcome.request_id.as_str(), "INFO", message]);
    }
}
on_each_architecture!(each_line_has_a_time_the_request_id_and_a_level);

#[test]
fn in_json_each_line_is_an_object_and_objects_are_unchanged() {
    let emulator = start(options("log-json", SHELL).env("AWS_LAMBDA_LOG_FORMAT", "JSON"));
    let tenant = InvokeOptions { tenant_id: Some("tenant".to_owned()), ..InvokeOptions::default() };
    let event = "printf '%s\\n' 'say \"hi\"' '{\"own\":1}' '{no object' '{not json}' '{\"a\":1}x}' '{\"a\":\"b\"c\"}' 'tab\t' >&2; printf '\\377\\n' >&2";
    let outcome = emulator.invoke(event, tenant);
    assert_eq!(outcome.function_error, None, "{}", outcome.log);
    let lines = objects(&outcome.log);
    let messages: Vec<_> = lines.iter().map(|line| line["message"].as_str()).collect();
    assert_eq!(
        messages,
        [
            Some("say \"hi\""),
            None,
            Some("{no object"),
            Some("{not json}"),
            Some("{\"a\":1}x}"),
            Some("{\"a\":\"b\"c\"}"),
            Some("tab\t"),
            Some("\u{fffd}")
        ]
    );
    assert_eq!(lines[1], serde_json::json!({"own": 1}));
    for line in [&lines[0], &lines[2]] {
        assert_eq!(
            (&line["requestId"], &line["level"], &line["tenantId"]),
            (&outcome.request_id.as_str().into(), &"INFO".into(), &"tenant".into())
        );
    }
}

#[test]
fn each_failure_is_logged_once() {
    for format in FORMATS {
        let mut options =
            options(&format!("log-failures-{format}"), SHELL).env("AWS_LAMBDA_LOG_FORMAT", format);
        options.timeout = Duration::from_secs(3);
        let emulator = start(options);
        for (event, error_type, message) in [
            ("echo 'why \"so\"' >&2; exit 3", "Function.ExitStatus", "exit status 3: why \"so\""),
            ("kill -9 $$", "Function.Signal", "signal SIGKILL"),
            ("echo '!Function.Own the reason'; exit 1", "Function.Own", "the reason"),
            ("yes", "Function.ResponseSizeTooLarge", "stdout is larger"),
            ("exec sleep 600", "Function.Timeout", "stopped before the deadline"),
        ] {
            let (error, outcome) = failure(&emulator, event);
            assert_eq!(error.error_type, error_type, "{error:?}");
            logged_once(format, &outcome, error_type, message);
        }
    }
}

#[test]
fn a_failed_initialisation_is_logged_once() {
    for format in FORMATS {
        let mut options =
            options(&format!("log-init-{format}"), SHELL).env("AWS_LAMBDA_LOG_FORMAT", format);
        options.handler = "no such program".to_owned();
        let (error, outcome) = failure(&start(options), "");
        logged_once(format, &outcome, "Function.CannotExecute", &error.message);
    }
}

#[test]
fn a_long_line_is_split_and_nothing_of_it_is_lost() {
    for (name, format) in [("text", "Text"), ("json", "JSON")] {
        let emulator =
            start(options(&format!("log-long-{name}"), SHELL).env("AWS_LAMBDA_LOG_FORMAT", format));
        let outcome = invoke(
            &emulator,
            "head -c 5000 /dev/zero | tr '\\0' x >&2; echo end >&2; echo next >&2",
        );
        let messages: Vec<String> = match format {
            "JSON" => objects(&outcome.log)
                .iter()
                .map(|line| line["message"].as_str().unwrap_or_default().to_owned())
                .collect(),
            _ => outcome
                .log
                .lines()
                .map(|line| line.splitn(4, ' ').nth(3).unwrap_or_default().to_owned())
                .collect(),
        };
        let lengths: Vec<_> = messages.iter().map(String::len).collect();
        assert_eq!(lengths, [2048, 2048, 5003 - 4096, 4], "{format}");
        assert_eq!(messages[..3].concat(), format!("{}end", "x".repeat(5000)));
        assert_eq!(messages[3], "next");
    }
}

#[test]
fn a_log_of_megabytes_neither_stalls_nor_loses_a_line() {
    let emulator = start(options("log-much", SHELL));
    let outcome = invoke(&emulator, "seq 1 8000 >&2; echo answer");
    assert_eq!(outcome.payload, b"answer\n");
    let numbers: Vec<u32> = outcome
        .log
        .lines()
        .map(|line| line.rsplit(' ').next().unwrap_or_default().parse().expect("a number"))
        .collect();
    assert_eq!(numbers, (1..=8000).collect::<Vec<_>>());
    // This log is larger than the emulator's limit.
    assert_eq!(answer(&emulator, "seq 1 300000 >&2; echo answer"), b"answer\n");
}

#[test]
fn what_is_left_in_the_pipe_at_the_end_is_logged_with_the_right_request() {
    let emulator = start(options("log-left", SHELL));
    for number in 0..20 {
        let outcome = invoke(
            &emulator,
            format!("i=0; while [ $i -lt 200 ]; do echo {number} >&2; i=$((i+1)); done"),
        );
        let mark = format!(" {} INFO {number}", outcome.request_id);
        assert_eq!(
            outcome.log.lines().filter(|line| line.ends_with(&mark)).count(),
            200,
            "{}",
            outcome.log
        );
        assert_eq!(outcome.log.lines().count(), 200);
    }
}
