//! Whole conversations, over a connection whose other side follows a script.

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
mod doubt;
mod plain;
mod statuses;
mod streams;

use peer::Beat::{self, *};
use peer::Peer;

/// The longest event that [`talk`] takes.
const EVENT_LIMIT: usize = 1000;

/// Miri takes a thousand times as long, and it is not the values that it looks at.
const STEP: usize = if cfg!(miri) { 67 } else { 1 };

/// The sizes of the pieces that something comes in; under Miri the last alone.
fn sizes(all: &[usize]) -> &[usize] {
    if cfg!(miri) { &all[all.len() - 1..] } else { all }
}

/// The length of [`talk`]'s response buffer.
const RESPONSE_LEN: usize = 512;

/// What came of a conversation.
#[derive(Debug, PartialEq, Eq)]
struct Talk {
    /// What each step gave; the first error is the last.
    results: Vec<Result<(), Error>>,
    /// The events that the handler saw.
    events: Vec<String>,
    /// The pauses that were made.
    pauses: Vec<u32>,
}

impl Talk {
    /// The error that the last step ended with.
    fn error(&self) -> Error {
        let (last, others) = self.results.split_last().unwrap();
        assert!(others.iter().all(Result::is_ok));
        last.unwrap_err()
    }

    /// Checks that all went well, and gives the events.
    fn events(&self) -> Vec<&str> {
        assert!(self.results.iter().all(Result::is_ok), "{:?}", self.results);
        self.events.iter().map(String::as_str).collect()
    }
}

/// Takes up to `steps` steps against a script, with the echo for a handler.
fn talk(script: Vec<Beat>, pipeline: bool, steps: usize) -> Talk {
    talk_with(script, pipeline, steps, echo)
}

/// The same with another handler.
fn talk_with<F>(script: Vec<Beat>, pipeline: bool, steps: usize, handler: F) -> Talk
where
    F: FnMut(Invocation<'_>) -> Response<'_>,
{
    talk_in(EVENT_LIMIT, script, pipeline, steps, handler)
}

/// The same with another limit of events.
fn talk_in<F>(event_limit: usize, script: Vec<Beat>, pipeline: bool, steps: usize, mut handler: F) -> Talk
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

/// Makes a closure a handler.
fn observe<F>(handler: F) -> F
where
    F: FnMut(Invocation<'_>) -> Response<'_>,
{
    handler
}

/// A runtime that talks to `peer`.
fn runtime<'b>(
    peer: &'b mut Peer,
    receive: &'b mut [u8],
    response: &'b mut [u8],
    pipeline: bool,
) -> Result<Runtime<'b, &'b mut Peer>, Error> {
    static ENDPOINT: OnceLock<Endpoint<'static>> = OnceLock::new();
    Runtime::new(ENDPOINT.get_or_init(endpoint), peer, receive, response, pipeline)
}

fn endpoint() -> Endpoint<'static> {
    Endpoint::parse(b"127.0.0.1:9001").unwrap()
}

/// What every request has behind its first line, and what it has at the end of its head.
const HOST: &str = " HTTP/1.1\r\nHost: 127.0.0.1:9001\r\n";
const END: &str = concat!("User-Agent: barelambda/", env!("CARGO_PKG_VERSION"), "\r\n\r\n");

const JSON_TYPE: &str = "application/json";

/// GET /next.
fn next() -> Vec<u8> {
    format!("GET /2018-06-01/runtime/invocation/next{HOST}{END}").into_bytes()
}

/// The response to the invocation with this request id, which had no invocation id.
fn answer(id: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    answer_to(id, "", JSON_TYPE, body.as_ref())
}

fn answer_to(id: &str, invocation_id: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let invocation_id = if invocation_id.is_empty() { String::new() } else { format!("Lambda-Runtime-Invocation-Id: {invocation_id}\r\n") };
    let head = format!(
        "POST /2018-06-01/runtime/invocation/{id}/response{HOST}Content-Type: {content_type}\r\n{invocation_id}Content-Length: {}\r\n{END}",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// The error of this type to the invocation with this request id.
fn error(id: &str, error_type: &str, message: &str) -> Vec<u8> {
    let body = format!("{{\"errorType\":\"{error_type}\",\"stackTrace\":[],\"errorMessage\":\"{message}\"}}");
    format!(
        "POST /2018-06-01/runtime/invocation/{id}/error{HOST}Content-Type: application/vnd.aws.lambda.error+json\r\n\
         Lambda-Runtime-Function-Error-Type: {error_type}\r\nContent-Length: {}\r\n{END}{body}",
        body.len()
    )
    .into_bytes()
}

/// An invocation without an invocation id, its event with a length.
fn event(id: &str, body: &str) -> Vec<u8> {
    event_with(&format!("Lambda-Runtime-Aws-Request-Id: {id}\r\n"), body)
}

/// An invocation with both ids.
fn event_of(id: &str, invocation_id: &str, body: &str) -> Vec<u8> {
    event_with(&format!("Lambda-Runtime-Aws-Request-Id: {id}\r\nLambda-Runtime-Invocation-Id: {invocation_id}\r\n"), body)
}

fn event_with(fields: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{fields}Date: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// An invocation without an invocation id, its event in chunks of `size` bytes.
fn event_in_chunks(id: &str, body: &[u8], size: usize) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: {id}\r\nTransfer-Encoding: chunked\r\n\r\n");
    let mut text = head.into_bytes();
    for chunk in body.chunks(size) {
        text.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        text.extend_from_slice(chunk);
        text.extend_from_slice(b"\r\n");
    }
    text.extend_from_slice(b"0\r\n\r\n");
    text
}

/// A reply without an invocation.
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

/// The two, one behind the other.
fn both(first: Vec<u8>, second: Vec<u8>) -> Vec<u8> {
    [first, second].concat()
}
