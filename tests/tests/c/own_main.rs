//! Programs in C with a custom `main` and with the library's, with and without libc.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use barelambda_emulator::Options;
use barelambda_tests::c_programs::compile;
use barelambda_tests::cargo;
use barelambda_tests::emulated::{answer, failure, start};
use barelambda_tests::failures::logged_once;
use barelambda_tests::programs::Architecture;

const BARE: [&str; 5] = ["-Os", "-ffreestanding", "-fno-stack-protector", "-nostdlib", "-static"];

/// Returns the ways to link, each with a name.
fn commands() -> [(&'static str, Architecture, Vec<&'static str>); 6] {
    [
        ("bare", Architecture::X86_64, [&["cc"], &BARE[..]].concat()),
        ("bare-arm64", Architecture::Aarch64, [&["aarch64-linux-gnu-gcc"], &BARE[..]].concat()),
        ("musl", Architecture::X86_64, vec!["musl-gcc", "-static"]),
        ("musl-dynamic", Architecture::X86_64, vec!["musl-gcc"]),
        ("glibc-static-pie", Architecture::X86_64, vec!["cc", "-static-pie"]),
        ("glibc", Architecture::X86_64, vec!["cc"]),
    ]
}

#[test]
#[ignore = "needs gcc-aarch64-linux-gnu and qemu-user-static; run `bash .ci/full`"]
fn a_custom_main_has_arguments_an_initialiser_and_a_state() {
    let source = cargo::root().join("tests/c/own_main.c");
    for (name, architecture, command) in commands() {
        let program = compile(
            &[&command[..], &["-std=c99"]].concat(),
            &source,
            architecture,
            &format!("main-{name}"),
            &[],
        );
        let options = || {
            let mut options = Options::new(&program);
            options.runner = architecture.runner();
            options
        };
        let emulator = start(options());
        assert_eq!([answer(&emulator, "1"), answer(&emulator, "2")], [b"00", b"01"], "{name}");

        let (error, outcome) = failure(&start(options().env("OWN_MAIN_INIT", "no \"luck\"")), "1");
        assert_eq!(
            (error.error_type.as_str(), error.message.as_str()),
            ("Function.BadStart", "no \"luck\""),
            "{name}"
        );
        assert!(
            outcome.log.contains(
                "barelambda: the initialisation failed: {\"errorType\":\"Function.BadStart\""
            ),
            "{}",
            outcome.log
        );

        let (status, words) = ran(program, architecture);
        assert_eq!(status, Some(7), "{name}");
        assert!(
            words.starts_with("barelambda: AWS_LAMBDA_RUNTIME_API is not set"),
            "{name}: {words}"
        );
    }
}

fn the_environment_may_be_changed(command: &[&str]) {
    let program = compile(
        &[command, &["-std=c99"]].concat(),
        &cargo::root().join("tests/c/environ.c"),
        Architecture::X86_64,
        &format!("environ-{}", command.join("")),
        &[],
    );
    let options = || Options::new(&program).env("AWS_LAMBDA_LOG_FORMAT", "JSON");
    let (error, outcome) = failure(&start(options().env("ENVIRON_INIT", "1")), "1");
    assert_eq!(
        (error.error_type.as_str(), error.message.as_str()),
        ("Function.BadStart", "asked for")
    );
    logged_once("JSON", &outcome, "Function.BadStart", "asked for");
    let emulator = start(options());
    assert_eq!(answer(&emulator, "1"), b"set");
    assert_eq!(answer(&emulator, "2"), b"set");
    let (error, outcome) = failure(&emulator, "\"panic\"");
    assert_eq!(error.error_type, "Function.Panic", "{error:?}");
    logged_once("JSON", &outcome, "Function.Panic", "asked for");
}

#[test]
fn the_environment_may_be_changed_with_glibc() {
    the_environment_may_be_changed(&["cc"]);
}

#[test]
#[ignore = "needs musl-tools; run `bash .ci/full`"]
fn the_environment_may_be_changed_with_musl() {
    the_environment_may_be_changed(&["musl-gcc", "-static"]);
}

#[test]
#[ignore = "needs gcc-aarch64-linux-gnu and qemu-user-static; run `bash .ci/full`"]
fn a_program_without_main_and_handler_reports_that() {
    let source = cargo::scratch("c-nothing").join("nothing.c");
    fs::write(&source, "#include <barelambda.h>\nconst int nothing = 1;\n")
        .expect("a source can be written");
    for (name, architecture, command) in commands() {
        let program = compile(
            &[&command[..], &["-std=c99"]].concat(),
            &source,
            architecture,
            &format!("nothing-{name}"),
            &["-Wl,-u,_start"],
        );
        let (status, words) = ran(program, architecture);
        assert_eq!(
            (status, words.as_str()),
            (Some(1), "barelambda: the program has neither main nor barelambda_handler\n"),
            "{name}"
        );
    }
}

/// Runs a program without a server, and returns its status and stderr.
fn ran(program: PathBuf, architecture: Architecture) -> (Option<i32>, String) {
    let mut words = architecture.runner().into_iter().flatten().chain([program.into_os_string()]);
    let mut command = Command::new(words.next().expect("the program has a path"));
    let output = command
        .args(words)
        .arg("x")
        .env_remove("AWS_LAMBDA_RUNTIME_API")
        .output()
        .expect("the program can be started");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}
