//! The argument of a handler.

use crate::handler::{Context, Event, Responder};

/// One invocation of the function, the argument of a [handler](super::Handler).
///
/// The fields are public and the type has no `Drop`, so a handler can move each part out, use it,
/// and keep using the others:
///
/// ```
/// # use barelambda::{Invocation, Response};
/// fn echo(invocation: Invocation) -> Response {
///     invocation.responder.bytes(invocation.event.into_payload())
/// }
/// ```
///
/// All parts borrow from the runtime's buffers, for the lifetime `'a` of the invocation. The
/// response may borrow from the event.
pub struct Invocation<'a> {
    /// The request id, the deadline and other metadata of the invocation.
    pub context: Context<'a>,
    /// The event.
    pub event: Event<'a>,
    /// Sends the response.
    pub responder: Responder<'a>,
}
