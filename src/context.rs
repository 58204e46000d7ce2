//! What Lambda says about an invocation besides its event.

use core::time::Duration;

use crate::runtime_api::invocation::{Field, Invocation};
use crate::sys::clock;

/// The context of an invocation, borrowed from the receive buffer ([AWS: the headers of /next][next]).
///
/// An `Option` is `None` when Lambda did not send the value, or when the value is not UTF-8; the bytes are then in none of these.
///
/// [next]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-next
#[derive(Copy, Clone, Debug)]
pub struct Context<'a> {
    invocation: &'a Invocation,
    head: &'a [u8],
}

impl<'a> Context<'a> {
    pub(crate) const fn new(invocation: &'a Invocation, head: &'a [u8]) -> Self {
        Self { invocation, head }
    }

    /// The request id. A retry of an asynchronous invocation has the same.
    pub fn request_id(&self) -> &'a str {
        self.text(Field::RequestId).unwrap_or_default()
    }

    /// The id of this attempt (sent since July 2026). The runtime sends it back with the answer.
    pub fn invocation_id(&self) -> Option<&'a str> {
        self.text(Field::InvocationId)
    }

    /// The ARN under which the function was invoked, with its version or alias.
    pub fn function_arn(&self) -> Option<&'a str> {
        self.text(Field::FunctionArn)
    }

    /// The AWS X-Ray trace header. Other runtimes put it into the environment as `_X_AMZN_TRACE_ID`; without libc there is no environment
    /// to write to, so it is found here only.
    pub fn trace_id(&self) -> Option<&'a str> {
        self.text(Field::TraceId)
    }

    /// The tenant, for a function with tenant isolation.
    pub fn tenant_id(&self) -> Option<&'a str> {
        self.text(Field::TenantId)
    }

    /// The client context, JSON, as the caller sent it.
    pub fn client_context(&self) -> Option<&'a str> {
        self.text(Field::ClientContext)
    }

    /// The identity of an Amazon Cognito user, JSON.
    pub fn cognito_identity(&self) -> Option<&'a str> {
        self.text(Field::CognitoIdentity)
    }

    /// When the invocation times out, in milliseconds since 1970-01-01 UTC; `None` if the server did not say.
    pub const fn deadline_ms(&self) -> Option<u64> {
        self.invocation.deadline_ms
    }

    /// The time that remains until the deadline: zero after it, [`Duration::MAX`] if there is none.
    pub fn remaining(&self) -> Duration {
        match self.invocation.deadline_ms {
            Some(deadline) => Duration::from_millis(deadline.saturating_sub(clock::now_ms())),
            None => Duration::MAX,
        }
    }

    pub(crate) const fn parts(&self) -> (&'a Invocation, &'a [u8]) {
        (self.invocation, self.head)
    }

    fn text(&self, field: Field) -> Option<&'a str> {
        str::from_utf8(self.invocation.value(self.head, field)).ok().filter(|text| !text.is_empty())
    }
}
