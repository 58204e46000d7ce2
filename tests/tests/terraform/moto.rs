//! The Terraform stacks with the real AWS provider and moto, from the state's bucket to an empty
//! account.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs};

use barelambda_tests::emulated::serve;
use barelambda_tests::moto::Moto;
use barelambda_tests::programs::{Architecture, example};
use barelambda_tests::terraform::Stack;
use barelambda_tests::{cargo, tools};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

const FUNCTION: &str = "module.function.aws_lambda_function.this";

#[test]
#[ignore = "needs Terraform, its AWS provider, moto and the AWS CLI; run `bash .ci/full`"]
fn a_stack_is_applied_changed_and_destroyed() {
    let moto = Moto::start();
    let stack = Stack::copy("terraform-moto", moto.environment());
    let zip = stack.root().join("hello-arm64.zip");
    write_zip(&zip, "first");
    moto.aws(&["s3", "mb", "s3://state"]);
    stack.succeed("", &["init", "-backend-config=bucket=state"]);
    let variables = ["-var=name=hello", "-var=zip=hello-arm64.zip"];
    let plan = [&["plan", "-out=tfplan"][..], &variables].concat();
    stack.succeed("", &plan);
    stack.succeed("", &["apply", "tfplan"]);

    let function = moto.aws(&["lambda", "get-function", "--function-name", "hello"]);
    let hash = sha256(&zip);
    assert_eq!(function["Configuration"]["CodeSha256"], hash.as_str(), "{function}");
    assert_eq!(stack.succeed("", &["output", "-raw", "code_sha256"]), hash);
    assert_eq!(function["Configuration"]["Runtime"], "provided.al2023");
    assert_eq!(function["Configuration"]["Architectures"], serde_json::json!(["arm64"]));
    assert_eq!(
        function["Configuration"]["CodeSize"],
        fs::metadata(&zip).expect("the zip exists").len()
    );
    let groups = moto.aws(&["logs", "describe-log-groups"]);
    assert_eq!(
        (&groups["logGroups"][0]["logGroupName"], &groups["logGroups"][0]["retentionInDays"]),
        (&"/aws/lambda/hello".into(), &30.into())
    );
    let objects = moto.aws(&["s3api", "list-objects-v2", "--bucket", "state"]);
    assert_eq!(keys(&objects), ["barelambda/terraform.tfstate"], "the lock is gone");

    // A second plan is empty, except for the settings that moto drops.
    stack.succeed("", &plan);
    expect_only_what_moto_drops(&stack, "");
    // The same zip with a new modification time changes nothing.
    write_zip(&zip, "first");
    stack.succeed("", &plan);
    expect_only_what_moto_drops(&stack, "");
    // Another zip is one change, in place.
    write_zip(&zip, "second");
    stack.succeed("", &plan);
    let changes = stack.changes("", "tfplan");
    let [(address, actions, attributes)] = &changes[..] else { panic!("{changes:?}") };
    assert_eq!((address.as_str(), actions.as_str()), (FUNCTION, "[\"update\"]"));
    assert!(attributes.iter().any(|name| name == "source_code_hash"), "{attributes:?}");
    stack.succeed("", &["apply", "tfplan"]);
    let function = moto.aws(&["lambda", "get-function", "--function-name", "hello"]);
    assert_ne!(sha256(&zip), hash);
    assert_eq!(function["Configuration"]["CodeSha256"], sha256(&zip).as_str());

    stack.succeed("", &[&["destroy", "-auto-approve"][..], &variables].concat());
    expect_nothing(&moto);
}

