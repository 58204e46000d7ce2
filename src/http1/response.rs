//! Responses: the status line, the header section and the body, parsed in the receive buffer ([RFC
//! 9112, sections 4 to 7](https://www.rfc-editor.org/rfc/rfc9112#section-4)).

use super::framing::{Framing, NextFraming};
use super::{HEAD_LIMIT, Progress, Unread, line};
use crate::bytes::cursor::move_down;
use crate::bytes::name::{is_name, is_same_name};
use crate::bytes::number::decimal;
use crate::error::ProtocolError;

/// The state of reading a response. It stores offsets, and doesn't borrow from the buffer.
///
/// The buffer holds the head, the decoded part of the body, and the bytes that arrived after it. A
/// body in one piece (with a Content-Length, or in a single chunk) isn't moved. The data of later
/// chunks is moved down to the data before it.
///
/// ```
/// use barelambda::http1::{Progress, response::Response};
/// use barelambda::names;
///
/// let mut buffer = *b"HTTP/1.1 200 OK\r\nDate: today\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n6\r\npedia \r\n0\r\n\r\nHTTP/1.1 ...";
/// let mut filled = buffer.len();
/// let mut response = Response::default();
/// assert_eq!(response.read_head(&buffer, names!("\x01x", "\x04date")), Ok(Progress::Complete(())));
/// assert_eq!((response.status, response.value(&buffer, 1)), (200, &b"today"[..]));
/// assert_eq!(response.read_body(&mut buffer, &mut filled, 1024), Ok(Progress::Complete(())));
/// assert_eq!(&buffer[response.body_start..][..response.body_len], b"Wikipedia ");
/// assert_eq!(&buffer[response.end..filled], b"HTTP/1.1 ...");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The offset of the head, after skipped 1xx responses.
    pub head_start: usize,
    /// The offset of the decoded body, after the head.
    pub body_start: usize,
    /// The length of the decoded body, in bytes.
    pub body_len: usize,
    /// The offset of the end of the response. Until it is complete, the offset of the first byte
    /// that hasn't been read.
    pub end: usize,
    framing: Framing,
    values: [Span; WANTED],
    /// The status code, from 200 to 599.
    pub status: u16,
    /// Whether the server closes the connection after this response.
    pub close: bool,
    /// Whether the body is longer than the limit, and so truncated.
    pub is_cut: bool,
}

/// The number of fields whose values [`Response`] locates.
pub const WANTED: usize = 2;

