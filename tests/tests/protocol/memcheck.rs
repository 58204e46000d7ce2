//! A std program under valgrind's memcheck, with injected faults.

use std::fs;
use std::path::Path;
use std::process::Command;

use barelambda_tests::{cargo, programs, soak, tools};

/// Enough for every kind of fault, and for some of them twice.
const INVOCATIONS: u64 = 600;

/// The exit status of valgrind if it finds an error. The program exits with another.
const FOUND: i32 = 99;

/// Returns a command that runs `program` under memcheck, which writes its findings to `log`.
fn memcheck(program: &Path, log: &Path) -> Command {
    let mut command = Command::new(tools::valgrind());
    command.args(["--track-fds=yes", "--leak-check=full", "--errors-for-leak-kinds=definite"]);
    command
        .arg(format!("--error-exitcode={FOUND}"))
        .arg(format!("--log-file={}", log.display()))
        .arg(program);
    command
}

#[test]
#[ignore = "needs valgrind; run `bash .ci/full`"]
fn a_std_program_has_no_memory_faults() {
    let log = cargo::scratch("memcheck").join("log");
    let (report, status) =
        soak::run_command(memcheck(&programs::hosted_example("echo", &[]), &log), INVOCATIONS, 1);
    let words = fs::read_to_string(&log).expect("valgrind has written its log");
    println!("{report}\n{words}");
    assert_eq!(report.answered, INVOCATIONS);
    assert_eq!(status.code(), Some(1), "{words}");
    assert!(words.contains("ERROR SUMMARY: 0 errors from 0 contexts"), "{words}");
}

/// The previous test would fail if there were an error.
#[test]
#[ignore = "needs valgrind; run `bash .ci/full`"]
fn memcheck_sees_a_failure() {
    let folder = cargo::scratch("memcheck_fails");
    let (source, program) = (folder.join("main.rs"), folder.join("main"));
    let text = "fn main() {
        let bytes = vec![1_u8, 2, 3].into_boxed_slice();
        let place = std::hint::black_box(bytes.as_ptr());
        drop(bytes);
        std::process::exit((unsafe { place.read_volatile() } == 1).into())
    }";
    fs::write(&source, text).expect("the source can be written");
    let built = Command::new("rustc")
        .args(["--edition=2024", "-O", "-o"])
        .arg(&program)
        .arg(&source)
        .status();
    assert!(built.expect("rustc can be started").success());
    let log = folder.join("log");
    let status = memcheck(&program, &log).status().expect("valgrind can be started");
    let words = fs::read_to_string(&log).expect("valgrind has written its log");
    assert_eq!(status.code(), Some(FOUND), "{words}");
    assert!(words.contains("Invalid read of size 1"), "{words}");
}
