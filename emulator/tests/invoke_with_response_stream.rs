//! InvokeWithResponseStream over a raw socket, message by message. The AWS SDK reads the messages
//! in `tests/tests/rie/streaming_sdk.rs`.

mod support;

use barelambda_emulator::Emulator;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use support::{Client, LATE, NEXT, Response, StandIn, invoke, options, post, start, text};

const PATH: &str = "/2021-11-15/functions/function/response-streaming-invocations";

#[test]
fn each_chunk_becomes_a_message_before_the_next_one_is_written() {
    let stand_in = StandIn::new(options());
    let mut caller = Client::connect(stand_in.emulator().address());
    caller.send(post(&format!("{PATH}?Qualifier=live"), "", "{}"));
    let mut runtime = Client::connect(stand_in.address());
    let event = runtime.get(NEXT);
    assert_eq!(
        event.header("lambda-runtime-invoked-function-arn"),
        Some("arn:aws:lambda:us-east-1:123456789012:function:function:live")
    );
    runtime.begin_stream(&event, "Content-Type: text/x-one\r\n");
    let head = caller.receive_head();
    assert_eq!(
        (head.status, head.header("content-type")),
        (200, Some("application/vnd.amazon.eventstream"))
    );
    assert_eq!(head.header("x-amzn-remapped-content-type"), Some("text/x-one"));
    assert_eq!(
        (head.header("x-amz-executed-version"), head.header("x-amzn-requestid")),
        (Some("$LATEST"), Some(support::id(&event)))
    );
    for chunk in ["a", "bc"] {
        runtime.send_chunk(chunk);
        let message = Message::read(&caller.receive_chunk().unwrap());
        assert_eq!(
            (message.event_type.as_str(), message.content_type.as_str()),
            ("PayloadChunk", "application/octet-stream")
        );
        assert_eq!(message.payload, chunk.as_bytes());
    }
    assert_eq!(runtime.end_stream("").status, 202);
    let complete = Message::read(&caller.receive_chunk().unwrap());
    assert_eq!(
        (complete.event_type.as_str(), complete.content_type.as_str()),
        ("InvokeComplete", "application/json")
    );
    assert_eq!(complete.payload, b"{}");
    assert_eq!(caller.receive_chunk(), None);
}

