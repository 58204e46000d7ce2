//! Responses: status line, header section and body, read from the buffer in which they arrive
//! ([RFC 9112, sections 4 to 7](https://www.rfc-editor.org/rfc/rfc9112#section-4)).

use super::framing::{Behind, Framing};
use super::{HEAD_LIMIT, Progress, line};
use crate::bytes::cursor::move_down;
use crate::bytes::decimal::decimal;
use crate::bytes::name::is_name;
use crate::bytes::search::find_byte;
use crate::error::ProtocolError;

/// A response that is being read. It knows places, and borrows nothing.
///
/// The buffer holds, from its beginning: the head, the body as far as it is decoded, and the bytes that arrived behind it. Of a body in one
/// piece (a Content-Length, or a single chunk) not a byte is moved; the data of later chunks moves down to the data before it.
///
/// ```
/// use barelambda::http1::{Progress, response::Response};
///
/// let mut buffer = *b"HTTP/1.1 200 OK\r\nDate: today\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n6\r\npedia \r\n0\r\n\r\nHTTP/1.1 ...";
/// let mut filled = buffer.len();
/// let mut response = Response::default();
/// assert_eq!(response.read_head(&buffer, &[b"x", b"date"]), Ok(Progress::Complete(())));
/// assert_eq!((response.status, response.value(&buffer, 1)), (200, &b"today"[..]));
/// assert_eq!(response.read_body(&mut buffer, &mut filled, 1024), Ok(Progress::Complete(())));
/// assert_eq!(&buffer[response.body_start..][..response.body_len], b"Wikipedia ");
/// assert_eq!(&buffer[response.end..filled], b"HTTP/1.1 ...");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// Where the head begins: behind the 1xx responses that were skipped.
    pub head_start: usize,
    /// Where the decoded body begins, somewhere behind the head.
    pub body_start: usize,
    /// The number of bytes of the decoded body.
    pub body_len: usize,
    /// Where the response ends, once it is complete; until then, how far it has been read.
    pub end: usize,
    framing: Framing,
    values: [Place; WANTED],
    /// The status code, from 200 to 599.
    pub status: u16,
    /// Whether the server closes the connection after this response.
    pub close: bool,
    /// Whether the body was longer than the limit.
    pub is_cut: bool,
}

/// The number of fields whose places are noted.
pub const WANTED: usize = 2;

/// Where in a head, which is shorter than 64 KiB, something stands.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
struct Place {
    start: u16,
    len: u16,
}

impl Response {
    /// Reads the head at the beginning of `bytes`, and notes where in it the values of the fields with the `wanted` names, in lower case,
    /// are. 1xx responses are skipped.
    ///
    /// # Errors
    /// [`ProtocolError::HeadMalformed`], [`ProtocolError::HeadTooLarge`] and [`ProtocolError::BodyLength`].
    pub fn read_head(&mut self, bytes: &[u8], wanted: &[&[u8]; WANTED]) -> Result<Progress<()>, ProtocolError> {
        *self = Self::default();
        // Zero status: the next line is a status line.
        loop {
            let line = match line(bytes.get(self.end..).unwrap_or_default(), ProtocolError::HeadMalformed) {
                Ok(line) => line,
                Err(None) => break,
                Err(Some(fault)) => return Err(fault),
            };
            self.end += line.len() + 2;
            if self.end > HEAD_LIMIT {
                break;
            }
            if self.status == 0 {
                self.status = status(line).ok_or(ProtocolError::HeadMalformed)?;
                self.close = !line.starts_with(b"HTTP/1.1");
            } else if line.is_empty() {
                if self.status >= 200 {
                    if self.framing.behind == Behind::Unknown {
                        return Err(ProtocolError::BodyLength);
                    }
                    self.body_start = self.end;
                    return Ok(Progress::Complete(()));
                }
                *self = Self { head_start: self.end, end: self.end, ..Self::default() };
            } else {
                let (name, value) = split_field(line).ok_or(ProtocolError::HeadMalformed)?;
                for (wanted, place) in wanted.iter().zip(&mut self.values) {
                    if is_name(name, wanted) {
                        if place.start > 0 {
                            return Err(ProtocolError::HeadMalformed);
                        }
                        let start = value.as_ptr().addr() - bytes.as_ptr().addr();
                        *place = Place { start: start as u16, len: value.len() as u16 };
                    }
                }
                let is_length = is_name(name, b"content-length");
                if is_length || is_name(name, b"transfer-encoding") {
                    let length = if is_length { decimal(value) } else { is_name(value, b"chunked").then_some(0) };
                    if self.framing.behind != Behind::Unknown {
                        return Err(ProtocolError::BodyLength);
                    }
                    self.framing.data = length.ok_or(ProtocolError::BodyLength)?;
                    self.framing.behind = if is_length { Behind::End } else { Behind::ChunkSize };
                } else {
                    self.close |= is_name(name, b"connection") && has_close(value);
                }
            }
        }
        if bytes.len() < HEAD_LIMIT { Ok(Progress::Partial) } else { Err(ProtocolError::HeadTooLarge) }
    }

