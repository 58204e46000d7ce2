//! The fields of an invocation in the head of a reply to GET /next.

use crate::bytes::number::decimal;
use crate::error::ProtocolError;
use crate::http1::request::is_segment;
use crate::http1::response::{Names, Response, WANTED, find};

/// The fields whose positions [`InvocationHead`] needs recorded when the head is read.
pub const IDS: Names =
    names!("\x1dlambda-runtime-aws-request-id", "\x1clambda-runtime-invocation-id");
const REQUEST_ID: usize = 0;
const INVOCATION_ID: usize = 1;

/// A borrowed invocation: the parsed reply that delivered it, and the bytes of its head. The
/// positions of the fields that the runtime needs are recorded. The other fields are searched for
/// on demand.
#[derive(Copy, Clone, Debug)]
pub struct InvocationHead<'a> {
    response: &'a Response,
    head: &'a [u8],
}

impl<'a> InvocationHead<'a> {
    /// Creates the invocation of a reply whose head was read with [`IDS`].
    pub const fn new(response: &'a Response, head: &'a [u8]) -> Self {
        Self { response, head }
    }

    /// Returns the request id, or an empty slice if it is missing.
    pub fn request_id(&self) -> &'a [u8] {
        self.response.value(self.head, REQUEST_ID)
    }

    /// Returns the invocation id, or an empty slice if it is missing.
    pub fn invocation_id(&self) -> &'a [u8] {
        self.response.value(self.head, INVOCATION_ID)
    }

    /// Checks that the invocation can be answered: it has a request id, and both ids are safe to
    /// repeat in a request.
    ///
    /// # Errors
    /// [`ProtocolError::RequestId`].
    pub fn check(&self) -> Result<(), ProtocolError> {
        let id = self.invocation_id();
        if is_segment(self.request_id()) && (id.is_empty() || is_segment(id)) {
            Ok(())
        } else {
            Err(ProtocolError::RequestId)
        }
    }

    /// Returns whether both are the same attempt of the same invocation.
    pub fn is_same(&self, other: &Self) -> bool {
        (0..WANTED).all(|index| {
            self.response.value(self.head, index) == other.response.value(other.head, index)
        })
    }

    /// Returns the value of the field with this lower-case name, or `None` if it is missing or
    /// empty.
    pub fn find(&self, name: &str) -> Option<&'a [u8]> {
        let head = self.head.get(self.response.head_start..)?;
        find(head, name.as_bytes()).filter(|value| !value.is_empty())
    }

    /// Returns the tenant, for a function with tenant isolation.
    pub fn tenant_id(&self) -> Option<&'a [u8]> {
        self.find("lambda-runtime-aws-tenant-id")
    }

    /// Returns the deadline in milliseconds since 1970-01-01 UTC, or `None` if it is missing or
    /// malformed.
    pub fn deadline_ms(&self) -> Option<u64> {
        decimal(self.find("lambda-runtime-deadline-ms")?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http1::Progress;

    const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\
        lambda-runtime-aws-request-id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n\
        Lambda-Runtime-Aws-Tenant-Id:blue \r\nLambda-Runtime-Client-Context: {\"k\":\"\xc3\xa9\"}\r\n\
        Lambda-Runtime-Cognito-Identity: \r\nLAMBDA-RUNTIME-DEADLINE-MS: 1542409706888\r\n\
        Lambda-Runtime-Invocation-Id:  7 \r\nContent-Length: 0\r\n\r\n";

    fn read(head: &[u8]) -> Response {
        let mut response = Response::default();
        assert_eq!(response.read_head(head, IDS), Ok(Progress::Complete(())));
        response
    }

    #[test]
    fn finds_every_field() {
        let response = read(HEAD);
        let invocation = InvocationHead::new(&response, HEAD);
        assert_eq!(invocation.request_id(), b"8476a536-e9f4-11e8-9739-2dfe598c3fcd");
        assert_eq!(invocation.invocation_id(), b"7");
        assert_eq!(invocation.find("lambda-runtime-aws-tenant-id"), Some(&b"blue"[..]));
        assert_eq!(
            invocation.find("lambda-runtime-client-context"),
            Some(&b"{\"k\":\"\xc3\xa9\"}"[..])
        );
        assert_eq!(invocation.find("lambda-runtime-cognito-identity"), None);
        assert_eq!(invocation.find("lambda-runtime-trace-id"), None);
        assert_eq!(invocation.deadline_ms(), Some(1_542_409_706_888));
        assert_eq!(invocation.check(), Ok(()));
    }

    #[test]
    fn an_id_that_could_split_a_request_is_refused() {
        for fields in [
            "Lambda-Runtime-Aws-Request-Id: \r\n",
            "Lambda-Runtime-Aws-Request-Id: a b\r\n",
            "Lambda-Runtime-Aws-Request-Id: a\tb\r\n",
            "Lambda-Runtime-Aws-Request-Id: a?b\r\n",
            "Lambda-Runtime-Aws-Request-Id: a#b\r\n",
            "Lambda-Runtime-Aws-Request-Id: ../../../x\r\n",
            "Lambda-Runtime-Aws-Request-Id: ..\r\n",
            "Lambda-Runtime-Aws-Request-Id: a\r\nLambda-Runtime-Invocation-Id: b\tc\r\n",
            "",
        ] {
            let head = std::format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: 0\r\n\r\n");
            let response = read(head.as_bytes());
            assert_eq!(
                InvocationHead::new(&response, head.as_bytes()).check(),
                Err(ProtocolError::RequestId),
                "{fields}"
            );
        }
    }

    #[test]
    fn the_same_needs_both_ids() {
        let texts = [("a", "1"), ("a", "2"), ("b", "1"), ("a", "")].map(|(request, invocation)| {
            std::format!(
                "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: {request}\r\nLambda-Runtime-Invocation-Id: {invocation}\r\nContent-Length: 0\r\n\r\n"
            )
        });
        for (at, text) in texts.iter().enumerate() {
            for (other_at, other) in texts.iter().enumerate() {
                let (response, other_response) = (read(text.as_bytes()), read(other.as_bytes()));
                let (invocation, other) = (
                    InvocationHead::new(&response, text.as_bytes()),
                    InvocationHead::new(&other_response, other.as_bytes()),
                );
                assert_eq!(invocation.is_same(&other), at == other_at);
            }
        }
    }

    #[test]
    fn a_strange_deadline_is_none() {
        let head =
            b"HTTP/1.1 200 OK\r\nLambda-Runtime-Deadline-Ms: soon\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(InvocationHead::new(&read(head), head).deadline_ms(), None);
    }
}
