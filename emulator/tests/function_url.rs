//! The function's URL over a raw socket. The test acts as the runtime too, so that it knows what
//! has been written when something arrives.

mod support;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use barelambda_emulator::Options;
use serde_json::{Value, json};
use support::{Client, LATE, NEXT, Response, StandIn, id, post, respond};

const WITH_PRELUDE: &str = "Content-Type: application/vnd.awslambda.http-integration-response\r\n";

#[test]
fn a_request_becomes_an_event_and_the_answer_a_response() {
    let mut both = Both::new();
    let headers = "Host: f.example:8080\r\nX-Two: a\r\nX-Two: b\r\nCookie: c=1; d=2\r\nContent-Type: text/plain\r\nUser-Agent: test\r\n";
    both.browser
        .send(format!("PUT /a%20b?x=1&x=2 HTTP/1.1\r\n{headers}Content-Length: 5\r\n\r\nhello"));
    let event = both.runtime.get(NEXT);
    let json: Value = serde_json::from_str(event.text()).unwrap();
    assert_eq!(
        (&json["version"], &json["rawPath"], &json["rawQueryString"]),
        (&json!("2.0"), &json!("/a%20b"), &json!("x=1&x=2"))
    );
    assert_eq!(
        (&json["queryStringParameters"], &json["cookies"]),
        (&json!({"x": "1,2"}), &json!(["c=1", "d=2"]))
    );
    assert_eq!(
        (&json["headers"]["x-two"], &json["headers"]["host"]),
        (&json!("a,b"), &json!("f.example:8080"))
    );
    let context = &json["requestContext"];
    assert_eq!(
        (&context["domainName"], &context["requestId"]),
        (&json!("f.example"), &json!(id(&event)))
    );
    let http = json!({"method": "PUT", "path": "/a%20b", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "test"});
    assert_eq!(context["http"], http);
    assert_eq!((&json["body"], &json["isBase64Encoded"]), (&json!("hello"), &json!(false)));
    assert_eq!(
        json["headers"]["x-amzn-trace-id"].as_str(),
        event.header("lambda-runtime-trace-id")
    );

    let answer = json!({"statusCode": 201, "headers": {"X-Made": "1"}, "cookies": ["a=1", "b=2"], "body": "aGk=", "isBase64Encoded": true});
    respond(&mut both.runtime, &event, answer.to_string());
    let response = both.browser.receive();
    assert_eq!(
        (response.status, response.text(), response.header("x-made")),
        (201, "hi", Some("1"))
    );
    assert_eq!(
        (response.header("content-type"), response.header("content-length")),
        (Some("application/json"), Some("2"))
    );
    assert_eq!(response.header("x-amzn-requestid"), Some(id(&event)));
    let cookies: Vec<&str> =
        response.head.lines().filter_map(|line| line.strip_prefix("Set-Cookie: ")).collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
}

