//! Invokes functions.

use alloc::format;
use alloc::string::String;
use core::time::Duration;

use barelambda::Error;

use crate::client::Client;
use crate::reply::Reply;
use crate::request::Request;

/// A client that invokes functions ([AWS:
/// Invoke](https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html)). The function's role
/// needs `lambda:InvokeFunction`.
///
/// ```no_run
/// use barelambda_aws::Aws;
///
/// let mut lambda = Aws::from_env()?.lambda()?;
/// let reply = lambda.invoke("prices", br#"{"item":"bolts"}"#)?;
/// match reply.code() {
///     "" => assert_eq!(reply.body(), b"250"),
///     error_type => assert_eq!((error_type, reply.message()), ("OrderNotFound", "order 7")),
/// }
/// # Ok::<(), barelambda::Error>(())
/// ```
#[derive(Debug)]
pub struct Lambda {
    client: Client,
}

impl Lambda {
    pub(crate) const fn new(mut client: Client) -> Self {
        client.set_timeout(Duration::MAX);
        Self { client }
    }

    /// Invokes a function, given its name or its ARN, also with `:VERSION` or `:ALIAS`, and waits
    /// for its response. If the function failed, the reply isn't a
    /// [success](Reply::is_success), and [`code`](Reply::code) and [`message`](Reply::message) are
    /// those of the function's error. The code of one without a type is `Unhandled`.
    ///
    /// The wait for the response isn't limited to five seconds, but ends 200 ms before the deadline
    /// of the current invocation.
    ///
    /// # Errors
    /// Those of [`Client::request`].
    pub fn invoke(&mut self, function: &str, event: &[u8]) -> Result<Reply, Error> {
        self.post(function, "RequestResponse", event)
    }

    /// Invokes a function asynchronously: Lambda queues the event, and replies with status 202.
    ///
    /// # Errors
    /// Those of [`Client::request`].
    pub fn invoke_async(&mut self, function: &str, event: &[u8]) -> Result<Reply, Error> {
        self.post(function, "Event", event)
    }

    fn post(&mut self, function: &str, kind: &str, event: &[u8]) -> Result<Reply, Error> {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        let request = Request::post(&path)
            .header("x-amz-invocation-type", kind)
            .header("content-type", "application/json")
            .body(event);
        let reply = self.client.request(&request)?;
        // `Unhandled`, or `Handled` from some runtimes.
        let failed = reply.header("x-amz-function-error").map(String::from);
        Ok(match failed {
            Some(kind) => reply.with_late_error(&kind),
            None => reply,
        })
    }

    /// The client, to set its limits.
    pub const fn client(&mut self) -> &mut Client {
        &mut self.client
    }
}
