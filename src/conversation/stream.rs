//! Response streams: the part of a conversation that happens while a handler runs.
//!
//! A program that doesn't stream links nothing of this module. The module therefore doesn't know
//! the types of the loop: it calls them through two trait objects ([`StreamAccess`], [`StreamIo`]),
//! and the loop calls back through a function pointer that is set when a stream begins
//! ([`FinishStream`]).

use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

use super::Transport;
use crate::bytes::cursor::Cursor;
use crate::error::{Error, ProtocolError, errors};
use crate::http1::request::chunk_size;
use crate::runtime_api::answer::Answer;
use crate::runtime_api::endpoint::Endpoint;
use crate::runtime_api::exchange::Exchange;
use crate::runtime_api::invocation::InvocationHead;
use crate::runtime_api::request;

errors! {
    /// The Runtime API replied or closed before the end of a stream, or the connection broke before
    /// the end was acknowledged.
    STREAM_LOST = "Runtime.StreamLost", "the Runtime API did not accept the whole stream";
}

/// Whether a stream has begun and not ended. Only programs that stream set it, so the linker drops
/// the code that ends a stream after a panic from all others.
static STREAMING: AtomicBool = AtomicBool::new(false);

/// Returns whether a stream has begun and not ended.
pub(crate) fn is_streaming() -> bool {
    STREAMING.load(Relaxed)
}

/// A handler's access to the conversation.
pub(crate) trait StreamAccess {
    /// Begins a stream. Connects if the server closed the connection after the event. `finish` is
    /// called when the handler has returned.
    ///
    /// # Errors
    /// [`Error::CONNECT`] with the errno, or [`Error::STREAM_LOST`] if the handler has returned.
    fn begin(&self, finish: FinishStream) -> Result<(), Error>;

    /// Calls `work`, unless the handler has returned.
    fn with_writer(&self, work: &mut dyn FnMut(&mut StreamWriter<'_>));
}

/// Writes the stream that responds to `invocation`.
pub(crate) struct StreamWriter<'l> {
    pub(crate) exchange: &'l mut Exchange,
    /// The number of the first error of the transport on this connection, or zero.
    pub(crate) errno: &'l mut u32,
    pub(crate) endpoint: &'l Endpoint<'l>,
    pub(crate) invocation: InvocationHead<'l>,
    /// The buffer for heads.
    pub(crate) region: &'l mut [u8],
    pub(crate) io: &'l mut dyn StreamIo,
}

/// Finishes a stream with the handler's answer, and replaces that with the answer to keep.
pub(crate) type FinishStream =
    fn(&mut StreamWriter<'_>, &mut Answer<'_>) -> Result<(), ProtocolError>;

/// The part of a [`Transport`] that a stream uses.
pub(crate) trait StreamIo {
    fn begin_stream(&mut self);
    fn end_stream(&mut self);
    fn send_unless_input(&mut self, parts: [&[u8]; 3]) -> Result<bool, Error>;
}

impl<T: Transport> StreamIo for T {
    fn begin_stream(&mut self) {
        Transport::begin_stream(self);
    }

    fn end_stream(&mut self) {
        Transport::end_stream(self);
    }

    fn send_unless_input(&mut self, parts: [&[u8]; 3]) -> Result<bool, Error> {
        Transport::send_unless_input(self, parts)
    }
}

/// The largest amount of data that is sent at once, in bytes, so that the reply of a server that
/// reads on is noticed.
const PIECE: usize = 16 * 1024;

/// The answer that is kept for a stream, which can't be sent again.
const LOST: Answer<'static> = Answer::error(
    "Runtime.StreamLost",
    br#"{"errorType":"Runtime.StreamLost","stackTrace":[],"errorMessage":"the Runtime API did not accept the whole stream"}"#,
);

impl StreamWriter<'_> {
    /// Sends `data` as a chunk, unless it is empty. With a content type, the head of the response
    /// is sent first.
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
            self.io.begin_stream();
            request::stream(&mut framing, self.endpoint, self.invocation, content_type);
        }
        let mut line_end: &[u8] = b"";
        if !data.is_empty() {
            chunk_size(&mut framing, data.len());
            line_end = b"\r\n";
        }
        if framing.is_full() {
            return Err(Error::BUFFER_TOO_SMALL);
        }
        let mut before = framing.into_written();
        let mut rest = data;
        while !before.is_empty() || !rest.is_empty() {
            let (piece, after) = rest.split_at_checked(PIECE).unwrap_or((rest, b""));
            send_on(
                self.io,
                self.exchange,
                self.errno,
                [before, piece, if after.is_empty() { line_end } else { b"" }],
            )?;
            before = b"";
            rest = after;
        }
        Ok(())
    }
}

/// Sends the last chunk, with trailers if the answer is an error, and GET /next. This is a
/// [`FinishStream`].
///
/// # Errors
/// The error of the connection, if the stream could not begin.
pub(crate) fn finish_stream(
    writer: &mut StreamWriter<'_>,
    answer: &mut Answer<'_>,
) -> Result<(), ProtocolError> {
    if writer.exchange.is_stopped() {
        return Err(ProtocolError::Connect);
    }
    if !writer.exchange.is_unusable() {
        let mut framing = Cursor::new(&mut *writer.region);
        request::stream_end(&mut framing, answer);
        if writer.exchange.is_pipelined() {
            request::next(&mut framing, writer.endpoint);
        }
        if framing.is_full() {
            return Err(ProtocolError::BufferTooSmall);
        }
        // If sending fails, the reply, or its absence, decides how to continue.
        let _ =
            send_on(writer.io, writer.exchange, writer.errno, [framing.into_written(), b"", b""]);
    }
    // The runtime knows that the stream broke, so it replaces the handler's answer.
    if !answer.is_error() || writer.exchange.is_unusable() {
        *answer = LOST;
    }
    STREAMING.store(false, Relaxed);
    writer.io.end_stream();
    writer.exchange.answer_sent();
    Ok(())
}

/// Sends a part of the stream, unless the server has replied or closed.
///
/// # Errors
/// [`Error::STREAM_LOST`]. Nothing more can be sent after it.
fn send_on(
    io: &mut dyn StreamIo,
    exchange: &mut Exchange,
    errno: &mut u32,
    parts: [&[u8]; 3],
) -> Result<(), Error> {
    match io.send_unless_input(parts) {
        Ok(true) => return Ok(()),
        Ok(false) => {}
        Err(error) => *errno = error.number().unwrap_or_default(),
    }
    exchange.mark_unusable();
    Err(Error::STREAM_LOST)
}
