//! `examples/shell` and `examples/exec-python`: packaged like a zip, under the emulator and RIE,
//! and by the commands of their READMEs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use barelambda_emulator::Options;
use barelambda_tests::emulated::{answer, failure, invoke, start};
use barelambda_tests::on_each_architecture;
use barelambda_tests::programs::Architecture;
use barelambda_tests::rie::Rie;
use barelambda_tests::{cargo, exec};
use serde_json::{Value, json};

const PYTHON: (&str, &str) = ("BARELAMBDA_MODE", "lines");

/// Makes a folder with the contents of the zip: the binary as `bootstrap`, and the program.
fn unzipped(test: &str, program: &str, architecture: Architecture) -> PathBuf {
    let folder = cargo::scratch(&format!("exec-example-{test}-{architecture:?}"));
    let source = cargo::root().join("examples").join(program);
    fs::copy(exec::bootstrap(architecture), folder.join("bootstrap"))
        .expect("the binary can be copied");
    fs::copy(&source, folder.join(source.file_name().expect("the program has a name")))
        .expect("the program can be copied");
    folder
}

fn options(folder: &Path, handler: &str, architecture: Architecture) -> Options {
    let mut options = Options::new(folder.join("bootstrap"));
    options.handler = handler.to_owned();
    options.runner = architecture.runner();
    options
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(bytes)))
}

fn shell(architecture: Architecture) {
    let folder = unzipped("shell", "shell/handler.sh", architecture);
    let emulator = start(options(&folder, "handler.sh", architecture));
    let outcome = invoke(&emulator, "{\"name\":\"Ada\"}");
    assert_eq!(
        json(&outcome.payload),
        json!({"requestId": outcome.request_id, "event": {"name": "Ada"}})
    );
    assert!(
        outcome.log.ends_with(&format!("{} INFO an event of 14 characters\n", outcome.request_id)),
        "{}",
        outcome.log
    );
    let (error, _) = failure(&emulator, "\"fail\"");
    assert_eq!(
        (error.error_type.as_str(), error.message.as_str()),
        ("Function.AskedFor", "the event asked for an error")
    );
    assert_eq!(json(&answer(&emulator, "1"))["event"], 1);
}
on_each_architecture!(shell);

fn python(architecture: Architecture) {
    let folder = unzipped("python", "exec-python/handler.py", architecture);
    let emulator = start(options(&folder, "handler.py", architecture).env(PYTHON.0, PYTHON.1));
    for count in 1..=3 {
        let outcome = invoke(&emulator, "{\"name\":\n\"Ada\"}");
        assert_eq!(json(&outcome.payload), json!({"greeting": "Hello, Ada!", "count": count}));
        assert!(
            outcome.log.ends_with(&format!("{} INFO event number {count}\n", outcome.request_id)),
            "{}",
            outcome.log
        );
    }
    let (error, _) = failure(&emulator, "{}");
    assert_eq!(
        (error.error_type.as_str(), error.message.as_str()),
        ("Function.KeyError", "'name'")
    );
    let (error, _) = failure(&emulator, "no JSON");
    assert_eq!(error.error_type, "Function.JSONDecodeError");
    assert_eq!(json(&answer(&emulator, "{\"name\":1}"))["count"], 5, "the process is the same");
}
on_each_architecture!(
    python,
    "needs Python 3; run `bash .ci/full`",
    "needs Python 3 and qemu-user-static; run `bash .ci/full`"
);

#[test]
#[ignore = "needs RIE; run `bash .ci/full`"]
fn under_rie() {
    let start = |test: &str, program: &str, handler: &str, variable: (&str, &str)| {
        let folder = unzipped(&format!("rie-{test}"), program, Architecture::X86_64);
        let root = folder.to_str().expect("the path is UTF-8");
        let environment = [("LAMBDA_TASK_ROOT", root), ("_HANDLER", handler), variable];
        Rie::start(&folder.join("bootstrap"), &environment, &format!("exec-{test}"))
    };
    let mut rie = start("shell", "shell/handler.sh", "handler.sh", ("UNUSED", ""));
    for _ in 0..10 {
        assert_eq!(rie.answer(b"{}").json()["event"], json!({}));
        assert_eq!(rie.answer(b"\"fail\"").json()["errorType"], "Function.AskedFor");
    }
    let mut rie = start("python", "exec-python/handler.py", "handler.py", PYTHON);
    // A failed event is counted, too.
    for count in (1..20).step_by(2) {
        assert_eq!(
            rie.answer(b"{\"name\":\"Ada\"}").json(),
            json!({"greeting": "Hello, Ada!", "count": count})
        );
        assert_eq!(rie.answer(b"\"\"").json()["errorType"], "Function.TypeError");
    }
}

/// Runs the command in the README.
fn command(example: &str) -> Output {
    let readme = fs::read_to_string(cargo::root().join("examples").join(example).join("README.md"))
        .expect("the README can be read");
    let line = readme
        .lines()
        .find(|line| line.starts_with("cargo bare invoke"))
        .expect("the README has a command");
    let mut command = std::process::Command::new("/bin/sh");
    command.args(["-c", line]).current_dir(cargo::root()).stdin(Stdio::null());
    command.output().expect("the shell can be started")
}

#[test]
#[ignore = "needs Python 3; run `bash .ci/full`"]
fn the_commands_of_the_readmes() {
    let output = command("shell");
    assert_eq!(
        json(&output.stdout)["event"],
        json!({"name": "Ada"}),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let output = command("exec-python");
    assert_eq!(
        json(&output.stdout),
        json!({"greeting": "Hello, Ada!", "count": 1}),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