#[test]
fn a_failure_in_mid_stream_is_in_the_last_message() {
    let stand_in = StandIn::new(options());
    let mut caller = Client::connect(stand_in.emulator().address());
    caller.send(post(PATH, "", "{}"));
    let mut runtime = Client::connect(stand_in.address());
    let event = runtime.get(NEXT);
    runtime.begin_stream(&event, "");
    runtime.send_chunk("a");
    assert_eq!(runtime.end_stream(LATE).status, 202);
    let response = caller.receive();
    assert_eq!(response.header("x-amzn-remapped-content-type"), Some("application/octet-stream"));
    let (payload, complete) = messages(&response);
    assert_eq!(payload, b"a");
    assert_eq!(
        complete,
        json!({"ErrorCode": "Unhandled", "ErrorDetails": r#"{"errorMessage":"too late","errorType":"Late"}"#})
    );
}

#[test]
fn answers_that_are_not_streamed_and_failures_come_in_messages_too() {
    let emulator = start(options());
    let (payload, complete) = messages(&call(&emulator, "", "echo"));
    assert_eq!((payload.as_slice(), complete), (&b"echo"[..], json!({})));
    let (payload, complete) = messages(&call(&emulator, "", "large 6291556"));
    assert_eq!((payload.len(), complete), (6_291_556, json!({})));
    let (payload, complete) = messages(&call(&emulator, "", "fail Function.Asked"));
    let details = r#"{"errorMessage":"as asked","errorType":"Function.Asked","stackTrace":[]}"#;
    assert_eq!(
        (payload.len(), complete),
        (0, json!({"ErrorCode": "Unhandled", "ErrorDetails": details}))
    );
    for (event, before, code, words) in [
        ("exit 3", "", "Runtime.ExitError", "Error: Runtime exited with error: exit status 3"),
        (
            "stream-and-exit 3",
            "onetwo",
            "Runtime.TruncatedResponse",
            "cut off before its end: Runtime exited with error: exit status 3",
        ),
    ] {
        let (payload, complete) = messages(&call(&emulator, "", event));
        assert_eq!(
            (String::from_utf8(payload).unwrap().as_str(), &complete["ErrorCode"]),
            (before, &json!(code))
        );
        assert!(complete["ErrorDetails"].as_str().unwrap().ends_with(words), "{complete}");
    }
}

#[test]
fn the_log_comes_with_the_last_message() {
    let emulator = start(options());
    let (payload, complete) = messages(&call(&emulator, "X-Amz-Log-Type: Tail\r\n", "say hello"));
    assert_eq!(payload, b"said");
    let log =
        String::from_utf8(BASE64.decode(complete["LogResult"].as_str().unwrap()).unwrap()).unwrap();
    assert!(
        log.starts_with("START RequestId: ") && log.contains("\nout: hello\nerr: hello\n"),
        "{log}"
    );
}

#[test]
fn failures_of_a_call_are_those_of_invoke() {
    let emulator = start(options());
    for (headers, kind) in [
        ("X-Amz-Invocation-Type: Event\r\n", "InvalidParameterValueException"),
        ("X-Amz-Log-Type: Head\r\n", "InvalidParameterValueException"),
        ("X-Amz-Client-Context: %\r\n", "InvalidRequestContentException"),
    ] {
        let response = call(&emulator, headers, "count");
        assert_eq!((response.status, response.header("x-amzn-errortype")), (400, Some(kind)));
    }
    let dry = call(&emulator, "X-Amz-Invocation-Type: DryRun\r\n", "count");
    assert_eq!((dry.status, dry.text()), (204, ""));
    let mut client = Client::connect(emulator.address());
    assert_eq!(client.get(PATH).status, 405);
    let _ = client.try_send(&post(PATH, "", vec![b' '; (6 << 20) + 1]));
    assert_eq!(client.receive().status, 413);
    assert_eq!(text(&invoke(&emulator, "count")), "1");
}

/// A message of the event stream encoding whose checksums are correct.
struct Message {
    event_type: String,
    content_type: String,
    payload: Vec<u8>,
}

impl Message {
    fn read(bytes: &[u8]) -> Self {
        let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
        assert_eq!(number(0) as usize, bytes.len());
        assert_eq!(number(8), crc32fast::hash(&bytes[..8]));
        assert_eq!(number(bytes.len() - 4), crc32fast::hash(&bytes[..bytes.len() - 4]));
        let (mut headers, rest) = bytes[12..].split_at(number(4) as usize);
        let mut header = |expected: &str| {
            let (name, rest) = headers[1..].split_at(headers[0].into());
            assert_eq!((name, rest[0]), (expected.as_bytes(), 7));
            let length = u16::from_be_bytes([rest[1], rest[2]]);
            let (value, rest) = rest[3..].split_at(length.into());
            headers = rest;
            String::from_utf8(value.to_vec()).unwrap()
        };
        assert_eq!(header(":message-type"), "event");
        let (event_type, content_type) = (header(":event-type"), header(":content-type"));
        Self { event_type, content_type, payload: rest[..rest.len() - 4].to_vec() }
    }
}

/// Returns the payload that the chunks of a response make, and the JSON of its last message.
fn messages(response: &Response) -> (Vec<u8>, Value) {
    assert_eq!(response.status, 200, "{response:?}");
    let mut payload = Vec::new();
    let mut rest = response.body.as_slice();
    loop {
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        let message = Message::read(&rest[..length]);
        rest = &rest[length..];
        match message.event_type.as_str() {
            "PayloadChunk" => payload.extend(message.payload),
            other => {
                assert_eq!((other, rest.len()), ("InvokeComplete", 0));
                return (payload, serde_json::from_slice(&message.payload).unwrap());
            }
        }
    }
}

fn call(emulator: &Emulator, headers: &str, payload: &str) -> Response {
    Client::connect(emulator.address()).post(PATH, headers, payload)
}
