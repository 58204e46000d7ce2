//! The metadata of an invocation.

use core::time::Duration;

use crate::runtime_api::invocation::InvocationHead;
use crate::sys::clock;

/// The metadata of an invocation, borrowed from the receive buffer ([AWS: the headers of
/// /next][next]).
///
/// A method returns `None` if Lambda didn't send the value, or if the value isn't UTF-8.
///
/// [next]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-next
#[derive(Copy, Clone, Debug)]
pub struct Context<'a> {
    pub(crate) invocation: InvocationHead<'a>,
}

impl<'a> Context<'a> {
    /// The request id, in visible ASCII. A retry of an asynchronous invocation has the same request
    /// id.
    pub fn request_id(&self) -> &'a str {
        text(self.invocation.request_id()).unwrap_or_default()
    }

    /// The id of this attempt, which Lambda sends since July 2026. The runtime sends it back with
    /// the response.
    pub fn invocation_id(&self) -> Option<&'a str> {
        text(self.invocation.invocation_id()).filter(|id| !id.is_empty())
    }

    /// The ARN by which the function was invoked, with its version or alias.
    pub fn function_arn(&self) -> Option<&'a str> {
        self.invocation.find("lambda-runtime-invoked-function-arn").and_then(text)
    }

    /// The AWS X-Ray trace header. Other runtimes also set the environment variable
    /// `_X_AMZN_TRACE_ID`, and so does the feature `std`; a bare program can't, because the
    /// environment is read-only without libc.
    pub fn trace_id(&self) -> Option<&'a str> {
        self.invocation.find("lambda-runtime-trace-id").and_then(text)
    }

    /// The tenant id, for a function with tenant isolation.
    pub fn tenant_id(&self) -> Option<&'a str> {
        self.tenant().and_then(text)
    }

    /// The tenant id, which may not be UTF-8.
    pub(crate) fn tenant(&self) -> Option<&'a [u8]> {
        self.invocation.find("lambda-runtime-aws-tenant-id")
    }

    /// The client context, which is JSON, as the caller sent it.
    pub fn client_context(&self) -> Option<&'a str> {
        self.invocation.find("lambda-runtime-client-context").and_then(text)
    }

    /// The identity of the Amazon Cognito user, which is JSON.
    pub fn cognito_identity(&self) -> Option<&'a str> {
        self.invocation.find("lambda-runtime-cognito-identity").and_then(text)
    }

    /// The time at which the invocation times out, in milliseconds since 1970-01-01 UTC.
    pub fn deadline_ms(&self) -> Option<u64> {
        self.invocation.deadline_ms()
    }

    /// The time left until the [deadline](Self::deadline_ms): zero if it has passed,
    /// [`Duration::MAX`] if there isn't one.
    pub fn remaining(&self) -> Duration {
        remaining(self.deadline_ms())
    }
}

/// Returns the time until a deadline in milliseconds since 1970-01-01 UTC.
pub(crate) fn remaining(deadline_ms: Option<u64>) -> Duration {
    match deadline_ms {
        Some(deadline) => Duration::from_millis(deadline.saturating_sub(clock::now_ms())),
        None => Duration::MAX,
    }
}

fn text(value: &[u8]) -> Option<&str> {
    str::from_utf8(value).ok()
}
