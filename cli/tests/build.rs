//! Builds with a cargo and a compiler that only record what they are called with.

mod support;

use std::process::Command;

use support::{Folder, Ran};

/// A cargo that lists one package, and whose builds print the file `messages` and fail. It appends
/// its arguments to the file `calls`.
const CARGO: &str = r#"#!/bin/sh
cd "$(dirname "$0")"
echo "$@" >> calls
case "$1" in
metadata) cat metadata ;;
tree) echo "ureq v3.0.0" ;;
build) echo "flags: $BARELAMBDA_FLAGS" >> calls; cat messages; exit 101 ;;
esac
"#;

/// Returns a directory with such a cargo, and a package that depends on `dependencies`.
fn package(test: &str, dependencies: &str) -> Folder {
    let folder = Folder::new(test);
    let path = folder.path();
    folder.script("cargo", CARGO);
    folder.file(
        "metadata",
        &format!(
            r#"{{"workspace_root": "{path}", "target_directory": "{path}/target", "packages": [{{
                "name": "mine", "id": "mine", "manifest_path": "{path}/Cargo.toml", "metadata": null,
                "dependencies": [{dependencies}],
                "targets": [{{"name": "mine", "kind": ["bin"]}}]}}]}}"#
        ),
    );
    folder.file("messages", "");
    folder.file("Cargo.toml", "");
    folder
}

const OURS: &str = r#"{"name": "barelambda", "req": "*", "kind": null, "features": [], "uses_default_features": true}"#;

fn build(folder: &Folder, words: &[&str]) -> (Ran, String) {
    let mut command = support::command_in(folder, &[&["build"], words].concat());
    command.env("CARGO", format!("{}/cargo", folder.path())).env_remove("CARGO_HOME");
    let ran = Ran::of(command.env("HOME", folder.path()), "");
    let calls =
        std::fs::read_to_string(format!("{}/calls", folder.path())).expect("cargo was called");
    (ran, calls)
}

#[test]
fn the_options_are_passed_to_cargo() {
    let folder = package("options", "");
    let words = [
        "-q",
        "--locked",
        "--no-default-features",
        "-F",
        "one",
        "--features",
        "two",
        "--bin",
        "mine",
        "--manifest-path",
        "Cargo.toml",
        "-vv",
    ];
    let (_, calls) = build(&folder, &words);
    let lines: Vec<&str> = calls.lines().collect();
    assert!(lines[0].starts_with("metadata --locked --manifest-path /"), "{calls}");
    for part in [
        " --quiet",
        " --verbose --verbose",
        " --locked",
        " --no-default-features",
        " --features one,two",
        " --bin mine",
    ] {
        assert!(lines[1].starts_with("build ") && lines[1].contains(part), "{part}: {calls}");
    }
}

#[test]
fn a_program_with_barelambda_gets_the_flags_and_the_profile_unless_it_has_its_own() {
    let with = package("flags", OURS);
    let (_, calls) = build(&with, &[]);
    assert!(calls.contains("flags: 1\n"), "{calls}");
    let profile = "--config profile.release.opt-level=\"z\" --config profile.release.lto=true --config profile.release.codegen-units=1";
    assert!(calls.contains(profile), "{calls}");
    for file in ["Cargo.toml", ".cargo/config.toml"] {
        with.file(file, "[profile.release]\nlto = false\n");
        with.file("calls", "");
        let (_, calls) = build(&with, &[]);
        assert!(calls.contains("flags: 1\n") && !calls.contains("--config"), "{file}: {calls}");
        with.file(file, "");
    }
    let (_, calls) = build(&package("no-flags", ""), &[]);
    assert!(calls.contains("flags: \n") && !calls.contains("--config"), "{calls}");
}

#[test]
fn the_compiler_gets_the_missing_flags() {
    let folder = Folder::new("wrapper");
    let rustc = folder.script("rustc", "#!/bin/sh\nfor argument; do echo \"$argument\"; done\n");
    let compile = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-barelambda"));
        command.arg(&rustc).args(words).env("BARELAMBDA_CHAINED_RUSTC_WRAPPER", "");
        for (name, value) in [("NAME", "p"), ("VERSION", "1.0.0")] {
            command.env(format!("CARGO_PKG_{name}"), value);
        }
        command.env("CARGO_MANIFEST_DIR", folder.path()).env("BARELAMBDA_FLAGS", "1");
        let ran = Ran::of(&mut command, "");
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.stdout
    };
    let musl = ["-C", "metadata=0", "--target", "x86_64-unknown-linux-musl"];
    let stdout = compile(&[&["-Dwarnings"], &musl[..]].concat());
    for flag in ["-Clinker=rust-lld", "-Cpanic=abort", "-Clink-args=-Tbarelambda.x "] {
        assert!(stdout.contains(&format!("\n{flag}")), "{flag}: {stdout}");
    }
    let stdout =
        compile(&[&["-Clink-args=-Tbarelambda.x -s", "-Cpanic=unwind"], &musl[..]].concat());
    assert_eq!(stdout.matches("-Tbarelambda.x").count(), 1, "{stdout}");
    assert!(!stdout.contains("panic=abort") && stdout.contains("-Cjump-tables=no"), "{stdout}");
    // Build scripts, and calls that compile nothing.
    for words in [&["-C", "metadata=0"][..], &["--print", "cfg", "--target", musl[3]]] {
        let stdout = compile(words);
        assert!(!stdout.contains("rust-lld"), "{stdout}");
    }
}

#[test]
fn std_in_a_bare_program_is_explained() {
    let error = |by: &str| {
        format!(
            r#"{{"reason": "compiler-message", "message": {{"rendered": "the compiler's error\n", "level": "error",
            "message": "found duplicate lang item `panic_impl`", "code": {{"code": "E0152"}}, "children":
            [{{"message": "the lang item is first defined in crate `std` (which `{by}` depends on)"}}]}}}}"#
        )
        .replace('\n', " ")
    };
    let folder = package("std", OURS);
    folder.file("messages", &format!("a build script's line\n{}\n", error("ureq")));
    let (ran, calls) = build(&folder, &[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""));
    assert!(
        ran.stderr.starts_with("the compiler's error\nnote: the dependency `ureq` needs std"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("    ureq v3.0.0\n"), "{}", ran.stderr);
    assert!(
        ran.stderr.ends_with("error: failed to build `mine`: see cargo's errors above\n"),
        "{}",
        ran.stderr
    );
    assert!(
        calls.lines().any(|line| line.starts_with("tree ") && line.ends_with("--invert ureq")),
        "{calls}"
    );
    let other = package("other-std", "");
    other.file("messages", &error("mine"));
    let (ran, _) = build(&other, &[]);
    assert!(!ran.stderr.contains("note:"), "{}", ran.stderr);
}
