//! Answers that are written piece by piece.

use core::fmt;

use super::{Responded, Response};
use crate::bytes::cursor::Cursor;
use crate::error::Error;
#[cfg(feature = "json")]
use crate::json;
use crate::runtime_api::answer::Answer;

/// An answer that is being written into the response buffer.
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
    /// [`Error::RESPONSE_TOO_LARGE`] if they do not fit; then nothing of them is appended, and the answer cannot be finished.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.cursor.push(bytes) { Ok(()) } else { Err(Error::RESPONSE_TOO_LARGE) }
    }

    /// Appends `value` as JSON: a list, for example, element by element.
    ///
    /// # Errors
    /// [`Error::RESPONSE_TOO_LARGE`] if it does not fit; then the answer cannot be finished. Those of [`json::to_slice`]. Nothing of the
    /// value is appended after an error.
    #[cfg(feature = "json")]
    pub fn json<T: serde::Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        json::ser::write(&mut self.cursor, value, Error::RESPONSE_TOO_LARGE)
    }

    /// The number of bytes written.
    pub const fn len(&self) -> usize {
        self.cursor.len()
    }

    /// Whether nothing was written.
    pub const fn is_empty(&self) -> bool {
        self.cursor.is_empty()
    }

    /// Answers with what was written.
    ///
    /// # Errors
    /// Those of [`Responder::bytes`](super::Responder::bytes), and [`Error::RESPONSE_TOO_LARGE`] if something did not fit.
    pub fn finish(self) -> Response<'a> {
        if self.cursor.is_full() {
            return Err(Error::RESPONSE_TOO_LARGE);
        }
        Answer::response(self.content_type, self.cursor.into_written()).map(|answer| Responded { answer })
    }
}

impl fmt::Write for ResponseWriter<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.cursor.write_str(text)
    }
}

/// What `write!` reports: a piece did not fit, or a value could not be shown.
impl From<fmt::Error> for Error {
    fn from(_: fmt::Error) -> Self {
        Self::RESPONSE_TOO_LARGE
    }
}
