//! The part of a conversation that happens while a handler works: its response leaves as a stream.
//!
//! Nothing here is linked into a program that does not stream. So the types of the loop are not known here: it is reached through tables of
//! functions ([`Link`], [`Wire`]) that know nothing of streams, and it reaches back through the function that stays behind when a stream
//! begins ([`End`]).

use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

use super::Transport;
use crate::bytes::cursor::Cursor;
use crate::error::{Error, errors};
use crate::http1::request::chunk_size;
use crate::runtime_api::answer::Answer;
use crate::runtime_api::endpoint::Endpoint;
use crate::runtime_api::exchange::Exchange;
use crate::runtime_api::invocation::Invocation;
use crate::runtime_api::request;

errors! {
    /// The Runtime API replied or closed before the end of a stream, or the connection broke before it had confirmed that end.
    STREAM_LOST = "Runtime.StreamLost", "the Runtime API did not take the stream to its end";
}

/// Whether a stream has begun and not ended. Only programs that stream set it; from the others, all that ends a stream after a panic is gone.
static STREAMING: AtomicBool = AtomicBool::new(false);

/// Whether a stream has begun and not ended.
pub(crate) fn is_streaming() -> bool {
    STREAMING.load(Relaxed)
}

/// What lends the conversation to a handler.
pub(crate) trait Link {
    /// Lets a stream begin, which `end` will end, and connects if the server has closed behind the event.
    ///
    /// # Errors
    /// [`Error::CONNECT`] with the errno, and [`Error::STREAM_LOST`] if the handler's time is over.
    fn begin(&self, end: End) -> Result<(), Error>;

    /// Calls `work`, unless the handler's time is over.
    fn lend(&self, work: &mut dyn FnMut(&mut Lent<'_>));
}

/// The conversation, and what it is about.
pub(crate) struct Lent<'l> {
    pub(crate) exchange: &'l mut Exchange,
    /// What was the first to go wrong, where the transport said it.
    pub(crate) cause: &'l mut Option<Error>,
    pub(crate) endpoint: &'l Endpoint<'l>,
    pub(crate) invocation: Invocation<'l>,
    /// Where heads are written.
    pub(crate) region: &'l mut [u8],
    pub(crate) wire: &'l mut dyn Wire,
}

/// Ends a stream with the answer that the handler gave, and puts the one that is kept in its place.
pub(crate) type End = fn(&mut Lent<'_>, &mut Answer<'_>) -> Result<(), Error>;

/// What a stream needs of a [`Transport`].
pub(crate) trait Wire {
    fn begin_stream(&mut self);
    fn end_stream(&mut self);
    fn has_input(&mut self) -> bool;
    fn send(&mut self, parts: [&[u8]; 3]) -> Result<(), Error>;
}

impl<T: Transport> Wire for T {
    fn begin_stream(&mut self) {
        Transport::begin_stream(self);
    }

    fn end_stream(&mut self) {
        Transport::end_stream(self);
    }

    fn has_input(&mut self) -> bool {
        Transport::has_input(self)
    }

    fn send(&mut self, parts: [&[u8]; 3]) -> Result<(), Error> {
        Transport::send(self, parts)
    }
}

/// How much is sent at once, in bytes: as much as fits where there is room to send, so that nothing waits in vain for a server that has
/// replied and does not read on.
const PIECE: usize = 16 * 1024;

/// What is kept of a stream, which cannot be sent again.
const LOST: Answer<'static> = Answer::error(
    "Runtime.StreamLost",
    br#"{"errorType":"Runtime.StreamLost","stackTrace":[],"errorMessage":"the Runtime API did not take the stream to its end"}"#,
);

impl Lent<'_> {
    /// Sends `data` as a chunk, unless it is empty. With a content type, the head of the response comes before.
    ///
    /// # Errors
    /// [`Error::STREAM_LOST`].
    pub(crate) fn send(&mut self, content_type: Option<&[u8]>, data: &[u8]) -> Result<(), Error> {
        if self.exchange.is_unusable() || self.exchange.is_stopped() {
            return Err(Error::STREAM_LOST);
        }
        let mut framing = Cursor::new(&mut *self.region);
        if let Some(content_type) = content_type {
            STREAMING.store(true, Relaxed);
            self.wire.begin_stream();
            request::stream(&mut framing, self.endpoint, self.invocation, content_type);
        }
        let mut behind: &[u8] = b"";
        if !data.is_empty() {
            chunk_size(&mut framing, data.len());
            behind = b"\r\n";
        }
        if framing.is_full() {
            return Err(Error::BUFFER_TOO_SMALL);
        }
        let mut before = framing.into_written();
        let mut rest = data;
        while !before.is_empty() || !rest.is_empty() {
            let (piece, after) = rest.split_at_checked(PIECE).unwrap_or((rest, b""));
            send_on(self.wire, self.exchange, self.cause, [before, piece, if after.is_empty() { behind } else { b"" }])?;
            before = b"";
            rest = after;
        }
        Ok(())
    }
}

/// Sends the last chunk, and with it trailers if the answer is an error, and GET /next; an [`End`].
///
/// # Errors
/// When the stream could not begin, as there was no connection.
pub(crate) fn end(lent: &mut Lent<'_>, answer: &mut Answer<'_>) -> Result<(), Error> {
    if lent.exchange.is_stopped() {
        return Err(lent.cause.unwrap_or(Error::STREAM_LOST));
    }
    if !lent.exchange.is_unusable() {
        let mut framing = Cursor::new(&mut *lent.region);
        request::stream_end(&mut framing, answer);
        if lent.exchange.is_pipelined() {
            request::next(&mut framing, lent.endpoint);
        }
        if framing.is_full() {
            return Err(Error::BUFFER_TOO_SMALL);
        }
        // If it fails, the reply, or its absence, tells how to go on.
        let _ = send_on(lent.wire, lent.exchange, lent.cause, [framing.into_written(), b"", b""]);
    }
    // What a handler makes of a stream that broke is less than what is known here.
    if !answer.is_error() || lent.exchange.is_unusable() {
        *answer = LOST;
    }
    STREAMING.store(false, Relaxed);
    lent.wire.end_stream();
    lent.exchange.answer_sent();
    Ok(())
}

/// Sends a part of the stream, unless the server has replied, or closed.
///
/// # Errors
/// [`Error::STREAM_LOST`]; then nothing more can be sent.
fn send_on(wire: &mut dyn Wire, exchange: &mut Exchange, cause: &mut Option<Error>, parts: [&[u8]; 3]) -> Result<(), Error> {
    if !wire.has_input() {
        match wire.send(parts) {
            Ok(()) => return Ok(()),
            Err(error) => *cause = Some(error),
        }
    }
    exchange.mark_unusable();
    Err(Error::STREAM_LOST)
}
