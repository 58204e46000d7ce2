//! The Terraform stacks: their format, their own tests, the messages of their validations, and
//! checkov.

use std::fs;
use std::process::{Command, Stdio};

use barelambda_tests::moto::Moto;
use barelambda_tests::terraform::Stack;
use barelambda_tests::{cargo, tools};
use serde_json::Value;

const MODULE: &str = "modules/function";

/// Invalid values that one plan finds together, and the message for each.
const WRONG: &[(&str, &str, &str)] = &[
    ("name", "a b", r#"name is "a b". Use 1 to 64 letters, digits, hyphens and underscores."#),
    (
        "zip",
        "absent.zip",
        r#"There is no file "absent.zip". Run `cargo barelambda package`, and set zip to the path that it prints."#,
    ),
    (
        "handler",
        "a b",
        r#"handler is "a b". Use 1 to 128 characters without white space, such as handler.sh."#,
    ),
    ("memory", "64", "memory is 64. Use a whole number of MB from 128 to 10240."),
    ("timeout", "901", "timeout is 901. Use a whole number of seconds from 1 to 900."),
    (
        "environment",
        r#"{ AWS_REGION = "x" }"#,
        "and Lambda sets one of them itself. Remove the names that begin with AWS_ or LAMBDA_ and are Lambda's.",
    ),
    ("log_retention_days", "2", "log_retention_days is 2. Use 1, 3, 5,"),
    ("log_format", "json", r#"log_format is "json". Use JSON or Text."#),
    ("policy_arns", r#"["S3"]"#, r#"policy_arns is ["S3"]. Use ARNs of IAM policies,"#),
    (
        "policy_statements",
        r#"[{ actions = ["s3:*"], resources = ["photos"] }]"#,
        r#"policy_statements has the actions [["s3:*"]]. Name at least one in each statement, such as dynamodb:UpdateItem, or the beginning of several, such as s3:Get*."#,
    ),
    (
        "url",
        r#"{ auth = "IAM" }"#,
        r#"url.auth is "IAM". Use AWS_IAM, which needs signed requests, or NONE, which makes the URL public."#,
    ),
    (
        "reserved_concurrency",
        "-1",
        "reserved_concurrency is -1. Use a whole number from 0, or null to reserve nothing.",
    ),
    (
        "alias",
        "7",
        r#"alias is "7". Use 1 to 128 letters, digits, hyphens and underscores, not digits alone."#,
    ),
    ("sqs", r#"{ queue_arn = "orders" }"#, r#"sqs.queue_arn is "orders". Use the ARN of a queue,"#),
    (
        "tags",
        r#"{ "aws:a" = "x" }"#,
        "Use keys of 1 to 128 characters that don't begin with aws:, and values of at most 256.",
    ),
];

/// More invalid values. Terraform compares variables with each other only if each is valid.
const WRONG_TOGETHER: &[(&str, &str, &str)] = &[
    ("name", "hello", ""),
    ("zip", "tests/hello-arm64.zip", ""),
    ("architecture", "aarch64", r#"architecture is "aarch64". Use arm64 or x86_64."#),
    (
        "application_log_level",
        "info",
        r#"application_log_level is "info". Use TRACE, DEBUG, INFO, WARN, ERROR or FATAL."#,
    ),
    ("system_log_level", "ERROR", r#"system_log_level is "ERROR". Use DEBUG, INFO or WARN."#),
];

/// A zip for the other architecture, and a level that needs another format.
const CONTRADICTIONS: &[(&str, &str, &str)] = &[
    ("name", "hello", ""),
    ("zip", "tests/hello-arm64.zip", ""),
    ("log_format", "Text", ""),
    (
        "architecture",
        "x86_64",
        r#"architecture is "x86_64", and hello-arm64.zip is for the other one. Set architecture to the zip's, or run `cargo barelambda package --arch x86_64`."#,
    ),
    (
        "system_log_level",
        "INFO",
        r#"system_log_level needs log_format JSON, which is "Text". Set log_format to JSON, or remove the level."#,
    ),
];

#[test]
#[ignore = "needs Terraform, its AWS provider and moto; run `bash .ci/full`"]
fn the_stacks_are_formatted_and_valid_and_their_own_tests_pass() {
    let moto = Moto::start();
    let stack = Stack::copy("terraform-mocked", moto.environment());
    stack.succeed("", &["fmt", "-check", "-recursive"]);
    for folder in
        ["", "examples/dynamodb", "examples/function-url", "examples/sqs-consumer", MODULE]
    {
        let backend: &[&str] = if folder.is_empty() { &["-backend=false"] } else { &[] };
        stack.succeed(folder, &[&["init"], backend].concat());
        stack.succeed(folder, &["validate"]);
    }
    let module = stack.root().join(MODULE);
    for file in ["tests/hello-arm64.zip", "tests/hello.zip", "README.md"] {
        fs::write(module.join(file), "a mocked provider doesn't read this")
            .expect("a file can be written");
    }
    let words = stack.succeed(MODULE, &["test"]);
    assert!(words.contains("Success! ") && words.contains(" passed, 0 failed"), "{words}");

    for wrong in [WRONG, WRONG_TOGETHER, CONTRADICTIONS] {
        expect_words(&stack, wrong);
    }
}

/// Plans with these values, and checks that each has its message.
fn expect_words(stack: &Stack, wrong: &[(&str, &str, &str)]) {
    let values: Vec<String> =
        wrong.iter().map(|(name, value, _)| format!("-var={name}={value}")).collect();
    let mut arguments = vec!["plan"];
    arguments.extend(values.iter().map(String::as_str));
    let (code, words) = stack.run(MODULE, &arguments);
    assert_eq!(code, Some(1), "{words}");
    // Removes the frame, and joins wrapped lines.
    let words: Vec<&str> =
        words.split_whitespace().filter(|word| !["│", "╷", "╵"].contains(word)).collect();
    let words = words.join(" ");
    for (name, _, expected) in wrong {
        assert!(words.contains(expected), "{name}: {expected:?} isn't in {words}");
    }
}

#[test]
#[ignore = "needs checkov; run `bash .ci/full`"]
fn checkov_finds_nothing() {
    let output = Command::new(tools::checkov())
        .args([
            "--directory",
            "terraform",
            "--framework",
            "terraform",
            "--output",
            "json",
            "--skip-download",
            "--skip-path",
            "/tests/",
        ])
        .current_dir(cargo::root())
        .env_clear()
        .envs(tools::aws_environment())
        .stdin(Stdio::null())
        .output()
        .expect("checkov can be started");
    let words = String::from_utf8_lossy(&output.stderr);
    let report: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {words}"));
    assert_eq!(report["summary"]["failed"], 0, "{}", report["results"]["failed_checks"]);
    assert_eq!(report["summary"]["parsing_errors"], 0, "{report}");
    assert!(report["summary"]["passed"].as_u64() > Some(20), "{}", report["summary"]);
    println!("checkov: {}", report["summary"]);
}
