//! What a handler gets.

use crate::context::Context;

/// An event: its bytes, and the [`Context`] of its invocation.
#[derive(Debug)]
pub struct Event<'a> {
    context: Context<'a>,
    payload: &'a mut [u8],
}

impl<'a> Event<'a> {
    pub(crate) const fn new(context: Context<'a>, payload: &'a mut [u8]) -> Self {
        Self { context, payload }
    }

    /// The context of the invocation.
    pub const fn context(&self) -> &Context<'a> {
        &self.context
    }

    /// The event's bytes, usually JSON; at most as many as the event buffer holds.
    pub const fn payload(&self) -> &[u8] {
        self.payload
    }

    /// The event's bytes for as long as the invocation lasts, to be decoded in place, or answered with.
    pub const fn into_payload(self) -> &'a mut [u8] {
        self.payload
    }
}
