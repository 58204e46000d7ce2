//! Responses that are written piece by piece.

use core::fmt;

use super::{Responded, Response};
#[cfg(feature = "json")]
use crate::bytes::base64;
use crate::bytes::cursor::Cursor;
use crate::error::Error;
#[cfg(feature = "json")]
use crate::json;
use crate::runtime_api::answer::Answer;

/// A response that is written piece by piece into the response buffer.
/// [`Responder::writer`](super::Responder::writer) returns it.
///
/// ```
/// # use barelambda::{Invocation, Response};
/// use core::fmt::Write;
///
/// fn handler(invocation: Invocation) -> Response {
///     let mut response = invocation.responder.writer();
///     write!(response, "{{\"length\":{}}}", invocation.event.payload().len())?;
///     response.finish()
/// }
/// ```
pub struct ResponseWriter<'a> {
    pub(super) cursor: Cursor<'a>,
    pub(super) content_type: &'a str,
}

impl<'a> ResponseWriter<'a> {
    /// Appends `bytes`.
    ///
    /// # Errors
    /// [`Error::RESPONSE_TOO_LARGE`] if they don't fit. Then none of them is appended, and
    /// [`finish`](Self::finish) fails too.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.cursor.push(bytes) { Ok(()) } else { Err(Error::RESPONSE_TOO_LARGE) }
    }

    /// Appends `value` as JSON, for example one element of a list.
    ///
    /// # Errors
    /// [`Error::RESPONSE_TOO_LARGE`] if it doesn't fit; then [`finish`](Self::finish) fails too.
    /// Those of [`json::to_slice`]. After an error, none of the value is appended.
    #[cfg(feature = "json")]
    pub fn json<T: serde::Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        json::ser::write(&mut self.cursor, value, Error::RESPONSE_TOO_LARGE)
    }

    /// Appends `bytes` as base64, without quotation marks.
    ///
    /// # Errors
    /// Those of [`write`](Self::write).
    #[cfg(feature = "json")]
    pub fn base64(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if base64::encode(&mut self.cursor, bytes) {
            Ok(())
        } else {
            Err(Error::RESPONSE_TOO_LARGE)
        }
    }

    /// The number of bytes written.
    pub const fn len(&self) -> usize {
        self.cursor.len()
    }

    /// Whether nothing has been written.
    pub const fn is_empty(&self) -> bool {
        self.cursor.is_empty()
    }

    /// Responds with the bytes written.
    ///
    /// # Errors
    /// Those of [`Responder::bytes`](super::Responder::bytes), and [`Error::RESPONSE_TOO_LARGE`] if
    /// a write didn't fit.
    pub fn finish(self) -> Response<'a> {
        if self.cursor.is_full() {
            return Err(Error::RESPONSE_TOO_LARGE);
        }
        Answer::response(self.content_type, self.cursor.into_written())
            .map(|answer| Responded { answer })
    }
}

impl fmt::Write for ResponseWriter<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.cursor.write_str(text)
    }
}

/// `write!` fails if a piece doesn't fit, or if formatting a value fails.
impl From<fmt::Error> for Error {
    fn from(_: fmt::Error) -> Self {
        Self::RESPONSE_TOO_LARGE
    }
}
