//! `conformance`, with a runtime in bash that only echoes its events.

mod support;

use serde_json::Value;
use support::{ECHO, Folder, barelambda};

#[test]
fn a_passed_check_exits_with_0_and_a_table() {
    let folder = Folder::new("conformance-pass");
    let program = folder.script("bootstrap", ECHO);
    let ran = barelambda(&["conformance", &program, "--only", "start-asks-next"], "");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stdout
            .contains("\nstart\n  pass  start-asks-next  Once initialised, the runtime sends GET"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.ends_with(": 1 passed, 0 failed, 0 not applicable\n"), "{}", ran.stdout);
}

#[test]
fn a_failed_check_exits_with_1_and_its_reason() {
    let folder = Folder::new("conformance-fail");
    let program = folder.script("bootstrap", "#!/bin/sh\necho no runtime >&2\nexit 7\n");
    let ran = barelambda(&["conformance", &program, "--only", "start-asks-next", "--json"], "");
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["program"], program);
    assert_eq!(report["totals"]["failed"], 1);
    let check = &report["checks"][0];
    assert_eq!(
        (&check["name"], &check["result"], &check["group"]),
        (&"start-asks-next".into(), &"fail".into(), &"start".into())
    );
    let seen = check["seen"].as_str().unwrap();
    assert!(seen.contains("exit status: 7") && seen.contains("\"no runtime\""), "{seen}");
    assert!(ran.stderr.starts_with("FAIL start-asks-next: "), "{}", ran.stderr);
}

#[test]
fn not_applicable_is_not_a_pass_unless_allowed() {
    let folder = Folder::new("conformance-na");
    let program = folder.script("bootstrap", ECHO);
    let arguments = ["conformance", &program, "--only", "error-path"];
    let ran = barelambda(&arguments, "");
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(
        ran.stdout.contains("  n/a   error-path")
            && ran.stdout.contains("the handler echoes the event"),
        "{}",
        ran.stdout
    );
    let ran = barelambda(&[&arguments[..], &["--allow-not-applicable"]].concat(), "");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn a_program_that_cannot_run_exits_with_3() {
    let folder = Folder::new("conformance-none");
    let program = folder.script("bootstrap", ECHO);
    let none = folder.path().to_owned() + "/none";
    for arguments in [
        &["conformance", &none][..],
        &["conformance", &program, "--only", "no-such-check"],
        &["conformance", &program, "--runner", "/no/runner", "--only", "start-asks-next"],
    ] {
        let ran = barelambda(arguments, "");
        assert_eq!(ran.code, 3, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("error: "), "{}", ran.stderr);
    }
    assert_eq!(barelambda(&["conformance"], "").code, 2);
}

#[test]
fn the_list_has_at_least_80_checks() {
    let ran = barelambda(&["conformance", "--list"], "");
    assert_eq!(ran.code, 0);
    assert!(
        ran.stdout.lines().count() >= 80 && ran.stdout.lines().any(|line| line == "answer-once"),
        "{}",
        ran.stdout
    );
}
