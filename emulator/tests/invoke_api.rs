//! The Invoke API over a raw socket, as an AWS client uses it.

mod support;

use std::time::Duration;

use barelambda_emulator::{Emulator, Options};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use support::{Client, Response, invoke, lines_of, options, start, text, wait_for_line};

const PATH: &str = "/2015-03-31/functions/function/invocations";

#[test]
fn a_synchronous_invocation_returns_the_answer() {
    let emulator = start(options());
    let response = call(&emulator, "", "{\"a\":1}");
    assert_eq!((response.status, response.text()), (200, "{\"a\":1}"));
    assert_eq!(response.header("x-amz-executed-version"), Some("$LATEST"));
    assert_eq!(response.header("x-amzn-requestid").map(str::len), Some(36));
    assert_eq!(response.header("x-amz-function-error"), None);
    assert_eq!(response.header("x-amz-log-result"), None);
}

#[test]
fn requests_of_web_pages_are_refused() {
    let emulator = start(options());
    let port = emulator.address().port();
    let status = |headers: &str| {
        let mut client = Client::connect(emulator.address());
        let length = "Content-Length: 2\r\n\r\n{}";
        client.send(format!("POST {PATH} HTTP/1.1\r\n{headers}{length}"));
        client.receive().status
    };
    for host in [
        format!("127.0.0.1:{port}"),
        "localhost".to_owned(),
        format!("LocalHost:{port}"),
        "fn.localhost:1".to_owned(),
        "[::1]:9000".to_owned(),
        "192.168.0.7".to_owned(),
    ] {
        assert_eq!(status(&format!("Host: {host}\r\n")), 200, "{host}");
        let origin = format!("Origin: http://{host}\r\n");
        assert_eq!(status(&format!("Host: {host}\r\n{origin}")), 200, "{host}");
        for origin in ["http://evil.example", "null", "http://127.0.0.1:1", "https://localhost"] {
            let headers = format!("Host: {host}.\r\nOrigin: {origin}\r\n");
            assert_eq!(status(&headers), 403, "{headers}");
        }
    }
    for host in
        ["evil.example", "evil.example:9000", "localhost.evil.example", "127.0.0.1.evil", ":"]
    {
        assert_eq!(status(&format!("Host: {host}\r\n")), 403, "{host}");
    }
}

#[test]
fn asynchronous_events_that_wait_have_a_limit() {
    let emulator = start(options());
    let payload = format!("hang {}", " ".repeat(1_000_000));
    let mut accepted = 0;
    for _ in 0..300 {
        let response = call(&emulator, "X-Amz-Invocation-Type: Event\r\n", &payload);
        match response.status {
            202 => accepted += 1,
            429 => {
                let kind = response.header("x-amzn-errortype");
                assert_eq!(kind, Some("TooManyRequestsException"));
            }
            other => panic!("{other}"),
        }
    }
    assert!((50..=70).contains(&accepted), "{accepted}");
}

