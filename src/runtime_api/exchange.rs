//! The state machine of the conversation with the Runtime API: what was sent, what is owed, and what a reply, or its absence, means.
//!
//! ```text
//!             +--------------------------- accepted (2xx, 410, 413) --------------------------+
//!             v                                                                               |
//!  ------> Ready -- next: 200 --> Running -- answer ready --> Owing -- answer sent --> Sent --+
//!             ^                                                 ^                       |  |
//!             |                                                 |                 lost  |  |  refused (400, 403, …)
//!             |                                   next: 200,    |                       v  |
//!             +-- next: 200, another invocation --+-- the same -+------------------ Doubtful
//!             |                                                                            v
//!             +-- next: 200, another invocation --------------------------------------- Refused -- the same --> stop
//! ```
//!
//! - A streamed answer takes another way: `Running -- begun --> Streaming -- its end sent --> Sent`. From its beginning on, an error can no
//!   longer be posted: it goes into the trailers. A stream cannot be sent again, so what is kept of it is an error.
//! - A GET /next may be sent with the answer, before the answer's reply is there (pipelining); it is lost if the server closes.
//! - *lost*: the connection broke before the head of the reply was complete. In `Doubtful` the answer is kept, and /next tells whether it
//!   arrived: if the same invocation comes again, it did not.
//! - Any other reply to GET /next stops the runtime, as does a 5xx: the execution environment is broken.
//! - A reply, however small, that ends a state well is what ends a row of failures to connect; the row is bounded.
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
//! assert_eq!(exchange.action(), Action::Ask);
//! exchange.asked();
//! assert_eq!(exchange.action(), Action::Receive);
//!
//! // The event is there: the handler runs, and its answer goes out together with the next GET /next.
//! let reply = exchange.reply(200, false);
//! assert_eq!(reply, Reply::Event);
//! exchange.complete(reply, false);
//! assert_eq!(exchange.action(), Action::Handle);
//! exchange.handled();
//! assert_eq!(exchange.action(), Action::AnswerAndAsk);
//! exchange.answered();
//!
//! // The connection breaks before the reply: /next is asked on a new one, and gives the same invocation.
//! exchange.lost(Error::CONNECTION_CLOSED)?;
//! assert_eq!(exchange.action(), Action::Connect);
//! exchange.connected();
//! assert_eq!(exchange.action(), Action::Ask);
//! exchange.asked();
//! let reply = exchange.reply(200, true);
//! assert_eq!(reply, Reply::Again);
//! exchange.complete(reply, false);
//!
//! // So the kept answer is sent once more, and accepted.
//! assert_eq!(exchange.action(), Action::AnswerAndAsk);
//! exchange.answered();
//! let reply = exchange.reply(202, false);
//! assert_eq!(reply, Reply::Settled);
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
    /// Send GET /next and call [`Exchange::asked`].
    Ask,
    /// Send the answer and call [`Exchange::answered`].
    Answer,
    /// Send the answer and GET /next together, and call [`Exchange::answered`].
    AnswerAndAsk,
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
    Again,
    /// Another invocation, so the kept answer may go. The reply is to be read anew, as [`Reply::Event`]; it is not complete.
    Released,
    /// The end of the answered invocation, one way or the other. The body says which, if not 2xx.
    Settled,
    /// The answer was not taken, but the invocation may still be open. The body says why.
    Refused,
    /// Nothing can go on after this. The body says why.
    Fatal,
}

/// The state of the conversation. The module's documentation has the picture.
#[derive(Clone, Debug)]
pub struct Exchange {
    state: State,
    connected: bool,
    /// GET /next was sent on this connection, and its reply has not come.
    asked: bool,
    /// This connection cannot be used after the next reply.
    spoilt: bool,
    pipeline: bool,
    /// The answer is the last: nothing is asked after it.
    last: bool,
    failures: u8,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum State {
    Ready,
    Running,
    Streaming,
    Owing,
    Sent,
    Doubtful,
    Refused,
    Stopped,
}

impl Exchange {
    /// A conversation at its beginning. With `pipeline`, GET /next is sent together with each answer.
    pub const fn new(pipeline: bool) -> Self {
        Self { state: State::Ready, connected: false, asked: false, spoilt: false, pipeline, last: false, failures: 0 }
    }