/// The names of the fields that [`Response`] reads: those that matter to HTTP, and the wanted ones,
/// in lower case, each after its length. A table of slices is twice as large.
#[derive(Copy, Clone, Debug)]
pub struct Names(&'static str);

const CONTENT_LENGTH: usize = 0;
// Transfer-Encoding is between them.
const CONNECTION: usize = 2;
const WANTED_FROM: usize = 3;

impl Names {
    /// Creates the names. The macro `names!` calls it.
    ///
    /// # Panics
    /// Panics if a length is wrong, or if there are not [`WANTED`] names after those of HTTP.
    pub const fn new(names: &'static str) -> Self {
        let mut rest = names.as_bytes();
        let mut count = 0;
        while let [len, after @ ..] = rest {
            rest = after.split_at(*len as usize).1;
            count += 1;
        }
        assert!(count == WANTED_FROM + WANTED, "each name follows its length");
        Self(names)
    }

    /// Returns the index of a name in any case, or the number of names if it isn't one of them.
    fn index(&self, name: &[u8]) -> usize {
        let mut index = 0;
        let mut rest = self.0.as_bytes();
        while let [len, after @ ..] = rest
            && let Some((other, after)) = after.split_at_checked(usize::from(*len))
            && !is_name(name, other)
        {
            rest = after;
            index += 1;
        }
        index
    }
}

/// Returns the [`Names`] of the fields that matter to HTTP, and of two wanted ones: literals in
/// lower case, each with its length as the first character.
#[doc(hidden)]
#[macro_export]
macro_rules! names {
    ($first:literal, $second:literal) => {
        const {
            $crate::http1::response::Names::new(concat!(
                "\x0econtent-length\x11transfer-encoding\x0aconnection",
                $first,
                $second
            ))
        }
    };
}

/// A part of a head, which is shorter than 64 KiB.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
struct Span {
    start: u16,
    len: u16,
}

impl Response {
    /// A response of which nothing has been read.
    pub(crate) const EMPTY: Self = Self {
        head_start: 0,
        body_start: 0,
        body_len: 0,
        end: 0,
        framing: Framing::EMPTY,
        values: [Span { start: 0, len: 0 }; WANTED],
        status: 0,
        close: false,
        is_cut: false,
    };

    /// Reads the head at the start of `bytes`, and locates the values of the wanted fields. 1xx
    /// responses are skipped.
    ///
    /// # Errors
    /// - [`ProtocolError::HeadMalformed`]: the head isn't valid, or a wanted field occurs twice.
    /// - [`ProtocolError::HeadTooLarge`]: it is longer than [`HEAD_LIMIT`].
    /// - [`ProtocolError::BodyLength`]: the length of the body is missing, ambiguous or invalid.
    ///   [`lacks_length`](Self::lacks_length) tells the first.
    pub fn read_head(&mut self, bytes: &[u8], names: Names) -> Result<Progress<()>, ProtocolError> {
        progress(self.head(bytes, names))
    }

    #[inline(never)]
    fn head(&mut self, bytes: &[u8], names: Names) -> Result<(), Unread> {
        *self = Self::default();
        loop {
            let rest = bytes.get(self.end..).unwrap_or_default();
            let line = line(rest, ProtocolError::HeadMalformed);
            self.end += match line {
                Ok(line) => line.len() + 2,
                // A head without its end is shorter than one with it.
                Err(Unread::Partial) => rest.len() + 1,
                Err(Unread::Malformed(_)) => 0,
            };
            if self.end > HEAD_LIMIT {
                return Err(ProtocolError::HeadTooLarge.into());
            }
            let line = line?;
            // While the status is zero, the next line is a status line.
            if self.status == 0 {
                self.status_line(line).ok_or(ProtocolError::HeadMalformed)?;
            } else if self.status < 200 {
                // The fields of a 1xx response don't matter.
                if line.is_empty() {
                    self.head_start = self.end;
                    self.status = 0;
                }
            } else if !line.is_empty() {
                self.field(bytes, line, names)?;
            } else if self.framing.next == NextFraming::Unknown {
                return Err(ProtocolError::BodyLength.into());
            } else {
                self.body_start = self.end;
                return Ok(());
            }
        }
    }

    /// Reads a status line: HTTP/1.0 or HTTP/1.1, and a status from 100 to 599 that doesn't change
    /// the protocol.
    fn status_line(&mut self, line: &[u8]) -> Option<()> {
        let (version, rest) = line.split_at_checked(9)?;
        let (code, reason) = rest.split_at_checked(3)?;
        let status = decimal(code).filter(|code| (100..600).contains(code) && *code != 101)?;
        self.status = status as u16;
        self.close = version != b"HTTP/1.1 ";
        let is_known = !self.close || version == b"HTTP/1.0 ";
        (is_known && matches!(reason, [] | [b' ', ..])).then_some(())
    }

    /// Reads a field line, a part of `bytes`.
    #[inline(never)]
    fn field(&mut self, bytes: &[u8], line: &[u8], names: Names) -> Result<(), ProtocolError> {
        let (name, value) = split_field(line).ok_or(ProtocolError::HeadMalformed)?;
        let index = names.index(name);
        if index < CONNECTION {
            if self.framing.next != NextFraming::Unknown {
                return Err(ProtocolError::BodyLength);
            }
            let length = if index == CONTENT_LENGTH {
                self.framing.next = NextFraming::End;
                decimal(value)
            } else {
                self.framing.next = NextFraming::ChunkSize;
                is_name(value, b"chunked").then_some(0)
            };
            self.framing.data = length.ok_or(ProtocolError::BodyLength)?;
        } else if index == CONNECTION {
            self.close |= has_close(value);
        } else if let Some(span) = self.values.get_mut(index - WANTED_FROM) {
            if span.start > 0 {
                return Err(ProtocolError::HeadMalformed);
            }
            let start = value.as_ptr().addr() - bytes.as_ptr().addr();
            *span = Span { start: start as u16, len: value.len() as u16 };
        }
        Ok(())
    }

    /// After [`ProtocolError::BodyLength`], returns whether the head is valid, and
    /// [`end`](Self::end) is its end, but has no length. Such a response either has no body, or
    /// lasts until the server closes the connection ([RFC 9112, section
    /// 6.3](https://www.rfc-editor.org/rfc/rfc9112#section-6.3)).
    pub fn lacks_length(&self, bytes: &[u8]) -> bool {
        let head = bytes.get(..self.end).unwrap_or_default();
        self.framing.next == NextFraming::Unknown && head.ends_with(b"\r\n\r\n")
    }

    /// Returns where the data of the body is, as far as it has been read.
    pub const fn framing(&self) -> Framing {
        self.framing
    }

    /// Returns the value of the wanted field with this index, in the head that was read, or an
    /// empty slice if it is missing.
    #[inline(never)]
    pub fn value<'h>(&self, head: &'h [u8], index: usize) -> &'h [u8] {
        let span = self.values.get(index).copied().unwrap_or_default();
        let start = usize::from(span.start);
        head.get(start..start + usize::from(span.len)).unwrap_or_default()
    }

    /// Decodes the part of the body that has arrived in `buffer[..filled]`. The first `limit` bytes
    /// of its data are kept, and the remainder is dropped. If the result is partial, the caller
    /// appends more bytes at `filled`, which decreases as decoding frees room.
    ///
    /// # Errors
    /// [`ProtocolError::ChunkMalformed`] if a chunk isn't valid, and
    /// [`ProtocolError::ChunkTooLarge`] if the framing exceeds
    /// [`SKIP_LIMIT`](super::framing::SKIP_LIMIT).
    pub fn read_body(
        &mut self,
        buffer: &mut [u8],
        filled: &mut usize,
        limit: usize,
    ) -> Result<Progress<()>, ProtocolError> {
        progress(self.body(buffer, filled, limit))
    }

    #[inline(never)]
    fn body(&mut self, buffer: &mut [u8], filled: &mut usize, limit: usize) -> Result<(), Unread> {
        let result = loop {
            let arrived = buffer.get(self.end..*filled).ok_or(ProtocolError::ChunkMalformed)?;
            let count = arrived.len().min(usize::try_from(self.framing.data).unwrap_or(usize::MAX));
            if count > 0 {
                let kept = count.min(limit - self.body_len);
                self.is_cut |= kept < count;
                if self.body_len == 0 && kept > 0 {
                    self.body_start = self.end;
                }
                move_down(buffer, self.end..self.end + kept, self.body_start + self.body_len);
                self.body_len += kept;
                self.end += count;
                self.framing.step(count);
            } else if self.framing.data > 0 {
                break Err(Unread::Partial);
            } else if self.framing.next == NextFraming::End {
                break Ok(());
            } else {
                if let Err(unread) = self.framing.read_line(arrived, &mut self.end) {
                    break Err(unread);
                }
            }
        };
        // Framing and dropped data leave a gap. Closing it frees room for more bytes.
        let body_end = self.body_start + self.body_len;
        move_down(buffer, self.end..*filled, body_end);
        *filled -= self.end - body_end;
        self.end = body_end;
        result
    }
}

