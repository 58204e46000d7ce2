//! The output of programs with the features `log` and `metrics`, read by a JSON parser.

use std::path::Path;
use std::process::Command;

use barelambda::Error;
use barelambda_emulator::script::{Script, Step, message, refused_address};
use barelambda_emulator::{InvokeOptions, Options, Outcome};
use barelambda_tests::emulated::start;
use barelambda_tests::failures::logged_once;
use barelambda_tests::programs::{
    Architecture, example_with_features, hosted_example, panic_place,
};
use barelambda_tests::scripted::{answered, run_command, the_end};
use barelambda_tests::{cargo, syscalls};
use serde_json::Value;

const NATIVE: Architecture = Architecture::X86_64;

const CUT: &str = "…[cut]";
/// The limit of a line, in bytes.
const LINE: usize = 4096;

/// Invokes `program` once, with a cold start and these values of the two variables.
fn logged(
    program: &Path,
    format: &str,
    level: &str,
    event: impl Into<Vec<u8>>,
    tenant_id: Option<&str>,
) -> Outcome {
    let options = Options::new(program)
        .env("AWS_LAMBDA_LOG_FORMAT", format)
        .env("AWS_LAMBDA_LOG_LEVEL", level);
    let outcome = start(options).invoke(
        event,
        InvokeOptions { tenant_id: tenant_id.map(str::to_owned), ..InvokeOptions::default() },
    );
    assert!(
        outcome.log.ends_with('\n') && outcome.log.lines().all(|line| line.len() < LINE),
        "{}",
        outcome.log
    );
    outcome
}

/// Runs a program against `script`, with these values of the two variables. Returns its lines on
/// stderr.
fn lines_of(program: &Path, script: Script, format: &str, level: &str) -> Vec<String> {
    let ran = run_command(script, |_| {
        let mut command = Command::new(program);
        command.env("AWS_LAMBDA_LOG_FORMAT", format).env("AWS_LAMBDA_LOG_LEVEL", level);
        command
    });
    ran.stderr.lines().map(str::to_owned).collect()
}

fn json(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line:?}"))
}

/// Returns level, request id, message and tenant id of a line of JSON, and checks its other
/// members.
fn parts(line: &str) -> [Option<String>; 4] {
    let value = json(line);
    let members = value.as_object().expect("a line is an object");
    assert!(
        is_timestamp(members["timestamp"].as_str().expect("the timestamp is a string")),
        "{line}"
    );
    let known = ["timestamp", "level", "requestId", "message", "tenantId"];
    assert!(members.keys().all(|name| known.contains(&name.as_str())), "{line}");
    ["level", "requestId", "message", "tenantId"]
        .map(|name| members.get(name).map(|value| value.as_str().expect("a string").to_owned()))
}

fn is_timestamp(text: &str) -> bool {
    let shape: String = text
        .chars()
        .map(|character| if character.is_ascii_digit() { '0' } else { character })
        .collect();
    shape == "0000-00-00T00:00:00.000Z" && text > "2024"
}

/// Returns the example's message about its event, in JSON.
fn message_of_event(outcome: &Outcome) -> String {
    let messages = outcome
        .log
        .lines()
        .filter(|line| line.contains("\"message\":\"the event is "))
        .map(|line| parts(line)[2].clone());
    messages.flatten().next().expect("the event is logged")
}

#[test]
fn text_has_time_request_id_level_and_message() {
    let outcome = logged(
        &example_with_features("logging", NATIVE, &[]),
        "Text",
        "",
        "one\ntwo",
        Some("blue"),
    );
    assert_eq!(outcome.payload, b"\"logged\"");
    let lines: Vec<&str> = outcome.log.split_terminator('\n').collect();
    let [starting, event, metrics] = lines[..] else { panic!("{lines:#?}") };
    let (time, rest) = starting.split_once(' ').expect("the line has a space");
    assert!(is_timestamp(time), "{starting}");
    assert_eq!(rest, "- INFO starting as function");
    let (time, rest) = event.split_once(' ').expect("the line has a space");
    assert!(is_timestamp(time), "{event}");
    assert_eq!(rest, format!("{} INFO the event is one\rtwo", outcome.request_id));
    assert!(json(metrics)["_aws"].is_object());
}

