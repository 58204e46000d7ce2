//! Replies, read piece by piece in constant memory.

use alloc::vec::Vec;
use core::ops::Range;

use barelambda::bytes::cursor::move_down;
use barelambda::bytes::search::find_byte;
use barelambda::http1::framing::{Framing, NextFraming};
use barelambda::http1::response::{Names, Response, fields, find};
use barelambda::http1::{HEAD_LIMIT, Progress, Unread};
use barelambda::{Error, ProtocolError, names};

use super::request::Method;
use crate::error::{
    REPLY_CHUNK, REPLY_CHUNK_TOO_LARGE, REPLY_HEAD, REPLY_HEAD_TOO_LARGE, REPLY_LENGTH,
    REPLY_MISSING, REPLY_NO_ROOM, REPLY_TOO_LARGE, REPLY_TRUNCATED,
};

/// No field is wanted: all of them remain in the head.
const NO_NAMES: Names = names!("\x01-", "\x01-");

/// Receives at least one byte into a buffer, and returns how many; zero means that the server has
/// closed the connection.
pub type Receive<'r> = dyn FnMut(&mut [u8]) -> Result<usize, Error> + 'r;

/// Reads the replies to one request after another.
///
/// After [`read_head`](Self::read_head), the caller reads the body, whole by
/// [`read_body`](Self::read_body) or in pieces by [`read_piece`](Self::read_piece). The reader has
/// a buffer of 16 KiB, the longest head, and keeps the head until that of the next reply.
///
/// ```
/// use barelambda_aws::http::{reply::ReplyReader, request::Method};
///
/// let mut sent = &b"HTTP/1.1 200 OK\r\nETag: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n5\r\npedia\r\n0\r\n\r\n"[..];
/// let mut receive = |buffer: &mut [u8]| Ok(std::io::Read::read(&mut sent, buffer).unwrap());
/// let mut reader = ReplyReader::new();
/// reader.read_head(Method::Get, &mut receive)?;
/// assert_eq!((reader.status(), reader.header("etag")), (200, Some(&b"x"[..])));
/// assert_eq!(reader.read_piece(&mut receive)?, Some(&b"Wiki"[..]));
/// assert_eq!(reader.read_body(&mut receive, 1024)?, b"pedia");
/// assert!(reader.is_reusable());
/// # Ok::<(), barelambda::Error>(())
/// ```
#[derive(Default)]
pub struct ReplyReader {
    /// The received bytes are those from `start` to `filled`.
    buffer: Vec<u8>,
    start: usize,
    filled: usize,
    /// The header section, without the status line.
    head: Vec<u8>,
    status: u16,
    body: Body,
    /// Whether the server closes the connection after this reply.
    close: bool,
}

/// The state of reading a reply.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
enum Body {
    /// The head isn't complete, or reading has failed.
    #[default]
    Unusable,
    /// The body has a Content-Length, or is chunked.
    Framed(Framing),
    /// The body lasts until the server closes the connection.
    UntilClose,
    /// The reply is complete.
    Complete,
}

impl ReplyReader {
    /// Creates a reader, which allocates its buffer when it is used.
    pub const fn new() -> Self {
        Self {
            buffer: Vec::new(),
            start: 0,
            filled: 0,
            head: Vec::new(),
            status: 0,
            body: Body::Unusable,
            close: false,
        }
    }

