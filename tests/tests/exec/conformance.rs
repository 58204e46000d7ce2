//! The conformance suite with `exec` in each of its modes. Scripts implement the function that the
//! suite's README describes.

use std::collections::BTreeSet;
use std::ffi::OsString;

use barelambda_conformance::{Check, Group, Options, Verdict, checks, run};
use barelambda_tests::cargo;
use barelambda_tests::exec::bootstrap;
use barelambda_tests::on_each_architecture;
use barelambda_tests::programs::Architecture;
use barelambda_tests::waiting::LIMIT;

type Names = BTreeSet<&'static str>;

/// The checks of what a handler of lines doesn't receive: the context, line breaks, and events that
/// aren't JSON, which the script reports as errors.
const WITHOUT: [&str; 13] = [
    "bytes-empty",
    "bytes-of-every-value",
    "bytes-of-json-unchanged",
    "bytes-that-are-not-utf-8",
    "bytes-that-look-like-http",
    "context-arn",
    "context-client-context",
    "context-deadline",
    "context-identity",
    "context-is-its-own",
    "context-request-id",
    "context-tenant-id",
    "context-trace-id",
];

/// Runs the checks with `only` in their names, and asserts that none fails. Returns the names of
/// those that aren't applicable.
fn not_applicable(
    architecture: Architecture,
    script: &str,
    variables: &[(&str, &str)],
    only: Option<&str>,
) -> Names {
    let mut options = Options::new(bootstrap(architecture));
    options.only = only.map(str::to_owned);
    options.target.patience = LIMIT;
    options.target.runner = architecture.runner().unwrap_or_default();
    let path = cargo::root().join("tests/src").join(script);
    let set = |name: &str, value: OsString| (OsString::from(name), value);
    options.target.environment = vec![set("_HANDLER", path.into())];
    options
        .target
        .environment
        .extend(variables.iter().map(|(name, value)| set(name, value.into())));
    let report = run(&options, |_| {});
    println!("{architecture:?} {variables:?}: {}", report.total());
    let (mut failed, mut not_applicable) = (Vec::new(), Names::new());
    for checked in &report.checked {
        match &checked.outcome {
            Ok(()) => {}
            Err(Verdict::NotApplicable(_)) => _ = not_applicable.insert(checked.check.name),
            Err(verdict) => failed.push((checked.check.name, verdict)),
        }
    }
    assert!(failed.is_empty(), "{architecture:?} {variables:?}: {failed:#?}");
    not_applicable
}

/// Returns the checks that no child can pass, and `more`.
fn beyond_a_child(more: &[&'static str]) -> Names {
    let init = checks().iter().filter(|check| check.group == Group::Init).map(|check| check.name);
    // The child starts after the initialisation, and its exit doesn't end the runtime.
    init.chain(["exit-ends-the-process"]).chain(more.iter().copied()).collect()
}

/// Returns the checks that need a stream.
fn of_streams() -> Vec<&'static str> {
    let is_one = |check: &&Check| matches!(check.group, Group::Stream | Group::StreamFault);
    let names = checks().iter().filter(is_one).map(|check| check.name);
    names.chain(["close-with-the-202-to-a-stream", "invocation-id-on-streams"]).collect()
}

fn a_process_for_each_invocation(architecture: Architecture) {
    let seen = not_applicable(architecture, "exec_conformance.sh", &[], None);
    assert_eq!(seen, beyond_a_child(&of_streams()), "{architecture:?}");
}
on_each_architecture!(
    a_process_for_each_invocation,
    "needs sed; run `bash .ci/full`",
    "long; run `bash .ci/long`"
);

/// Runs only the checks that need a stream. Others need a lost response to be sent again, which a
/// stream can't be.
fn streamed(architecture: Architecture) {
    let content_type =
        ("BARELAMBDA_CONTENT_TYPE", "application/vnd.awslambda.http-integration-response");
    let seen = not_applicable(
        architecture,
        "exec_conformance.sh",
        &[("BARELAMBDA_RESPONSE", "stream"), content_type],
        Some("stream"),
    );
    // Every response is streamed.
    assert_eq!(seen, Names::from(["stream-then-buffered"]), "{architecture:?}");
}

#[test]
#[ignore = "long; run `bash .ci/long`"]
fn streamed_on_x86_64() {
    streamed(Architecture::X86_64);
}

#[test]
#[ignore = "long; run `bash .ci/long`"]
fn streamed_on_aarch64() {
    streamed(Architecture::Aarch64);
}

fn lines(architecture: Architecture) {
    let seen =
        not_applicable(architecture, "exec_conformance.py", &[("BARELAMBDA_MODE", "lines")], None);
    assert_eq!(
        seen,
        beyond_a_child(&[&of_streams()[..], &WITHOUT[..]].concat()),
        "{architecture:?}"
    );
}
on_each_architecture!(lines, "needs Python 3; run `bash .ci/full`", "long; run `bash .ci/long`");
