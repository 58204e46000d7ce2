//! The examples under AWS's Runtime Interface Emulator, which has the real server of the Runtime
//! API.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use barelambda_tests::emulated::pattern;
use barelambda_tests::programs::{Architecture, example, faults, panic_place};
use barelambda_tests::rie::Rie;
use barelambda_tests::{cargo, exec, syscalls};

const NATIVE: Architecture = Architecture::X86_64;

#[test]
#[ignore = "needs RIE; run `bash .ci/full`"]
fn hello_and_stateful_respond() {
    let mut rie = Rie::start(&example("hello", NATIVE), &[], "hello");
    assert_eq!(rie.invoke(b"{}"), b"\"hello, world\"");
    let mut rie = Rie::start(&example("stateful", NATIVE), &[("START", "41")], "stateful");
    for count in ["42", "43", "44"] {
        assert_eq!(rie.invoke(b"{}"), count.as_bytes());
    }
}

#[test]
#[ignore = "needs RIE; run `bash .ci/full`"]
fn echo_returns_every_size() {
    let mut rie = Rie::start(&example("echo", NATIVE), &[], "echo");
    for size in [0, 1, 2047, 2048, 100_000, 6 << 20, 1] {
        let answer = rie.invoke(&pattern(size));
        assert!(answer == pattern(size), "{size} bytes: the response has {} bytes", answer.len());
    }
}

#[test]
#[ignore = "needs RIE; run `bash .ci/full`"]
fn an_event_beyond_the_buffer_is_a_typed_failure_and_the_next_works() {
    let mut rie = Rie::start(&example("stateful", NATIVE), &[], "too-large");
    assert_eq!(rie.invoke(b"{}"), b"1");
    let error = String::from_utf8(rie.invoke(&pattern(65_537))).expect("errors are JSON");
    assert!(error.starts_with(r#"{"errorType":"Function.EventTooLarge""#), "{error}");
    assert_eq!(rie.invoke(b"{}"), b"2");
}

#[test]
#[ignore = "needs RIE; run `bash .ci/full`"]
fn an_error_type_of_any_form_reaches_the_caller_unchanged() {
    let folder = exec::task("rie-type", "#!/bin/sh\necho '!OrderNotFound no order 7'\nexit 1\n");
    let folder = folder.to_str().expect("the path is UTF-8");
    let environment = [("LAMBDA_TASK_ROOT", folder), ("_HANDLER", "handler")];
    let mut rie = Rie::start(&exec::bootstrap(NATIVE), &environment, "type");
    let error: serde_json::Value =
        serde_json::from_slice(&rie.invoke(b"{}")).expect("errors are JSON");
    assert_eq!(
        (&error["errorType"], &error["errorMessage"]),
        (&"OrderNotFound".into(), &"no order 7".into())
    );
}

#[test]
#[ignore = "needs RIE; run `bash .ci/full`"]
fn every_fault_is_reported_and_the_next_invocation_works() {
    let mut rie = Rie::start(&example("faults", NATIVE), &[], "faults");
    for (event, error_type, message) in faults() {
        let error: serde_json::Value =
            serde_json::from_slice(&rie.invoke(event.as_bytes())).expect("errors are JSON");
        assert_eq!(error["errorType"], error_type, "{event}");
        assert!(
            error["errorMessage"].as_str().is_some_and(|words| words.contains(&message)),
            "{event}: {error}"
        );
        assert_eq!(rie.invoke(b"{}"), b"{}", "after {event}");
    }
    let panic = panic_place("faults", "panic!(");
    assert!(rie.log().contains(&panic), "{}", rie.log());
}

#[test]
#[ignore = "needs RIE; run `bash .ci/full`"]
fn a_failed_initialisation_is_reported() {
    let mut rie = Rie::start(&example("stateful", NATIVE), &[("START", "x")], "init-error");
    let error: serde_json::Value =
        serde_json::from_slice(&rie.invoke(b"{}")).expect("errors are JSON");
    assert_eq!(error["errorType"], "Function.BadStart");
    assert_eq!(error["errorMessage"], "START must be a number from 0 to 4294967295");
}

#[test]
#[ignore = "needs RIE and strace; run `bash .ci/full`"]
fn four_system_calls_to_the_first_next_and_three_for_each_invocation() {
    const INVOCATIONS: usize = 50;
    let folder = cargo::scratch("rie-strace");
    let (trace, bootstrap) = (folder.join("trace"), folder.join("bootstrap"));
    let traced = syscalls::traced(&example("echo", NATIVE), &trace);
    let words: Vec<_> = [traced.get_program()]
        .into_iter()
        .chain(traced.get_args())
        .map(|word| format!("'{}'", word.display()))
        .collect();
    fs::write(&bootstrap, format!("#!/bin/sh\nexec {}\n", words.join(" ")))
        .expect("a script can be written");
    fs::set_permissions(&bootstrap, fs::Permissions::from_mode(0o755))
        .expect("a script can be made executable");

    let mut rie = Rie::start(&bootstrap, &[], "syscalls");
    for number in 0..INVOCATIONS {
        let event = format!("{{\"number\":{number}}}");
        assert_eq!(rie.invoke(event.as_bytes()), event.as_bytes());
    }
    let calls = syscalls::read(&trace);
    let start = syscalls::to_first_next(&calls);
    assert_eq!(start.len(), 4, "{start:#?}");
    let warm = syscalls::by_invocation(&calls);
    assert_eq!(warm.len(), INVOCATIONS - 1);
    for calls in warm {
        assert!(
            (2..=3).contains(&calls.len()),
            "expected one write and two reads, or one read if the 202 and the event arrive together: {calls:#?}"
        );
    }
}