#[test]
fn json_has_the_same_and_the_tenant() {
    for program in [example_with_features("logging", NATIVE, &[]), hosted_example("logging", &[])] {
        let outcome = logged(&program, "JSON", "TRACE", "{\"a\": 1}", Some("bl\"ue"));
        assert_eq!(outcome.payload, b"\"logged\"");
        let lines: Vec<&str> = outcome.log.lines().collect();
        let [starting, trace, debug, event, metrics] = lines[..] else { panic!("{lines:#?}") };
        let owned = |text: &str| Some(text.to_owned());
        assert_eq!(parts(starting), [owned("INFO"), None, owned("starting as function"), None]);
        let id = Some(outcome.request_id.clone());
        let tenant = owned("bl\"ue");
        assert_eq!(
            parts(event),
            [owned("INFO"), id.clone(), owned("the event is {\"a\": 1}"), tenant.clone()]
        );
        for (line, level, start) in
            [(trace, "TRACE", "called as arn:aws:lambda:"), (debug, "DEBUG", "")]
        {
            let [is_level, is_id, message, is_tenant] = parts(line);
            assert_eq!((is_level, is_id, is_tenant), (owned(level), id.clone(), tenant.clone()));
            assert!(message.is_some_and(|message| message.starts_with(start)), "{line}");
        }
        assert_eq!(json(metrics)["requestId"], outcome.request_id.as_str());
    }
}

#[test]
fn metrics_are_a_document_of_the_embedded_metric_format() {
    let program = example_with_features("logging", NATIVE, &[]);
    for (format, level) in [("Text", "INFO"), ("JSON", "FATAL")] {
        let outcome = logged(&program, format, level, "12345", None);
        let line =
            outcome.log.lines().find(|line| line.contains("_aws")).expect("there are metrics");
        let document = json(line);
        let aws = &document["_aws"];
        assert!(aws["Timestamp"].as_u64().is_some_and(|time| time > 1_700_000_000_000), "{line}");
        let directives = aws["CloudWatchMetrics"].as_array().expect("an array");
        let [directive] = &directives[..] else { panic!("{line}") };
        assert_eq!(directive["Namespace"], "barelambda/examples");
        let metrics = [("Invocations", "Count", 1), ("EventSize", "Bytes", 5)];
        for ((name, unit, value), definition) in
            metrics.into_iter().zip(directive["Metrics"].as_array().expect("an array"))
        {
            assert_eq!((&definition["Name"], &definition["Unit"]), (&name.into(), &unit.into()));
            assert_eq!(document[name], value);
        }
        assert_eq!(directive["Dimensions"], serde_json::json!([["example"]]));
        assert_eq!(document["example"], "logging");
    }
}

#[test]
fn the_level_selects_what_is_logged() {
    let program = example_with_features("logging", NATIVE, &[]);
    for (level, event, expected) in [
        ("TRACE", "e", &["INFO", "TRACE", "DEBUG", "INFO"][..]),
        ("debug", "e", &["INFO", "DEBUG", "INFO"]),
        ("INFO", "e", &["INFO", "INFO"]),
        ("", "e", &["INFO", "INFO"]),
        ("verbose", "e", &["INFO", "INFO"]),
        ("Warn", "\u{e9}", &[]),
        ("ERROR", "", &["ERROR"]),
        ("FATAL", "", &[]),
    ] {
        let outcome = logged(&program, "json", level, event, None);
        let levels: Vec<String> = outcome
            .log
            .lines()
            .filter_map(|line| json(line)["level"].as_str().map(str::to_owned))
            .collect();
        assert_eq!(levels, expected, "{level}: {}", outcome.log);
    }
    let outcome = logged(&program, "json", "WARN", b"\xff".to_vec(), None);
    assert!(
        outcome.log.contains("\"level\":\"WARN\"") && outcome.log.contains("the event is not text"),
        "{}",
        outcome.log
    );
}

