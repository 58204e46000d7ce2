//! The examples in C and their Makefile: every way to link them, under the emulator and under RIE.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use barelambda_emulator::Emulator;
use barelambda_tests::c_programs::{
    EXAMPLES, Way, compile, example, folder, headers, library, make, run, serve,
};
use barelambda_tests::cargo;
use barelambda_tests::emulated::{answer, failure, pattern};
use barelambda_tests::on_each_architecture;
use barelambda_tests::programs::Architecture;
use barelambda_tests::rie::Rie;
use elf::abi::{EM_AARCH64, EM_X86_64, PT_INTERP};

const ORDER: &str = r#"{"customer":"Ada","lines":[{"count":2,"cents":250,"more":{"a":[1,{"count":9}]}},{"cents":1999,"count":1}]}"#;
const SUM: &str = r#"{"lines":2,"cents":2499}"#;

#[test]
#[ignore = "needs make, musl-tools, gcc-aarch64-linux-gnu and qemu-user-static; run `bash .ci/full`"]
fn every_example_works_in_every_way_to_link_it() {
    for way in Way::ALL {
        for name in EXAMPLES {
            check(name, &serve(&example(name, way), way.architecture()));
        }
    }
}

/// With sanitizers, their library replaces memcpy and similar functions.
#[test]
#[ignore = "needs g++ and make; run `bash .ci/full`"]
fn every_example_works_as_cpp_and_under_sanitizers() {
    let commands: [(&str, &[&str]); 3] = [
        ("cpp", &["c++", "-std=c++17", "-x", "c++"]),
        (
            "sanitized",
            &["cc", "-std=c99", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
        ),
        (
            "sanitized-cpp",
            &[
                "c++",
                "-std=c++17",
                "-g",
                "-fsanitize=address,undefined",
                "-fno-sanitize-recover=all",
                "-x",
                "c++",
            ],
        ),
    ];
    for (how, command) in commands {
        for name in EXAMPLES {
            let program = compile(
                command,
                &folder().join(format!("{name}.c")),
                Architecture::X86_64,
                &format!("{how}-{name}"),
                &[],
            );
            check(name, &serve(&program, Architecture::X86_64));
        }
    }
}

/// Checks the purpose of an example.
fn check(name: &str, emulator: &Emulator) {
    match name {
        "hello" => assert_eq!(answer(emulator, "{}"), b"\"hello, world\""),
        "echo" => {
            for size in [0, 1, 2048, 6_291_556, 1] {
                assert!(answer(emulator, pattern(size)) == pattern(size), "{size} bytes");
            }
        }
        "stream" => {
            let started = Instant::now();
            let expected: String = (1..=5).map(|number| format!("data: {number}\n\n")).collect();
            assert_eq!(String::from_utf8_lossy(&answer(emulator, "{}")), expected);
            assert!(
                started.elapsed() > Duration::from_secs(2),
                "the events are half a second apart"
            );
        }
        "order" => {
            assert_eq!(String::from_utf8_lossy(&answer(emulator, ORDER)), SUM);
            for (event, message) in [
                (
                    "{\"lines\":[{\"count\":2}]}",
                    "a line has no count or no price from 0 to 1000000",
                ),
                (
                    "{\"lines\":[{\"count\":2,\"cents\":1000001}]}",
                    "a line has no count or no price from 0 to 1000000",
                ),
                ("{\"lines\":7}", "the order has no lines"),
                ("[]", "the order has no lines"),
                ("{\"lines\":[", "the order is not JSON"),
                ("", "the order is not JSON"),
            ] {
                let (error, _) = failure(emulator, event);
                assert_eq!(
                    (error.error_type.as_str(), error.message.as_str()),
                    ("Function.InvalidOrder", message),
                    "{event}"
                );
            }
            let (error, _) = failure(emulator, format!("[{}]", vec!["1"; 1024].join(",")));
            assert_eq!(error.message, "the order has too many lines");
            assert_eq!(answer(emulator, "{\"lines\":[]}"), b"{\"lines\":0,\"cents\":0}");
        }
        "conformance" => {
            assert_eq!(answer(emulator, "\"anything\""), b"\"anything\"");
            let (error, _) = failure(emulator, "\"conformance:error\"");
            assert_eq!(
                (error.error_type.as_str(), error.message.as_str()),
                ("Function.AskedFor", "the event asked for an error")
            );
        }
        other => panic!("no check for the example {other}"),
    }
}

fn every_example_works_under_rie(architecture: Architecture) {
    let way = Way::Freestanding(architecture);
    for name in EXAMPLES {
        let mut rie = Rie::start(
            &bootstrap(&example(name, way), architecture, name),
            &[],
            &format!("c-{architecture:?}-{name}"),
        );
        let (event, expected) = match name {
            "hello" => ("{}", "\"hello, world\"".to_owned()),
            "stream" => ("{}", (1..=5).map(|number| format!("data: {number}\n\n")).collect()),
            "order" => (ORDER, SUM.to_owned()),
            _ => ("{\"a\":1}", "{\"a\":1}".to_owned()),
        };
        for _ in 0..2 {
            assert_eq!(
                String::from_utf8_lossy(&rie.invoke(event.as_bytes())),
                expected,
                "{name}, {architecture:?}"
            );
        }
    }
}
on_each_architecture!(
    every_example_works_under_rie,
    "needs make and RIE; run `bash .ci/full`",
    "needs make and RIE and qemu-user-static; run `bash .ci/full`"
);

#[test]
#[ignore = "needs make; run `bash .ci/full`"]
fn make_installs_a_bootstrap_and_cleans_up() {
    let (destination, build) =
        (cargo::scratch("c-install").join("package"), cargo::scratch("c-build"));
    let built = format!("BUILD={}", build.join("programs").display());
    for (arch, machine) in [("x86_64", EM_X86_64), ("arm64", EM_AARCH64)] {
        let arch = format!("ARCH={arch}");
        let destination = format!("DESTDIR={}", destination.display());
        // The programs for the other architecture have the same paths.
        let _ = fs::remove_dir_all(build.join("programs"));
        make(&["install", "PROGRAM=hello", &arch, &destination, &built]);
        let path = PathBuf::from(destination.trim_start_matches("DESTDIR=")).join("bootstrap");
        let (found, segments) = headers(&path);
        assert!(
            found == machine && !segments.contains(&PT_INTERP),
            "{arch}: {found}, {segments:?}"
        );
        assert_eq!(
            fs::metadata(&path).expect("the bootstrap exists").permissions().mode() & 0o777,
            0o755
        );
        let others =
            fs::read_dir(&destination["DESTDIR=".len()..]).expect("the folder exists").count();
        assert_eq!(others, 1, "the package has only the bootstrap");
    }
    // This is the default build folder.
    make(&["install", "ARCH=x86_64", "DESTDIR=build/package"]);
    assert!(folder().join("build/package/bootstrap").exists());
    make(&["clean", "ARCH=x86_64"]);
    assert!(!folder().join("build").exists());
}

/// Runs the README's commands verbatim.
#[test]
#[ignore = "needs make, musl-tools and gcc-aarch64-linux-gnu; run `bash .ci/full`"]
fn the_commands_of_the_readme_link_working_programs() {
    let readme = fs::read_to_string(folder().join("README.md")).expect("the README can be read");
    let commands: Vec<&str> = readme
        .split('`')
        .filter(|text| text.contains("$LIBRARY") && text.contains("echo.c"))
        .collect();
    assert_eq!(commands.len(), 4, "{commands:?}");
    for command in commands {
        let output = cargo::scratch("c-readme").join("program");
        let mut shell = Command::new("/bin/sh");
        shell
            .current_dir(folder())
            .env("LIBRARY", library(Architecture::X86_64))
            .env("OUTPUT", &output);
        run(shell.arg("-c").arg(format!("{command} -o \"$OUTPUT\"")));
        println!("{} bytes: {command}", fs::metadata(&output).expect("the program exists").len());
        check("echo", &serve(&output, Architecture::X86_64));
    }
}

/// Returns a bootstrap for RIE: the program itself, or a script that runs it in an emulator.
fn bootstrap(program: &Path, architecture: Architecture, name: &str) -> PathBuf {
    let Some(runner) = architecture.runner() else {
        return program.to_owned();
    };
    let script = cargo::scratch(&format!("c-rie-{name}")).join("bootstrap");
    let words: Vec<String> = runner.iter().map(|word| format!("'{}'", word.display())).collect();
    fs::write(&script, format!("#!/bin/sh\nexec {} '{}'\n", words.join(" "), program.display()))
        .expect("a script can be written");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755))
        .expect("a script can be made executable");
    script
}
