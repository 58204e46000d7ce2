//! Responses: status line, header section and body, read from the buffer in which they arrive
//! ([RFC 9112, sections 4 to 7](https://www.rfc-editor.org/rfc/rfc9112#section-4)).

use super::framing::{Framing, Part};
use super::request::{is_field_value, is_path};
use super::{HEAD_LIMIT, Progress, line, same_name};
use crate::buffer::move_down;
use crate::error::Error;

/// A response that is being read. It knows places, and borrows nothing.
///
/// The buffer holds, from its beginning: the head, the body as far as it is decoded, and the bytes that arrived behind it. Of a body in one
/// piece (a Content-Length, or a single chunk) not a byte is moved; the data of later chunks moves down to the data before it.
///
/// ```
/// use barelambda::http1::{Progress, response::Response};
///
/// let mut buffer = *b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n6\r\npedia \r\n0\r\n\r\nHTTP/1.1 ...";
/// let mut filled = buffer.len();
/// let mut response = Response::default();
/// assert_eq!(response.read_head(&buffer, |_, _| {}), Ok(Progress::Complete(())));
/// assert_eq!(response.status, 200);
/// assert_eq!(response.read_body(&mut buffer, &mut filled, 1024), Ok(Progress::Complete(())));
/// assert_eq!(&buffer[response.body_start..][..response.body_len], b"Wikipedia ");
/// assert_eq!(&buffer[response.end..filled], b"HTTP/1.1 ...");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The number of bytes of the head, with any 1xx responses that came before it and were skipped.
    pub head_len: usize,
    /// Where the decoded body begins, and how much of it there is.
    pub body_start: usize,
    /// The number of bytes of the decoded body.
    pub body_len: usize,
    /// Where the response ends, once it is complete; until then, how far it has been read.
    pub end: usize,
    framing: Framing,
    /// The status code, from 200 to 599.
    pub status: u16,
    /// Whether the server closes the connection after this response.
    pub close: bool,
    /// Whether the body was longer than the limit.
    pub is_cut: bool,
}

impl Response {
    /// Reads the head at the beginning of `bytes`, and shows `visit` the name and the value of each of its fields that is not about
    /// framing.
    ///
    /// 1xx responses are skipped. `visit` may have been called for fields of a skipped response, or of one that proves malformed.
    ///
    /// # Errors
    /// [`Error::HEAD_MALFORMED`], [`Error::HEAD_TOO_LARGE`] and [`Error::BODY_LENGTH`].
    pub fn read_head<'b>(&mut self, bytes: &'b [u8], mut visit: impl FnMut(&'b [u8], &'b [u8])) -> Result<Progress<()>, Error> {
        *self = Self::default();
        // Zero status: the next line is a status line.
        let mut framing = None;
        while let Some(line) = line(bytes.get(self.end..).ok_or(Error::HEAD_MALFORMED)?, Error::HEAD_MALFORMED)? {
            self.end += line.len() + 2;
            if self.status == 0 {
                self.status = status(line).ok_or(Error::HEAD_MALFORMED)?;
                self.close = !line.starts_with(b"HTTP/1.1");
            } else if !line.is_empty() {
                let (name, value) = field(line).ok_or(Error::HEAD_MALFORMED)?;
                let found = if same_name(name, b"content-length") {
                    decimal(value).map(Framing::Length)
                } else if same_name(name, b"transfer-encoding") {
                    Some(Framing::ChunkSize).filter(|_| same_name(value, b"chunked"))
                } else {
                    // An option that only contains the word is not known, and a close too many costs no more than a connection.
                    self.close |= same_name(name, b"connection") && value.windows(5).any(|word| same_name(word, b"close"));
                    visit(name, value);
                    continue;
                };
                if found.is_none() || framing.is_some() {
                    return Err(Error::BODY_LENGTH);
                }
                framing = found;
            } else if self.status < 200 {
                self.status = 0;
                framing = None;
            } else {
                if self.status == 204 || self.status == 304 {
                    framing = Some(Framing::Length(0));
                }
                self.framing = framing.ok_or(Error::BODY_LENGTH)?;
                self.head_len = self.end;
                self.body_start = self.end;
                return Ok(Progress::Complete(()));
            }
        }
        if bytes.len() < HEAD_LIMIT { Ok(Progress::Partial) } else { Err(Error::HEAD_TOO_LARGE) }
    }

    /// Decodes what has arrived of the body in `buffer[..filled]`; of its data, `limit` bytes are kept and the rest is dropped. When more
    /// is needed, `filled` is where to put it: it goes down when room is won.
    ///
    /// # Errors
    /// Those of [`Framing::look`].
    pub fn read_body(&mut self, buffer: &mut [u8], filled: &mut usize, limit: usize) -> Result<Progress<()>, Error> {
        loop {
            let arrived = buffer.get(self.end..*filled).ok_or(Error::CHUNK_MALFORMED)?;
            match self.framing.look(arrived)? {
                Part::Framing(len) => self.end += len,
                Part::End(len) => {
                    self.end += len;
                    return Ok(Progress::Complete(()));
                }
                Part::Data(size) if !arrived.is_empty() => {
                    let count = usize::try_from(size).unwrap_or(usize::MAX).min(arrived.len());
                    let kept = count.min(limit - self.body_len);
                    self.is_cut |= kept < count;
                    if self.body_len == 0 && kept > 0 {
                        self.body_start = self.end;
                    }
                    move_down(buffer, self.end..self.end + kept, self.body_start + self.body_len);
                    self.body_len += kept;
                    self.end += count;
                    self.framing.step(count as u64);
                }
                Part::Data(_) | Part::Partial => {
                    // Framing that has been read, and data that was dropped, leave a gap that is of use now.
                    let data_end = self.body_start + self.body_len;
                    move_down(buffer, self.end..*filled, data_end);
                    *filled -= self.end - data_end;
                    self.end = data_end;
                    return Ok(Progress::Partial);
                }
            }
        }
    }
}

/// The status that a status line gives; `None` for anything but HTTP/1.0, HTTP/1.1 and a status from 100 to 599 that does not change the
/// protocol.
fn status(line: &[u8]) -> Option<u16> {
    let (version, rest) = line.split_at_checked(9)?;
    let (code, reason) = rest.split_at_checked(3)?;
    let status = decimal(code).filter(|&status| status >= 100 && status < 600 && status != 101)?;
    let is_fit = (version == b"HTTP/1.1 " || version == b"HTTP/1.0 ") && matches!(reason, [] | [b' ', ..]) && is_field_value(reason);
    is_fit.then_some(status as u16)
}

fn field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (name, rest) = line.split_at_checked(line.iter().position(|&byte| byte == b':')?)?;
    let value = rest.get(1..)?.trim_ascii();
    (!name.is_empty() && is_path(name) && is_field_value(value)).then_some((name, value))
}

/// The number that `digits` spell; `None` for anything else, an empty text and a number beyond 64 bits included.
pub fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 { None } else { number.checked_mul(10)?.checked_add(u64::from(digit)) }
    })
}
