//! The exchange over a [`Transport`]: performs the actions of the state machine, and reports the
//! results to it.

use crate::bytes::cursor::{Cursor, move_down};
use crate::error::{Error, Numbered, ProtocolError};
use crate::http1::Progress;
use crate::http1::response::Response;
use crate::log::{self, Level};
use crate::runtime_api::endpoint::Endpoint;
use crate::runtime_api::exchange::{Action, Exchange, Reply};
use crate::runtime_api::invocation::{IDS, InvocationHead};
use crate::runtime_api::request::{self, Post};

pub(crate) mod stream;
mod transport;

use stream::StreamWriter;
pub use transport::Transport;

/// The longest part of a non-2xx reply's body that is logged, in bytes.
const LOGGED_BODY_LIMIT: usize = 1024;

/// A conversation with the Runtime API.
#[repr(C)]
pub(crate) struct Conversation<'e, T> {
    pub(crate) exchange: Exchange,
    transport: T,
    /// The number of bytes at the start of the region that have been received but not consumed.
    pub(crate) filled: usize,
    /// The longest event, in bytes.
    event_limit: usize,
    /// Whether the log has the failure of the invocation. The final report is logged elsewhere.
    pub(crate) is_logged: bool,
    /// The number of the first error on this connection: the errno that the transport reported, or
    /// the status after which the runtime can't continue. Or zero.
    errno: u32,
    endpoint: &'e Endpoint<'e>,
}

impl<'e, T: Transport> Conversation<'e, T> {
    pub(crate) const fn new(
        endpoint: &'e Endpoint<'e>,
        transport: T,
        exchange: Exchange,
        event_limit: usize,
    ) -> Self {
        Self { exchange, transport, filled: 0, event_limit, is_logged: true, errno: 0, endpoint }
    }

    /// Logs the answer if it is an error, unless the log has the failure. Every failed invocation
    /// has one line at the level ERROR, or FATAL if it ends the process.
    pub(crate) fn log_failure(&mut self, kept: &Post<'_>) {
        if kept.answer.is_error() && !self.is_logged {
            self.is_logged = true;
            log::failed(Level::Error, kept.invocation(), b"invocation failed", kept.answer.body());
        }
    }

    /// Runs until there is an invocation to handle or, with a kept answer, until the answer no
    /// longer has to be kept. Received bytes are stored in `region`. When there is an invocation,
    /// the unconsumed bytes follow it; otherwise they are at the start.
    ///
    /// # Errors
    /// Returns an error when the conversation can't continue.
    pub(crate) fn advance(
        &mut self,
        region: &mut [u8],
        kept: Option<&Post<'_>>,
        response: &mut Response,
    ) -> Result<(), Numbered> {
        self.run(region, kept, response).map_err(|fault| self.why(fault))
    }

    /// As [`advance`](Self::advance), with an error without its number, which fits into a byte.
    #[inline(never)]
    pub(crate) fn run(
        &mut self,
        region: &mut [u8],
        kept: Option<&Post<'_>>,
        response: &mut Response,
    ) -> Result<(), ProtocolError> {
        loop {
            let action = self.exchange.action();
            let fault = match action {
                Action::Connect => {
                    if self.exchange.pause_ms() > 0 {
                        self.transport.pause(self.exchange.pause_ms());
                    }
                    self.filled = 0;
                    self.errno = 0;
                    match self.transport.connect(&self.endpoint.address) {
                        Ok(()) => {
                            self.exchange.connected();
                            continue;
                        }
                        Err(cause) => self.broken(cause, ProtocolError::Connect),
                    }
                }
                Action::RequestNext | Action::Answer | Action::AnswerAndRequestNext => {
                    let kept = if action == Action::RequestNext { None } else { kept };
                    self.send(region, kept, action != Action::Answer)?;
                    if action == Action::RequestNext {
                        self.exchange.next_sent();
                    } else {
                        self.exchange.answer_sent();
                    }
                    continue;
                }
                Action::Receive => match self.receive(region, kept, response) {
                    Ok(Reply::Redelivered | Reply::Rejected) => continue,
                    Ok(Reply::Fatal) if response.status == 200 => {
                        return Err(ProtocolError::AnswerStuck);
                    }
                    Ok(Reply::Fatal) => {
                        self.errno = response.status.into();
                        return Err(ProtocolError::CannotGoOn);
                    }
                    Ok(_) => return Ok(()),
                    Err(fault) => fault,
                },
                Action::Handle => return Ok(()),
                Action::Stop => return Err(ProtocolError::CannotGoOn),
            };
            if !self.exchange.lost() {
                return Err(fault);
            }
            self.warn(fault, b"trying again");
        }
    }

