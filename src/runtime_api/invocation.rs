//! What the header section of a reply to GET /next says of an invocation.

use core::ops::Range;

use crate::error::Error;
use crate::http1::same_name;
use crate::http1::request::is_path;
use crate::http1::response::decimal;

/// The fields of an invocation, found in a head and kept as places in it: the head can be read on, moved and lent while they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invocation {
    places: [Range<u16>; NAMES.len()],
    /// When the invocation times out, in milliseconds since 1970-01-01 UTC; `None` if the server did not say it in a way that is
    /// understood.
    pub deadline_ms: Option<u64>,
}

/// A field whose value is text. Empty ones are not sent by Lambda.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// The request id; a retry of an asynchronous invocation has the same.
    RequestId,
    /// The id of this attempt; to be sent back with the answer.
    InvocationId,
    /// The ARN under which the function was invoked.
    FunctionArn,
    /// The AWS X-Ray trace header.
    TraceId,
    /// The tenant of a function with tenant isolation.
    TenantId,
    /// The client context, JSON.
    ClientContext,
    /// The Cognito identity, JSON.
    CognitoIdentity,
}

/// Field names in the order of [`Field`], without what all begin with.
const NAMES: [&[u8]; 7] = [
    b"Aws-Request-Id",
    b"Invocation-Id",
    b"Invoked-Function-Arn",
    b"Trace-Id",
    b"Aws-Tenant-Id",
    b"Client-Context",
    b"Cognito-Identity",
];
const PREFIX: &[u8] = b"Lambda-Runtime-";

impl Invocation {
    /// Takes note of a field of `head`, if it is about an invocation.
    pub fn note(&mut self, head: &[u8], name: &[u8], value: &[u8]) {
        let Some((prefix, name)) = name.split_at_checked(PREFIX.len()) else {
            return;
        };
        if !same_name(prefix, PREFIX) {
            return;
        }
        if same_name(name, b"Deadline-Ms") {
            self.deadline_ms = decimal(value);
        }
        for (known, place) in NAMES.iter().zip(&mut self.places) {
            if same_name(name, known) {
                // A head is shorter than 64 KiB, and `value` lies in it.
                let start = (value.as_ptr() as usize).wrapping_sub(head.as_ptr() as usize);
                *place = start as u16..(start + value.len()) as u16;
            }
        }
    }

    /// The value of `field`, in the head that it was found in; empty if there is none.
    pub fn value<'h>(&self, head: &'h [u8], field: Field) -> &'h [u8] {
        let place = self.places.get(field as usize).cloned().unwrap_or_default();
        head.get(usize::from(place.start)..usize::from(place.end)).unwrap_or_default()
    }

    /// Whether the invocation can be answered: its ids can stand in a request.
    ///
    /// # Errors
    /// [`Error::REQUEST_ID`].
    pub fn check(&self, head: &[u8]) -> Result<(), Error> {
        let id = self.value(head, Field::RequestId);
        if !id.is_empty() && is_path(id) { Ok(()) } else { Err(Error::REQUEST_ID) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http1::{Progress, response::Response};

    const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\
        lambda-runtime-aws-request-id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n\
        Lambda-Runtime-Aws-Tenant-Id: blue\r\nLambda-Runtime-Client-Context: {\"k\":\"\xc3\xa9\"}\r\n\
        Lambda-Runtime-Cognito-Identity: {\"i\":1}\r\nLAMBDA-RUNTIME-DEADLINE-MS: 1542409706888\r\n\
        Lambda-Runtime-Invocation-Id: 7\r\nLambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-2:123456789012:function:f\r\n\
        Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=1\r\nLambda-Runtime-Unknown: x\r\nLambda: y\r\n\
        Content-Length: 0\r\n\r\n";

    fn parse(head: &[u8]) -> Invocation {
        let mut invocation = Invocation::default();
        let progress = Response::default().read_head(head, |name, value| invocation.note(head, name, value));
        assert_eq!(progress, Ok(Progress::Complete(())));
        invocation
    }

    #[test]
    fn finds_every_field() {
        let invocation = parse(HEAD);
        for (field, value) in [
            (Field::RequestId, &b"8476a536-e9f4-11e8-9739-2dfe598c3fcd"[..]),
            (Field::InvocationId, b"7"),
            (Field::FunctionArn, b"arn:aws:lambda:us-east-2:123456789012:function:f"),
            (Field::TraceId, b"Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=1"),
            (Field::TenantId, b"blue"),
            (Field::ClientContext, b"{\"k\":\"\xc3\xa9\"}"),
            (Field::CognitoIdentity, b"{\"i\":1}"),
        ] {
            assert_eq!(invocation.value(HEAD, field), value, "{field:?}");
        }
        assert_eq!(invocation.deadline_ms, Some(1_542_409_706_888));
        assert_eq!(invocation.check(HEAD), Ok(()));
    }

    #[test]
    fn an_id_that_could_split_a_request_is_refused() {
        for id in ["", "a b", "a?b", "a#b", "\u{e9}"] {
            let head = std::format!("HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: {id}\r\nContent-Length: 0\r\n\r\n");
            assert_eq!(parse(head.as_bytes()).check(head.as_bytes()), Err(Error::REQUEST_ID), "{id}");
        }
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(parse(head).check(head), Err(Error::REQUEST_ID));
    }

    #[test]
    fn a_strange_deadline_is_none() {
        let head = b"HTTP/1.1 200 OK\r\nLambda-Runtime-Deadline-Ms: soon\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(parse(head).deadline_ms, None);
    }
}
