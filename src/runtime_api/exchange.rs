//! The state machine of the conversation with the Runtime API. It tracks what was sent, decides
//! what to send next, and interprets replies and lost connections.
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
//! - A streamed answer takes another path: `Running -- stream started --> Streaming -- its end sent
//!   --> AwaitingAck`. Once a stream has started, an error can't be posted, so it is sent in the
//!   trailers. A stream can't be sent again, so an error is kept in its place.
//! - GET /next may be sent with the answer, before the answer is acknowledged (pipelining). It is
//!   lost if the server closes the connection.
//! - *lost*: the connection broke before the head of the reply was complete. In `Unconfirmed`, the
//!   answer is kept, and the reply to GET /next shows whether it arrived: if the same invocation is
//!   delivered again, it didn't.
//! - Any other reply to GET /next stops the runtime, as does a 5xx: the execution environment is
//!   broken.
//! - A successful reply resets the counter of failed connections, which is bounded.
//!
//! The machine does no input or output. [`Exchange::action`] returns the next action, and the
//! caller reports its result:
//!
//! ```
//! use barelambda::runtime_api::exchange::{Action, Exchange, Reply};
//!
//! let mut exchange = Exchange::new(true);
//! assert_eq!(exchange.action(), Action::Connect);
//! exchange.connected();
//! assert_eq!(exchange.action(), Action::RequestNext);
//! exchange.next_sent();
//! assert_eq!(exchange.action(), Action::Receive);
//!
//! // The event has arrived: the handler runs, and its answer is sent together with GET /next.
//! let reply = exchange.reply(200, false);
//! assert_eq!(reply, Reply::Event);
//! exchange.complete(reply, false);
//! assert_eq!(exchange.action(), Action::Handle);
//! exchange.handled();
//! assert_eq!(exchange.action(), Action::AnswerAndRequestNext);
//! exchange.answer_sent();
//!
//! // The connection breaks before the reply. GET /next is sent on a new connection, and the
//! // same invocation is delivered again.
//! assert!(exchange.lost());
//! assert_eq!(exchange.action(), Action::Connect);
//! exchange.connected();
//! assert_eq!(exchange.action(), Action::RequestNext);
//! exchange.next_sent();
//! let reply = exchange.reply(200, true);
//! assert_eq!(reply, Reply::Redelivered);
//! exchange.complete(reply, false);
//!
//! // The kept answer is sent again, and accepted.
//! assert_eq!(exchange.action(), Action::AnswerAndRequestNext);
//! exchange.answer_sent();
//! let reply = exchange.reply(202, false);
//! assert_eq!(reply, Reply::Acknowledged);
//! exchange.complete(reply, false);
//!
//! // GET /next has already been sent.
//! assert_eq!(exchange.action(), Action::Receive);
//! ```

/// The number of consecutive connections that may fail before the runtime gives up. The second
/// attempt follows at once; before the others, the runtime waits 20, 80, 320 and 1,280 ms.
pub const ATTEMPTS: u8 = 6;

/// The next action.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Wait for [`Exchange::pause_ms`], make a new connection, and call [`Exchange::connected`] or
    /// [`Exchange::lost`].
    Connect,
    /// Send GET /next and call [`Exchange::next_sent`].
    RequestNext,
    /// Send the answer and call [`Exchange::answer_sent`].
    Answer,
    /// Send the answer and GET /next together, and call [`Exchange::answer_sent`].
    AnswerAndRequestNext,
    /// Receive a reply: call [`Exchange::reply`] when its head is complete, and
    /// [`Exchange::complete`] when its body is.
    Receive,
    /// Run the handler, and call [`Exchange::handled`] when its answer is ready.
    Handle,
    /// Stop: the final report was delivered, or the conversation can't continue.
    Stop,
}

/// The meaning of a reply, and so of its body.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// An invocation. The body is its event.
    Event,
    /// The invocation whose answer is kept. The body isn't needed.
    Redelivered,
    /// An invocation other than the one whose answer is kept. The kept answer may be dropped. The
    /// reply isn't complete: it has to be read again, as [`Reply::Event`].
    Superseded,
    /// The end of the answered invocation, whether or not its answer was accepted. Unless the
    /// status is 2xx, the body has the reason.
    Acknowledged,
    /// The answer was rejected, but the invocation may still be open. The body has the reason.
    Rejected,
    /// The conversation can't continue. The body has the reason.
    Fatal,
}

/// The state of the conversation. The module's documentation has a diagram.
#[derive(Clone, Debug)]
pub struct Exchange {
    state: State,
    connected: bool,
    /// GET /next was sent on this connection, and its reply is outstanding.
    next_sent: bool,
    /// This connection can't be used after the next reply.
    unusable: bool,
    pipeline: bool,
    /// The answer is the final report: no GET /next follows it.
    last: bool,
    failures: u8,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum State {
    /// No invocation is open: GET /next has to be sent, or its reply is outstanding.
    Ready,
    /// The handler runs, and nothing of its answer has been sent.
    Running,
    /// The handler runs, and the beginning of its answer has been sent.
    Streaming,
    /// The answer is complete, and has to be sent.
    AnswerReady,
    /// The answer was sent, and its acknowledgement is outstanding.
    AwaitingAck,
    /// The connection broke before the acknowledgement. The next invocation shows whether the
    /// answer arrived.
    Unconfirmed,
    /// The server rejected the answer. If it delivers the same invocation again, the conversation
    /// can't continue.
    Rejected,
    /// The final report was delivered, or the conversation can't continue.
    Stopped,
}

impl Exchange {
    /// Begins a conversation. With `pipeline`, GET /next is sent together with each answer.
    pub const fn new(pipeline: bool) -> Self {
        Self {
            state: State::Ready,
            connected: false,
            next_sent: false,
            unusable: false,
            pipeline,
            last: false,
            failures: 0,
        }
    }