    /// Returns the writer of the stream that responds to `invocation`. Heads are written into the
    /// free part of `region`.
    pub(crate) fn stream_writer<'l>(
        &'l mut self,
        region: &'l mut [u8],
        invocation: InvocationHead<'l>,
    ) -> StreamWriter<'l> {
        let region = region.get_mut(self.filled..).unwrap_or_default();
        StreamWriter {
            exchange: &mut self.exchange,
            errno: &mut self.errno,
            endpoint: self.endpoint,
            invocation,
            region,
            io: &mut self.transport,
        }
    }

    /// Sends the kept answer, if any, followed by GET /next if `ask` is set. The heads are written
    /// where the reply is going to be received.
    ///
    /// # Errors
    /// [`ProtocolError::BufferTooSmall`] if the heads don't fit into the region, which the
    /// runtime's `ROOM` prevents.
    fn send(
        &mut self,
        region: &mut [u8],
        kept: Option<&Post<'_>>,
        ask: bool,
    ) -> Result<(), ProtocolError> {
        let mut heads =
            Cursor::new(region.get_mut(self.filled..).ok_or(ProtocolError::BufferTooSmall)?);
        if let Some(kept) = kept {
            // The answer that is kept for a stream is an error, which hasn't been logged.
            self.log_failure(kept);
            request::answer(&mut heads, self.endpoint, kept);
        }
        let answer_len = heads.len();
        if ask {
            request::next(&mut heads, self.endpoint);
        }
        if heads.is_full() {
            return Err(ProtocolError::BufferTooSmall);
        }
        let (answer, next) = heads
            .into_written()
            .split_at_checked(answer_len)
            .ok_or(ProtocolError::BufferTooSmall)?;
        if let Err(error) =
            self.transport.send([answer, kept.map_or(&[], |kept| kept.answer.body()), next])
        {
            // The server may have replied to the part that it received, and closed. The reply, or
            // its absence, decides how to continue.
            self.exchange.mark_unusable();
            self.broken(error, ProtocolError::ConnectionBroken);
        }
        Ok(())
    }

    /// Receives one reply. After an error, the connection can't be used any more.
    fn receive(
        &mut self,
        region: &mut [u8],
        kept: Option<&Post<'_>>,
        response: &mut Response,
    ) -> Result<Reply, ProtocolError> {
        response.body_start = 0;
        self.read(region, response, 0, true)?;
        let same = kept
            .and_then(Post::invocation)
            .is_some_and(|kept| kept.is_same(&InvocationHead::new(response, region)));
        let reply = self.exchange.reply(response.status, same);
        if reply == Reply::Superseded {
            self.exchange.complete(reply, false);
            return Ok(reply);
        }
        let limit = if reply == Reply::Event { self.event_limit } else { LOGGED_BODY_LIMIT };
        if let Err(fault) = self.read(region, response, limit, reply != Reply::Fatal) {
            if matches!(reply, Reply::Event | Reply::Redelivered) {
                return Err(fault);
            }
            // The head of any other reply has all that matters, so only the connection is lost.
            self.warn(fault, b"");
            self.exchange.mark_unusable();
        } else if reply == Reply::Event && self.filled > response.end {
            // No request is outstanding after an event, so no bytes may follow it.
            self.exchange.mark_unusable();
        }
        self.exchange.complete(reply, response.close);
        if response.status >= 300 {
            let body = region.get(response.body_start..response.end).unwrap_or_default();
            // A refused response fails its invocation.
            log::line(
                if self.is_logged { Level::Warn } else { Level::Error },
                kept.and_then(Post::invocation),
                b"the Runtime API answered",
                response.status.into(),
                if let [text @ .., b'\n'] = body { text } else { body },
            );
        }
        if reply != Reply::Event {
            move_down(region, response.end..self.filled, 0);
        }
        self.filled -= response.end;
        Ok(reply)
    }

    /// Reads a head or, after it, a body. If `waits` is set, waits for its end.
    #[inline(never)]
    fn read(
        &mut self,
        region: &mut [u8],
        response: &mut Response,
        limit: usize,
        waits: bool,
    ) -> Result<(), ProtocolError> {
        loop {
            let progress = if response.body_start > 0 {
                response.read_body(region, &mut self.filled, limit)?
            } else {
                response.read_head(region.get(..self.filled).unwrap_or_default(), IDS)?
            };
            if progress == Progress::Complete(()) || !waits {
                return Ok(());
            }
            self.fill(region)?;
        }
    }

    /// Waits for more bytes.
    fn fill(&mut self, region: &mut [u8]) -> Result<(), ProtocolError> {
        let free = region
            .get_mut(self.filled..)
            .filter(|free| !free.is_empty())
            .ok_or(ProtocolError::BufferTooSmall)?;
        match self.transport.receive(free) {
            Ok(0) => Err(ProtocolError::ConnectionClosed),
            Ok(count) => {
                self.filled += count;
                Ok(())
            }
            Err(cause) => Err(self.broken(cause, ProtocolError::ConnectionBroken)),
        }
    }

    /// Keeps the number of the first error on this connection, and returns the fault.
    fn broken(&mut self, cause: Error, fault: ProtocolError) -> ProtocolError {
        if self.errno == 0 {
            self.errno = cause.number().unwrap_or_default();
        }
        fault
    }

    /// Returns the error with its number. If sending failed, that is why no reply came.
    pub(crate) fn why(&self, fault: ProtocolError) -> Numbered {
        let has_number = matches!(
            fault,
            ProtocolError::Connect | ProtocolError::ConnectionBroken | ProtocolError::CannotGoOn
        );
        let error =
            if self.errno == 0 || has_number { fault } else { ProtocolError::ConnectionBroken };
        Numbered { error, number: self.errno }
    }

    /// Logs a fault that costs only the connection.
    #[inline(never)]
    fn warn(&self, fault: ProtocolError, then: &[u8]) {
        log::error(Level::Warn, self.why(fault), then);
    }
}