fn progress(result: Result<(), Unread>) -> Result<Progress<()>, ProtocolError> {
    match result {
        Ok(()) => Ok(Progress::Complete(())),
        Err(Unread::Partial) => Ok(Progress::Partial),
        Err(Unread::Malformed(error)) => Err(error),
    }
}

/// Returns whether `close` is an option of a Connection field.
fn has_close(value: &[u8]) -> bool {
    value.split(|&byte| byte == b',').any(|option| is_name(trim(option), b"close"))
}

/// Splits a field line into its name and its value.
fn split_field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (name, value) = line.split_at_checked(line.iter().position(|&byte| byte == b':')?)?;
    // A leading blank continues the previous line (RFC 9112, section 5.2), and one before the colon
    // enables attacks (section 5.1).
    if matches!(name, [] | [b' ' | b'\t', ..] | [.., b' ' | b'\t']) {
        return None;
    }
    Some((name, trim(value.get(1..)?)))
}

/// Removes the blanks around a value, and the end of its line. `trim_ascii` of `core` also removes
/// other bytes, and is larger.
#[inline(never)]
fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t' | b'\r'] = value {
        value = rest;
    }
    value
}

/// Returns the names and values of the fields in a valid head.
pub fn fields(head: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    head.split(|&byte| byte == b'\n').filter_map(split_field)
}

/// Returns the value of the first field `name`, in any case, in a valid head, or `None` if it is
/// missing.
pub fn find<'h>(head: &'h [u8], name: &[u8]) -> Option<&'h [u8]> {
    fields(head).find(|(other, _)| is_same_name(other, name)).map(|(_, value)| value)
}
