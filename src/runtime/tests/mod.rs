//! Whole conversations, over a connection whose peer follows a script.

use super::*;
use crate::handler::Response;
use std::format;
use std::string::String;
use std::sync::OnceLock;
use std::vec::Vec;

mod peer;

mod answers;
mod buffers;
mod context;
mod plain;
mod statuses;
mod streams;
mod unconfirmed;

use peer::Beat::{self, *};
use peer::Peer;

/// The longest event of [`talk`], in bytes.
const EVENT_LIMIT: usize = 1000;

/// Miri is a thousand times slower, and checks memory accesses, not values.
const STEP: usize = if cfg!(miri) { 67 } else { 1 };

/// Returns the sizes of the pieces in which bytes arrive; under Miri only the last.
fn sizes(all: &[usize]) -> &[usize] {
    if cfg!(miri) { &all[all.len() - 1..] } else { all }
}

/// The length of [`talk`]'s response buffer.
const RESPONSE_LEN: usize = 512;

/// The result of a conversation.
#[derive(Debug, PartialEq, Eq)]
struct Talk {
    /// The result of each step. The first error is the last result.
    results: Vec<Result<(), Error>>,
    /// The events that the handler received.
    events: Vec<String>,
    /// The pauses between the attempts to connect, in milliseconds.
    pauses: Vec<u32>,
}

impl Talk {
    /// Returns the error of the last step.
    fn error(&self) -> Error {
        let (last, others) = self.results.split_last().unwrap();
        assert!(others.iter().all(Result::is_ok));
        last.unwrap_err()
    }

    /// Checks that all steps succeeded, and returns the events.
    fn events(&self) -> Vec<&str> {
        assert!(self.results.iter().all(Result::is_ok), "{:?}", self.results);
        self.events.iter().map(String::as_str).collect()
    }
}

/// Runs up to `steps` steps against a script, with an echo as the handler.
fn talk(script: Vec<Beat>, pipeline: bool, steps: usize) -> Talk {
    talk_with(script, pipeline, steps, echo)
}

