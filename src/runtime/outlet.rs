//! What a streamed response goes out over.

use core::cell::Cell;

use super::{Conversation, Kept, Transport};
use crate::buffer::Cursor;
use crate::error::{Error, Fault};
use crate::http1::request::chunk_size;
use crate::http1::response::Response;
use crate::response::Link;
use crate::runtime_api::answer::Answer;
use crate::runtime_api::invocation::Invocation;
use crate::runtime_api::request;

/// The conversation, lent to a handler.
///
/// A cell, as the answer that the handler gives borrows from what the handler was given: the loop takes the conversation back while the
/// answer lives.
pub(super) struct Outlet<'s, 'e, T>(Cell<Option<Lent<'s, 'e, T>>>);

/// What is lent.
pub(super) struct Lent<'s, 'e, T> {
    pub(super) conversation: &'s mut Conversation<'e, T>,
    /// Where heads are written.
    pub(super) region: &'s mut [u8],
    pub(super) invocation: Invocation<'s>,
    /// How to end the stream that has begun. That it is set where streams begin keeps the ends out of programs without streams.
    pub(super) end: Option<End<'e, T>>,
}

/// Ends a stream with an answer, and goes on until that may be forgotten.
pub(super) type End<'e, T> = fn(&mut Conversation<'e, T>, &mut [u8], Kept<'_>, &mut Response) -> Result<(), Error>;

impl<'s, 'e, T> Outlet<'s, 'e, T> {
    pub(super) const fn new(conversation: &'s mut Conversation<'e, T>, region: &'s mut [u8], invocation: Invocation<'s>) -> Self {
        Self(Cell::new(Some(Lent { conversation, region, invocation, end: None })))
    }

    /// Takes back what was lent.
    pub(super) const fn take(&self) -> Option<Lent<'s, 'e, T>> {
        self.0.replace(None)
    }
}

impl<T: Transport> Link for Outlet<'_, '_, T> {
    fn send(&self, content_type: &[u8], gathered: &[u8], large: &[u8]) -> Result<(), Error> {
        let mut lent = self.0.take().ok_or(Error::STREAM_LOST)?;
        let result = lent.send(content_type, gathered, large);
        self.0.set(Some(lent));
        result
    }
}

impl<T: Transport> Lent<'_, '_, T> {
    fn send(&mut self, content_type: &[u8], gathered: &[u8], large: &[u8]) -> Result<(), Error> {
        let begins = self.end.is_none();
        if begins {
            self.end = Some(end);
            self.conversation.begin_stream(self.region)?;
        }
        if self.conversation.exchange.is_spoilt() || self.conversation.exchange.is_stopped() {
            return Err(Error::STREAM_LOST);
        }
        let mut framing = Cursor::new(self.region.get_mut(self.conversation.filled..).ok_or(Error::BUFFER_TOO_SMALL)?);
        if begins {
            request::stream(&mut framing, self.conversation.endpoint, self.invocation, content_type);
        }
        if !gathered.is_empty() {
            chunk_size(&mut framing, gathered.len());
        }
        let before = framing.len();
        if !gathered.is_empty() {
            framing.push(b"\r\n");
        }
        if !large.is_empty() {
            chunk_size(&mut framing, large.len());
        }
        if framing.is_full() {
            return Err(Error::BUFFER_TOO_SMALL);
        }
        let (before, between) = framing.into_written().split_at_checked(before).ok_or(Error::BUFFER_TOO_SMALL)?;
        self.conversation.send_on([before, gathered, between])?;
        let mut pieces = large.chunks(PIECE).peekable();
        while let Some(piece) = pieces.next() {
            let behind: &[u8] = if pieces.peek().is_none() { b"\r\n" } else { b"" };
            self.conversation.send_on([piece, behind, b""])?;
        }
        Ok(())
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

/// Ends a stream, with trailers if the answer is an error, and goes on until the reply.
pub(crate) fn end<T: Transport>(
    conversation: &mut Conversation<'_, T>,
    region: &mut [u8],
    kept: Kept<'_>,
    response: &mut Response,
) -> Result<(), Error> {
    if conversation.exchange.is_stopped() {
        return Err(conversation.why(Fault::ConnectionClosed));
    }
    // What a handler makes of a stream that broke is less than what is known here.
    let answer = if kept.answer.is_error() && !conversation.exchange.is_spoilt() { kept.answer } else { LOST };
    if !conversation.exchange.is_spoilt() {
        let mut framing = Cursor::new(region.get_mut(conversation.filled..).ok_or(Error::BUFFER_TOO_SMALL)?);
        request::stream_end(&mut framing, &kept.answer);
        if conversation.exchange.is_pipelined() {
            request::next(&mut framing, conversation.endpoint);
        }
        if framing.is_full() {
            return Err(Error::BUFFER_TOO_SMALL);
        }
        // If it fails, the reply, or its absence, tells how to go on.
        let _ = conversation.send_on([framing.into_written(), b"", b""]);
    }
    conversation.transport.end_stream();
    conversation.exchange.answered();
    conversation.advance(region, Some(&Kept { answer, ..kept }), response)
}

impl<T: Transport> Conversation<'_, T> {
    /// Makes the connection ready for a stream; if the server has closed it, a new one.
    fn begin_stream(&mut self, region: &mut [u8]) -> Result<(), Error> {
        self.exchange.begun();
        self.advance(region, None, &mut Response::default())?;
        self.transport.begin_stream();
        Ok(())
    }

    /// Sends a part of the stream, unless the server has replied, or closed.
    ///
    /// # Errors
    /// [`Error::STREAM_LOST`]; then nothing more can be sent.
    fn send_on(&mut self, parts: [&[u8]; 3]) -> Result<(), Error> {
        if !self.transport.has_input() {
            match self.transport.send(parts) {
                Ok(()) => return Ok(()),
                Err(error) => self.cause = Some(error),
            }
        }
        self.exchange.spoilt();
        Err(Error::STREAM_LOST)
    }
}
