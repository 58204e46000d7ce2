//! `cargo barelambda invoke --aws moto` with the real moto and the real openssl.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::{env, iter};

use barelambda_tests::{cargo, packages, tools};
use serde_json::{Value, json};

/// A runtime that lists tables, and how strict clients see the server's certificate.
const FUNCTION: &str = r#"#!/usr/bin/env python3
import boto3, json, os, socket, ssl, urllib.request

def handshake(host, flags=0):
    context = ssl.create_default_context(cafile=os.environ["AWS_CA_BUNDLE"])
    context.verify_flags |= flags
    port = int(os.environ["AWS_ENDPOINT_URL"].rsplit(":", 1)[1])
    try:
        with context.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname=host) as stream:
            return stream.version()
    except ssl.SSLError as error:
        return error.reason

def answer():
    return {
        "tables": boto3.client("dynamodb").list_tables()["TableNames"],
        "queue": os.environ["QUEUE_URL"],
        "handshakes": [handshake("127.0.0.1", ssl.VERIFY_X509_STRICT), handshake("localhost"), handshake("example.com")],
    }

api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
while True:
    with urllib.request.urlopen(f"{api}/next") as event:
        request_id = event.headers["Lambda-Runtime-Aws-Request-Id"]
    urllib.request.urlopen(f"{api}/{request_id}/response", data=json.dumps(answer()).encode()).close()
"#;

const SETUP: &str = r#"
import boto3, os
boto3.client("dynamodb").create_table(
    TableName="counters", BillingMode="PAY_PER_REQUEST",
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
)
queue = boto3.client("sqs").create_queue(QueueName="orders")
with open(os.environ["BARELAMBDA_ENV"], "a") as variables:
    print(f"QUEUE_URL={queue['QueueUrl']}", file=variables)
print("made")
"#;

#[test]
#[ignore = "needs moto and openssl; run `bash .ci/full`"]
fn a_function_calls_moto_over_tls() {
    let folder = cargo::scratch("local_aws");
    let bootstrap = folder.join("bootstrap");
    fs::write(&bootstrap, FUNCTION).expect("a file can be written");
    fs::set_permissions(&bootstrap, PermissionsExt::from_mode(0o755))
        .expect("the file can be made executable");
    fs::write(folder.join("setup.py"), SETUP).expect("a file can be written");
    let moto = tools::moto_server();
    // The function's python3 must have boto3, too.
    let path = env::var_os("PATH").unwrap_or_default();
    let python = moto.parent().expect("moto is in a folder").to_owned();
    let path = env::join_paths(iter::once(python).chain(env::split_paths(&path)))
        .expect("folders of PATH have no colon");
    let output = packages::tool(cargo::root())
        .args(["invoke", "--aws", "moto", "--bootstrap"])
        .arg(&bootstrap)
        .arg("--setup")
        .arg(format!("python3 '{}'", folder.join("setup.py").display()))
        .env("BARELAMBDA_MOTO", &moto)
        .env("PATH", path)
        .env("TMPDIR", &folder)
        .output()
        .expect("the tool can be started");
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{words}");
    assert!(words.lines().any(|line| line == "made"), "{words}");
    let mut answer: Value = serde_json::from_slice(&output.stdout).expect("the response is JSON");
    let queue = answer["queue"].take();
    assert!(queue.as_str().is_some_and(|url| url.ends_with("/123456789012/orders")), "{queue}");
    assert_eq!(
        answer,
        json!({
            "tables": ["counters"],
            "queue": null,
            "handshakes": ["TLSv1.3", "TLSv1.3", "CERTIFICATE_VERIFY_FAILED"],
        })
    );
    assert_eq!(names(&folder), ["bootstrap", "setup.py"]);
}

#[test]
#[ignore = "needs moto and openssl; run `bash .ci/full`"]
fn the_counter_runs_by_one_command() {
    let response: Value = serde_json::from_slice(&invoked(&[
        "dynamodb",
        "--file",
        "aws/examples/events/dynamodb.json",
    ]))
    .expect("JSON");
    assert_eq!((&response["statusCode"], &response["body"]), (&200.into(), &"1".into()));
}

#[test]
#[ignore = "long; run `bash .ci/long`"]
fn the_other_examples_run_by_one_command() {
    assert_eq!(invoked(&["s3_copy", "--file", "examples/events/s3.json"]), b"1");
    let secret = invoked(&["secret", "--file", "aws/examples/events/secret.json"]);
    let secret: Value = serde_json::from_slice(&secret).expect("JSON");
    assert_eq!((&secret["statusCode"], &secret["body"]), (&200.into(), &"welcome".into()));
    let stream = invoked(&["s3_stream", "--file", "aws/examples/events/s3_stream.json"]);
    assert!(stream.ends_with(b"hello, world\n"), "{}", String::from_utf8_lossy(&stream));
}

/// Runs `cargo barelambda invoke --aws moto` with these arguments, and returns the response.
fn invoked(arguments: &[&str]) -> Vec<u8> {
    let output = packages::tool(cargo::root())
        .args(["invoke", "--aws", "moto"])
        .args(arguments)
        .env("BARELAMBDA_MOTO", tools::moto_server())
        .output()
        .expect("the tool can be started");
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {words}");
    output.stdout
}

/// Returns the sorted names of the files in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder exists");
    let mut names: Vec<_> = entries
        .map(|entry| {
            entry.expect("the folder can be read").file_name().to_string_lossy().into_owned()
        })
        .collect();
    names.sort();
    names
}