    /// The value of the wanted field with this index, in the head that was read; empty if there was none.
    pub fn value<'h>(&self, head: &'h [u8], index: usize) -> &'h [u8] {
        let place = self.values.get(index).copied().unwrap_or_default();
        let start = usize::from(place.start);
        head.get(start..start + usize::from(place.len)).unwrap_or_default()
    }

    /// Decodes what has arrived of the body in `buffer[..filled]`; of its data, `limit` bytes are kept and the rest is dropped. When more
    /// is needed, `filled` is where to put it: it goes down when room is won.
    ///
    /// # Errors
    /// [`ProtocolError::ChunkMalformed`] and [`ProtocolError::ChunkTooLarge`].
    pub fn read_body(&mut self, buffer: &mut [u8], filled: &mut usize, limit: usize) -> Result<Progress<()>, ProtocolError> {
        let progress = loop {
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
                break Progress::Partial;
            } else if self.framing.behind == Behind::End {
                break Progress::Complete(());
            } else {
                match line(arrived, ProtocolError::ChunkMalformed) {
                    Ok(line) => {
                        self.end += line.len() + 2;
                        self.framing.line(line)?;
                    }
                    Err(None) => {
                        self.framing.check(arrived.len())?;
                        break Progress::Partial;
                    }
                    Err(Some(fault)) => return Err(fault),
                }
            }
        };
        // Framing that has been read, and data that was dropped, leave a gap that is of use now.
        let body_end = self.body_start + self.body_len;
        move_down(buffer, self.end..*filled, body_end);
        *filled -= self.end - body_end;
        self.end = body_end;
        Ok(progress)
    }
}

/// The status that a status line gives; `None` for anything but HTTP/1.0, HTTP/1.1 and a status from 100 to 599 that does not change the
/// protocol.
fn status(line: &[u8]) -> Option<u16> {
    let (version, rest) = line.split_at_checked(9)?;
    let (code, reason) = rest.split_at_checked(3)?;
    let status = decimal(code).filter(|status| (100..600).contains(status) && *status != 101)?;
    let is_fit = (version == b"HTTP/1.1 " || version == b"HTTP/1.0 ") && matches!(reason, [] | [b' ', ..]);
    is_fit.then_some(status as u16)
}

/// Whether `close` is among the options of a Connection field.
fn has_close(value: &[u8]) -> bool {
    value.split(|&byte| byte == b',').any(|option| is_name(option.trim_ascii(), b"close"))
}

/// The name and the value of a field line.
fn split_field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (name, value) = line.split_at_checked(find_byte(line, 0, b':'))?;
    // A blank in front would continue the line before, one behind has led to attacks (RFC 9112, sections 5.2 and 5.1).
    if matches!(name, [] | [b' ' | b'\t', ..] | [.., b' ' | b'\t']) { None } else { Some((name, value.get(1..)?.trim_ascii())) }
}

/// The value of the first field with this name, in lower case, in a head that was read well; `None` if there is none.
pub fn find<'h>(head: &'h [u8], name: &[u8]) -> Option<&'h [u8]> {
    let mut lines = head.split(|&byte| byte == b'\n').filter_map(split_field);
    lines.find(|(other, _)| is_name(other, name)).map(|(_, value)| value)
}
