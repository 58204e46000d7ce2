//! `tests/c/misuse.c`: the errors that misuse of the C library causes, without libc, with it, and
//! under sanitizers.

use std::path::PathBuf;

use barelambda_emulator::{Emulator, Options};
use barelambda_tests::c_programs::{compile, serve};
use barelambda_tests::cargo;
use barelambda_tests::emulated::{answer, failure, invoke, start};
use barelambda_tests::failures::logged_once;
use barelambda_tests::on_each_architecture;
use barelambda_tests::programs::Architecture;

const ARGUMENT: &str = "Function.InvalidArgument";
const TWICE: (&str, &str) = ("Function.AnsweredTwice", "the handler answered twice");
const TOO_LARGE: (&str, &str) =
    ("Function.ResponseSizeTooLarge", "the response is larger than 6291556 bytes or its buffer");
const CONTENT_TYPE: (&str, &str) =
    ("Function.InvalidContentType", "the content type is not a header value");
const HTTP: &str = "Function.InvalidHttpResponse";
const NULL: (&str, &str) = (ARGUMENT, "a null pointer has a length above 0");
const OVERLAP: (&str, &str) = (ARGUMENT, "a slice overlaps the response buffer");
const NOT_ENDED: (&str, &str) =
    ("Function.NotAnswered", "the handler returned without ending its stream");
const NOT_STREAMING: (&str, &str) = ("Function.NotStreaming", "no stream has begun");

/// Events, and the type and the message of the resulting errors.
const FAILURES: [(&str, (&str, &str)); 39] = [
    ("null_data", NULL),
    ("null_responder", (ARGUMENT, "the responder is of another invocation")),
    ("foreign_responder", (ARGUMENT, "the responder is of another invocation")),
    ("too_large", TOO_LARGE),
    ("huge", TOO_LARGE),
    ("huge_slice", (ARGUMENT, "a length is beyond PTRDIFF_MAX")),
    ("twice", TWICE),
    ("fail_twice", TWICE),
    ("none", ("Function.NotAnswered", "the handler returned without an answer")),
    ("fail_after_refusal", ("Function.Own", "a custom error")),
    ("fail_null", NULL),
    ("fail_odd", ("Function.Unknown", "a\u{fffd}\"b")),
    ("fail_from_buffer", OVERLAP),
    ("content_type_bad", CONTENT_TYPE),
    ("content_type_not_utf8", CONTENT_TYPE),
    ("content_type_late", TWICE),
    ("buffer_late", TWICE),
    ("http_status", (HTTP, "the status is not from 200 to 599: 65535")),
    ("http_name", (HTTP, "a header name is not a token")),
    (
        "http_value_not_utf8",
        (HTTP, "a header value has a control character, one beyond ASCII, or a blank at an end"),
    ),
    ("http_null_name", NULL),
    ("http_null_head", (ARGUMENT, "the HTTP head is null")),
    ("http_null_headers", NULL),
    ("http_huge_count", (ARGUMENT, "a length is beyond PTRDIFF_MAX")),
    ("http_text_not_utf8", (ARGUMENT, "a body of text is not UTF-8")),
    ("http_kind", (ARGUMENT, "the kind of the body is unknown")),
    ("http_from_buffer", OVERLAP),
    ("http_stream_multi_value", (ARGUMENT, "a stream has no multi-value headers")),
    ("write_first", NOT_STREAMING),
    ("end_first", NOT_STREAMING),
    ("not_ended", NOT_ENDED),
    ("not_ended_flushed", NOT_ENDED),
    ("stream_twice", TWICE),
    ("respond_in_stream", TWICE),
    ("write_after_end", TWICE),
    ("stream_null", NULL),
    ("stream_fail", ("Function.Own", "while streaming")),
    ("stream_from_buffer", OVERLAP),
    ("no such misuse", ("Function.Panic", "no such misuse")),
];

/// Events that lead to a response nevertheless.
const ANSWERS: [(&str, &str); 9] = [
    ("null_without_length", ""),
    ("foreign_event", "\"no harm\""),
    ("run_again", "\"no harm\""),
    ("log_odd", "\"no harm\""),
    ("copied", "\"as it was\""),
    ("in_place", "\"Xn_"),
    ("from_buffer", "z\""),
    (
        "http_good",
        r#"{"statusCode":404,"headers":{"x-a":"b","content-type":"text/html"},"cookies":["a=b","c=d; Secure"],"isBase64Encoded":false,"body":"<p>\"no\""}"#,
    ),
    (
        "http_bytes",
        r#"{"statusCode":200,"multiValueHeaders":{"content-type":["application/octet-stream"]},"isBase64Encoded":true,"body":"/wD+"}"#,
    ),
];

fn misuse(how: &str, command: &[&str], architecture: Architecture, last: &[&str]) -> PathBuf {
    compile(
        command,
        &cargo::root().join("tests/c/misuse.c"),
        architecture,
        &format!("misuse-{how}"),
        last,
    )
}

