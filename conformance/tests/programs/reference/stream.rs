//! Streamed answers.

use std::io;
use std::thread::sleep;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::Runtime;
use crate::answer::{Answer, error_body};
use crate::defects::{self, defect, hang};
use crate::http::Connection;
use crate::invocation::Invocation;

const LARGE: usize = 20 << 20;
const BYTES: &str = "application/octet-stream";

/// How a stream fails after its beginning.
#[derive(Clone, Copy)]
pub enum StreamFailure {
    Error,
    Panic,
}

/// The chunks of a streamed answer.
pub struct Body<'c> {
    connection: &'c mut Connection,
    /// The unsent bytes, in a mutant that doesn't flush.
    held: Vec<u8>,
    sent: usize,
}

impl Body<'_> {
    pub fn chunk(&mut self, bytes: &[u8]) -> io::Result<()> {
        if defect("stream-stops-at-6-mib") && self.sent >= 6 << 20 {
            return Ok(());
        }
        self.sent += bytes.len();
        if defect("stream-is-held-back") || defect("stream-is-buffered") {
            self.held.extend_from_slice(bytes);
            return Ok(());
        }
        self.write(bytes)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let head = format!("{:x}\r\n", bytes.len());
        self.connection.write(&[head.as_bytes(), bytes, b"\r\n"].concat())
    }

    fn end(mut self, failure: Option<StreamFailure>) -> io::Result<()> {
        let held = std::mem::take(&mut self.held);
        if defect("stream-is-buffered") {
            let head = format!("Content-Length: {}\r\n\r\n", held.len());
            return self.connection.write(&[head.as_bytes(), &held].concat());
        }
        if !held.is_empty() {
            self.write(&held)?;
        }
        let trailers = failure.map(trailers).unwrap_or_default();
        let silent = defect("stream-error-ends-well")
            || (matches!(failure, Some(StreamFailure::Panic)) && defect("stream-panic-ends-well"));
        if failure.is_some() && defect("stream-error-as-text") {
            self.write(b"{\"errorMessage\":\"asked for an error\"}")?;
        }
        let end = if silent || defect("stream-error-as-text") {
            "0\r\n\r\n".to_owned()
        } else {
            format!("0\r\n{trailers}\r\n")
        };
        if self.sent == 0 && defect("stream-empty-never-ends") {
            hang();
        }
        self.connection.write(end.as_bytes())
    }
}