#[test]
fn the_callers_headers_reach_the_event() {
    let emulator = start(options());
    let context = BASE64.encode(r#"{"custom":{"k":"v"}}"#);
    let headers = format!(
        "X-Amz-Client-Context: {context}\r\nX-Amzn-Trace-Id: Root=1-2-3\r\nX-Amz-Tenant-Id: blue\r\n\
         X-Amz-Invocation-Type: RequestResponse\r\n"
    );
    let mut client = Client::connect(emulator.address());
    let path = "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A1%3Afunction%3Aorders/invocations?Qualifier=live";
    let response = client.post(path, &headers, "headers");
    let event = Response { head: response.text().to_owned(), ..response };
    let seen = |name: &str| event.header(&format!("lambda-runtime-{name}"));
    assert_eq!(seen("client-context"), Some(r#"{"custom":{"k":"v"}}"#));
    assert_eq!(seen("trace-id"), Some("Root=1-2-3"));
    assert_eq!(seen("aws-tenant-id"), Some("blue"));
    assert_eq!(
        seen("invoked-function-arn"),
        Some("arn:aws:lambda:eu-west-1:1:function:orders:live")
    );
    assert_eq!(seen("aws-request-id").map(str::len), Some(36));
}

#[test]
fn a_function_failure_is_marked() {
    let emulator = start(options());
    let response = call(&emulator, "", "fail Function.Asked");
    assert_eq!(
        (response.status, response.header("x-amz-function-error")),
        (200, Some("Unhandled"))
    );
    assert!(response.text().contains(r#""errorMessage":"as asked""#));
    let response = call(&emulator, "", "exit 3");
    assert_eq!(
        (response.status, response.header("x-amz-function-error")),
        (200, Some("Unhandled"))
    );
    assert!(response.text().starts_with(r#"{"errorType":"Runtime.ExitError""#));
}

#[test]
fn the_log_tail_comes_in_base64() {
    let emulator = start(options());
    let tail = |response: &Response| {
        let tail = response.header("x-amz-log-result").expect("a log");
        String::from_utf8(BASE64.decode(tail).unwrap()).unwrap()
    };
    let response = call(&emulator, "X-Amz-Log-Type: Tail\r\n", "say hello");
    let id = response.header("x-amzn-requestid").unwrap();
    let log = tail(&response);
    let begin = format!(
        "START RequestId: {id} Version: $LATEST\ninitialised\nout: hello\nerr: hello\nEND RequestId: {id}\nREPORT RequestId: {id} Init Duration: "
    );
    assert!(log.starts_with(&begin) && log.ends_with(" KB\n"), "{log}");
    let response = call(&emulator, "X-Amz-Log-Type: Tail\r\n", format!("say {}", "x".repeat(5000)));
    assert_eq!(tail(&response).len(), 4096);
}

#[test]
fn an_event_is_queued_and_a_dry_run_does_nothing() {
    let emulator = start(options());
    let queued = call(&emulator, "X-Amz-Invocation-Type: Event\r\n", "count");
    assert_eq!((queued.status, queued.text()), (202, ""));
    let dry = call(&emulator, "X-Amz-Invocation-Type: DryRun\r\n", "count");
    assert_eq!((dry.status, dry.text()), (204, ""));
    assert_eq!(text(&invoke(&emulator, "count")), "2");
}

#[test]
fn a_caller_that_hangs_up_does_not_stop_the_invocation() {
    let mut options = options();
    let lines = lines_of(&mut options);
    let emulator = start(options);
    assert_eq!(text(&invoke(&emulator, "count")), "1");
    let end = support::folder("hangs-up").join("end");
    let mut client = Client::connect(emulator.address());
    client.send(support::post(PATH, "", format!("wait-for {}", end.display())));
    wait_for_line(&lines, "waiting");
    drop(client);
    // The emulator may notice the hang-up before the invocation ends. Nothing shows whether it has.
    std::thread::sleep(Duration::from_millis(150));
    std::fs::write(end, "").unwrap();
    assert_eq!(text(&invoke(&emulator, "count")), "3");
}

#[test]
fn payloads_have_their_limits() {
    let emulator = start(options());
    let largest = call(&emulator, "", vec![b' '; 6 << 20]);
    assert_eq!((largest.status, largest.body.len()), (200, 6 << 20));
    let over = call(&emulator, "", vec![b' '; (6 << 20) + 1]);
    assert_api_error(&over, 413, "RequestEntityTooLargeException");
    assert!(over.text().contains("smaller than 6291456 bytes"), "{}", over.text());
    let over = call(&emulator, "X-Amz-Invocation-Type: Event\r\n", vec![b' '; (1 << 20) + 1]);
    assert_api_error(&over, 413, "RequestEntityTooLargeException");
}

#[test]
fn payloads_that_are_not_json_are_refused() {
    let emulator = start(Options::new(support::PROGRAM));
    for headers in ["", "X-Amz-Invocation-Type: Event\r\n", "X-Amz-Invocation-Type: DryRun\r\n"] {
        let refused = call(&emulator, headers, "not json");
        assert_api_error(&refused, 400, "InvalidRequestContentException");
        assert!(
            refused.text().contains("Could not parse request body into json: "),
            "{}",
            refused.text()
        );
    }
    for payload in ["", "[\"echo\"]"] {
        let response = call(&emulator, "", payload);
        assert_eq!((response.status, response.text()), (200, payload));
    }
}

#[test]
fn failures_have_the_format_of_aws() {
    let emulator = start(options());
    for (headers, kind) in [
        ("X-Amz-Invocation-Type: Later\r\n", "InvalidParameterValueException"),
        ("X-Amz-Log-Type: Head\r\n", "InvalidParameterValueException"),
        ("X-Amz-Client-Context: %%%\r\n", "InvalidRequestContentException"),
    ] {
        assert_api_error(&call(&emulator, headers, "{}"), 400, kind);
    }
    let mut client = Client::connect(emulator.address());
    assert_api_error(&client.get("/2015-03-31/functions"), 404, "UnknownOperationException");
    assert_api_error(&client.get(PATH), 405, "MethodNotAllowedException");
}

#[test]
fn several_callers_are_served_at_once() {
    let mut options = options();
    options.concurrency = 2;
    let emulator = start(options);
    let mut clients: Vec<_> = (0..2).map(|_| Client::connect(emulator.address())).collect();
    // Each invocation waits for the other one.
    let event = format!("meet 2 {}", support::folder("two-callers").display());
    for client in &mut clients {
        client.send(support::post(PATH, "", &event));
    }
    for client in &mut clients {
        assert_eq!(client.receive().text(), "met");
    }
}

fn call(emulator: &Emulator, headers: &str, payload: impl AsRef<[u8]>) -> Response {
    let mut client = Client::connect(emulator.address());
    // A payload that is too large may be refused before it has been sent.
    let _ = client.try_send(&support::post(PATH, headers, payload));
    client.receive()
}

#[track_caller]
fn assert_api_error(response: &Response, status: u16, kind: &str) {
    assert_eq!(
        (response.status, response.header("x-amzn-errortype")),
        (status, Some(kind)),
        "{response:?}"
    );
    assert!(
        response.text().contains(r#""Type":"User""#) && response.text().contains(r#""message":"#)
    );
}
