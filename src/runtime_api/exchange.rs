//! The state machine of the conversation with the Runtime API: what was sent, what is to be sent, and what a reply, or its absence, means.
//!
//! ```text
//!             +---------------------------- acknowledged (2xx, 410, 413) -----------------------------+
//!             v                                                                                       |
//!  ------> Ready -- next: 200 --> Running -- handled --> AnswerReady -- answer sent --> AwaitingAck --+
//!             ^                                               ^                          |    |
//!             |                                               |                    lost  |    |  rejected (400, 403, …)
//!             |                                 next: 200,    |                          v    |
//!             +-- next: 200, another invocation -+- the same -+----------------- Unconfirmed  |
//!             |                                                                               v
//!             +-- next: 200, another invocation ------------------------------------------ Rejected -- the same --> Stopped
//! ```
//!
//! - A streamed answer takes another way: `Running -- stream started --> Streaming -- its end sent --> AwaitingAck`. Once a stream has
//!   started, an error cannot be posted: it goes into the trailers. A stream cannot be sent again, so that an error is kept in its place.
//! - GET /next may be sent with the answer, before the answer is acknowledged (pipelining); it is lost if the server closes.
//! - *lost*: the connection broke before the head of the reply was complete. In `Unconfirmed`, the answer is kept, and the reply to GET /next
//!   tells whether it arrived: if the same invocation is delivered again, it did not.
//! - Any other reply to GET /next stops the runtime, as does a 5xx: the execution environment is broken.
//! - A successful reply resets the counter of failed connections, which is bounded.
//!
//! The machine neither reads nor writes. [`Exchange::action`] says what to do; what was done, or happened, is told to it:
//!
//! ```
//! use barelambda::runtime_api::exchange::{Action, Exchange, Reply};
//! use barelambda::Error;
//!
//! let mut exchange = Exchange::new(true);
//! assert_eq!(exchange.action(), Action::Connect);
//! exchange.connected();
//! assert_eq!(exchange.action(), Action::RequestNext);
//! exchange.next_sent();
//! assert_eq!(exchange.action(), Action::Receive);
//!
//! // The event is there: the handler runs, and its answer goes out together with the next GET /next.
//! let reply = exchange.reply(200, false);
//! assert_eq!(reply, Reply::Event);
//! exchange.complete(reply, false);
//! assert_eq!(exchange.action(), Action::Handle);
//! exchange.handled();
//! assert_eq!(exchange.action(), Action::AnswerAndRequestNext);
//! exchange.answer_sent();
//!
//! // The connection breaks before the reply: GET /next is sent on a new one, and the same invocation is delivered again.
//! exchange.lost(Error::CONNECTION_CLOSED)?;
//! assert_eq!(exchange.action(), Action::Connect);
//! exchange.connected();
//! assert_eq!(exchange.action(), Action::RequestNext);
//! exchange.next_sent();
//! let reply = exchange.reply(200, true);
//! assert_eq!(reply, Reply::Redelivered);
//! exchange.complete(reply, false);
//!
//! // So the kept answer is sent once more, and accepted.
//! assert_eq!(exchange.action(), Action::AnswerAndRequestNext);
//! exchange.answer_sent();
//! let reply = exchange.reply(202, false);
//! assert_eq!(reply, Reply::Acknowledged);
//! exchange.complete(reply, false);
//!
//! // GET /next is already on its way.
//! assert_eq!(exchange.action(), Action::Receive);
//! # Ok::<(), Error>(())
//! ```

use crate::error::Error;

/// How many times in a row a connection may fail before the runtime gives up, and how long it waits before each further attempt but the
/// first, which is made at once: 20, 80, 320 and 1,280 ms.
pub const ATTEMPTS: u8 = 6;

/// What to do next.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Wait for [`Exchange::pause_ms`], connect anew, and call [`Exchange::connected`] or [`Exchange::lost`].
    Connect,
    /// Send GET /next and call [`Exchange::next_sent`].
    RequestNext,
    /// Send the answer and call [`Exchange::answer_sent`].
    Answer,
    /// Send the answer and GET /next together, and call [`Exchange::answer_sent`].
    AnswerAndRequestNext,
    /// Receive a reply: call [`Exchange::reply`] when its head is there and [`Exchange::complete`] when its body is too.
    Receive,
    /// Let the handler work, and call [`Exchange::handled`] when its answer is ready.
    Handle,
    /// Nothing: the last answer was delivered, or nothing can go on.
    Stop,
}

/// What a reply is, and so what its body is for.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// An invocation: the body is its event.
    Event,
    /// The invocation whose answer is kept: the body is not needed.
    Redelivered,
    /// Another invocation than the one whose answer is kept, which may be dropped. The reply isn't complete: it is to be read again, as
    /// [`Reply::Event`].
    Superseded,
    /// The end of the answered invocation, whether its answer was accepted or not. The body says which, if not 2xx.
    Acknowledged,
    /// The answer was rejected, but the invocation may still be open. The body says why.
    Rejected,
    /// Nothing can go on after this. The body says why.
    Fatal,
}