    /// Reads the head of the reply to a request with this method. 1xx replies are skipped. Bytes of
    /// the previous reply that haven't been read are discarded: they belong to another connection,
    /// because [`is_reusable`](Self::is_reusable) is false then.
    ///
    /// # Errors
    /// - [`REPLY_MISSING`]: the server closed the connection before the first byte.
    /// - [`REPLY_TRUNCATED`]: it closed the connection in the head.
    /// - [`REPLY_HEAD`]: the head is malformed.
    /// - [`REPLY_HEAD_TOO_LARGE`]: it is longer than [`HEAD_LIMIT`].
    /// - [`REPLY_LENGTH`]: the length of the body is ambiguous or invalid.
    /// - The errors of `receive`.
    pub fn read_head(&mut self, method: Method, receive: &mut Receive<'_>) -> Result<(), Error> {
        (self.start, self.filled, self.status, self.body) = (0, 0, 0, Body::Unusable);
        self.buffer.resize(HEAD_LIMIT, 0);
        let mut response = Response::default();
        // A response without a length isn't an error here.
        let framing = loop {
            let received = self.buffer.get(..self.filled).unwrap_or_default();
            match response.read_head(received, NO_NAMES) {
                Ok(Progress::Complete(())) => break Some(response.framing()),
                Err(ProtocolError::BodyLength) if response.lacks_length(received) => break None,
                Err(error) => return Err(reply_error(error)),
                Ok(Progress::Partial) => {}
            }
            if self.receive_more(receive)? == 0 {
                return Err(if self.has_begun() { REPLY_TRUNCATED } else { REPLY_MISSING });
            }
        };
        let head = self.buffer.get(response.head_start..response.end).unwrap_or_default();
        let fields = head.get(find_byte(head, 0, b'\n')..).unwrap_or_default();
        self.head.clear();
        self.head.extend_from_slice(fields);
        self.start = response.end;
        self.status = response.status;
        // RFC 9112, section 6.3.
        let has_body = method != Method::Head && !matches!(response.status, 204 | 304);
        self.body = match framing {
            _ if !has_body => Body::Complete,
            Some(framing) => Body::Framed(framing),
            None => Body::UntilClose,
        };
        self.close = response.close || self.body == Body::UntilClose;
        Ok(())
    }

    /// Returns whether a byte of the reply has arrived. If not, the server may not have processed
    /// the request.
    pub fn has_begun(&self) -> bool {
        self.filled > 0 || self.status > 0
    }

    /// Returns the status, from 200 to 599, or zero before the head is complete.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Returns the header section, in which [`find`] finds headers.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// Returns the names and values of the headers, in the order of the reply. Names are
    /// case-insensitive.
    pub fn headers(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        fields(&self.head)
    }

