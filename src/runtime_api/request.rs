//! The requests of the Runtime API, version 2018-06-01.

use super::answer::Answer;
use super::endpoint::Endpoint;
use super::invocation::InvocationHead;
use crate::bytes::base64;
use crate::bytes::cursor::Cursor;
use crate::http1::request::{END, Head};

/// The subject of an answer.
#[derive(Copy, Clone, Debug)]
pub enum Subject<'a> {
    /// The initialisation, which failed.
    Initialization,
    /// An invocation that [`InvocationHead::check`] has accepted.
    Invocation(InvocationHead<'a>),
}

/// An answer and its subject: a POST.
#[derive(Copy, Clone, Debug)]
pub struct Post<'a> {
    /// What is answered.
    pub subject: Subject<'a>,
    /// The response or the error.
    pub answer: Answer<'a>,
}

impl<'a> Post<'a> {
    /// Returns the invocation that is answered.
    pub const fn invocation(&self) -> Option<&InvocationHead<'a>> {
        match &self.subject {
            Subject::Initialization => None,
            Subject::Invocation(invocation) => Some(invocation),
        }
    }
}

/// Writes the request for the next invocation. The reply may take hours, so waiting for it must
/// never time out.
pub fn next(cursor: &mut Cursor<'_>, endpoint: &Endpoint<'_>) {
    write(cursor, endpoint, None);
}

/// Writes the head of a POST of an answer, to /response, /error or /init/error.
pub fn answer(cursor: &mut Cursor<'_>, endpoint: &Endpoint<'_>, post: &Post<'_>) {
    write(cursor, endpoint, Some(post));
}

#[inline(never)]
fn write(cursor: &mut Cursor<'_>, endpoint: &Endpoint<'_>, post: Option<&Post<'_>>) {
    let mut request = NEXT;
    let mut values: [&[u8]; VALUES] = [b""; VALUES];
    values[PREFIX] = endpoint.prefix;
    values[HOST] = endpoint.host;
    let mut length = 0;
    if let Some(Post { subject, answer }) = post {
        request = INIT_ERROR;
        if let Subject::Invocation(invocation) = subject {
            request = if answer.is_error() { ERROR } else { RESPONSE };
            values[REQUEST_ID] = invocation.request_id();
            values[INVOCATION_ID] = invocation.invocation_id();
        }
        values[CONTENT_TYPE] = answer.content_type();
        values[ERROR_TYPE] = answer.error_type();
        length = answer.body().len();
    }
    let mut template = &TEMPLATE[..];
    while let [requests, value, len, rest @ ..] = template
        && let Some((text, rest)) = rest.split_at_checked(usize::from(*len))
    {
        template = rest;
        let index = usize::from(*value);
        let value = values[index % VALUES];
        if requests & request == 0 || index >= CONTENT_TYPE && value.is_empty() {
            continue;
        }
        cursor.push(text);
        cursor.push(value);
        if index == LENGTH {
            cursor.push_number(length as u64);
        }
    }
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
    for text in [b"POST ", endpoint.prefix, b"/2018-06-01/runtime/invocation/"] {
        cursor.push(text);
    }
    cursor.push(invocation.request_id());
    cursor.push(b"/response");
    let mut head = Head::begin(cursor, endpoint.host);
    head.field("\r\nContent-Type: ", content_type);
    head.field("\r\nLambda-Runtime-Invocation-Id: ", invocation.invocation_id());
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

/// The requests that a piece of the template is a part of.
const NEXT: u8 = 1;
const RESPONSE: u8 = 2;
const ERROR: u8 = 4;
const INIT_ERROR: u8 = 8;
const POST: u8 = RESPONSE | ERROR | INIT_ERROR;
const ALL: u8 = NEXT | POST;

/// The value after the text of a piece. From CONTENT_TYPE on, a piece whose value is empty is
/// omitted.
const NOTHING: usize = 0;
const LENGTH: usize = 1;
const PREFIX: usize = 2;
const HOST: usize = 3;
const REQUEST_ID: usize = 4;
const CONTENT_TYPE: usize = 5;
const INVOCATION_ID: usize = 6;
const ERROR_TYPE: usize = 7;
const VALUES: usize = 8;

/// The pieces of all requests, in order.
const PIECES: &[(u8, &str, usize)] = &[
    (NEXT, "GET ", PREFIX),
    (POST, "POST ", PREFIX),
    (ALL, "/2018-06-01/runtime/in", NOTHING),
    (NEXT, "vocation/next", NOTHING),
    (RESPONSE | ERROR, "vocation/", REQUEST_ID),
    (INIT_ERROR, "it", NOTHING),
    (RESPONSE, "/response", NOTHING),
    (ERROR | INIT_ERROR, "/error", NOTHING),
    (ALL, " HTTP/1.1\r\nHost: ", HOST),
    (POST, "\r\nContent-Type: ", CONTENT_TYPE),
    (POST, "\r\nLambda-Runtime-Invocation-Id: ", INVOCATION_ID),
    (POST, "\r\nLambda-Runtime-Function-Error-Type: ", ERROR_TYPE),
    (POST, "\r\nContent-Length: ", LENGTH),
    (ALL, END, NOTHING),
];

/// The pieces as bytes: requests, value and length of the text, then the text. A table of slices is
/// twice as large.
static TEMPLATE: [u8; template_len()] = {
    let mut template = [0; _];
    let mut at = 0;
    let mut pieces = PIECES;
    while let [(requests, text, value), rest @ ..] = pieces {
        template[at] = *requests;
        template[at + 1] = *value as u8;
        template[at + 2] = text.len() as u8;
        at += 3;
        let mut text = text.as_bytes();
        while let [byte, rest @ ..] = text {
            template[at] = *byte;
            at += 1;
            text = rest;
        }
        pieces = rest;
    }
    template
};

const fn template_len() -> usize {
    let mut len = 0;
    let mut pieces = PIECES;
    while let [(_, text, _), rest @ ..] = pieces {
        len += 3 + text.len();
        pieces = rest;
    }
    len
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
        let endpoint = Endpoint::parse(b"127.0.0.1:9000/.rt/f").unwrap();
        assert_eq!(
            written(|cursor| next(cursor, &endpoint)),
            "GET /.rt/f/2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: 127.0.0.1:9000\r\n\r\n"
        );
        assert_eq!(
            written(|cursor| answer(
                cursor,
                &endpoint,
                &Post {
                    subject: Subject::Initialization,
                    answer: Answer::error("Runtime.Test", b"{}")
                }
            )),
            "POST /.rt/f/2018-06-01/runtime/init/error HTTP/1.1\r\nHost: 127.0.0.1:9000\r\n\
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
        assert_eq!(response.read_head(head, IDS), Ok(Progress::Complete(())));
        let subject = Subject::Invocation(InvocationHead::new(&response, head));
        assert_eq!(
            written(|cursor| answer(
                cursor,
                &endpoint,
                &Post { subject, answer: Answer::response("text/plain", b"hello").unwrap() }
            )),
            "POST /2018-06-01/runtime/invocation/r-1/response HTTP/1.1\r\nHost: 127.0.0.1:9001\r\nContent-Type: text/plain\r\n\
             Lambda-Runtime-Invocation-Id: i-1\r\nContent-Length: 5\r\n\r\n"
        );
        let error = written(|cursor| {
            answer(cursor, &endpoint, &Post { subject, answer: Answer::error("Function.E", b"{}") })
        });
        assert!(error.starts_with("POST /2018-06-01/runtime/invocation/r-1/error HTTP/1.1\r\n"));
    }
}
