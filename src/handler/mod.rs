//! The interface between the runtime and the function's handler.

mod context;
mod error;
mod event;
#[cfg(feature = "json")]
mod http_response;
mod invocation;
mod responded;
mod responder;
mod response_stream;
mod response_writer;

#[cfg(all(test, feature = "json"))]
mod tests;

pub use context::Context;
pub(crate) use context::remaining;
pub use event::Event;
#[cfg(feature = "json")]
pub use http_response::HttpResponse;
pub use invocation::Invocation;
pub use responded::Responded;
#[cfg(feature = "capi")]
pub(crate) use responded::sendable_type;
pub use responder::Responder;
pub use response_stream::ResponseStream;
pub use response_writer::ResponseWriter;

use crate::error::Error;

/// The result of a [handler](Handler): the response, or an [`Error`], which is reported to the
/// caller of the function.
pub type Response<'a> = Result<Responded<'a>, Error>;

/// A Lambda function. The runtime calls it once per invocation, one invocation at a time.
///
/// Functions and closures that take an [`Invocation`] and return a [`Response`] are handlers.
/// Implement the trait for a type with state:
///
/// ```
/// use barelambda::{Handler, Invocation, Response};
///
/// struct Counter(u32);
///
/// impl Handler for Counter {
///     fn handle<'a>(&mut self, invocation: Invocation<'a>) -> Response<'a> {
///         self.0 += 1;
///         invocation.responder.bytes(if self.0 == 1 { b"\"first\"" } else { b"\"again\"" })
///     }
/// }
/// ```
pub trait Handler {
    /// Handles one invocation.
    ///
    /// # Errors
    /// The runtime reports an [`Error`] to the caller of the function, with its type and message,
    /// and continues with the next invocation. An error replaces a response that has not been
    /// sent yet. If a [stream](crate::ResponseStream) has started, the error follows the
    /// bytes that were sent, in the trailers.
    fn handle<'a>(&mut self, invocation: Invocation<'a>) -> Response<'a>;
}

impl<F> Handler for F
where
    F: FnMut(Invocation<'_>) -> Response<'_>,
{
    fn handle<'a>(&mut self, invocation: Invocation<'a>) -> Response<'a> {
        self(invocation)
    }
}
