//! Parses and writes the part of HTTP/1.1 ([RFC 9112]) that a client of the Runtime API needs,
//! without input and output.
//!
//! - [`request`] writes a request line and a header section.
//! - [`response`] reads a status line, a header section and a body. The body is decoded in place.
//! - [`framing`] tracks where the data of a body is.
//!
//! If more bytes are needed, the result is [`Progress::Partial`]. If a message is malformed, it is
//! a [`ProtocolError`]. The parsers never guess.
//!
//! [RFC 9112]: https://www.rfc-editor.org/rfc/rfc9112

use crate::bytes::search::find_control;
use crate::error::ProtocolError;

pub mod framing;
pub mod request;
#[macro_use]
pub mod response;

/// The maximum length of a header section, in bytes, including the status line and skipped 1xx
/// responses. Lambda's are about 600 bytes long. The client context, the only part that the caller
/// of the function chooses, adds at most 3,583 bytes.
pub const HEAD_LIMIT: usize = 16 * 1024;

/// Whether a message, or a part of it, is complete.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Progress<T> {
    /// It is complete, with this value.
    Complete(T),
    /// More bytes are needed.
    Partial,
}

/// Why a message, or a part of it, can't be read.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// More bytes are needed.
    Partial,
    /// It is malformed, or too large.
    Malformed(ProtocolError),
}

impl From<ProtocolError> for Unread {
    fn from(error: ProtocolError) -> Self {
        Self::Malformed(error)
    }
}

/// Returns the first line of `bytes`, without its CR LF.
///
/// # Errors
/// [`Unread::Partial`] if its end hasn't arrived. `malformed` if it contains a control character
/// other than a tab; a lone carriage return or line feed is one too.
#[inline(never)]
pub fn line(bytes: &[u8], malformed: ProtocolError) -> Result<&[u8], Unread> {
    let len = find_control(bytes);
    match bytes.get(len..) {
        Some([b'\r', b'\n', ..]) => bytes.get(..len).ok_or(Unread::Partial),
        Some([] | [b'\r']) => Err(Unread::Partial),
        _ => Err(malformed.into()),
    }
}

#[cfg(test)]
mod tests;
