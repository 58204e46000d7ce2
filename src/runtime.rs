//! The loop: the only place where the protocol and the sockets meet.

use core::ops::Range;

use crate::buffer::{Decimal, move_down};
use crate::context::Context;
use crate::error::Error;
use crate::event::Event;
use crate::handler::Handler;
use crate::http1::body::Body;
use crate::http1::request::Parts;
use crate::http1::{HEAD_LIMIT, Progress};
use crate::log;
use crate::response::Responder;
use crate::runtime_api::answer::{Answer, ErrorBody};
use crate::runtime_api::endpoint::Endpoint;
use crate::runtime_api::exchange::{Action, Exchange, Reply};
use crate::runtime_api::invocation::{Field, Invocation};
use crate::runtime_api::request::{self, Subject};
use crate::sys::{clock, socket::Socket};

/// What the receive buffer needs besides the event, in bytes: the head before it, the framing around it, and the reply to the answer, which
/// comes while event and head are still in use.
pub const ROOM: usize = 3 * HEAD_LIMIT;

/// The part of a reply that is shown when it is not a success, in bytes.
const SHOWN: usize = 1024;

/// A connection to the Runtime API, or something that acts as one in a test.
pub trait Transport {
    /// Connects; an earlier connection is closed.
    ///
    /// # Errors
    /// Whatever prevents it; the runtime tries again a few times.
    fn connect(&mut self) -> Result<(), Error>;

    /// Sends all of the parts, one after the other.
    ///
    /// # Errors
    /// When not all could be sent. [`receive`](Self::receive) must not wait after that.
    fn send(&mut self, parts: &[&[u8]]) -> Result<(), Error>;

    /// Waits, for however long it takes, for at least one byte, and gives the number of bytes received; zero if the other side closed.
    ///
    /// # Errors
    /// When the connection is broken.
    fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error>;

    /// Waits `ms` milliseconds before the next attempt to connect.
    fn pause(&mut self, ms: u32);
}

impl Transport for Socket {
    fn connect(&mut self) -> Result<(), Error> {
        Self::connect(self)
    }

    fn send(&mut self, parts: &[&[u8]]) -> Result<(), Error> {
        Self::send(self, parts)
    }

    #[inline(never)]
    fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        Self::receive(self, buffer)
    }

    fn pause(&mut self, ms: u32) {
        clock::sleep_ms(ms);
    }
}

/// A runtime: a conversation, and the buffers it is held in.
///
/// The receive buffer holds, one behind the other: the head of the invocation, its event, and what comes in while both are in use. When the
/// answer has been accepted, what came in moves to the front.
pub struct Runtime<'b, T> {
    conversation: Conversation<'b, T>,
    receive: &'b mut [u8],
    response: &'b mut [u8],
}

impl<'b, T: Transport> Runtime<'b, T> {
    /// A runtime that will talk to `endpoint` over `transport`. Events may have `receive.len() - ROOM` bytes; `response` is what
    /// handlers write answers into. With `pipeline`, GET /next goes out together with each answer.
    ///
    /// # Errors
    /// [`Error::BUFFER_TOO_SMALL`] if `receive` is not longer than [`ROOM`] or `response` is shorter than 256 bytes.
    pub fn new(
        endpoint: Endpoint<'b>,
        transport: T,
        receive: &'b mut [u8],
        response: &'b mut [u8],
        pipeline: bool,
    ) -> Result<Self, Error> {
        if receive.len() <= ROOM || response.len() < ErrorBody::MIN {
            return Err(Error::BUFFER_TOO_SMALL);
        }
        let mut conversation = Conversation::new(endpoint, transport, Exchange::new(pipeline));
        conversation.event_limit = receive.len() - ROOM;
        Ok(Self { conversation, receive, response })
    }

    /// Waits for one invocation, lets `handler` handle it, and delivers its answer, however often the connection breaks.
    ///
    /// # Errors
    /// When nothing can go on: the Runtime API cannot be reached, or is broken, or the conversation has reached a state that it does not
    /// leave. The process should then end with a status other than zero; Lambda starts a new one.
    pub fn step(&mut self, handler: &mut impl Handler) -> Result<(), Error> {
        let Self { conversation, receive, response } = self;
        let Some(received) = conversation.advance(receive, None)? else {
            return Ok(());
        };
        let (kept, free) = split(receive, received.end);
        let (head, rest) = split(kept, received.head_len);
        let head = &*head;
        let payload = rest.get_mut(received.body.start - received.head_len..received.body.end - received.head_len).unwrap_or_default();
        let invocation = &received.invocation;
        invocation.check(head)?;

        let context = Context::new(invocation, head);
        let result = if received.is_cut {
            Err(Error::EVENT_TOO_LARGE)
        } else {
            handler.handle(Event::new(context, payload), Responder::new(response))
        };
        let answer = match result {
            Ok(responded) => responded.answer,
            Err(error) => error_answer(error, response),
        };
        conversation.exchange.handled();
        conversation.advance(free, Some(&Kept { subject: Subject::Invocation(invocation, head), answer }))?;

        let came = received.end..received.end + conversation.filled;
        move_down(receive, came, 0);
        Ok(())
    }
}

/// An answer that may have to be sent again.
pub(crate) struct Kept<'a> {
    pub(crate) subject: Subject<'a>,
    pub(crate) answer: Answer<'a>,
}

impl Kept<'_> {
    fn is_for(&self, invocation: &Invocation, head: &[u8]) -> bool {
        match self.subject {
            Subject::Initialization => false,
            Subject::Invocation(kept, kept_head) => [Field::RequestId, Field::InvocationId]
                .into_iter()
                .all(|field| kept.value(kept_head, field) == invocation.value(head, field)),
        }
    }
}

