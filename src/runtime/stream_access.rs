//! Access to the conversation for a handler that streams.

use core::cell::Cell;

use crate::conversation::stream::{FinishStream, StreamAccess, StreamWriter};
use crate::conversation::{Conversation, Transport};
use crate::error::Error;
use crate::http1::response::Response;
use crate::runtime_api::invocation::InvocationHead;

/// Lends the state of the loop to the response stream while the handler runs.
///
/// The response borrows from the handler's arguments, which include this access. So the loop can't
/// borrow the state while the response lives, and takes it out of a cell instead. The cell is empty
/// after that.
pub(crate) struct ConversationAccess<'s, 'e, T>(Cell<Option<&'s mut StreamState<'s, 'e, T>>>);

/// The part of the loop's state that streams use.
pub(crate) struct StreamState<'s, 'e, T> {
    pub(super) conversation: &'s mut Conversation<'e, T>,
    /// The buffer for heads.
    pub(super) region: &'s mut [u8],
    pub(super) invocation: InvocationHead<'s>,
    /// Set when a stream begins.
    pub(super) finish: Option<FinishStream>,
}

impl<'s, 'e, T: Transport> ConversationAccess<'s, 'e, T> {
    pub(super) const fn new(state: &'s mut StreamState<'s, 'e, T>) -> Self {
        Self(Cell::new(Some(state)))
    }

    /// Takes the state back.
    pub(super) fn take_back(&self) -> Option<&'s mut StreamState<'s, 'e, T>> {
        self.0.take()
    }
}

impl<T: Transport> StreamAccess for ConversationAccess<'_, '_, T> {
    fn begin(&self, finish: FinishStream) -> Result<(), Error> {
        let state = self.0.take().ok_or(Error::STREAM_LOST)?;
        state.finish = Some(finish);
        state.conversation.exchange.stream_started();
        let result = state.conversation.advance(state.region, None, &mut Response::default());
        self.0.set(Some(state));
        Ok(result?)
    }

    fn with_writer(&self, work: &mut dyn FnMut(&mut StreamWriter<'_>)) {
        if let Some(state) = self.0.take() {
            work(&mut state.conversation.stream_writer(state.region, state.invocation));
            self.0.set(Some(state));
        }
    }
}
