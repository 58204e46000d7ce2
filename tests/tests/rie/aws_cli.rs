//! The AWS CLI with the emulator's Invoke API, in the library and in `cargo barelambda serve`.

use std::fs;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::{Arc, mpsc};

use barelambda_emulator::Options;
use barelambda_tests::emulated::start;
use barelambda_tests::programs::{Architecture, example, panic_place};
use barelambda_tests::serving::Serving;
use barelambda_tests::waiting::LIMIT;
use barelambda_tests::{cargo, tools};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

const NATIVE: Architecture = Architecture::X86_64;

/// Runs `aws lambda invoke`, and returns its output and the payload that it writes to a file.
/// `name` is the test's name.
///
/// The event is in a file because versions 1 and 2 of the CLI differ in how they read the text of
/// `--payload`.
fn invoke(server: SocketAddr, name: &str, event: &str, more: &[&str]) -> (Value, Vec<u8>) {
    let folder = cargo::scratch(&format!("aws-{name}"));
    let (payload, out) = (folder.join("event"), folder.join("answer"));
    fs::write(&payload, event).expect("a file can be written");
    let output = Command::new(tools::aws())
        .args([
            "lambda",
            "invoke",
            "--function-name",
            "function",
            "--endpoint-url",
            &format!("http://{server}"),
        ])
        .args(["--payload", &format!("fileb://{}", payload.display())])
        .args(more)
        .arg(&out)
        .env_clear()
        .envs(tools::aws_environment())
        .stdin(Stdio::null())
        .output()
        .expect("the AWS CLI can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = serde_json::from_slice(&output.stdout).expect("the AWS CLI prints JSON");
    (printed, fs::read(out).expect("the AWS CLI writes the payload"))
}

#[test]
#[ignore = "needs the AWS CLI; run `bash .ci/full`"]
fn a_payload_is_returned() {
    const EVENT: &str = r#"{"key":"välue"}"#;
    let emulator = start(Options::new(example("echo", NATIVE)));
    let (printed, payload) = invoke(emulator.address(), "payload", EVENT, &[]);
    assert_eq!(payload, EVENT.as_bytes());
    assert_eq!(
        (&printed["StatusCode"], &printed["ExecutedVersion"]),
        (&Value::from(200), &Value::from("$LATEST"))
    );
    assert_eq!(printed["FunctionError"], Value::Null);
}

#[test]
#[ignore = "needs the AWS CLI; run `bash .ci/full`"]
fn a_failure_is_marked_and_has_the_log() {
    let emulator = start(Options::new(example("faults", NATIVE)));
    let (printed, payload) =
        invoke(emulator.address(), "failure", "\"panic\"", &["--log-type", "Tail"]);
    assert_eq!(
        (&printed["StatusCode"], &printed["FunctionError"]),
        (&Value::from(200), &Value::from("Unhandled"))
    );
    let words =
        format!("panicked at {}: the event asked for a panic", panic_place("faults", "panic!("));
    let error: Value = serde_json::from_slice(&payload).expect("errors are JSON");
    assert_eq!(
        (&error["errorType"], &error["errorMessage"]),
        (&Value::from("Function.Panic"), &Value::from(words.as_str()))
    );
    let log = BASE64
        .decode(printed["LogResult"].as_str().expect("there is a log"))
        .expect("the log is base64");
    let log = String::from_utf8(log).expect("the log is text");
    assert!(
        log.starts_with("START RequestId: ")
            && log.contains(&words)
            && log.contains("\nREPORT RequestId: "),
        "{log}"
    );
}

#[test]
#[ignore = "needs the AWS CLI; run `bash .ci/full`"]
fn a_dry_run_invokes_nothing_and_an_event_is_invoked_later() {
    let (sender, receiver) = mpsc::channel();
    let mut options = Options::new(example("stateful", NATIVE));
    options.outcome_sink = Some(Arc::new(move |outcome| {
        // This fails only after the test has failed and dropped the receiver.
        let _ = sender.send(outcome.payload.clone());
    }));
    let emulator = start(options);
    let (printed, payload) =
        invoke(emulator.address(), "dry-run", "{}", &["--invocation-type", "DryRun"]);
    assert_eq!((&printed["StatusCode"], payload.len()), (&Value::from(204), 0));
    let (printed, payload) =
        invoke(emulator.address(), "event", "{}", &["--invocation-type", "Event"]);
    assert_eq!((&printed["StatusCode"], payload.len()), (&Value::from(202), 0));
    assert_eq!(receiver.recv_timeout(LIMIT).as_deref(), Ok(&b"1"[..]), "the dry run doesn't count");
}

#[test]
#[ignore = "needs the AWS CLI; run `bash .ci/full`"]
fn serve_works_with_the_aws_cli_until_it_is_terminated() {
    let serving = Serving::start("stateful");
    for count in ["1", "2"] {
        let (printed, payload) = invoke(serving.address, "serve", "{}", &[]);
        assert_eq!(
            (&printed["StatusCode"], payload.as_slice()),
            (&Value::from(200), count.as_bytes())
        );
    }
    let (code, rest) = serving.end();
    assert_eq!(code, Some(0));
    assert_eq!(
        rest.lines().filter(|line| line.starts_with("REPORT RequestId: ")).count(),
        2,
        "{rest}"
    );
}
