//! The loop, and the socket as a [`Transport`].

pub(crate) mod final_report;
pub(crate) mod stream_access;

use stream_access::{ConversationAccess, StreamState};

use crate::bytes::cursor::move_down;
use crate::conversation::Conversation;
use crate::error::{Error, Numbered, ProtocolError, ready_errors};
use crate::handler::{Context, Event, Handler, Invocation, Responder};
use crate::http1::HEAD_LIMIT;
use crate::http1::response::Response;
use crate::runtime_api::answer::{Answer, ErrorBody, RESPONSE_LIMIT};
use crate::runtime_api::endpoint::{Address, Endpoint};
use crate::runtime_api::exchange::Exchange;
use crate::runtime_api::invocation;
use crate::runtime_api::request::{Post, Subject};
use crate::sys::{clock, socket::Socket};

pub use crate::conversation::Transport;

ready_errors! {
    /// The event is longer than the event buffer.
    EVENT_TOO_LARGE = "Function.EventTooLarge", "the event is larger than its buffer";
}

/// The size of the receive buffer beyond the event, in bytes: the head before the event, the
/// framing around it and, while both are in use, the head of the answer, which the reply to it then
/// replaces.
pub const ROOM: usize = 3 * HEAD_LIMIT;

impl Transport for Socket {
    fn connect(&mut self, address: &Address) -> Result<(), Error> {
        Self::connect(self, address.as_bytes())
    }

    fn send(&mut self, parts: [&[u8]; 3]) -> Result<(), Error> {
        Self::send(self, parts)
    }

    fn begin_stream(&mut self) {
        Self::begin_stream(self);
    }

    fn end_stream(&mut self) {
        Self::end_stream(self);
    }

    fn has_input(&mut self) -> bool {
        Self::has_input(self)
    }

    fn send_unless_input(&mut self, parts: [&[u8]; 3]) -> Result<bool, Error> {
        Self::send_unless_input(self, parts)
    }

    fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        Self::receive(self, buffer)
    }

    fn pause(&mut self, ms: u32) {
        clock::sleep_ms(ms);
    }
}

/// What is known of two replies: the one with the event, and the one to its answer. In a bare
/// program it is in .bss, like the buffers.
#[derive(Debug)]
pub struct Heads([Response; 2]);

impl Heads {
    /// Creates the room for them.
    #[expect(clippy::new_without_default, reason = "it is a buffer")]
    pub const fn new() -> Self {
        Self([Response::EMPTY; 2])
    }
}

/// The memory of a runtime, which it borrows.
pub struct Buffers<'b> {
    /// What is known of the replies.
    pub heads: &'b mut Heads,
    /// Where replies are received. The longest event is [`ROOM`] bytes shorter.
    pub receive: &'b mut [u8],
    /// Where handlers write their answers: at least 256 bytes.
    pub response: &'b mut [u8],
}

/// A runtime: a conversation and its buffers.
///
/// The receive buffer holds, in this order, the head of the invocation, its event, and the bytes
/// that are received while both are in use. When the answer has been accepted, the received bytes
/// move to the start.
pub struct Runtime<'b, T> {
    conversation: Conversation<'b, T>,
    buffers: Buffers<'b>,
}

impl<'b, T: Transport> Runtime<'b, T> {
    /// Creates a runtime that talks to `endpoint` over `transport`. With `pipeline`, GET /next is
    /// sent together with each answer.
    ///
    /// # Errors
    /// [`Error::BUFFER_TOO_SMALL`] if `receive` isn't longer than [`ROOM`] or `response` is shorter
    /// than 256 bytes.
    pub fn new(
        endpoint: &'b Endpoint<'b>,
        transport: T,
        buffers: Buffers<'b>,
        pipeline: bool,
    ) -> Result<Self, Error> {
        if buffers.receive.len() <= ROOM || buffers.response.len() < ErrorBody::MIN {
            return Err(Error::BUFFER_TOO_SMALL);
        }
        Ok(Self::with_fit_buffers(endpoint, transport, buffers, pipeline))
    }

    /// As [`new`](Self::new), with buffers whose sizes have been checked.
    pub(crate) fn with_fit_buffers(
        endpoint: &'b Endpoint<'b>,
        transport: T,
        buffers: Buffers<'b>,
        pipeline: bool,
    ) -> Self {
        let event_limit = buffers.receive.len() - ROOM;
        let exchange = Exchange::new(pipeline);
        Self {
            conversation: Conversation::new(endpoint, transport, exchange, event_limit),
            buffers,
        }
    }

    /// Waits for one invocation, calls `handler`, and delivers the answer. Lost connections are
    /// replaced.
    ///
    /// # Errors
    /// Returns an error when the runtime can't continue: the Runtime API can't be reached, violates
    /// the protocol, or leaves the conversation in a final state. The process should then exit with
    /// a status other than zero; Lambda starts a new one.
    pub fn step(&mut self, handler: &mut impl Handler) -> Result<(), Error> {
        Ok(self.numbered_step(handler)?)
    }

    /// As [`step`](Self::step), without linking what an [`Error`] needs.
    pub(crate) fn numbered_step(&mut self, handler: &mut impl Handler) -> Result<(), Numbered> {
        self.cycle(handler).map_err(|fault| self.conversation.why(fault))
    }

    /// As [`step`](Self::step), with an error without its number, which fits into a byte.
    #[inline(never)]
    fn cycle(&mut self, handler: &mut impl Handler) -> Result<(), ProtocolError> {
        let Self { conversation, buffers } = self;
        let Buffers { heads: Heads([event, reply]), receive, response } = buffers;
        conversation.run(receive, None, event)?;
        let event = &*event;
        let (kept, free) =
            receive.split_at_mut_checked(event.end).ok_or(ProtocolError::BufferTooSmall)?;
        let (head, rest) =
            kept.split_at_mut_checked(event.body_start).ok_or(ProtocolError::BufferTooSmall)?;
        let head = &*head;
        let payload = rest.get_mut(..event.body_len).ok_or(ProtocolError::BufferTooSmall)?;
        let invocation = invocation::InvocationHead::new(event, head);
        invocation.check()?;

        let context = Context { invocation };
        let mut state = StreamState { conversation, region: free, invocation, finish: None };
        let access = ConversationAccess::new(&mut state);
        // Every event fits into a response, so that a handler that returns it needs no other error.
        let result = if event.is_cut || payload.len() > RESPONSE_LIMIT {
            Err(Error::EVENT_TOO_LARGE)
        } else {
            handler.handle(Invocation {
                context,
                event: Event::new(payload),
                responder: Responder::new(response, &access),
            })
        };
        let answer = match result {
            Ok(responded) => responded.answer,
            Err(error) => Answer::of(error, response),
        };
        let StreamState { conversation, region, finish, .. } =
            access.take_back().ok_or(ProtocolError::BufferTooSmall)?;
        let mut kept = Post { subject: Subject::Invocation(invocation), answer };
        conversation.is_logged = false;
        if let Some(finish) = finish {
            conversation.log_failure(&kept);
            finish(&mut conversation.stream_writer(region, invocation), &mut kept.answer)?;
            if conversation.exchange.is_unusable() {
                conversation.log_failure(&kept);
            }
        } else {
            conversation.exchange.handled();
        }
        conversation.run(region, Some(&kept), reply)?;
        conversation.is_logged = true;

        let filled = conversation.filled;
        move_down(receive, event.end..event.end + filled, 0);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
