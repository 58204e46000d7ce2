//! `cargo barelambda invoke`, run from the repository's root. `sources::documents` runs it by
//! `cargo bare`, as the README says.

use std::fs;
use std::io::{Read, Write};
use std::process::{Output, Stdio};

use barelambda_tests::cargo::{self, root};
use barelambda_tests::packages::tool;
use barelambda_tests::programs::{Architecture, example, panic_place};

fn barelambda(arguments: &[&str]) -> Output {
    tool(root()).args(arguments).output().expect("the tool can be started")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Checks that stdout has only the response, that stderr has one REPORT line, and that the exit
/// code is 0.
fn assert_answered(output: &Output, answer: &[u8]) {
    let report = answered(output, answer);
    assert!(report.contains("Max Memory Used: "), "{report}");
}

/// Like [`assert_answered`], for an emulated program, whose memory can't be told from the
/// emulator's. Returns the REPORT line.
fn answered(output: &Output, answer: &[u8]) -> String {
    let words = stderr(output);
    assert_eq!(output.status.code(), Some(0), "{words}");
    assert!(output.stdout == answer, "{:?}\n{words}", String::from_utf8_lossy(&output.stdout));
    let [report] = words.lines().filter(|line| line.starts_with("REPORT ")).collect::<Vec<_>>()[..]
    else {
        panic!("expected one REPORT line: {words}")
    };
    for part in ["RequestId: ", "Init Duration: ", " Duration: ", "Binary Size: "] {
        assert!(report.contains(part), "{part}: {report}");
    }
    report.to_owned()
}

#[test]
#[ignore = "needs qemu-user-static; run `bash .ci/full`"]
fn invoke_prints_the_response_and_one_report() {
    assert_answered(&barelambda(&["invoke", "hello"]), b"\"hello, world\"");
    assert_answered(&barelambda(&["invoke", "echo", r#"{"key":"value"}"#]), br#"{"key":"value"}"#);
    assert_answered(&barelambda(&["invoke", "stateful", "--env", "START=41"]), b"42");
    assert_answered(
        &barelambda(&["invoke", "std_host", r#"{"name":"Ada"}"#]),
        br#"{"NAME":"ADA"}"#,
    );
    answered(&barelambda(&["invoke", "echo", "--arch", "arm64", "[1]"]), b"[1]");
}

#[test]
fn a_streamed_response_is_printed_as_it_arrives() {
    let mut child = tool(root())
        .args(["invoke", "stream"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the tool can be started");
    let mut first = [0; 9];
    child
        .stdout
        .as_mut()
        .expect("stdout is a pipe")
        .read_exact(&mut first)
        .expect("the response begins");
    assert_eq!(&first, b"data: 1\n\n");
    assert!(
        child.try_wait().expect("the tool is a child").is_none(),
        "four more events arrive in two seconds"
    );
    let output = child.wait_with_output().expect("the tool is a child");
    assert_answered(&output, b"data: 2\n\ndata: 3\n\ndata: 4\n\ndata: 5\n\n");
}

#[test]
fn a_failure_while_streaming_is_not_part_of_the_response() {
    let output = barelambda(&["invoke", "stream_error"]);
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &b"one\ntwo\n"[..]));
    assert!(
        stderr(&output)
            .contains("error: the function failed: Function.OutOfPaper: there is no third line"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn an_event_is_read_unchanged_from_a_file_or_stdin() {
    let file = cargo::scratch("tool").join("event");
    let event = b"\x00\xff not JSON\r\n";
    fs::write(&file, event).expect("a file can be written");
    let file = file.to_str().expect("the path is UTF-8");
    assert_answered(&barelambda(&["invoke", "echo", "--raw", "--file", file]), event);

    let mut child = tool(root())
        .args(["invoke", "echo", "--raw", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the tool can be started");
    // Dropping stdin ends the event.
    child
        .stdin
        .take()
        .expect("stdin is a pipe")
        .write_all(event)
        .expect("the tool reads its stdin");
    assert_answered(&child.wait_with_output().expect("the tool is a child"), event);
}

#[test]
fn a_program_can_be_run_directly() {
    let path = example("echo", Architecture::X86_64);
    let path = path.to_str().expect("the path is UTF-8");
    assert_answered(&barelambda(&["invoke", "--bootstrap", path, "{}"]), b"{}");
}

#[test]
fn a_failure_is_printed_with_exit_code_1() {
    let failed = |arguments: &[&str], answer: &str| {
        let output = barelambda(arguments);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains(answer), "{text}");
        stderr(&output)
    };
    let words = failed(&["invoke", "faults", "\"fail\""], r#""errorType":"Function.AskedFor""#);
    assert!(words.contains("Function.AskedFor: the event asked for an error"), "{words}");
    let words = failed(&["invoke", "faults", "\"panic\""], r#""errorType":"Function.Panic""#);
    assert!(
        words.contains(&format!("panicked at {}", panic_place("faults", "panic!("))),
        "{words}"
    );
    let words = failed(&["invoke", "faults", "\"exit\""], "exit status 3");
    assert!(words.contains("Runtime.ExitError"), "{words}");
    let words =
        failed(&["invoke", "stateful", "--env", "START=x"], r#""errorType":"Function.BadStart""#);
    assert!(words.contains("START must be a number"), "{words}");
    let words = failed(
        &["invoke", "faults", "\"slow\"", "--timeout", "0.2"],
        "timed out after 0.20 seconds",
    );
    assert!(words.contains("Sandbox.Timedout"), "{words}");
}

#[test]
fn an_unknown_name_lists_the_known_ones() {
    let output = barelambda(&["invoke", "ehco"]);
    let words = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{words}");
    assert!(output.stdout.is_empty());
    for name in ["echo", "faults", "hello", "stateful", "std_host"] {
        assert!(words.contains(name), "{name}: {words}");
    }
}

#[test]
fn wrong_usage_has_exit_code_2_and_help_has_an_example() {
    let output = barelambda(&["invoke", "echo", "--no-such-option"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{}", stderr(&output));
    let output = barelambda(&["invoke", "--help"]);
    let words = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0));
    assert!(words.contains("cargo barelambda invoke echo"), "{words}");
}
