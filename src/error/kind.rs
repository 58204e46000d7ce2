//! What tells errors apart.

use core::fmt;

use super::nth;

/// The kind of an [`Error`](super::Error): what went wrong, without the
/// [number](super::Error::number) and the [path](super::Error::path), which say where.
/// [`Error::kind`](super::Error::kind) returns it.
///
/// ```
/// use barelambda::{Error, ErrorKind, FunctionError};
///
/// static SOLD_OUT: FunctionError = FunctionError::new("Function.SoldOut", "the last one was sold");
///
/// // A constant that can be a pattern.
/// const TOO_LARGE: ErrorKind = Error::EVENT_TOO_LARGE.kind();
///
/// fn is_worth_a_retry(error: Error) -> bool {
///     match error.kind() {
///         TOO_LARGE => false,
///         kind => kind != Error::from(&SOLD_OUT).kind(),
///     }
/// }
///
/// assert!(is_worth_a_retry(Error::STREAM_LOST));
/// assert!(!is_worth_a_retry(Error::EVENT_TOO_LARGE) && !is_worth_a_retry(Error::from(&SOLD_OUT)));
/// ```
#[derive(Copy, Clone, PartialEq, Eq)]
pub struct ErrorKind {
    pub(super) error_type: &'static str,
    /// The messages, as in [`FunctionError`](super::FunctionError).
    pub(super) messages: &'static str,
    /// The index of the message.
    pub(super) which: u8,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = nth(self.messages.as_bytes(), self.which.into());
        write!(f, "{}: {}", self.error_type, str::from_utf8(message).unwrap_or_default())
    }
}

impl fmt::Debug for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
