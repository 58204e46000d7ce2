//! Bytes to messages and back: the part of HTTP/1.1 ([RFC 9112]) that a client of the Runtime API needs, without any input or output.
//!
//! - [`request`] lays a request out as slices, to be sent one after the other.
//! - [`response`] reads a status line and header section.
//! - [`body`] takes a body out of what follows, by Content-Length or, through [`chunked`], by chunks, in place.
//!
//! That more bytes are needed is a value, [`Progress::Partial`]; an [`Error`](crate::Error) says what is malformed. Nothing is guessed.
//!
//! [RFC 9112]: https://www.rfc-editor.org/rfc/rfc9112

pub mod body;
pub mod chunked;
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

/// Whether two names are the same, without regard to the case of ASCII letters.
pub(crate) fn same_name(name: &[u8], other: &[u8]) -> bool {
    name.len() == other.len() && name.iter().zip(other).all(|(byte, other)| byte.eq_ignore_ascii_case(other))
}
