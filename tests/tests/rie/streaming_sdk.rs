//! InvokeWithResponseStream of the AWS SDK for Python, with the emulator in the library and in
//! `cargo barelambda serve`.

use std::io::Read;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::Duration;

use barelambda_emulator::Options;
use barelambda_tests::emulated::start;
use barelambda_tests::programs::{Architecture, example, panic_place};
use barelambda_tests::serving::Serving;
use barelambda_tests::tools;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

/// Prints the response and each event as lines of JSON, with the seconds since the call.
const SCRIPT: &str = r#"
import json, sys, time
import boto3

begin = time.monotonic()
client = boto3.client("lambda", endpoint_url=sys.argv[1])
answer = client.invoke_with_response_stream(FunctionName="function", Payload=sys.argv[2].encode(), LogType="Tail")
fields = ["StatusCode", "ExecutedVersion", "ResponseStreamContentType"]
print(json.dumps({field: answer[field] for field in fields}))
for event in answer["EventStream"]:
    chunk = event.get("PayloadChunk")
    if chunk is not None:
        print(json.dumps({"chunk": chunk["Payload"].decode(), "at": time.monotonic() - begin}))
    else:
        print(json.dumps(event))
"#;

/// The SDK's results of a call.
struct Called {
    head: Value,
    /// Each chunk and its time of arrival.
    chunks: Vec<(String, Duration)>,
    complete: Value,
}

impl Called {
    fn payload(&self) -> String {
        self.chunks.iter().map(|(chunk, _)| chunk.as_str()).collect()
    }

    fn log(&self) -> String {
        let log = BASE64
            .decode(self.complete["LogResult"].as_str().expect("there is a log"))
            .expect("the log is base64");
        String::from_utf8(log).expect("the log is text")
    }
}

fn call(server: SocketAddr, event: &str) -> Called {
    let mut child = Command::new(tools::python_with_boto3())
        .args(["-c", SCRIPT, &format!("http://{server}"), event])
        .env_clear()
        .envs(tools::aws_environment())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python can be started");
    let mut lines = String::new();
    child
        .stdout
        .take()
        .expect("stdout is a pipe")
        .read_to_string(&mut lines)
        .expect("the script prints text");
    assert!(child.wait().expect("Python ends").success(), "{lines}");
    let mut lines: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("lines of JSON")).collect();
    let complete = lines.pop().expect("there is a last event")["InvokeComplete"].take();
    let head = lines.remove(0);
    let chunk = |line: &Value| {
        let at = Duration::from_secs_f64(line["at"].as_f64().expect("a time"));
        (line["chunk"].as_str().expect("all lines except the last are chunks").to_owned(), at)
    };
    Called { head, chunks: lines.iter().map(chunk).collect(), complete }
}

#[test]
#[ignore = "needs boto3; run `bash .ci/full`"]
fn chunks_reach_the_sdk_while_the_function_writes() {
    let serving = Serving::start("stream");
    let called = call(serving.address, "{}");
    let content_type = "application/vnd.amazon.eventstream";
    assert_eq!(
        called.head,
        json!({"StatusCode": 200, "ExecutedVersion": "$LATEST", "ResponseStreamContentType": content_type})
    );
    let chunks: Vec<&str> = called.chunks.iter().map(|(chunk, _)| chunk.as_str()).collect();
    assert_eq!(chunks, ["data: 1\n\n", "data: 2\n\n", "data: 3\n\n", "data: 4\n\n", "data: 5\n\n"]);
    // The function writes a chunk every half second, the last after two seconds. On a busy machine
    // the first may arrive late.
    let spread = called.chunks[4].1 - called.chunks[0].1;
    assert!(spread > Duration::from_millis(500), "{spread:?}");
    assert_eq!(called.complete.get("ErrorCode"), None, "{}", called.complete);
    assert!(called.log().contains("\nREPORT RequestId: "));
    assert_eq!(call(serving.address, "3000").payload().len(), 192_000);
    let (code, words) = serving.end();
    assert_eq!((code, words.matches("REPORT RequestId: ").count()), (Some(0), 2), "{words}");
}

#[test]
#[ignore = "needs boto3; run `bash .ci/full`"]
fn a_failure_while_streaming_reaches_the_sdk_after_the_written_chunks() {
    let emulator = start(Options::new(example("stream_error", Architecture::X86_64)));
    let panicked =
        format!("panicked at {}: there is no third line", panic_place("stream_error", "panic!("));
    for (event, payload, error_type, message) in [
        ("\"error\"", "one\ntwo\n", "Function.OutOfPaper", "there is no third line"),
        ("\"fail\"", "one\ntwo\n", "Function.OutOfPaper", "there is no line 3"),
        ("\"early\"", "", "Function.OutOfPaper", "there is no third line"),
        ("\"panic\"", "one\ntwo\n", "Function.Panic", &panicked),
    ] {
        let called = call(emulator.address(), event);
        assert_eq!(
            (called.payload().as_str(), &called.complete["ErrorCode"]),
            (payload, &json!("Unhandled")),
            "{event}"
        );
        let details: Value = serde_json::from_str(
            called.complete["ErrorDetails"].as_str().expect("there are details"),
        )
        .expect("JSON");
        assert_eq!(
            (&details["errorType"], &details["errorMessage"]),
            (&json!(error_type), &json!(message)),
            "{event}"
        );
        assert!(called.log().contains("\nREPORT RequestId: "));
    }
}

#[test]
#[ignore = "needs boto3; run `bash .ci/full`"]
fn a_buffered_response_reaches_the_sdk() {
    let emulator = start(Options::new(example("echo", Architecture::X86_64)));
    let called = call(emulator.address(), r#"{"a":"ö"}"#);
    assert_eq!((called.payload().as_str(), called.chunks.len()), (r#"{"a":"ö"}"#, 1));
    assert_eq!(called.complete.get("ErrorCode"), None);
    let emulator = start(Options::new(example("faults", Architecture::X86_64)));
    let called = call(emulator.address(), "\"exit\"");
    assert_eq!(
        (called.chunks.len(), &called.complete["ErrorCode"]),
        (0, &json!("Runtime.ExitError"))
    );
    let details = called.complete["ErrorDetails"].as_str().expect("there are details");
    assert!(details.ends_with("Runtime exited with error: exit status 3"), "{details}");
}