#[test]
fn json_preserves_every_character() {
    let every: String = (0..0x300)
        .chain(0xfff0..0x1_0010)
        .chain([0x1_f600, 0x10_ffff])
        .filter_map(char::from_u32)
        .collect();
    let outcome =
        logged(&example_with_features("logging", NATIVE, &[]), "JSON", "", every.as_str(), None);
    assert_eq!(message_of_event(&outcome), format!("the event is {every}"));
}

#[test]
fn a_message_of_100_kilobytes_is_cut() {
    let program = example_with_features("logging", NATIVE, &[]);
    for text in ["x", "\0", "\u{1f600}"] {
        let event = text.repeat(100_000 / text.len());
        let outcome = logged(&program, "JSON", "", event.as_str(), None);
        let message = message_of_event(&outcome);
        let shown = message.strip_suffix(CUT).expect("a cut message ends with a mark");
        assert!(format!("the event is {event}").starts_with(shown) && shown.len() > 600, "{shown}");
        let longest = outcome.log.lines().map(str::len).max();
        assert!(longest.is_some_and(|longest| longest > LINE - 20), "{longest:?}");

        let outcome = logged(&program, "Text", "", event.as_str(), None);
        let line = outcome
            .log
            .lines()
            .find(|line| line.contains("the event is"))
            .expect("the event is logged");
        assert!(line.ends_with(CUT) && line.len() > LINE - 20, "{line}");
    }
}

#[test]
fn a_panic_is_a_line_of_json_and_its_response_is_unchanged() {
    let (faults, std_host) =
        (example_with_features("faults", NATIVE, &["log"]), hosted_example("std_host", &["log"]));
    let asked_for =
        format!("panicked at {}: the event asked for a panic", panic_place("faults", "panic!("));
    let std_asked_for =
        format!("panicked at {}: asked for by PANIC \"\n", panic_place("std_host", "assert!("));
    for (program, event, words) in
        [(faults, "\"panic\"", asked_for), (std_host, "panic \"\n", std_asked_for)]
    {
        let outcome = logged(&program, "JSON", "FATAL", event, Some("blue"));
        let error = outcome.function_error.clone().expect("the function panicked");
        assert_eq!((error.error_type.as_str(), &error.message), ("Function.Panic", &words));
        let [line] = outcome.log.lines().collect::<Vec<_>>()[..] else { panic!("{}", outcome.log) };
        logged_once("JSON", &outcome, "Function.Panic", &words);
        let line = json(line);
        assert_eq!(
            [&line["level"], &line["message"], &line["tenantId"]],
            ["FATAL", "barelambda: panicked", "blue"]
        );
    }
}

#[test]
fn the_runtimes_own_messages_have_the_same_format() {
    let echo = example_with_features("echo", NATIVE, &["log"]);
    let address = refused_address().expect("there is a free port");
    let stderr = |format: &str, level: &str, api: &str| {
        let mut command = Command::new(&echo);
        command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", api)
            .env("AWS_LAMBDA_LOG_FORMAT", format)
            .env("AWS_LAMBDA_LOG_LEVEL", level);
        let output = command.output().expect("the program can be started");
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).expect("JSON and text are UTF-8")
    };
    let refused = "barelambda: cannot connect: os error 111";
    let lines = stderr("JSON", "WARN", &address.to_string());
    let lines: Vec<[Option<String>; 4]> = lines.lines().map(parts).collect();
    let (last, others) = lines.split_last().expect("stderr has lines");
    let expected =
        |level: &str, message: String| [Some(level.to_owned()), None, Some(message), None];
    assert_eq!(*last, expected("FATAL", refused.to_owned()));
    assert_eq!(others, vec![expected("WARN", format!("{refused}: trying again")); 5]);

    let lines = stderr("JSON", "ERROR", &address.to_string());
    assert_eq!(
        lines.lines().map(parts).collect::<Vec<_>>(),
        [expected("FATAL", refused.to_owned())],
        "the level applies to the runtime's messages, too"
    );

    let text = stderr("Text", "", "no \"address\"\n");
    let lines: Vec<(&str, &str)> =
        text.split_terminator('\n').filter_map(|line| line.split_once(' ')).collect();
    assert!(lines.iter().all(|(time, _)| is_timestamp(time)), "{text}");
    let refused = format!("barelambda: {}: no", Error::ENDPOINT.message());
    let [(_, shown)] = lines[..] else { panic!("{text}") };
    assert_eq!(shown, format!("- FATAL {refused} \"address\" "));
    let json = stderr("JSON", "", "no \"address\"\n");
    let message = json.lines().map(|line| parts(line)[2].clone()).next().flatten();
    assert_eq!(message, Some(format!("{refused} 'address' ")));
}