    /// Begins a conversation that delivers one answer and ends: the report of a failed
    /// initialisation or of a panic.
    pub const fn final_report() -> Self {
        Self { state: State::AnswerReady, last: true, ..Self::new(false) }
    }

    /// Begins the end of a conversation whose stream a panic has interrupted, on the connection of
    /// that stream.
    pub const fn final_trailers() -> Self {
        Self { state: State::Streaming, connected: true, ..Self::final_report() }
    }

    /// Returns the next action.
    pub const fn action(&self) -> Action {
        match self.state {
            State::Running => Action::Handle,
            State::Stopped => Action::Stop,
            _ if !self.connected => Action::Connect,
            State::Streaming => Action::Handle,
            State::AnswerReady if self.pipeline => Action::AnswerAndRequestNext,
            State::AnswerReady => Action::Answer,
            State::Ready | State::Unconfirmed | State::Rejected if !self.next_sent => {
                Action::RequestNext
            }
            _ => Action::Receive,
        }
    }

    /// Returns how long to wait before connecting, in milliseconds.
    pub const fn pause_ms(&self) -> u32 {
        match self.failures {
            0 | 1 => 0,
            failures => 5 << (2 * (failures - 1)),
        }
    }

    /// Records that a connection was made.
    pub const fn connected(&mut self) {
        self.connected = true;
        self.next_sent = false;
        self.unusable = false;
    }

    /// Records that GET /next was sent, in whole or in part.
    pub const fn next_sent(&mut self) {
        self.next_sent = true;
    }

    /// Records that the beginning of a streamed answer is about to be sent. From now on, an error
    /// can't be posted.
    pub const fn stream_started(&mut self) {
        self.state = State::Streaming;
    }

    /// Returns whether to send GET /next together with the end of a stream.
    pub const fn is_pipelined(&self) -> bool {
        self.pipeline
    }

    /// Returns whether the connection can't be used after the next reply: see
    /// [`mark_unusable`](Self::mark_unusable).
    pub const fn is_unusable(&self) -> bool {
        self.unusable
    }

    /// Returns whether the conversation can't continue.
    pub const fn is_stopped(&self) -> bool {
        matches!(self.state, State::Stopped)
    }

    /// Records that the handler's answer is ready.
    pub const fn handled(&mut self) {
        self.state = State::AnswerReady;
    }

    /// Records that the answer, or the end of a stream, was sent, in whole or in part.
    pub const fn answer_sent(&mut self) {
        self.state = State::AwaitingAck;
        self.next_sent = self.pipeline;
    }

    /// Records that the reply that is being received is the last on this connection: sending failed
    /// part of the way, the body of the reply was incomplete, or unrequested bytes followed it.
    pub const fn mark_unusable(&mut self) {
        self.unusable = true;
    }

    /// Records that the connection could not be made, broke, or carried a malformed reply. Returns
    /// whether to try again. After [`ATTEMPTS`] consecutive failures, it is `false`, and the only
    /// action is [`Action::Stop`].
    pub const fn lost(&mut self) -> bool {
        self.connected = false;
        self.next_sent = false;
        if let State::AwaitingAck = self.state {
            self.state = if self.last { State::AnswerReady } else { State::Unconfirmed };
        }
        self.failures += 1;
        let again = self.failures < ATTEMPTS;
        if !again {
            self.state = State::Stopped;
        }
        again
    }

    /// Classifies a reply by its status. `same` is whether it has the ids of the invocation whose
    /// answer is kept.
    // Inlined, it would triple its caller, which would have a copy for each result.
    #[inline(never)]
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

    /// Records that the body of `reply` is complete or, after [`Reply::Superseded`], not needed
    /// yet. `close` is whether the server closes the connection. After [`Reply::Fatal`], the only
    /// action is [`Action::Stop`].
    pub const fn complete(&mut self, reply: Reply, close: bool) {
        /// By reply: the next state, whether it is the reply to GET /next, and whether it shows
        /// that the connection works.
        const NEXT: [(State, bool, bool); 6] = [
            (State::Running, true, true),
            (State::AnswerReady, true, false),
            (State::Ready, false, false),
            (State::Ready, false, true),
            (State::Rejected, false, true),
            (State::Stopped, false, true),
        ];
        let (state, is_next, works) = NEXT[reply as usize];
        self.state = match reply {
            Reply::Acknowledged if self.last => State::Stopped,
            _ => state,
        };
        if let Reply::Superseded = reply {
            return;
        }
        if works {
            self.failures = 0;
        }
        if close || self.unusable {
            self.connected = false;
        }
        if is_next || !self.connected {
            self.next_sent = false;
        }
    }
}
