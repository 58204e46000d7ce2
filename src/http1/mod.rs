//! Bytes to messages and back: the part of HTTP/1.1 ([RFC 9112]) that a client of the Runtime API needs, without any input or output.
//!
//! - [`request`] writes a request line and header section.
//! - [`response`] reads a status line, a header section and a body, the latter in place.
//! - [`framing`] says where in a body the data is.
//!
//! That more bytes are needed is a value, [`Progress::Partial`]; an [`Error`] says what is malformed. Nothing is guessed.
//!
//! [RFC 9112]: https://www.rfc-editor.org/rfc/rfc9112

use crate::error::Error;

pub mod framing;
pub mod request;
pub mod response;

/// The longest header section that is read, in bytes, status line and skipped 1xx responses included. Lambda's own take about 600 bytes;
/// the client context, the only part a caller of the function chooses, adds at most 3,583.
pub const HEAD_LIMIT: usize = 16 * 1024;

/// Whether a message, or a part of one, is all there.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Progress<T> {
    /// It is, and this is it.
    Complete(T),
    /// More bytes are needed.
    Partial,
}

/// The line at the front of `bytes`, without its CR LF; `None` if its end has not come.
///
/// # Errors
/// `malformed`, if the line feed has no carriage return before it.
fn line(bytes: &[u8], malformed: Error) -> Result<Option<&[u8]>, Error> {
    match bytes.iter().position(|&byte| byte == b'\n').and_then(|end| bytes.get(..end)) {
        None => Ok(None),
        Some([line @ .., b'\r']) => Ok(Some(line)),
        Some(_) => Err(malformed),
    }
}

/// Whether two names are the same, without regard to the case of ASCII letters.
pub(crate) fn same_name(name: &[u8], other: &[u8]) -> bool {
    name.len() == other.len() && name.iter().zip(other).all(|(byte, other)| byte.eq_ignore_ascii_case(other))
}
