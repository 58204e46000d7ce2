//! What Lambda says about an invocation besides its event.

use core::time::Duration;

use crate::runtime_api::invocation::Invocation;
use crate::sys::clock;

/// The context of an invocation, borrowed from the receive buffer ([AWS: the headers of /next][next]).
///
/// An `Option` is `None` when Lambda did not send the value, or when the value is not UTF-8.
///
/// [next]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-next
#[derive(Copy, Clone, Debug)]
pub struct Context<'a> {
    pub(crate) invocation: Invocation<'a>,
}

impl<'a> Context<'a> {
    /// The request id, which is visible ASCII. A retry of an asynchronous invocation has the same.
    pub fn request_id(&self) -> &'a str {
        text(self.invocation.request_id()).unwrap_or_default()
    }

    /// The id of this attempt (sent since July 2026). The runtime sends it back with the answer.
    pub fn invocation_id(&self) -> Option<&'a str> {
        text(self.invocation.invocation_id()).filter(|id| !id.is_empty())
    }

    /// The ARN under which the function was invoked, with its version or alias.
    pub fn function_arn(&self) -> Option<&'a str> {
        self.invocation.find("lambda-runtime-invoked-function-arn").and_then(text)
    }

    /// The AWS X-Ray trace header. Other runtimes put it into the environment as `_X_AMZN_TRACE_ID`; without libc there is no environment
    /// to write to, so it is found here only.
    pub fn trace_id(&self) -> Option<&'a str> {
        self.invocation.find("lambda-runtime-trace-id").and_then(text)
    }

    /// The tenant, for a function with tenant isolation.
    pub fn tenant_id(&self) -> Option<&'a str> {
        self.tenant().and_then(text)
    }

    /// The tenant, which may not be text.
    pub(crate) fn tenant(&self) -> Option<&'a [u8]> {
        self.invocation.find("lambda-runtime-aws-tenant-id")
    }

    /// The client context, JSON, as the caller sent it.
    pub fn client_context(&self) -> Option<&'a str> {
        self.invocation.find("lambda-runtime-client-context").and_then(text)
    }

    /// The identity of an Amazon Cognito user, JSON.
    pub fn cognito_identity(&self) -> Option<&'a str> {
        self.invocation.find("lambda-runtime-cognito-identity").and_then(text)
    }

    /// When the invocation times out, in milliseconds since 1970-01-01 UTC; `None` if the server did not say.
    pub fn deadline_ms(&self) -> Option<u64> {
        self.invocation.deadline_ms()
    }

    /// The time that remains until the deadline: zero after it, [`Duration::MAX`] if there is none.
    pub fn remaining(&self) -> Duration {
        match self.deadline_ms() {
            Some(deadline) => Duration::from_millis(deadline.saturating_sub(clock::now_ms())),
            None => Duration::MAX,
        }
    }
}

fn text(value: &[u8]) -> Option<&str> {
    str::from_utf8(value).ok()
}
