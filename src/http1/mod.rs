//! Bytes to messages and back: the part of HTTP/1.1 ([RFC 9112]) that a client of the Runtime API needs, without any input or output.
//!
//! - [`request`] writes a request line and header section.
//! - [`response`] reads a status line, a header section and a body, the latter in place.
//! - [`framing`] says where in a body the data is.
//!
//! That more bytes are needed is a value, [`Progress::Partial`]; a [`ProtocolError`] says what is malformed. Nothing is guessed.
//!
//! [RFC 9112]: https://www.rfc-editor.org/rfc/rfc9112

use crate::bytes::search::find_below;
use crate::error::ProtocolError;

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

/// The line at the front of `bytes`, without its CR LF.
///
/// # Errors
/// `None` if its end has not come; `malformed`, if there is a control character in it other than a tab, a lone carriage return or line feed included.
fn line(bytes: &[u8], malformed: ProtocolError) -> Result<&[u8], Option<ProtocolError>> {
    let mut len = 0;
    loop {
        len = find_below(bytes, len, b' ');
        match bytes.get(len..) {
            Some([b'\t', ..]) => len += 1,
            Some([b'\r', b'\n', ..]) => return bytes.get(..len).ok_or(None),
            Some([] | [b'\r']) => return Err(None),
            _ => return Err(Some(malformed)),
        }
    }
}

#[cfg(test)]
mod tests;