/// The state of the conversation. The module's documentation has the picture.
#[derive(Clone, Debug)]
pub struct Exchange {
    state: State,
    connected: bool,
    /// GET /next was sent on this connection, and its reply has not come.
    next_sent: bool,
    /// This connection cannot be used after the next reply.
    unusable: bool,
    pipeline: bool,
    /// The answer is the last: nothing is asked after it.
    last: bool,
    failures: u8,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum State {
    /// No invocation is open: GET /next is to be sent, or its reply to be received.
    Ready,
    /// The handler works on an invocation, and nothing of its answer has been sent.
    Running,
    /// The handler works, and the beginning of its answer has been sent.
    Streaming,
    /// The answer is complete, and is to be sent.
    AnswerReady,
    /// The answer was sent, and its acknowledgement has not come.
    AwaitingAck,
    /// The connection broke before the acknowledgement: the next invocation tells whether the answer arrived.
    Unconfirmed,
    /// The server rejected the answer: if it delivers the same invocation again, nothing can go on.
    Rejected,
    /// The last answer was delivered, or nothing can go on.
    Stopped,
}

impl Exchange {
    /// A conversation at its beginning. With `pipeline`, GET /next is sent together with each answer.
    pub const fn new(pipeline: bool) -> Self {
        Self { state: State::Ready, connected: false, next_sent: false, unusable: false, pipeline, last: false, failures: 0 }
    }

    /// A conversation that delivers one answer and ends: of a failed initialisation, or of a panic.
    pub const fn final_report() -> Self {
        Self { state: State::AnswerReady, last: true, ..Self::new(false) }
    }

    /// The end of a conversation, on a connection on which a stream has begun: of a panic.
    pub const fn final_trailers() -> Self {
        Self { state: State::Streaming, connected: true, ..Self::final_report() }
    }

    /// What to do next.
    pub const fn action(&self) -> Action {
        match self.state {
            State::Running => Action::Handle,
            State::Stopped => Action::Stop,
            _ if !self.connected => Action::Connect,
            State::Streaming => Action::Handle,
            State::AnswerReady if self.pipeline => Action::AnswerAndRequestNext,
            State::AnswerReady => Action::Answer,
            State::Ready | State::Unconfirmed | State::Rejected if !self.next_sent => Action::RequestNext,
            _ => Action::Receive,
        }
    }

    /// How long to wait before connecting, in milliseconds.
    pub const fn pause_ms(&self) -> u32 {
        match self.failures {
            0 | 1 => 0,
            failures => 5 << (2 * (failures - 1)),
        }
    }

    /// A connection was made.
    pub const fn connected(&mut self) {
        self.connected = true;
        self.next_sent = false;
        self.unusable = false;
    }

    /// GET /next was sent, or as much of it as the connection took.
    pub const fn next_sent(&mut self) {
        self.next_sent = true;
    }

    /// The beginning of a streamed answer is about to be sent: from now on, an error cannot be posted.
    pub const fn stream_started(&mut self) {
        self.state = State::Streaming;
    }

    /// Whether GET /next is to be sent together with the end of a stream.
    pub const fn is_pipelined(&self) -> bool {
        self.pipeline
    }

    /// Whether sending failed on this connection, or what came over it was not asked for.
    pub const fn is_unusable(&self) -> bool {
        self.unusable
    }

    /// Whether nothing can go on.
    pub const fn is_stopped(&self) -> bool {
        matches!(self.state, State::Stopped)
    }

    /// The handler's answer is ready.
    pub const fn handled(&mut self) {
        self.state = State::AnswerReady;
    }

    /// The answer, or the end of a stream, was sent, or as much of it as the connection took.
    pub const fn answer_sent(&mut self) {
        self.state = State::AwaitingAck;
        self.next_sent = self.pipeline;
    }

    /// Nothing can come over this connection after the reply that is being received: sending failed part of the way, or the body of the
    /// reply broke off, or bytes came that nobody asked for.
    pub const fn mark_unusable(&mut self) {
        self.unusable = true;
    }

    /// The connection could not be made, or broke, or what came over it made no sense.
    ///
    /// # Errors
    /// `cause`, when that happened [`ATTEMPTS`] times in a row. Then there is only [`Action::Stop`].
    pub const fn lost(&mut self, cause: Error) -> Result<(), Error> {
        self.connected = false;
        self.next_sent = false;
        if let State::AwaitingAck = self.state {
            self.state = if self.last { State::AnswerReady } else { State::Unconfirmed };
        }
        self.failures = self.failures.saturating_add(1);
        if self.failures < ATTEMPTS {
            return Ok(());
        }
        self.state = State::Stopped;
        Err(cause)
    }

    /// What a reply with this status is; `same` says whether it has the ids of the invocation whose answer is kept.
    pub const fn reply(&self, status: u16, same: bool) -> Reply {
        match self.state {
            State::AwaitingAck => match status {
                200..300 | 410 | 413 => Reply::Acknowledged,
                500.. => Reply::Fatal,
                _ if self.last => Reply::Acknowledged,
                _ => Reply::Rejected,
            },
            _ if status != 200 => Reply::Fatal,
            State::Unconfirmed if same => Reply::Redelivered,
            State::Rejected if same => Reply::Fatal,
            State::Unconfirmed | State::Rejected => Reply::Superseded,
            _ => Reply::Event,
        }
    }

    /// The body of `reply` is there as well, or, after [`Reply::Superseded`], not wanted. `close` says whether the server closes the
    /// connection. After [`Reply::Fatal`] there is only [`Action::Stop`].
    pub const fn complete(&mut self, reply: Reply, close: bool) {
        self.state = match reply {
            Reply::Event => State::Running,
            Reply::Redelivered => State::AnswerReady,
            Reply::Rejected => State::Rejected,
            Reply::Acknowledged if !self.last => State::Ready,
            Reply::Acknowledged | Reply::Fatal => State::Stopped,
            Reply::Superseded => {
                self.state = State::Ready;
                return;
            }
        };
        if matches!(reply, Reply::Event | Reply::Redelivered) {
            self.next_sent = false;
        }
        if !matches!(reply, Reply::Redelivered) {
            self.failures = 0;
        }
        if close || self.unusable {
            self.connected = false;
            self.next_sent = false;
        }
    }
}
