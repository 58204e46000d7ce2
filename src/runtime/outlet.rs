//! What a handler may stream over.

use core::cell::Cell;

use crate::conversation::stream::{End, Lent, Link};
use crate::conversation::{Conversation, Transport};
use crate::error::Error;
use crate::http1::response::Response;
use crate::runtime_api::answer::Answer;
use crate::runtime_api::invocation::Invocation;

/// The conversation, as long as the handler works.
///
/// A cell, as the answer that the handler gives borrows from what the handler was given: the loop takes the conversation back while the
/// answer lives.
pub(super) struct Outlet<'s, 'e, T>(Cell<Option<Inside<'s, 'e, T>>>);

struct Inside<'s, 'e, T> {
    conversation: &'s mut Conversation<'e, T>,
    region: &'s mut [u8],
    invocation: Invocation<'s>,
    /// What ends the stream that has begun.
    end: Option<End>,
}

impl<'s, 'e, T: Transport> Outlet<'s, 'e, T> {
    /// What is to be lent: a conversation, where it writes its heads, and the invocation that is being handled.
    pub(super) const fn new(conversation: &'s mut Conversation<'e, T>, region: &'s mut [u8], invocation: Invocation<'s>) -> Self {
        Self(Cell::new(Some(Inside { conversation, region, invocation, end: None })))
    }

    /// Takes back what was lent, with the answer that is still owed: that of the handler, or what is kept of it when it has been streamed.
    ///
    /// # Errors
    /// When the stream has come to a state in which nothing can go on.
    #[inline(always)]
    pub(super) fn close<'a>(&self, answer: Answer<'a>) -> Result<(&'s mut Conversation<'e, T>, &'s mut [u8], Answer<'a>), Error> {
        let inside = self.0.take().ok_or(Error::STREAM_LOST)?;
        let answer = match inside.end {
            Some(end) => end(&mut inside.conversation.lent(inside.region, inside.invocation), answer)?,
            None => {
                inside.conversation.exchange.handled();
                answer
            }
        };
        Ok((inside.conversation, inside.region, answer))
    }
}

impl<T: Transport> Link for Outlet<'_, '_, T> {
    fn begin(&self, end: End) -> Result<(), Error> {
        let mut inside = self.0.take().ok_or(Error::STREAM_LOST)?;
        inside.end = Some(end);
        inside.conversation.exchange.begun();
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