    /// Returns the value of the first header `name`, which is case-insensitive.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        find(&self.head, name.as_bytes())
    }

    /// Returns the number of bytes of the body that haven't been read, if the reply has a
    /// Content-Length.
    pub fn remaining(&self) -> Option<u64> {
        match self.body {
            Body::Framed(framing) if framing.next == NextFraming::End => Some(framing.data),
            Body::Complete => Some(0),
            _ => None,
        }
    }

    /// Reads the remainder of the body.
    ///
    /// # Errors
    /// [`REPLY_TOO_LARGE`] if it is longer than `limit` bytes, [`REPLY_NO_ROOM`] if it doesn't fit
    /// on the heap, and the errors of [`read_piece`](Self::read_piece).
    pub fn read_body(&mut self, receive: &mut Receive<'_>, limit: usize) -> Result<Vec<u8>, Error> {
        let too_large = REPLY_TOO_LARGE.with(u32::try_from(limit).unwrap_or(u32::MAX));
        let known = usize::try_from(self.remaining().unwrap_or_default()).unwrap_or(usize::MAX);
        let mut body = Vec::new();
        let mut result = if known > limit { Err(too_large) } else { make_room(&mut body, known) };
        while result.is_ok() {
            let Some(piece) = self.read_piece(receive)? else { return Ok(body) };
            result = if piece.len() > limit - body.len() {
                Err(too_large)
            } else {
                make_room(&mut body, piece.len()).map(|()| body.extend_from_slice(piece))
            };
        }
        self.body = Body::Unusable;
        result.map(|()| body)
    }

    /// Returns the next bytes of the body, at least one, or `None` at its end.
    ///
    /// # Errors
    /// - [`REPLY_TRUNCATED`]: the server closed the connection in the body. A body without a length
    ///   ends when the connection is closed; without TLS, its truncation can't be detected.
    /// - [`REPLY_CHUNK`]: a chunk is malformed.
    /// - [`REPLY_CHUNK_TOO_LARGE`]: chunk extensions or trailers are longer than 4 KiB.
    /// - The errors of `receive`.
    ///
    /// After an error, each call returns [`REPLY_TRUNCATED`].
    pub fn read_piece(&mut self, receive: &mut Receive<'_>) -> Result<Option<&[u8]>, Error> {
        match self.find_piece(receive) {
            Ok(Some(piece)) => Ok(self.buffer.get(piece)),
            Ok(None) => Ok(None),
            Err(error) => {
                self.body = Body::Unusable;
                Err(error)
            }
        }
    }

    /// Returns whether the connection can be used for another request: the reply is complete, the
    /// server doesn't close the connection, and no other bytes have arrived.
    pub fn is_reusable(&self) -> bool {
        self.remaining() == Some(0) && !self.close && self.start == self.filled
    }

    fn find_piece(&mut self, receive: &mut Receive<'_>) -> Result<Option<Range<usize>>, Error> {
        loop {
            let received = self.buffer.get(self.start..self.filled).unwrap_or_default();
            match &mut self.body {
                Body::Unusable => return Err(REPLY_TRUNCATED),
                Body::Complete => return Ok(None),
                Body::UntilClose if received.is_empty() => {
                    if self.receive_more(receive)? == 0 {
                        self.body = Body::Complete;
                    }
                    continue;
                }
                Body::UntilClose => return Ok(Some(self.take(received.len()))),
                Body::Framed(framing) if framing.data > 0 => {
                    let data = usize::try_from(framing.data).unwrap_or(usize::MAX);
                    let count = received.len().min(data);
                    if count > 0 {
                        framing.step(count);
                        return Ok(Some(self.take(count)));
                    }
                }
                Body::Framed(framing) if framing.next == NextFraming::End => {
                    self.body = Body::Complete;
                    continue;
                }
                Body::Framed(framing) => match framing.read_line(received, &mut self.start) {
                    Ok(()) => continue,
                    Err(Unread::Partial) => {}
                    Err(Unread::Malformed(error)) => return Err(reply_error(error)),
                },
            }
            if self.receive_more(receive)? == 0 {
                return Err(REPLY_TRUNCATED);
            }
        }
    }

    /// Consumes `count` bytes, and returns where they are.
    fn take(&mut self, count: usize) -> Range<usize> {
        let start = self.start;
        self.start += count;
        start..self.start
    }

    /// Receives bytes after those that have arrived, which move to the start of the buffer. There
    /// is room for at least one: a head that fills the buffer is too large, and a line of
    /// framing has at most 4 KiB.
    fn receive_more(&mut self, receive: &mut Receive<'_>) -> Result<usize, Error> {
        move_down(&mut self.buffer, self.start..self.filled, 0);
        self.filled -= self.start;
        self.start = 0;
        let room = self.buffer.get_mut(self.filled..).unwrap_or_default();
        let count = receive(room)?.min(room.len());
        self.filled += count;
        Ok(count)
    }
}

/// Makes room for `more` bytes of a body, and checks that what receives them has room, too.
///
/// # Errors
/// [`REPLY_NO_ROOM`].
fn make_room(body: &mut Vec<u8>, more: usize) -> Result<(), Error> {
    /// Two records of TLS and a head.
    const SPARE: usize = 48 * 1024;
    if body.capacity() - body.len() >= more {
        return Ok(());
    }
    let mut spare: Vec<u8> = Vec::new();
    let len = u32::try_from(body.len().saturating_add(more)).unwrap_or(u32::MAX);
    body.try_reserve(more)
        .and_then(|()| spare.try_reserve_exact(SPARE))
        // The compiler may leave out memory that isn't used.
        .map(|()| drop(core::hint::black_box(spare)))
        .map_err(|_| REPLY_NO_ROOM.with(len))
}

fn reply_error(error: ProtocolError) -> Error {
    match error {
        ProtocolError::HeadTooLarge => REPLY_HEAD_TOO_LARGE,
        ProtocolError::BodyLength => REPLY_LENGTH,
        ProtocolError::ChunkMalformed => REPLY_CHUNK,
        ProtocolError::ChunkTooLarge => REPLY_CHUNK_TOO_LARGE,
        _ => REPLY_HEAD,
    }
}