/// The answer that tells of `error`, with its body in `buffer`.
pub(crate) fn error_answer(error: Error, buffer: &mut [u8]) -> Answer<'_> {
    let mut body = ErrorBody::new(error.error_type(), buffer);
    body.push_error(error);
    Answer::error(error.error_type(), body.finish())
}

/// An invocation, complete at the front of a region.
pub(crate) struct Received {
    invocation: Invocation,
    head_len: usize,
    /// Where the event stands in the region.
    body: Range<usize>,
    /// Where the reply ends.
    end: usize,
    is_cut: bool,
}

/// Both sides of the exchange: does what the state machine says, and tells it what came of it.
pub(crate) struct Conversation<'e, T> {
    endpoint: Endpoint<'e>,
    transport: T,
    exchange: Exchange,
    /// How many bytes at the front of the region have been received and not used.
    filled: usize,
    /// The longest event.
    event_limit: usize,
}

impl<'e, T: Transport> Conversation<'e, T> {
    pub(crate) const fn new(endpoint: Endpoint<'e>, transport: T, exchange: Exchange) -> Self {
        Self { endpoint, transport, exchange, filled: 0, event_limit: 0 }
    }

    /// Goes on until there is an invocation to handle, or, with a kept answer, until that may be forgotten. What comes in is put into
    /// `region`. When there is an invocation, the unused bytes stand behind it, and otherwise at the front.
    ///
    /// # Errors
    /// When nothing can go on.
    pub(crate) fn advance(&mut self, region: &mut [u8], kept: Option<&Kept<'_>>) -> Result<Option<Received>, Error> {
        loop {
            match self.exchange.action() {
                Action::Connect { pause_ms } => {
                    if pause_ms > 0 {
                        self.transport.pause(pause_ms);
                    }
                    self.filled = 0;
                    match self.transport.connect() {
                        Ok(()) => self.exchange.connected(),
                        Err(cause) => self.lost(cause)?,
                    }
                }
                Action::Ask => {
                    self.send(None, true);
                    self.exchange.asked();
                }
                Action::Answer { ask } => {
                    self.send(kept, ask);
                    self.exchange.answered();
                }
                Action::Receive => match self.receive(region, kept) {
                    Ok((Reply::Event, received)) => return Ok(Some(received)),
                    Ok((Reply::Settled | Reply::Released, _)) => return Ok(None),
                    Ok((Reply::Again | Reply::Refused, _)) => {}
                    Ok((Reply::Fatal(error), _)) => return Err(error),
                    Err(cause) => self.lost(cause)?,
                },
                Action::Handle | Action::Stop => return Ok(None),
            }
        }
    }

    /// Sends the kept answer, if any, and GET /next behind it if `ask`.
    fn send(&mut self, kept: Option<&Kept<'_>>, ask: bool) {
        let length;
        let mut parts = Parts::new();
        if let Some(kept) = kept {
            length = Decimal::new(kept.answer.body().len() as u64);
            request::answer(&mut parts, &self.endpoint, kept.subject, &kept.answer, &length);
        }
        if ask {
            request::next(&mut parts, &self.endpoint);
        }
        if self.transport.send(parts.as_slices()).is_err() {
            // The server may have replied to what it got, and closed: the reply, or its absence, tells how to go on.
            self.exchange.spoilt();
        }
    }

    /// Receives one reply. Its errors say that the connection is of no more use.
    #[inline(never)]
    fn receive(&mut self, region: &mut [u8], kept: Option<&Kept<'_>>) -> Result<(Reply, Received), Error> {
        let (head, invocation) = loop {
            match Invocation::parse(region.get(..self.filled).unwrap_or_default())? {
                Progress::Complete(found) => break found,
                Progress::Partial => self.fill(region)?,
            }
        };
        let reply = self.exchange.reply(head.status, kept.is_some_and(|kept| kept.is_for(&invocation, region)));
        let limit = match reply {
            Reply::Event => self.event_limit,
            Reply::Again => 0,
            _ => SHOWN,
        };
        let mut body = Body::new(head.framing, head.len, limit);
        if reply != Reply::Released {
            while body.decode(region, &mut self.filled)? == Progress::Partial {
                self.fill(region)?;
            }
        }
        self.exchange.complete(reply, head.close);
        if !(200..300).contains(&head.status) {
            log::status(head.status, region.get(body.range()).unwrap_or_default());
        }
        match reply {
            Reply::Released => {}
            Reply::Event => self.filled -= body.end(),
            _ => {
                move_down(region, body.end()..self.filled, 0);
                self.filled -= body.end();
            }
        }
        Ok((reply, Received { invocation, head_len: head.len, body: body.range(), end: body.end(), is_cut: body.is_cut() }))
    }

    /// Waits for more bytes.
    fn fill(&mut self, region: &mut [u8]) -> Result<(), Error> {
        match self.transport.receive(region.get_mut(self.filled..).unwrap_or_default())? {
            0 => Err(Error::CONNECTION_CLOSED),
            count => {
                self.filled += count;
                Ok(())
            }
        }
    }

    fn lost(&mut self, cause: Error) -> Result<(), Error> {
        log::error(cause, "; trying again");
        self.exchange.lost(cause)
    }
}

/// The two sides of `at`; all and nothing if there is no such place.
fn split(buffer: &mut [u8], at: usize) -> (&mut [u8], &mut [u8]) {
    if at <= buffer.len() { buffer.split_at_mut(at) } else { (buffer, &mut []) }
}
