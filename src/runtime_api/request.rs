//! The requests of the Runtime API, version 2018-06-01.

use super::answer::Answer;
use super::endpoint::Endpoint;
use super::invocation::InvocationHead;
use crate::bytes::base64;
use crate::bytes::cursor::Cursor;
use crate::http1::request::Head;

/// The subject of an answer.
#[derive(Copy, Clone, Debug)]
pub enum Subject<'a> {
    /// The initialisation, which failed.
    Initialization,
    /// An invocation that [`InvocationHead::check`] has accepted.
    Invocation(InvocationHead<'a>),
}

/// Writes the request for the next invocation. The reply may take hours, so waiting for it must
/// never time out.
pub fn next(cursor: &mut Cursor<'_>, endpoint: &Endpoint<'_>) {
    cursor.push(b"GET ");
    cursor.push(endpoint.prefix);
    cursor.push(b"/2018-06-01/runtime/invocation/next");
    Head::begin(cursor, endpoint.host).end();
}

/// Writes the head of a POST of an answer, to /response, /error or /init/error.
pub fn answer(
    cursor: &mut Cursor<'_>,
    endpoint: &Endpoint<'_>,
    subject: Subject<'_>,
    answer: &Answer<'_>,
) {
    let mut head = begin(cursor, endpoint, subject, answer.is_error(), answer.content_type());
    head.field("\r\nLambda-Runtime-Function-Error-Type: ", answer.error_type());
    head.end_with_length(answer.body().len());
}

/// Writes the head of a response whose body is sent in chunks while the handler runs ([Response
/// streaming in custom
/// runtimes](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming)).
pub fn stream(
    cursor: &mut Cursor<'_>,
    endpoint: &Endpoint<'_>,
    invocation: InvocationHead<'_>,
    content_type: &[u8],
) {
    let mut head = begin(cursor, endpoint, Subject::Invocation(invocation), false, content_type);
    head.field("\r\nLambda-Runtime-Function-Response-Mode: ", b"streaming");
    head.field(
        "\r\nTrailer: ",
        b"Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
    );
    head.end_with_chunks();
}

/// The longest body of an error that is sent in a trailer, in bytes before base64, which adds a
/// third.
pub const TRAILER_LIMIT: usize = 8 * 1024;

/// Ends the chunks of a stream. An error is sent in the trailers, with its body in base64. A body
/// longer than [`TRAILER_LIMIT`] is omitted.
pub fn stream_end(cursor: &mut Cursor<'_>, answer: &Answer<'_>) {
    cursor.push(b"0\r\n");
    if answer.is_error() {
        cursor.push(b"Lambda-Runtime-Function-Error-Type: ");
        cursor.push(answer.error_type());
        if answer.body().len() <= TRAILER_LIMIT {
            cursor.push(b"\r\nLambda-Runtime-Function-Error-Body: ");
            base64::encode(cursor, answer.body());
        }
        cursor.push(b"\r\n");
    }
    cursor.push(b"\r\n");
}

/// Begins the head of a POST for a subject, to `/response` or `/error`.
#[inline(always)]
fn begin<'c, 'b>(
    cursor: &'c mut Cursor<'b>,
    endpoint: &Endpoint<'_>,
    subject: Subject<'_>,
    is_error: bool,
    content_type: &[u8],
) -> Head<'c, 'b> {
    cursor.push(b"POST ");
    cursor.push(endpoint.prefix);
    let mut invocation_id: &[u8] = b"";
    match subject {
        Subject::Initialization => cursor.push(b"/2018-06-01/runtime/init"),
        Subject::Invocation(invocation) => {
            invocation_id = invocation.invocation_id();
            cursor.push(b"/2018-06-01/runtime/invocation/");
            cursor.push(invocation.request_id())
        }
    };
    cursor.push(if is_error { b"/error" } else { b"/response" });
    let mut head = Head::begin(cursor, endpoint.host);
    head.field("\r\nContent-Type: ", content_type);
    head.field("\r\nLambda-Runtime-Invocation-Id: ", invocation_id);
    head
}

#[cfg(test)]
mod tests {
    use super::super::invocation::IDS;
    use super::*;
    use crate::http1::{Progress, response::Response};
    use std::string::String;

    const AGENT: &str = concat!("\r\nUser-Agent: barelambda/", env!("CARGO_PKG_VERSION"));

    fn written(write: impl FnOnce(&mut Cursor<'_>)) -> String {
        let mut buffer = [0; 1024];
        let mut cursor = Cursor::new(&mut buffer);
        write(&mut cursor);
        assert!(!cursor.is_full());
        str::from_utf8(cursor.into_written()).unwrap().replace(AGENT, "")
    }

    #[test]
    fn every_request_has_the_prefix() {
        let endpoint = Endpoint::parse(b"http://localhost:9000/.rt/f").unwrap();
        assert_eq!(
            written(|cursor| next(cursor, &endpoint)),
            "GET /.rt/f/2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: localhost:9000\r\n\r\n"
        );
        assert_eq!(
            written(|cursor| answer(
                cursor,
                &endpoint,
                Subject::Initialization,
                &Answer::error("Runtime.Test", b"{}")
            )),
            "POST /.rt/f/2018-06-01/runtime/init/error HTTP/1.1\r\nHost: localhost:9000\r\n\
             Content-Type: application/vnd.aws.lambda.error+json\r\nLambda-Runtime-Function-Error-Type: Runtime.Test\r\n\
             Content-Length: 2\r\n\r\n"
        );
    }

    #[test]
    fn an_answer_names_its_invocation() {
        let endpoint = Endpoint::parse(b"127.0.0.1:9001").unwrap();
        let head =
            b"HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: r-1\r\nLambda-Runtime-Invocation-Id: i-1\r\nContent-Length: 0\r\n\r\n";
        let mut response = Response::default();
        assert_eq!(response.read_head(head, &IDS), Ok(Progress::Complete(())));
        let subject = Subject::Invocation(InvocationHead::new(&response, head));
        assert_eq!(
            written(|cursor| answer(
                cursor,
                &endpoint,
                subject,
                &Answer::response("text/plain", b"hello").unwrap()
            )),
            "POST /2018-06-01/runtime/invocation/r-1/response HTTP/1.1\r\nHost: 127.0.0.1:9001\r\nContent-Type: text/plain\r\n\
             Lambda-Runtime-Invocation-Id: i-1\r\nContent-Length: 5\r\n\r\n"
        );
        let error = written(|cursor| {
            answer(cursor, &endpoint, subject, &Answer::error("Function.E", b"{}"))
        });
        assert!(error.starts_with("POST /2018-06-01/runtime/invocation/r-1/error HTTP/1.1\r\n"));
    }
}
