//! `AWS_LAMBDA_EXEC_WRAPPER`, in `exec` and in other bootstraps with the feature `exec-wrapper`.

use std::path::PathBuf;

use barelambda_emulator::Options;
use barelambda_tests::emulated::{answer, failure, invoke, start};
use barelambda_tests::exec::{SHELL, options_for, write};
use barelambda_tests::on_each_architecture;
use barelambda_tests::programs::{Architecture, example_with_features};
use barelambda_tests::rie::Rie;
use barelambda_tests::{cargo, exec};

/// Writes a wrapper. Its folder is `${0%/*}` in the script.
fn wrapper(name: &str, script: &str) -> PathBuf {
    let path = cargo::scratch(&format!("exec-wrapper-{name}")).join("wrapper");
    write(&path, script, 0o755);
    path
}

fn echo(architecture: Architecture) -> Options {
    let mut options = Options::new(example_with_features("echo", architecture, &["exec-wrapper"]));
    options.runner = architecture.runner();
    options
}

#[test]
fn the_wrapper_starts_once_with_the_command_line() {
    let script = "#!/bin/sh\nprintf '%s\\n' \"$#\" \"$@\" >>\"${0%/*}/log\"\nexec \"$@\"\n";
    let path = wrapper("once", script);
    let mut options = echo(Architecture::X86_64).env("AWS_LAMBDA_EXEC_WRAPPER", &path);
    options.args = ["one", "two words", ""].map(Into::into).to_vec();
    let program = options.program.display().to_string();
    let emulator = start(options);
    for _ in 0..3 {
        assert_eq!(answer(&emulator, "words"), b"words");
    }
    let log = std::fs::read_to_string(path.with_file_name("log")).expect("the wrapper wrote a log");
    assert_eq!(log, format!("4\n{program}\none\ntwo words\n\n"));
}

#[test]
fn the_program_sees_the_wrappers_environment() {
    let path = wrapper(
        "environment",
        "#!/bin/sh\nexport ADDED=yes BARELAMBDA_ARGS=argument\nunset REMOVED\nexec \"$@\"\n",
    );
    for mode in ["process", "lines"] {
        let program = "#!/bin/sh\nshow() { echo \"$1 $ADDED ${REMOVED-none} ${KEPT}\"; }\nwhile read -r line; do show \"$1\"; done\n[ -z \"$line\" ] || show \"$1\"\n";
        let options = options_for(&format!("wrapped-{mode}"), program, Architecture::X86_64)
            .env("AWS_LAMBDA_EXEC_WRAPPER", &path)
            .env("BARELAMBDA_MODE", mode)
            .env("REMOVED", "no")
            .env("KEPT", "kept");
        assert_eq!(
            String::from_utf8_lossy(&answer(&start(options), "{}")).trim_end(),
            "argument yes none kept",
            "{mode}"
        );
    }
}

#[test]
fn a_wrapper_may_stay_as_the_parent() {
    let path = wrapper("around", "#!/bin/sh\n\"$@\"\n");
    let emulator = start(
        options_for("around", SHELL, Architecture::X86_64).env("AWS_LAMBDA_EXEC_WRAPPER", path),
    );
    assert_eq!(answer(&emulator, "echo answer"), b"answer\n");
    assert_eq!(failure(&emulator, "exit 3").0.message, "exit status 3");
}

fn a_wrapper_that_cannot_be_executed_is_a_failure_of_the_initialisation(
    architecture: Architecture,
) {
    let rights = wrapper("rights", "#!/bin/sh\n");
    write(&rights, "#!/bin/sh\n", 0o644);
    let plain = wrapper("plain", "exec \"$@\"\n");
    for (path, errno) in [
        ("/no/such/wrapper", 2),
        (rights.to_str().expect("the path is UTF-8"), 13),
        (plain.to_str().expect("the path is UTF-8"), 8),
    ] {
        for options in [
            echo(architecture),
            options_for(&format!("unwrapped-{architecture:?}"), SHELL, architecture),
        ] {
            let (error, outcome) =
                failure(&start(options.env("AWS_LAMBDA_EXEC_WRAPPER", path)), "{}");
            assert_eq!(error.error_type, "Runtime.InvalidWrapper", "{architecture:?} {path}");
            assert_eq!(
                error.message,
                format!("AWS_LAMBDA_EXEC_WRAPPER cannot be executed: {path}: os error {errno}")
            );
            assert_eq!((error.found_by_lambda, outcome.report.init), (false, None));
        }
    }
}
on_each_architecture!(a_wrapper_that_cannot_be_executed_is_a_failure_of_the_initialisation);

#[test]
fn an_empty_value_is_ignored_and_without_the_feature_any_value() {
    assert_eq!(
        answer(&start(echo(Architecture::X86_64).env("AWS_LAMBDA_EXEC_WRAPPER", "")), "words"),
        b"words"
    );
    let plain = Options::new(barelambda_tests::programs::example("echo", Architecture::X86_64));
    assert_eq!(
        answer(&start(plain.env("AWS_LAMBDA_EXEC_WRAPPER", "/no/such/wrapper")), "words"),
        b"words"
    );
}

#[test]
fn a_program_with_small_buffers_and_a_large_environment_can_be_wrapped() {
    let path = wrapper("small", "#!/bin/sh\nexport START=41\nexec \"$@\"\n");
    let program = example_with_features("stateful", Architecture::X86_64, &["exec-wrapper"]);
    let mut options = Options::new(program).env("AWS_LAMBDA_EXEC_WRAPPER", path);
    for number in 0..1000 {
        options = options.env(format!("MANY_{number}"), "x".repeat(50));
    }
    let outcome = invoke(&start(options), "{}");
    assert_eq!(
        (outcome.function_error, outcome.payload),
        (None, b"42".to_vec()),
        "{}",
        outcome.log
    );
}

#[test]
#[ignore = "needs RIE; run `bash .ci/full`"]
fn a_wrapped_program_works_under_rie() {
    let path = wrapper("rie", "#!/bin/sh\nexport BARELAMBDA_ARGS=wrapped\nexec \"$@\"\n");
    let folder = exec::task("rie-wrapped", "#!/bin/sh\necho \"$1\"\n");
    let text = |path: &PathBuf| path.to_str().expect("the path is UTF-8").to_owned();
    let (path, folder) = (text(&path), text(&folder));
    let environment = [
        ("LAMBDA_TASK_ROOT", folder.as_str()),
        ("_HANDLER", "handler"),
        ("AWS_LAMBDA_EXEC_WRAPPER", path.as_str()),
    ];
    let mut rie = Rie::start(&exec::bootstrap(Architecture::X86_64), &environment, "exec-wrapper");
    assert_eq!(rie.invoke(b"{}"), b"wrapped\n");
    let environment = [("AWS_LAMBDA_EXEC_WRAPPER", path.as_str())];
    let mut rie = Rie::start(
        &example_with_features("echo", Architecture::X86_64, &["exec-wrapper"]),
        &environment,
        "echo-wrapper",
    );
    assert_eq!(rie.invoke(b"words"), b"words");
}