/// Runs the commands of the documentation verbatim, all but the last one with moto, which can't run
/// functions.
#[test]
#[ignore = "needs Terraform, its AWS provider, moto and the AWS CLI; run `bash .ci/full`"]
fn the_commands_of_the_documentation() {
    let page = fs::read_to_string(cargo::root().join("docs/package-and-deploy.md"))
        .expect("the page can be read");
    let section = page
        .split("## Deploy")
        .nth(1)
        .and_then(|rest| rest.split("```").nth(1))
        .expect("the page has a section of commands");
    // A backslash continues a command on the next line.
    let section = section.replace("\\\n", "");
    let commands: Vec<&str> = section
        .lines()
        .skip(1)
        .map(|line| line.split(" #").next().unwrap_or(line).trim())
        .collect();
    let [ref bucket @ .., package, init, plan, apply, invoke] = commands[..] else {
        panic!("expected a bucket, and five commands: {commands:?}")
    };
    assert!(
        bucket.len() == 4 && bucket.iter().all(|line| line.starts_with("aws s3")),
        "{bucket:?}"
    );

    let moto = Moto::start();
    let stack = Stack::copy("terraform-readme/terraform", moto.environment());
    let folder = stack.root().parent().expect("the stack is in a folder");
    symlink(cargo::root().join("dist"), folder.join("dist")).expect("the folder is new");
    let shell = |folder: &Path, line: &str| {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", line]).current_dir(folder).stdin(Stdio::null());
        command
    };
    let succeed = |command: &mut Command| {
        let output = command.output().expect("the shell can be started");
        let words = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success(), "{command:?}: {words}");
        words
    };
    let folders = [tools::aws(), tools::terraform()]
        .map(|tool| tool.parent().expect("the tool is in a folder").to_owned());
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths(folders.into_iter().chain(env::split_paths(&path)))
        .expect("folders of PATH have no colon");

    for line in bucket {
        succeed(shell(folder, line).env_clear().envs(moto.environment()).env("PATH", &path));
    }
    succeed(&mut shell(cargo::root(), package));
    for line in [init, plan, apply] {
        assert!(line.starts_with("terraform -chdir=terraform "), "{line}");
        succeed(shell(folder, line).env_clear().envs(stack.environment()).env("PATH", &path));
    }
    let function = moto.aws(&["lambda", "get-function", "--function-name", "hello"]);
    assert_eq!(
        function["Configuration"]["CodeSha256"],
        sha256(&cargo::root().join("dist/hello-arm64.zip")).as_str(),
        "{function}"
    );

    let emulator = serve(example("hello", Architecture::X86_64));
    let lambda = format!("http://{}", emulator.address());
    let environment = moto.environment().filter(|(name, _)| *name != "AWS_ENDPOINT_URL");
    let said = succeed(
        shell(folder, invoke)
            .env_clear()
            .envs(environment)
            .env("AWS_ENDPOINT_URL", lambda)
            .env("PATH", &path),
    );
    assert!(said.contains("\"StatusCode\": 200"), "{said}");
    assert_eq!(
        fs::read(folder.join("answer.json")).expect("the response is in a file"),
        b"\"hello, world\""
    );
}

#[test]
#[ignore = "needs Terraform, its AWS provider, moto and the AWS CLI; run `bash .ci/full`"]
fn the_example_with_a_url() {
    let moto = Moto::start();
    let stack = Stack::copy("terraform-url", moto.environment());
    let folder = "examples/function-url";
    write_zip(&stack.root().join(folder).join("hello-arm64.zip"), "url");
    apply_and_plan_again(&stack, folder);
    let url = moto.aws(&["lambda", "get-function-url-config", "--function-name", "function-url"]);
    assert_eq!((&url["AuthType"], &url["Cors"]["MaxAge"]), (&"NONE".into(), &3600.into()), "{url}");
    assert_eq!(stack.succeed(folder, &["output", "-raw", "url"]), url["FunctionUrl"]);
    stack.succeed(folder, &["destroy", "-auto-approve", "-var=zip=hello-arm64.zip"]);
    expect_nothing(&moto);
}

#[test]
#[ignore = "needs Terraform, its AWS provider, moto and the AWS CLI; run `bash .ci/full`"]
fn the_example_with_a_table() {
    let moto = Moto::start();
    let stack = Stack::copy("terraform-table", moto.environment());
    let folder = "examples/dynamodb";
    write_zip(&stack.root().join(folder).join("hello-arm64.zip"), "table");
    apply_and_plan_again(&stack, folder);
    let arn = "arn:aws:dynamodb:us-east-1:123456789012:table/counters";
    let table = moto.aws(&["dynamodb", "describe-table", "--table-name", "counters"]);
    assert_eq!(table["Table"]["TableArn"], arn, "{table}");
    let function = moto.aws(&["lambda", "get-function", "--function-name", "dynamodb-counter"]);
    assert_eq!(
        function["Configuration"]["Environment"]["Variables"],
        serde_json::json!({"TABLE": "counters"})
    );
    let role = function["Configuration"]["Role"].as_str().expect("a role");
    let role = role.rsplit('/').next().expect("the ARN has a name");
    let policy = |name| {
        moto.aws(&["iam", "get-role-policy", "--role-name", role, "--policy-name", name])["PolicyDocument"].take()
    };
    assert_eq!(
        policy("statements"),
        serde_json::json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["dynamodb:UpdateItem"], "Resource": [arn]},
        ]})
    );
    assert_eq!(policy("function")["Statement"][0]["Action"][0], "logs:CreateLogStream");
    stack.succeed(folder, &["destroy", "-auto-approve", "-var=zip=hello-arm64.zip"]);
    expect_nothing(&moto);
    assert_eq!(moto.aws(&["dynamodb", "list-tables"])["TableNames"], Value::Array(vec![]));
}

