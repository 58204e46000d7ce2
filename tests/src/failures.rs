//! The log line of a failed invocation, as text and as JSON.

use barelambda_emulator::Outcome;
use serde_json::Value;

/// The values of `AWS_LAMBDA_LOG_FORMAT` that the failures are tested with.
pub const FORMATS: [&str; 2] = ["Text", "JSON"];

/// Checks that the log of a failed invocation has one line of the runtime with its request id, type
/// and message, and that in JSON, every line is an object. An initialisation has no request id.
///
/// # Panics
/// They are absent, or occur more than once.
pub fn logged_once(format: &str, outcome: &Outcome, error_type: &str, message: &str) {
    let is_init = outcome.log.contains("the initialisation failed");
    let id = if is_init { "" } else { outcome.request_id.as_str() };
    check(format, &outcome.log, id, error_type, message);
}

/// As [`logged_once`], for the stderr of a process. An empty request id is none.
///
/// # Panics
/// See [`logged_once`].
pub fn check(format: &str, log: &str, request_id: &str, error_type: &str, message: &str) {
    let lines: Vec<&str> = log.split_terminator('\n').collect();
    let failures: Vec<&&str> =
        lines.iter().filter(|line| line.contains("\"errorType\":")).collect();
    let [line] = failures[..] else { panic!("expected one line, of {error_type}:\n{log}") };
    let body: Value = if format == "JSON" {
        for line in &lines {
            let value: Value =
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            assert!(value.is_object(), "{line}");
        }
        let value: Value = serde_json::from_str(line).expect("it was read");
        let level = value["level"].as_str();
        assert!(level == Some("ERROR") || level == Some("FATAL"), "{line}");
        assert!(value["timestamp"].as_str().is_some_and(|time| time.len() == 24), "{line}");
        let id = if request_id.is_empty() { Value::Null } else { request_id.into() };
        assert_eq!(value["requestId"], id, "{line}");
        let text = value["message"].as_str().expect("a message is a string");
        assert!(text.starts_with("barelambda: "), "{line}");
        value
    } else {
        let (before, body) = line.split_once(": {").expect("the body follows the text");
        assert!(before.contains("barelambda: ") && before.contains(request_id), "{line}");
        serde_json::from_str(&format!("{{{body}")).unwrap_or_else(|error| panic!("{error}: {line}"))
    };
    assert_eq!(body["errorType"], error_type, "{line}");
    let shown = body["errorMessage"].as_str().expect("a message is a string");
    assert!(shown.contains(message), "{message}: {line}");
}
