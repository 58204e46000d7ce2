//! What a function is, to the runtime.

mod context;
mod error;
mod event;
#[cfg(feature = "json")]
mod http_response;
mod responded;
mod responder;
mod response_stream;
mod response_writer;

#[cfg(all(test, feature = "json"))]
mod tests;

pub use context::Context;
pub use event::Event;
#[cfg(feature = "json")]
pub use http_response::HttpResponse;
pub use responded::Responded;
#[cfg(feature = "capi")]
pub(crate) use responded::sendable_type;
pub use responder::Responder;
#[cfg(test)]
pub(crate) use responder::Unlinked;
pub use response_stream::ResponseStream;
pub use response_writer::ResponseWriter;

use crate::error::Error;

/// A Lambda function: called once for each invocation, one after the other.
///
/// Functions and closures of this shape are handlers; a type with state implements the trait.
pub trait Handler {
    /// Handles one invocation. Nothing has been sent when this returns, so an error is the whole answer, unless it has begun a
    /// [stream](crate::ResponseStream), at whose end the error stands then.
    ///
    /// # Errors
    /// Any [`Error`] goes to the caller of the function, with its type and message; the runtime goes on with the next invocation.
    fn handle<'a>(&mut self, event: Event<'a>, responder: Responder<'a>) -> Result<Responded<'a>, Error>;
}

impl<F> Handler for F
where
    F: for<'a> FnMut(Event<'a>, Responder<'a>) -> Result<Responded<'a>, Error>,
{
    fn handle<'a>(&mut self, event: Event<'a>, responder: Responder<'a>) -> Result<Responded<'a>, Error> {
        self(event, responder)
    }
}