/// Sends a streamed answer that `write` writes.
pub fn answer(
    runtime: &mut Runtime,
    invocation: Invocation,
    content_type: &str,
    write: impl FnOnce(&mut Body<'_>) -> io::Result<()>,
) -> io::Result<()> {
    fallible(runtime, invocation, content_type, |body| write(body).map(|()| None))
}

pub fn plain(runtime: &mut Runtime, invocation: Invocation) -> io::Result<()> {
    defects::while_slow(runtime);
    answer(runtime, invocation, BYTES, |body| {
        for (index, line) in ["one\n", "two\n", "three\n"].iter().enumerate() {
            if index > 0 {
                sleep(Duration::from_millis(200));
            }
            if !(index == 2 && defect("stream-loses-its-end")) {
                body.chunk(line.as_bytes())?;
            }
        }
        Ok(())
    })
}

pub fn http(runtime: &mut Runtime, invocation: Invocation) -> io::Result<()> {
    let content_type = if defect("stream-http-without-type") {
        BYTES
    } else {
        "application/vnd.awslambda.http-integration-response"
    };
    let status = if defect("stream-http-status") { json!("201") } else { json!(201) };
    let cookies = if defect("stream-http-no-cookies") { json!([]) } else { json!(["a=b"]) };
    let mut headers = json!({"x-conformance": "yes", "content-type": "text/plain"});
    if defect("stream-http-no-headers") {
        headers = json!({});
    }
    let prelude = json!({"statusCode": status, "headers": headers, "cookies": cookies}).to_string();
    let nuls = if defect("stream-http-seven-nuls") { 7 } else { 8 };
    answer(runtime, invocation, content_type, |body| {
        body.chunk(prelude.as_bytes())?;
        body.chunk(&vec![0; nuls])?;
        body.chunk(b"one\n")?;
        body.chunk(if defect("stream-http-body") { b"tow\n" } else { b"two\n" })
    })
}

pub fn large(runtime: &mut Runtime, invocation: Invocation) -> io::Result<()> {
    answer(runtime, invocation, BYTES, |body| {
        let piece = [b'x'; 64 << 10];
        (0..LARGE / piece.len()).try_for_each(|_| body.chunk(&piece))
    })
}

pub fn failing(
    runtime: &mut Runtime,
    invocation: Invocation,
    first: &str,
    failure: StreamFailure,
) -> io::Result<()> {
    fallible(runtime, invocation, BYTES, |body| {
        body.chunk(first.as_bytes())?;
        // The chunk arrives separately.
        sleep(Duration::from_millis(50));
        Ok(Some(failure))
    })
}

fn fallible(
    runtime: &mut Runtime,
    invocation: Invocation,
    content_type: &str,
    write: impl FnOnce(&mut Body<'_>) -> io::Result<Option<StreamFailure>>,
) -> io::Result<()> {
    defects::at_stream();
    runtime.connect()?;
    let head = head(&runtime.address, &invocation, content_type);
    let connection = runtime.connection.as_mut().expect("it has just been made");
    let mut body = Body { connection, held: Vec::new(), sent: 0 };
    let mut failed = false;
    let written = body.connection.write(head.as_bytes()).and_then(|()| write(&mut body)).and_then(
        |failure| {
            failed = failure.is_some();
            body.end(failure)
        },
    );
    if written.is_err() && defect("stream-break-hangs") {
        hang();
    }
    // A refusal may arrive before everything has been sent.
    let reply = match (runtime.receive(), written) {
        (Ok(reply), Ok(())) => reply,
        (Ok(reply), Err(_)) => {
            runtime.connection = None;
            runtime.asked = false;
            reply
        }
        (Err(error), _) => return Err(error),
    };
    defects::after_stream(runtime, &invocation, failed)?;
    runtime.settle(reply, invocation, Answer::Response(Vec::new()))
}

fn head(address: &str, invocation: &Invocation, content_type: &str) -> String {
    let mut head = format!(
        "POST /2018-06-01/runtime/invocation/{}/response HTTP/1.1\r\nHost: {address}\r\nContent-Type: {content_type}\r\n",
        invocation.request_id
    );
    let mode = if defect("stream-mode-in-capitals") { "STREAMING" } else { "streaming" };
    if !defect("stream-without-mode") {
        head += &format!("Lambda-Runtime-Function-Response-Mode: {mode}\r\n");
    }
    if let Some(id) =
        invocation.invocation_id.as_ref().filter(|_| !defect("no-invocation-id-on-stream"))
    {
        head += &format!("Lambda-Runtime-Invocation-Id: {id}\r\n");
    }
    if !defect("stream-without-trailer-header") {
        head +=
            "Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n";
    }
    if !defect("stream-is-buffered") {
        head += "Transfer-Encoding: chunked\r\n\r\n";
    }
    head
}

fn trailers(failure: StreamFailure) -> String {
    let (kind, message) = match failure {
        StreamFailure::Error => ("Function.AskedFor", "asked for an error"),
        StreamFailure::Panic => ("Function.Panic", "asked for a panic"),
    };
    let body = error_body(kind, message);
    let body = if defect("stream-error-body-bare") {
        String::from_utf8_lossy(&body).into_owned()
    } else {
        STANDARD.encode(body)
    };
    let kind = if defect("stream-error-no-type") {
        String::new()
    } else {
        format!("Lambda-Runtime-Function-Error-Type: {kind}\r\n")
    };
    format!("{kind}Lambda-Runtime-Function-Error-Body: {body}\r\n")
}
