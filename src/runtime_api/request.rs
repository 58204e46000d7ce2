//! The requests of the Runtime API, version 2018-06-01.

use super::answer::Answer;
use super::endpoint::Endpoint;
use super::invocation::{Field, Invocation};
use crate::buffer::Decimal;
use crate::http1::request::Parts;

/// What an answer answers.
#[derive(Copy, Clone, Debug)]
pub enum Subject<'a> {
    /// The initialisation, which failed.
    Initialization,
    /// An invocation whose ids [`Invocation::check`] found fit, and the head it was found in.
    Invocation(&'a Invocation, &'a [u8]),
}

/// Asks for the next invocation. The reply may take hours: waiting for it must never time out.
pub fn next<'a>(parts: &mut Parts<'a>, endpoint: &Endpoint<'a>) {
    parts.request("GET", [endpoint.prefix, b"/2018-06-01/runtime/invocation/next", b"", b""], endpoint.host).end();
}

/// Sends an answer to its subject: to /response, to /error or to /init/error. `length` spells the length of its body.
pub fn answer<'a>(parts: &mut Parts<'a>, endpoint: &Endpoint<'a>, subject: Subject<'a>, answer: &Answer<'a>, length: &'a Decimal) {
    let (area, id, invocation_id): (&[u8], &[u8], &[u8]) = match subject {
        Subject::Initialization => (b"/2018-06-01/runtime/init", b"", b""),
        Subject::Invocation(invocation, head) => (
            b"/2018-06-01/runtime/invocation/",
            invocation.value(head, Field::RequestId),
            invocation.value(head, Field::InvocationId),
        ),
    };
    let action: &[u8] = if answer.is_error() { b"/error" } else { b"/response" };
    let mut request = parts.request("POST", [endpoint.prefix, area, id, action], endpoint.host);
    request.field("Content-Type: ", answer.content_type());
    request.field("Lambda-Runtime-Invocation-Id: ", invocation_id);
    request.field("Lambda-Runtime-Function-Error-Type: ", answer.error_type());
    request.end_with(length, answer.body());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http1::Progress;
    use std::string::String;

    const AGENT: &str = concat!("User-Agent: barelambda/", env!("CARGO_PKG_VERSION"), "\r\n");

    fn text(endpoint: &Endpoint<'_>, subject: Subject<'_>, given: &Answer<'_>) -> String {
        let length = Decimal::new(given.body().len() as u64);
        let mut parts = Parts::new();
        answer(&mut parts, endpoint, subject, given, &length);
        String::from_utf8(parts.as_slices().concat()).unwrap().replace(AGENT, "")
    }

    #[test]
    fn every_request_stands_under_the_prefix() {
        let endpoint = Endpoint::parse(b"http://localhost:9000/.rt/f").unwrap();
        let mut parts = Parts::new();
        next(&mut parts, &endpoint);
        assert_eq!(
            String::from_utf8(parts.as_slices().concat()).unwrap().replace(AGENT, ""),
            "GET /.rt/f/2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: localhost:9000\r\n\r\n"
        );
        assert_eq!(
            text(&endpoint, Subject::Initialization, &Answer::error("Runtime.Test", b"{}")),
            "POST /.rt/f/2018-06-01/runtime/init/error HTTP/1.1\r\nHost: localhost:9000\r\n\
             Content-Type: application/vnd.aws.lambda.error+json\r\nLambda-Runtime-Function-Error-Type: Runtime.Test\r\n\
             Content-Length: 2\r\n\r\n{}"
        );
    }

    #[test]
    fn an_answer_names_its_invocation() {
        let endpoint = Endpoint::parse(b"127.0.0.1:9001").unwrap();
        let head = b"HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: r-1\r\nLambda-Runtime-Invocation-Id: i-1\r\nContent-Length: 0\r\n\r\n";
        let Ok(Progress::Complete((_, invocation))) = Invocation::parse(head) else { panic!() };
        let subject = Subject::Invocation(&invocation, head);
        assert_eq!(
            text(&endpoint, subject, &Answer::response("text/plain", b"hello").unwrap()),
            "POST /2018-06-01/runtime/invocation/r-1/response HTTP/1.1\r\nHost: 127.0.0.1:9001\r\nContent-Type: text/plain\r\n\
             Lambda-Runtime-Invocation-Id: i-1\r\nContent-Length: 5\r\n\r\nhello"
        );
        let error = text(&endpoint, subject, &Answer::error("Function.E", b"{}"));
        assert!(error.starts_with("POST /2018-06-01/runtime/invocation/r-1/error HTTP/1.1\r\n"));
    }

    #[test]
    fn an_answer_and_a_get_behind_it_fit() {
        let endpoint = Endpoint::parse(b"127.0.0.1:9001/prefix").unwrap();
        let head = b"HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: r-1\r\nLambda-Runtime-Invocation-Id: i-1\r\nContent-Length: 0\r\n\r\n";
        let Ok(Progress::Complete((_, invocation))) = Invocation::parse(head) else { panic!() };
        let length = Decimal::new(2);
        let mut parts = Parts::new();
        answer(&mut parts, &endpoint, Subject::Invocation(&invocation, head), &Answer::error("Function.E", b"{}"), &length);
        next(&mut parts, &endpoint);
        let text = parts.as_slices().concat();
        assert!(text.ends_with(b"\r\n\r\n") && text.windows(7).any(|window| window == b"{}GET /"));
    }
}