    /// A conversation that delivers one answer and ends: of a failed initialisation, or of a panic.
    pub const fn final_report() -> Self {
        Self { state: State::Owing, last: true, ..Self::new(false) }
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
            State::Owing if self.pipeline => Action::AnswerAndAsk,
            State::Owing => Action::Answer,
            State::Ready | State::Doubtful | State::Refused if !self.asked => Action::Ask,
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
        self.asked = false;
        self.spoilt = false;
    }

    /// GET /next was sent, or as much of it as the connection took.
    pub const fn asked(&mut self) {
        self.asked = true;
    }

    /// The handler's answer begins to leave while it works: from now on, an error cannot be posted any more.
    pub const fn begun(&mut self) {
        self.state = State::Streaming;
    }

    /// Whether GET /next is to be sent together with the end of a stream.
    pub const fn is_pipelined(&self) -> bool {
        self.pipeline
    }

    /// Whether sending failed on this connection, or what came over it was not asked for.
    pub const fn is_spoilt(&self) -> bool {
        self.spoilt
    }

    /// Whether nothing can go on.
    pub const fn is_stopped(&self) -> bool {
        matches!(self.state, State::Stopped)
    }

    /// The handler's answer is ready.
    pub const fn handled(&mut self) {
        self.state = State::Owing;
    }

    /// The answer, or the end of a stream, was sent, or as much of it as the connection took.
    pub const fn answered(&mut self) {
        self.state = State::Sent;
        self.asked = self.pipeline;
    }

    /// Nothing can come over this connection after the reply that is being received: sending failed part of the way, or the body of the
    /// reply broke off, or bytes came that nobody asked for.
    pub const fn spoilt(&mut self) {
        self.spoilt = true;
    }

    /// The connection could not be made, or broke, or what came over it made no sense.
    ///
    /// # Errors
    /// `cause`, when that happened [`ATTEMPTS`] times in a row. Then there is only [`Action::Stop`].
    pub const fn lost(&mut self, cause: Error) -> Result<(), Error> {
        self.connected = false;
        self.asked = false;
        if let State::Sent = self.state {
            self.state = if self.last { State::Owing } else { State::Doubtful };
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
            State::Sent => match status {
                200..300 | 410 | 413 => Reply::Settled,
                500.. => Reply::Fatal,
                _ if self.last => Reply::Settled,
                _ => Reply::Refused,
            },
            _ if status != 200 => Reply::Fatal,
            State::Doubtful if same => Reply::Again,
            State::Refused if same => Reply::Fatal,
            State::Doubtful | State::Refused => Reply::Released,
            _ => Reply::Event,
        }
    }

    /// The body of `reply` is there as well, or, after [`Reply::Released`], not wanted. `close` says whether the server closes the
    /// connection. After [`Reply::Fatal`] there is only [`Action::Stop`].
    pub const fn complete(&mut self, reply: Reply, close: bool) {
        self.state = match reply {
            Reply::Event => State::Running,
            Reply::Again => State::Owing,
            Reply::Refused => State::Refused,
            Reply::Settled if !self.last => State::Ready,
            Reply::Settled | Reply::Fatal => State::Stopped,
            Reply::Released => {
                self.state = State::Ready;
                return;
            }
        };
        if matches!(reply, Reply::Event | Reply::Again) {
            self.asked = false;
        }
        if !matches!(reply, Reply::Again) {
            self.failures = 0;
        }
        if close || self.spoilt {
            self.connected = false;
            self.asked = false;
        }
    }
}