/// Builds the program once for several tests.
fn freestanding(architecture: Architecture) -> PathBuf {
    let made = cargo::once(&format!("misuse without libc for {architecture:?}"), || {
        let compiler = match architecture {
            Architecture::X86_64 => "cc",
            Architecture::Aarch64 => "aarch64-linux-gnu-gcc",
        };
        let first = [
            compiler,
            "-std=c99",
            "-Os",
            "-ffreestanding",
            "-fno-stack-protector",
            "-nostdlib",
            "-static",
        ];
        vec![misuse(&format!("{architecture:?}"), &first, architecture, &["-Wl,--gc-sections"])]
    });
    made[0].clone()
}

fn check(emulator: &Emulator) {
    check_in("Text", emulator);
}

fn check_in(format: &str, emulator: &Emulator) {
    for (name, (error_type, message)) in FAILURES {
        let event = format!("\"{name}\"");
        let (error, outcome) = failure(emulator, event.as_str());
        // The message of a panic begins with its location.
        let is_expected = error.message == message
            || error_type == "Function.Panic" && error.message.ends_with(message);
        assert!(
            error.error_type == error_type && is_expected && !error.found_by_lambda,
            "{name}: {error:?}\n{}",
            outcome.log
        );
        logged_once(format, &outcome, error_type, message);
        assert_eq!(answer(emulator, "\"copied\""), b"\"as it was\"", "after {name}");
    }
    for (name, expected) in ANSWERS {
        let event = format!("\"{name}\"");
        assert_eq!(String::from_utf8_lossy(&answer(emulator, event.as_str())), expected, "{name}");
    }
}

fn misuse_is_a_defined_failure_without_libc(architecture: Architecture) {
    check(&serve(&freestanding(architecture), architecture));
}
on_each_architecture!(misuse_is_a_defined_failure_without_libc);

#[test]
#[ignore = "needs g++; run `bash .ci/full`"]
fn misuse_is_a_defined_failure_under_sanitizers() {
    let sanitizers = ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    let c = misuse(
        "sanitized",
        &[&["cc", "-std=c99"], &sanitizers[..]].concat(),
        Architecture::X86_64,
        &[],
    );
    check(&serve(&c, Architecture::X86_64));
    let cpp = misuse(
        "sanitized-cpp",
        &[&["c++", "-std=c++17"], &sanitizers[..], &["-x", "c++"]].concat(),
        Architecture::X86_64,
        &[],
    );
    check(&serve(&cpp, Architecture::X86_64));
}

#[test]
#[ignore = "needs musl-tools; run `bash .ci/full`"]
fn misuse_is_a_defined_failure_with_libc() {
    check(&serve(
        &misuse("glibc", &["cc", "-std=c99"], Architecture::X86_64, &[]),
        Architecture::X86_64,
    ));
    check(&serve(
        &misuse("musl", &["musl-gcc", "-std=c99", "-static"], Architecture::X86_64, &[]),
        Architecture::X86_64,
    ));
}

#[test]
fn each_failure_is_a_line_of_json() {
    let program = freestanding(Architecture::X86_64);
    check_in("JSON", &start(Options::new(program).env("AWS_LAMBDA_LOG_FORMAT", "JSON")));
}

#[test]
fn an_initialiser_that_responds_fails() {
    let mut options = Options::new(freestanding(Architecture::X86_64));
    options = options.env("MISUSE_INIT", "1");
    let (error, outcome) = failure(&start(options), "\"copied\"");
    assert_eq!(
        (error.error_type.as_str(), error.message.as_str()),
        ("Function.NothingToAnswer", "an initialiser has nothing to answer")
    );
    let expected =
        r#"barelambda: the initialisation failed: {"errorType":"Function.NothingToAnswer","#;
    assert!(outcome.log.contains(expected), "{}", outcome.log);
}

#[test]
fn a_line_of_the_log_has_its_level_and_the_request() {
    let program = freestanding(Architecture::X86_64);
    for (format, level, expected) in
        [("Text", "INFO", " WARN one\u{fffd} line"), ("JSON", "INFO", r#""level":"WARN""#)]
    {
        let options = Options::new(&program)
            .env("AWS_LAMBDA_LOG_FORMAT", format)
            .env("AWS_LAMBDA_LOG_LEVEL", level);
        let outcome = invoke(&start(options), "\"log_odd\"");
        let line = outcome
            .log
            .lines()
            .find(|line| line.contains("one"))
            .unwrap_or_else(|| panic!("{:?}", outcome.log))
            .to_owned();
        assert!(line.contains(expected) && line.contains(&outcome.request_id), "{line}");
        assert!(!outcome.log.contains("below the level"), "{}", outcome.log);
    }
    let options = Options::new(&program).env("AWS_LAMBDA_LOG_LEVEL", "ERROR");
    let outcome = invoke(&start(options), "\"log_odd\"");
    assert_eq!((outcome.function_error, outcome.log.contains("one")), (None, false));
}
