//! Valgrind's memcheck over an ordinary program of the library, while much goes wrong.

use std::fs;
use std::path::Path;
use std::process::Command;

use barelambda_tests::{cargo, programs, soak, tools};

/// Enough for every kind of fault, and for some to come again.
const INVOCATIONS: u64 = 600;

/// What valgrind ends with if there was an error; the program itself ends with another status.
const FOUND: i32 = 99;

/// `program` under memcheck, which writes what it finds to `log`.
fn memcheck(program: &Path, log: &Path) -> Command {
    let mut command = Command::new(tools::valgrind());
    command.args(["--track-fds=yes", "--leak-check=full", "--errors-for-leak-kinds=definite"]);
    command.arg(format!("--error-exitcode={FOUND}")).arg(format!("--log-file={}", log.display())).arg(program);
    command
}

#[test]
#[ignore = "needs valgrind; run `bash .ci/full`"]
fn a_program_with_std_makes_no_error_of_memory() {
    let log = cargo::scratch("memcheck").join("log");
    let (report, status) = soak::run_command(memcheck(&programs::hosted_example("echo", &[]), &log), INVOCATIONS, 1);
    let words = fs::read_to_string(&log).expect("valgrind has written its log");
    println!("{report}\n{words}");
    assert_eq!(report.answered, INVOCATIONS);
    assert_eq!(status.code(), Some(1), "{words}");
    assert!(words.contains("ERROR SUMMARY: 0 errors from 0 contexts"), "{words}");
}

/// It would be seen if there were one.
#[test]
#[ignore = "needs valgrind; run `bash .ci/full`"]
fn memcheck_sees_an_error() {
    let folder = cargo::scratch("memcheck_fails");
    let (source, program) = (folder.join("main.rs"), folder.join("main"));
    let text = "fn main() {
        let bytes = vec![1_u8, 2, 3].into_boxed_slice();
        let place = std::hint::black_box(bytes.as_ptr());
        drop(bytes);
        std::process::exit((unsafe { place.read_volatile() } == 1).into())
    }";
    fs::write(&source, text).expect("the source can be written");
    let built = Command::new("rustc").args(["--edition=2024", "-O", "-o"]).arg(&program).arg(&source).status();
    assert!(built.expect("rustc can be started").success());
    let log = folder.join("log");
    let status = memcheck(&program, &log).status().expect("valgrind can be started");
    let words = fs::read_to_string(&log).expect("valgrind has written its log");
    assert_eq!(status.code(), Some(FOUND), "{words}");
    assert!(words.contains("Invalid read of size 1"), "{words}");
}