/// As [`talk`], with another handler.
fn talk_with<F>(script: Vec<Beat>, pipeline: bool, steps: usize, handler: F) -> Talk
where
    F: FnMut(Invocation<'_>) -> Response<'_>,
{
    talk_in(EVENT_LIMIT, script, pipeline, steps, handler)
}

/// As [`talk_with`], with another event limit.
fn talk_in<F>(
    event_limit: usize,
    script: Vec<Beat>,
    pipeline: bool,
    steps: usize,
    mut handler: F,
) -> Talk
where
    F: FnMut(Invocation<'_>) -> Response<'_>,
{
    let mut peer = Peer::new(script);
    let (mut receive, mut response) = (std::vec![0; ROOM + event_limit], [0; RESPONSE_LEN]);
    let mut events = Vec::new();
    let mut observed = observe(|invocation| {
        events.push(String::from_utf8_lossy(invocation.event.payload()).into_owned());
        handler(invocation)
    });
    let mut runtime = runtime(&mut peer, &mut receive, &mut response, pipeline).unwrap();
    let mut results = Vec::new();
    for _ in 0..steps {
        results.push(runtime.step(&mut observed));
        if results.last().is_some_and(Result::is_err) {
            break;
        }
    }
    let pauses = peer.end_after(&results);
    Talk { results, events, pauses }
}

fn echo(invocation: Invocation) -> Response {
    invocation.responder.bytes(invocation.event.into_payload())
}

/// Turns a closure into a handler.
fn observe<F>(handler: F) -> F
where
    F: FnMut(Invocation<'_>) -> Response<'_>,
{
    handler
}

/// Returns a runtime that talks to `peer`.
fn runtime<'b>(
    peer: &'b mut Peer,
    receive: &'b mut [u8],
    response: &'b mut [u8],
    pipeline: bool,
) -> Result<Runtime<'b, &'b mut Peer>, Error> {
    static ENDPOINT: OnceLock<Endpoint<'static>> = OnceLock::new();
    let heads = std::boxed::Box::leak(std::boxed::Box::new(Heads::new()));
    let buffers = Buffers { heads, receive, response };
    Runtime::new(ENDPOINT.get_or_init(endpoint), peer, buffers, pipeline)
}

fn endpoint() -> Endpoint<'static> {
    Endpoint::parse(b"127.0.0.1:9001").unwrap()
}

/// What follows the target in every request, and what ends its head.
const HOST: &str = " HTTP/1.1\r\nHost: 127.0.0.1:9001\r\n";
const END: &str = concat!("User-Agent: barelambda/", env!("CARGO_PKG_VERSION"), "\r\n\r\n");

const JSON_TYPE: &str = "application/json";

/// Returns GET /next.
fn next() -> Vec<u8> {
    format!("GET /2018-06-01/runtime/invocation/next{HOST}{END}").into_bytes()
}

/// Returns the response to the invocation with this request id, which had no invocation id.
fn answer(id: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    answer_to(id, "", JSON_TYPE, body.as_ref())
}

fn answer_to(id: &str, invocation_id: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let invocation_id = if invocation_id.is_empty() {
        String::new()
    } else {
        format!("Lambda-Runtime-Invocation-Id: {invocation_id}\r\n")
    };
    let head = format!(
        "POST /2018-06-01/runtime/invocation/{id}/response{HOST}Content-Type: {content_type}\r\n{invocation_id}Content-Length: {}\r\n{END}",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// Returns the error of this type for the invocation with this request id.
fn error(id: &str, error_type: &str, message: &str) -> Vec<u8> {
    let body = format!(
        "{{\"errorType\":\"{error_type}\",\"stackTrace\":[],\"errorMessage\":\"{message}\"}}"
    );
    format!(
        "POST /2018-06-01/runtime/invocation/{id}/error{HOST}Content-Type: application/vnd.aws.lambda.error+json\r\n\
         Lambda-Runtime-Function-Error-Type: {error_type}\r\nContent-Length: {}\r\n{END}{body}",
        body.len()
    )
    .into_bytes()
}

/// Returns an invocation without an invocation id, whose event has a Content-Length.
fn event(id: &str, body: &str) -> Vec<u8> {
    event_with(&format!("Lambda-Runtime-Aws-Request-Id: {id}\r\n"), body)
}

/// Returns an invocation with both ids.
fn event_of(id: &str, invocation_id: &str, body: &str) -> Vec<u8> {
    event_with(
        &format!(
            "Lambda-Runtime-Aws-Request-Id: {id}\r\nLambda-Runtime-Invocation-Id: {invocation_id}\r\n"
        ),
        body,
    )
}

fn event_with(fields: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{fields}Date: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Returns an invocation without an invocation id, whose event is in chunks of `size` bytes.
fn event_in_chunks(id: &str, body: &[u8], size: usize) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: {id}\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    let mut text = head.into_bytes();
    for chunk in body.chunks(size) {
        text.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        text.extend_from_slice(chunk);
        text.extend_from_slice(b"\r\n");
    }
    text.extend_from_slice(b"0\r\n\r\n");
    text
}

/// Returns a reply without an invocation.
fn status(status: u16, fields: &str) -> Vec<u8> {
    let body = match status {
        202 => "{\"status\":\"OK\"}\n",
        _ => "{\"errorMessage\":\"a test\",\"errorType\":\"Test\"}\n",
    };
    format!("HTTP/1.1 {status} Reason\r\nContent-Type: application/json\r\n{fields}Content-Length: {}\r\n\r\n{body}", body.len())
        .into_bytes()
}

fn accepted() -> Vec<u8> {
    status(202, "")
}

/// Returns both, concatenated.
fn both(first: Vec<u8>, second: Vec<u8>) -> Vec<u8> {
    [first, second].concat()
}