#[test]
fn any_other_json_is_the_body() {
    let mut both = Both::new();
    let response = both.answered("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "[1, 2]");
    assert_eq!(
        (response.status, response.text(), response.header("content-type")),
        (200, "[1, 2]", Some("application/json"))
    );
}

#[test]
fn some_responses_have_no_body() {
    let mut both = Both::new();
    let head = both.answered_without_body(
        "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n",
        r#"{"statusCode":200,"body":"four"}"#,
    );
    assert_eq!((head.status, head.header("content-length")), (200, Some("4")));
    for status in [204, 304] {
        let answer = format!(r#"{{"statusCode":{status},"body":"four"}}"#);
        let response = both.answered_without_body("GET / HTTP/1.1\r\nHost: x\r\n\r\n", &answer);
        assert_eq!((response.status, response.header("transfer-encoding")), (status, None));
    }
    let response =
        both.answered("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\"the connection is still in order\"");
    assert_eq!(response.text(), "\"the connection is still in order\"");
}

#[test]
fn a_streamed_body_arrives_as_it_is_written() {
    let mut both = Both::new();
    for (content_type, expected) in [
        ("", "application/octet-stream"),
        ("Content-Type: text/event-stream\r\n", "text/event-stream"),
    ] {
        let event = both.asked();
        both.runtime.begin_stream(&event, content_type);
        let head = both.browser.receive_head();
        assert_eq!((head.status, head.header("content-type")), (200, Some(expected)));
        assert_eq!(head.header("transfer-encoding"), Some("chunked"));
        for chunk in ["a", "bc"] {
            both.runtime.send_chunk(chunk);
            assert_eq!(both.browser.receive_chunk().as_deref(), Some(chunk.as_bytes()));
        }
        assert_eq!(both.runtime.end_stream("").status, 202);
        assert_eq!(both.browser.receive_chunk(), None);
    }
}

#[test]
fn a_prelude_is_taken_apart_wherever_it_is_split() {
    let mut both = Both::new();
    let prelude = r#"{"statusCode":404,"headers":{"x-one":"1"},"cookies":["a=1"]}"#;
    let whole = [prelude.as_bytes(), &[0; 8], b"\0first"].concat();
    for at in [
        0,
        1,
        prelude.len(),
        prelude.len() + 1,
        prelude.len() + 7,
        prelude.len() + 8,
        prelude.len() + 9,
        whole.len(),
    ] {
        let event = both.asked();
        both.runtime.begin_stream(&event, WITH_PRELUDE);
        let (before, after) = whole.split_at(at);
        for part in [before, after].iter().filter(|part| !part.is_empty()) {
            both.runtime.send_chunk(part);
        }
        let head = both.browser.receive_head();
        assert_eq!(
            (head.status, head.header("x-one"), head.header("set-cookie")),
            (404, Some("1"), Some("a=1")),
            "{at}"
        );
        assert_eq!(head.header("content-type"), Some("application/octet-stream"));
        let mut first = Vec::new();
        while first.len() < 6 {
            first.extend(both.browser.receive_chunk().unwrap());
        }
        assert_eq!(first, b"\0first", "{at}");
        both.runtime.send_chunk("second");
        assert_eq!(both.browser.receive_chunk().as_deref(), Some(&b"second"[..]));
        both.runtime.end_stream("");
        assert_eq!(both.browser.receive_chunk(), None);
    }
}

#[test]
fn a_failure_in_mid_stream_breaks_the_connection() {
    for prelude in [false, true] {
        let mut both = Both::new();
        let event = both.asked();
        both.runtime.begin_stream(&event, if prelude { WITH_PRELUDE } else { "" });
        if prelude {
            both.runtime.send_chunk(b"{}\0\0\0\0\0\0\0\0");
        }
        both.runtime.send_chunk("some");
        assert_eq!(both.runtime.end_stream(LATE).status, 202);
        assert_eq!(both.browser.receive_head().status, 200);
        assert_eq!(both.browser.receive_chunk().as_deref(), Some(&b"some"[..]));
        assert!(both.browser.is_closed());
    }
}

#[test]
fn a_failure_before_the_answer_is_a_bad_gateway() {
    let mut both = Both::new();
    let event = both.asked();
    let path = format!("/2018-06-01/runtime/invocation/{}/error", id(&event));
    assert_eq!(both.runtime.post(&path, "", r#"{"errorMessage":"m","errorType":"T"}"#).status, 202);
    both.expect_bad_gateway();
    // The stream has begun, and the response hasn't: the prelude would have its head.
    let event = both.asked();
    both.runtime.begin_stream(&event, WITH_PRELUDE);
    both.runtime.send_chunk("{");
    assert_eq!(both.runtime.end_stream(LATE).status, 202);
    both.expect_bad_gateway();
    assert_eq!(both.notes(), Vec::<String>::new());
}

#[test]
fn a_malformed_answer_is_a_bad_gateway_and_the_log_says_why() {
    let mut both = Both::new();
    for (answer, words) in [
        ("plain text", "the answer is not JSON: expected value at line 1 column 1"),
        (r#"{"statusCode":"ok"}"#, "statusCode is \"ok\", expected a number from 200 to 599"),
    ] {
        let event = both.asked();
        respond(&mut both.runtime, &event, answer);
        both.expect_bad_gateway();
        assert_eq!(both.notes(), [format!("function URL: 502 Bad Gateway, since {words}")]);
    }
    for (stream, words) in [
        (
            &b"{}\0"[..],
            "the stream ended after 3 bytes, before the eight zero bytes that end a prelude",
        ),
        (b"[]\0\0\0\0\0\0\0\0", "the prelude is an array, expected an object"),
    ] {
        let event = both.asked();
        both.runtime.begin_stream(&event, WITH_PRELUDE);
        both.runtime.send_chunk(stream);
        assert_eq!(both.runtime.end_stream("").status, 202);
        both.expect_bad_gateway();
        assert_eq!(both.notes(), [format!("function URL: 502 Bad Gateway, since {words}")]);
    }
    let event = both.asked();
    both.runtime.begin_stream(&event, WITH_PRELUDE);
    both.runtime.send_chunk(vec![b' '; (1 << 20) + 1]);
    both.expect_bad_gateway();
    assert_eq!(both.runtime.end_stream("").status, 202);
    assert!(
        both.notes()[0].ends_with("of the stream lack the eight zero bytes that end a prelude")
    );
}

#[test]
fn a_client_that_hangs_up_does_not_stop_the_invocation() {
    let mut both = Both::new();
    let event = both.asked();
    both.runtime.begin_stream(&event, "");
    both.runtime.send_chunk("some");
    assert_eq!(both.browser.receive_head().status, 200);
    both.browser = Client::connect(both.url);
    for _ in 0..100 {
        both.runtime.send_chunk(vec![b'x'; 100_000]);
    }
    assert_eq!(both.runtime.end_stream("").status, 202);
    assert_eq!(both.answered("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "1").text(), "1");
}

#[test]
fn a_request_that_makes_too_large_an_event_is_refused() {
    let both = Both::new();
    for (content_type, length) in [("text/plain", (6 << 20) + 1), ("image/png", 5 << 20)] {
        let mut browser = Client::connect(both.url);
        let _ = browser.try_send(&post(
            "/",
            &format!("Content-Type: {content_type}\r\n"),
            vec![b'x'; length],
        ));
        let response = browser.receive();
        assert_eq!(
            (response.status, response.header("content-type")),
            (413, Some("application/json"))
        );
        assert_eq!(
            response.text(),
            r#"{"Message":"The request makes an event of more than 6291456 bytes"}"#
        );
    }
}

/// A client of the URL, and the runtime that answers it.
struct Both {
    browser: Client,
    runtime: Client,
    url: SocketAddr,
    notes: Arc<Mutex<Vec<String>>>,
    /// Dropped with the two.
    _stand_in: StandIn,
}

impl Both {
    fn new() -> Self {
        let notes = Arc::new(Mutex::new(Vec::new()));
        let stand_in = StandIn::noting(
            Options { url: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))), ..support::options() },
            notes.clone(),
        );
        let url = stand_in.emulator().url().expect("there is a URL");
        let mut browser = Client::connect(url);
        // The process starts with the first request.
        browser.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        let mut runtime = Client::connect(stand_in.address());
        let event = runtime.get(NEXT);
        respond(&mut runtime, &event, "1");
        assert_eq!(browser.receive().text(), "1");
        Self { browser, runtime, url, notes, _stand_in: stand_in }
    }

    /// Returns the event of a minimal request.
    fn asked(&mut self) -> Response {
        self.browser.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        self.runtime.get(NEXT)
    }

    fn answered(&mut self, request: &str, answer: &str) -> Response {
        self.browser.send(request);
        let event = self.runtime.get(NEXT);
        respond(&mut self.runtime, &event, answer);
        self.browser.receive()
    }

    fn answered_without_body(&mut self, request: &str, answer: &str) -> Response {
        self.browser.send(request);
        let event = self.runtime.get(NEXT);
        respond(&mut self.runtime, &event, answer);
        self.browser.receive_head()
    }

    #[track_caller]
    fn expect_bad_gateway(&mut self) {
        let response = self.browser.receive();
        assert_eq!((response.status, response.text()), (502, "Internal Server Error"));
    }

    /// Returns the lines that the emulator has logged since the last call.
    fn notes(&self) -> Vec<String> {
        std::mem::take(&mut self.notes.lock().expect("one writer"))
    }
}