/// The provider polls the attributes of each queue for half a minute.
#[test]
#[ignore = "needs Terraform, its AWS provider, moto and the AWS CLI; run `bash .ci/full`"]
fn the_example_with_a_queue() {
    let moto = Moto::start();
    let stack = Stack::copy("terraform-sqs", moto.environment());
    let folder = "examples/sqs-consumer";
    write_zip(&stack.root().join(folder).join("hello-arm64.zip"), "sqs");
    apply_and_plan_again(&stack, folder);
    let mappings = moto.aws(&["lambda", "list-event-source-mappings"]);
    let mapping = &mappings["EventSourceMappings"][0];
    assert_eq!(
        (&mapping["BatchSize"], &mapping["EventSourceArn"]),
        (&100.into(), &"arn:aws:sqs:us-east-1:123456789012:orders".into()),
        "{mappings}"
    );
}

fn apply_and_plan_again(stack: &Stack, folder: &str) {
    stack.succeed(folder, &["init"]);
    stack.succeed(folder, &["apply", "-auto-approve", "-var=zip=hello-arm64.zip"]);
    stack.succeed(folder, &["plan", "-out=tfplan", "-var=zip=hello-arm64.zip"]);
    expect_only_what_moto_drops(stack, folder);
}

/// Checks that a plan after an apply only sets a function's log settings, which moto 5.2.5 drops
/// and AWS keeps.
fn expect_only_what_moto_drops(stack: &Stack, folder: &str) {
    for (address, actions, attributes) in stack.changes(folder, "tfplan") {
        let more: Vec<_> = attributes
            .iter()
            .filter(|name| address != FUNCTION || *name != "logging_config")
            .collect();
        assert!(
            actions == "[\"update\"]" && more.is_empty(),
            "{address}: {actions} {attributes:?}"
        );
    }
}

fn expect_nothing(moto: &Moto) {
    assert_eq!(moto.aws(&["lambda", "list-functions"])["Functions"], Value::Array(vec![]));
    assert_eq!(moto.aws(&["iam", "list-roles"])["Roles"], Value::Array(vec![]));
    assert_eq!(moto.aws(&["logs", "describe-log-groups"])["logGroups"], Value::Array(vec![]));
}

fn keys(objects: &Value) -> Vec<&str> {
    objects["Contents"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|object| object["Key"].as_str())
        .collect()
}

/// Writes a zip with the bootstrap of the example `hello`, and a file that makes it distinct.
fn write_zip(path: &Path, mark: &str) {
    const SCRIPT: &str = "import sys, zipfile\n\
        with zipfile.ZipFile(sys.argv[1], 'w') as archive:\n\
        \x20   for name, data in ('bootstrap', open(sys.argv[2], 'rb').read()), ('mark', sys.argv[3]):\n\
        \x20       entry = zipfile.ZipInfo(name)\n\
        \x20       entry.external_attr = 0o100755 << 16\n\
        \x20       archive.writestr(entry, data)\n";
    let bootstrap = example("hello", Architecture::Aarch64);
    let status =
        Command::new("python3").args(["-c", SCRIPT]).arg(path).arg(bootstrap).arg(mark).status();
    assert!(status.expect("Python can be started").success());
}

/// Returns the hash of a file in base64, as Lambda has it.
fn sha256(path: &Path) -> String {
    let output = Command::new("sha256sum").arg(path).output().expect("sha256sum can be started");
    let digits = String::from_utf8(output.stdout).expect("sha256sum prints text");
    let bytes: Vec<u8> = (0..32)
        .map(|at| {
            u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).expect("sha256sum prints digits")
        })
        .collect();
    BASE64.encode(bytes)
}
