//! Invokes a handler in a unit test: a whole conversation, without a socket. Not for musl targets.
//!
//! ```
//! use barelambda::testing::invoke;
//! use barelambda::{Invocation, Response};
//!
//! fn echo(invocation: Invocation) -> Response {
//!     invocation.responder.bytes(invocation.event.into_payload())
//! }
//!
//! assert_eq!(invoke(&mut echo, "{\"key\":1}").unwrap(), b"{\"key\":1}");
//! ```

extern crate std;

use core::fmt;
use std::format;
use std::string::String;
use std::vec;
use std::vec::Vec;

use crate::bytes::base64;
use crate::conversation::Transport;
use crate::error::Error;
use crate::handler::Handler;
use crate::http1::Progress;
use crate::http1::response::{self, Response};
use crate::runtime::{Buffers, Heads, ROOM, Runtime};
use crate::runtime_api::answer::RESPONSE_LIMIT;
use crate::runtime_api::endpoint::{Address, Endpoint};
use crate::sys::clock;

/// The timeout of the function in its [`Context`](crate::Context), in milliseconds: the default of
/// new functions.
const TIMEOUT_MS: u64 = 3000;

const ERROR_TYPE: &[u8] = b"lambda-runtime-function-error-type";
const ERROR_BODY: &[u8] = b"lambda-runtime-function-error-body";

/// The error that the caller of the function gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvokeError {
    /// The error type, for example `Function.InvalidJson`.
    pub error_type: String,
    /// The body, which is JSON: `{"errorType":"…","stackTrace":[],"errorMessage":"…"}`. Empty if
    /// it was too long for the trailers of a stream.
    pub body: String,
    /// The bytes that were streamed before the error.
    pub streamed: Vec<u8>,
}

impl fmt::Display for InvokeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.error_type, self.body)
    }
}

impl std::error::Error for InvokeError {}

/// Invokes `handler` with `event`, and returns the bytes of the response, all of them also if they
/// were streamed.
///
/// # Errors
/// The error that the caller of the function would get.
///
/// # Panics
/// If the handler panics, or if the event is longer than 6,291,556 bytes, Lambda's limit.
pub fn invoke(handler: &mut impl Handler, event: impl AsRef<[u8]>) -> Result<Vec<u8>, InvokeError> {
    let event = event.as_ref();
    assert!(
        event.len() <= RESPONSE_LIMIT,
        "an event has {RESPONSE_LIMIT} bytes at most, and this one has {}",
        event.len()
    );
    let mut once = Once { incoming: message(event), sent: Vec::new() };
    let endpoint = Endpoint::parse(b"127.0.0.1:9001").expect("it is an address");
    let (mut receive, mut response) = (vec![0; event.len() + ROOM + 1], vec![0; RESPONSE_LIMIT]);
    let heads = &mut Heads::new();
    let buffers = Buffers { heads, receive: &mut receive, response: &mut response };
    let done = Runtime::new(&endpoint, &mut once, buffers, false)
        .and_then(|mut runtime| runtime.step(handler));
    done.expect("the connection doesn't fail");
    result(&once.sent)
}

/// Returns the reply to GET /next.
fn message(event: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\n\
         Lambda-Runtime-Aws-Request-Id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n\
         Lambda-Runtime-Deadline-Ms: {}\r\n\
         Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:test\r\n\
         Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0\r\n\
         Content-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        clock::now_ms() + TIMEOUT_MS,
        event.len()
    );
    [head.as_bytes(), event].concat()
}

/// A connection that delivers one event, and receives its response.
struct Once {
    incoming: Vec<u8>,
    /// The POST of the response, as far as it has been sent.
    sent: Vec<u8>,
}

impl Transport for &mut Once {
    fn connect(&mut self, _: &Address) -> Result<(), Error> {
        Ok(())
    }

    fn send(&mut self, parts: [&[u8]; 3]) -> Result<(), Error> {
        let is_post = !self.sent.is_empty() || parts[0].starts_with(b"POST ");
        if is_post {
            parts.iter().for_each(|part| self.sent.extend_from_slice(part));
            if read(&self.sent).is_some() {
                self.incoming = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n".to_vec();
            }
        }
        Ok(())
    }

    fn has_input(&mut self) -> bool {
        false
    }

    fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        let len = self.incoming.len().min(buffer.len());
        buffer[..len].copy_from_slice(&self.incoming[..len]);
        self.incoming.drain(..len);
        Ok(len)
    }

    fn pause(&mut self, _: u32) {}
}

