//! What a handler may stream over.

use core::cell::Cell;

use crate::conversation::stream::{End, Lent, Link};
use crate::conversation::{Conversation, Transport};
use crate::error::Error;
use crate::http1::response::Response;
use crate::runtime_api::invocation::Invocation;

/// The conversation, as long as the handler works.
///
/// A cell, as the answer that the handler gives borrows from what the handler was given: the loop takes the conversation back while the
/// answer lives.
pub(crate) struct Outlet<'s, 'e, T>(Cell<Option<&'s mut Inside<'s, 'e, T>>>);

pub(crate) struct Inside<'s, 'e, T> {
    pub(super) conversation: &'s mut Conversation<'e, T>,
    /// Where heads are written.
    pub(super) region: &'s mut [u8],
    pub(super) invocation: Invocation<'s>,
    /// What ends the stream that has begun.
    pub(super) end: Option<End>,
}

impl<'s, 'e, T: Transport> Outlet<'s, 'e, T> {
    pub(super) const fn new(inside: &'s mut Inside<'s, 'e, T>) -> Self {
        Self(Cell::new(Some(inside)))
    }

    /// Takes back what was lent.
    pub(super) fn close(&self) -> Option<&'s mut Inside<'s, 'e, T>> {
        self.0.take()
    }
}

impl<T: Transport> Link for Outlet<'_, '_, T> {
    fn begin(&self, end: End) -> Result<(), Error> {
        let inside = self.0.take().ok_or(Error::STREAM_LOST)?;
        inside.end = Some(end);
        inside.conversation.exchange.stream_started();
        let result = inside.conversation.advance(inside.region, None, &mut Response::default());
        self.0.set(Some(inside));
        result
    }

    fn lend(&self, work: &mut dyn FnMut(&mut Lent<'_>)) {
        if let Some(inside) = self.0.take() {
            work(&mut inside.conversation.lent(inside.region, inside.invocation));
            self.0.set(Some(inside));
        }
    }
}