#[test]
fn a_rejected_response_is_logged_with_its_request_id() {
    let words = b"a\xff\"\x01".to_vec();
    let length = words.len();
    let head = format!("HTTP/1.1 413 Request Entity Too Large\r\nContent-Length: {length}\r\n\r\n")
        .into_bytes();
    let steps = [
        vec![Step::Expect, Step::Send(message::next("r-1", "{}").bytes())],
        vec![Step::Expect, Step::Expect, Step::Send([head, words].concat())],
        answered(message::next("r-2", "{}").bytes()),
        vec![the_end()],
    ];
    let lines = lines_of(
        &example_with_features("echo", NATIVE, &["log"]),
        Script::new().connection(steps.concat()),
        "JSON",
        "",
    );
    let refused = parts(&lines[0]);
    let message = "barelambda: the Runtime API answered 413: a?' ";
    assert_eq!(
        refused,
        [Some("ERROR".to_owned()), Some("r-1".to_owned()), Some(message.to_owned()), None]
    );
    let levels: Vec<Option<String>> = lines.iter().map(|line| parts(line)[0].clone()).collect();
    assert_eq!(
        levels,
        ["ERROR", "WARN", "FATAL"].map(|level| Some(level.to_owned())),
        "{lines:#?}"
    );
}

#[test]
#[ignore = "needs strace; run `bash .ci/full`"]
fn each_line_is_one_write() {
    let program = example_with_features("logging", NATIVE, &[]);
    let long = "x\n".repeat(50_000);
    for format in ["Text", "JSON"] {
        let file = cargo::scratch(&format!("logging-{format}")).join("strace");
        let steps = [
            vec![Step::Expect],
            answered(message::next("r-1", "short").bytes()),
            answered(message::next("r-2", long.as_str()).bytes()),
            vec![the_end()],
        ];
        let ran = run_command(Script::new().connection(steps.concat()), |_| {
            let mut command = syscalls::traced(&program, &file);
            command.env("AWS_LAMBDA_LOG_FORMAT", format);
            command
        });
        let calls = syscalls::read(&file);
        let writes: Vec<&String> =
            calls.iter().filter(|call| call.starts_with("write(2, ")).collect();
        // The start, two events with their metrics, and two lines at the end.
        assert_eq!(
            (writes.len(), ran.stderr.split_terminator('\n').count()),
            (7, 7),
            "{format}: {writes:#?}"
        );
        for (write, line) in writes.iter().zip(ran.stderr.split_inclusive('\n')) {
            assert!(write.ends_with(&format!(" = {}", line.len())), "{format}: {write} for {line}");
        }
        let clock =
            calls.iter().filter(|call| call.contains("auxv") || call.starts_with("open")).count();
        assert_eq!(clock, 0, "{calls:#?}");
    }
}

#[test]
fn the_program_stays_small_on_both_architectures() {
    // The programs have 25,856 and 27,984 bytes. On aarch64, the crate `log` links atomics with a
    // constructor for libc. After .bss, that section would put all of .bss into the file.
    for (architecture, bound) in Architecture::ALL.into_iter().zip([26_624, 28_672]) {
        let program = example_with_features("logging", architecture, &[]);
        let size = program.metadata().expect("the program exists").len();
        assert!(size <= bound, "{architecture:?}: {size}");
    }
}