/// Returns the body of a POST, or `None` if it isn't complete.
fn read(post: &[u8]) -> Option<Vec<u8>> {
    // A request differs from a response only in its first line.
    let line = post.iter().position(|byte| *byte == b'\n')?;
    let mut bytes = [b"HTTP/1.1 200 OK\r\n", &post[line + 1..]].concat();
    let (mut response, mut filled) = (Response::default(), bytes.len());
    let head = response
        .read_head(&bytes, names!("\x01-", "\x01-"))
        .expect("the runtime sends no malformed head");
    if head == Progress::Partial {
        return None;
    }
    let body = response
        .read_body(&mut bytes, &mut filled, usize::MAX)
        .expect("the runtime sends no malformed body");
    let place = response.body_start..response.body_start + response.body_len;
    (body != Progress::Partial).then(|| bytes[place].to_vec())
}

/// Returns the response or the error that `post` sends.
fn result(post: &[u8]) -> Result<Vec<u8>, InvokeError> {
    let body = read(post).expect("the POST is complete");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let end = post.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap_or(post.len());
    let head = &post[..end];
    if let Some(error_type) = response::find(head, ERROR_TYPE) {
        return Err(InvokeError {
            error_type: text(error_type),
            body: text(&body),
            streamed: Vec::new(),
        });
    }
    // The trailers follow the last chunk, whose size line replaces the first line of a head.
    let last = post.windows(5).rposition(|bytes| bytes == b"\r\n0\r\n");
    let trailers = last
        .filter(|_| response::find(head, b"transfer-encoding").is_some())
        .map(|last| &post[last + 2..])
        .unwrap_or_default();
    let Some(error_type) = response::find(trailers, ERROR_TYPE) else {
        return Ok(body);
    };
    let mut error_body = response::find(trailers, ERROR_BODY).unwrap_or_default().to_vec();
    let len =
        base64::decode_in_place(&mut error_body).expect("the runtime sends no malformed base64");
    Err(InvokeError {
        error_type: text(error_type),
        body: text(&error_body[..len]),
        streamed: body,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::FunctionError;
    use crate::handler::{Invocation, Response};

    static SOLD_OUT: FunctionError =
        FunctionError::new("Function.SoldOut", "the last one was sold");
    const BODY: &str = "{\"errorType\":\"Function.SoldOut\",\"stackTrace\":[],\"errorMessage\":\"the last one was sold\"}";

    fn echo(invocation: Invocation) -> Response {
        assert!(invocation.context.remaining().as_millis() > 0);
        invocation.responder.bytes(invocation.event.into_payload())
    }

    fn fail(_: Invocation) -> Response {
        Err(Error::from(&SOLD_OUT))
    }

    /// Streams the event twice, and fails unless it is empty or ends with a full stop.
    fn twice(invocation: Invocation) -> Response {
        let Invocation { event, responder, .. } = invocation;
        let mut stream = responder.stream();
        stream.write(event.payload())?;
        stream.flush()?;
        stream.write(event.payload())?;
        match event.payload() {
            [] | [.., b'.'] => stream.finish(),
            _ => {
                stream.flush()?;
                Err(Error::from(&SOLD_OUT))
            }
        }
    }

    #[test]
    fn a_response() {
        let long = vec![b'x'; 100_000];
        for event in [&b""[..], b"{}", b"\r\n0\r\n\r\n", &long] {
            assert_eq!(invoke(&mut echo, event).as_deref(), Ok(event));
        }
    }

    #[test]
    fn an_error() {
        let failure = invoke(&mut fail, "{}").unwrap_err();
        assert_eq!(
            failure,
            InvokeError {
                error_type: "Function.SoldOut".into(),
                body: BODY.into(),
                streamed: Vec::new()
            }
        );
        assert_eq!(format!("{failure}"), format!("Function.SoldOut: {BODY}"));
    }

    #[test]
    fn a_stream_and_one_that_fails() {
        assert_eq!(invoke(&mut twice, "").unwrap(), b"");
        assert_eq!(invoke(&mut twice, "\r\n0\r\n.").unwrap(), b"\r\n0\r\n.\r\n0\r\n.");
        let failure = invoke(&mut twice, "ab").unwrap_err();
        assert_eq!(
            failure,
            InvokeError {
                error_type: "Function.SoldOut".into(),
                body: BODY.into(),
                streamed: b"abab".to_vec()
            }
        );
    }

    #[test]
    fn a_handler_with_state() {
        struct Counter(u32);
        impl Handler for Counter {
            fn handle<'a>(&mut self, invocation: Invocation<'a>) -> Response<'a> {
                self.0 += 1;
                invocation.responder.bytes(if self.0 == 7 { b"seven" } else { b"more" })
            }
        }
        let mut counter = Counter(6);
        assert_eq!(invoke(&mut counter, "").unwrap(), b"seven");
        assert_eq!(invoke(&mut counter, "").unwrap(), b"more");
    }
}
