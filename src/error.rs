//! Errors, as one `Copy` type that needs no allocation.

use core::fmt;

use crate::bytes::header_value::is_sendable;
use crate::bytes::json_escape::must_be_escaped;
use crate::bytes::json_path::Path;

mod body;
mod kind;
mod protocol;

pub use body::ErrorBody;
pub use kind::ErrorKind;
pub(crate) use protocol::Numbered;
pub use protocol::ProtocolError;

/// The type and the message of an error, as Lambda shows them to the caller of the function.
///
/// A handler defines its errors as statics of this type. `?` and [`Error::from`] turn a reference
/// to one into an [`Error`]:
///
/// ```
/// use barelambda::{Error, FunctionError};
///
/// static OUT_OF_STOCK: FunctionError = FunctionError::new("Function.OutOfStock", "the last one was sold");
///
/// assert_eq!(Error::from(&OUT_OF_STOCK).to_string(), "Function.OutOfStock: the last one was sold");
/// ```
///
/// For a message that is composed at run time, see [`Responder::fail`](crate::Responder::fail).
pub struct FunctionError {
    error_type: &'static str,
    /// The message or, for several errors of the same type, their messages, each followed by a
    /// zero byte.
    message: &'static str,
    /// Writes the body of the answer. A pointer, so that a program links only the ways that its
    /// errors need.
    write_body: for<'b> fn(Error, &'b mut [u8]) -> &'b [u8],
    /// The whole body, or empty if `write_body` composes it.
    body: &'static str,
}

impl FunctionError {
    /// Creates an error of the type `error_type`, which should look like `Function.OutOfStock`.
    /// The caller receives any type unchanged, as `errorType` in the body: AWS's Runtime Interface
    /// Emulator returns `OrderNotFound`, which the `Catch` of AWS Step Functions then matches.
    /// Lambda's own records show a type that doesn't match `(Runtime|Function)\.[A-Z][a-zA-Z]+` as
    /// `Function.Unknown` or `Runtime.Unknown`.
    ///
    /// # Panics
    /// Panics if the type can't be sent because it is empty, longer than 1,024 bytes, or has
    /// control characters, or if the message has a zero byte. In a `static`, this is a compile-time
    /// error.
    pub const fn new(error_type: &'static str, message: &'static str) -> Self {
        assert!(
            is_sendable(error_type.as_bytes()),
            "the error type cannot be sent in a header section"
        );
        assert!(!has_zero(message.as_bytes()), "the message has a zero byte");
        Self::of_many(error_type, message)
    }

    /// Creates an error from its whole body, as [`ErrorBody`] writes it, without escapes.
    pub(crate) const fn ready(body: &'static str, type_len: usize) -> Self {
        let (error_type, rest) = body.split_at(ErrorBody::BEGIN.len()).1.split_at(type_len);
        let message = rest.split_at(ErrorBody::MESSAGE.len()).1;
        let message = message.split_at(message.len() - ErrorBody::END.len()).0;
        Self { error_type, message, write_body: |error, _| error.what.body.as_bytes(), body }
    }

    /// Creates errors of the same type, whose messages are each followed by a zero byte.
    pub(crate) const fn of_many(error_type: &'static str, message: &'static str) -> Self {
        // A path has the names of fields, which may need escapes.
        let is_plain = !cfg!(feature = "error-path")
            && is_plain(error_type.as_bytes())
            && is_plain(message.as_bytes());
        let write_body = if is_plain { ErrorBody::plain } else { ErrorBody::escaped };
        Self { error_type, message, write_body, body: "" }
    }
}

impl PartialEq for FunctionError {
    fn eq(&self, other: &Self) -> bool {
        self.error_type == other.error_type && self.message == other.message
    }
}

impl Eq for FunctionError {}

impl fmt::Debug for FunctionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FunctionError")
            .field("error_type", &self.error_type)
            .field("message", &self.message)
            .finish()
    }
}

/// Returns whether no text in `texts` needs escapes, or more than a third of the smallest buffer.
/// Zero bytes separate them.
const fn is_plain(mut texts: &[u8]) -> bool {
    let mut len = 0;
    while let [byte, rest @ ..] = texts {
        len = if *byte == 0 { 0 } else { len + 1 };
        if len > ErrorBody::MIN / 3 || *byte != 0 && must_be_escaped(*byte) {
            return false;
        }
        texts = rest;
    }
    true
}

/// Returns the message with this index. Each is followed by a zero byte, unless there is one alone.
pub(crate) fn nth(mut text: &[u8], mut left: u64) -> &[u8] {
    // This loop is 50 bytes shorter than one with iterators.
    let mut rest = text;
    let mut len = 0;
    while let [byte, after @ ..] = rest {
        rest = after;
        if *byte == 0 {
            if left == 0 {
                break;
            }
            left -= 1;
            len = 0;
            text = after;
        } else {
            len += 1;
        }
    }
    text.get(..len).unwrap_or_default()
}

const fn has_zero(mut text: &[u8]) -> bool {
    while let [byte, rest @ ..] = text {
        if *byte == 0 {
            return true;
        }
        text = rest;
    }
    false
}

/// The reason why an invocation, or the runtime, failed.
///
/// It is two words long (16 bytes), so that a `Result` of it stays in registers; with the Cargo
/// feature `error-path` it is 96 bytes long. A message is linked only into programs that can return
/// it or another one of the same kind: the runtime's messages are one kind, those of JSON another.
/// [`Display`](fmt::Display) shows the type, the message, the number and the path.
#[derive(Copy, Clone)]
pub struct Error {
    what: &'static FunctionError,
    /// The number in the lower half, zero if there is none. The index of the message in the upper
    /// half.
    detail: u64,
    /// The path to the position in a JSON text.
    path: Path,
}

impl Error {
    /// Creates an error in a constant. Elsewhere, `?` and [`Error::from`] do it.
    ///
    /// ```
    /// use barelambda::{Error, FunctionError};
    ///
    /// const REFUSED: Error = Error::of(&FunctionError::new("Function.Refused", "the bank returned status"));
    ///
    /// assert_eq!(REFUSED.with(402).to_string(), "Function.Refused: the bank returned status 402");
    /// ```
    pub const fn of(what: &'static FunctionError) -> Self {
        Self::one_of(what, 0)
    }

    pub(crate) const fn one_of(what: &'static FunctionError, which: u8) -> Self {
        Self { what, detail: (which as u64) << 32, path: Path::EMPTY }
    }

    /// Returns the kind of the error, to tell errors apart. `==` on [`Error`] also compares the
    /// number and the path: the position in a JSON text, or the errno.
    ///
    /// ```
    /// use barelambda::{Error, json};
    ///
    /// let error = json::from_slice::<u8>(&mut *b"[]".to_vec()).unwrap_err();
    /// assert_eq!(error.kind(), Error::JSON_NO_NUMBER.kind());
    /// assert_ne!(error, Error::JSON_NO_NUMBER); // It has a position: byte 1.
    /// ```
    pub const fn kind(self) -> ErrorKind {
        ErrorKind {
            error_type: self.what.error_type,
            messages: self.what.message,
            which: (self.detail >> 32) as u8,
        }
    }

    /// Returns the error's type, for example `Function.ResponseSizeTooLarge`.
    pub const fn error_type(self) -> &'static str {
        self.what.error_type
    }

    /// Returns the message, without the [number](Self::number) that follows it: "expected a string
    /// at byte". [`Display`](fmt::Display) shows both.
    pub fn message(self) -> &'static str {
        str::from_utf8(self.message_bytes()).unwrap_or_default()
    }

    /// As [`message`](Self::message), without linking the UTF-8 validation.
    #[inline(never)]
    pub(crate) fn message_bytes(self) -> &'static [u8] {
        nth(self.what.message.as_bytes(), self.detail >> 32)
    }

    /// Returns the body of the answer that reports the error, in `buffer` unless it is ready-made.
    pub(crate) fn write_body(self, buffer: &mut [u8]) -> &[u8] {
        (self.what.write_body)(self, buffer)
    }

    /// Adds a number that follows the message: an errno, a status code, or a position. Zero is
    /// none.
    pub const fn with(self, number: u32) -> Self {
        Self { detail: self.detail >> 32 << 32 | number as u64, ..self }
    }

    /// Translates the position in a part of a text to that in the whole text. Both are counted from
    /// 1, and the part begins at `place`.
    pub(crate) const fn moved(self, place: u32) -> Self {
        Self { detail: self.detail + place as u64 - 1, ..self }
    }

    /// Adds the path to the position.
    pub(crate) const fn with_path(self, path: Path) -> Self {
        Self { path, ..self }
    }

    /// In an error of JSON, returns the fields and elements that lead to the position, as in
    /// `orders[2].price`. The path is at most 80 bytes long; a longer one loses its beginning. It
    /// is empty at the root, in other errors, and without the Cargo feature `error-path`.
    pub fn path(&self) -> &str {
        self.path.as_str()
    }

    /// Returns the number that follows the message, if there is one.
    pub const fn number(self) -> Option<u32> {
        match self.detail as u32 {
            0 => None,
            number => Some(number),
        }
    }
}

impl From<&'static FunctionError> for Error {
    fn from(what: &'static FunctionError) -> Self {
        Self::of(what)
    }
}

impl PartialEq for Error {
    fn eq(&self, other: &Self) -> bool {
        self.what == other.what && self.detail == other.detail && self.path() == other.path()
    }
}

impl Eq for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.error_type(), self.message())?;
        if let Some(number) = self.number() {
            write!(f, " {number}")?;
        }
        match self.path() {
            "" => Ok(()),
            path => write!(f, ", in {path}"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for Error {}

/// Defines errors of one type that are linked together: a one-byte enum of them, whose messages are
/// one text, and the constants of [`Error`].
macro_rules! kinds {
    ($(#[$about:meta])+ $visibility:vis enum $kinds:ident = $type:expr; $($(#[$doc:meta])+ $kind:ident $name:ident $message:literal;)*) => {
        $(#[$about])+
        #[derive(Copy, Clone, Debug, PartialEq, Eq)]
        $visibility enum $kinds {$(
            $(#[$doc])+
            $kind,
        )*}

        impl $kinds {
            /// The messages, each followed by a zero byte.
            pub(crate) const MESSAGES: &str = concat!($($message, "\0"),*);

            /// Returns the error, without a number.
            pub const fn error(self) -> $crate::Error {
                const ALL: &$crate::FunctionError = &$crate::FunctionError::of_many($type, $kinds::MESSAGES);
                $crate::Error::one_of(ALL, self as u8)
            }
        }

        impl core::fmt::Display for $kinds {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Display::fmt(&self.error(), f)
            }
        }

        impl core::error::Error for $kinds {}

        impl From<$kinds> for $crate::Error {
            fn from(kind: $kinds) -> Self {
                kind.error()
            }
        }

        impl $crate::Error {$(
            $(#[$doc])+
            pub const $name: Self = $kinds::$kind.error();
        )*}
    };
}
pub(crate) use kinds;

/// Defines constants of [`Error`] with a ready-made body, which programs link that have no other
/// errors. Each has a separate message, which is linked only into programs that use the constant.
macro_rules! ready_errors {
    ($($(#[$doc:meta])+ $name:ident = $type:literal, $message:literal;)*) => {
        impl $crate::Error {$(
            $(#[$doc])+
            pub const $name: Self = Self::of(&$crate::FunctionError::ready(
                concat!("{\"errorType\":\"", $type, "\",\"stackTrace\":[],\"errorMessage\":\"", $message, "\"}"),
                $type.len(),
            ));
        )*}
    };
}
pub(crate) use ready_errors;

/// Defines constants of [`Error`]. Each has a separate message, which is linked only into programs
/// that use the constant.
macro_rules! errors {
    ($($(#[$doc:meta])+ $name:ident = $type:expr, $message:literal;)*) => {
        impl $crate::Error {$(
            $(#[$doc])+
            pub const $name: Self = Self::of(&$crate::FunctionError::new($type, $message));
        )*}
    };
}
pub(crate) use errors;

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn displays_type_message_and_number() {
        assert_eq!(
            Error::CONNECT.with(111).to_string(),
            "Runtime.Failed: cannot connect: os error 111"
        );
        assert_eq!(Error::CONNECTION_CLOSED.number(), None);
        assert_ne!(Error::CONNECT.with(1), Error::CONNECT.with(2));
        assert_ne!(Error::CONNECT, Error::CONNECTION_BROKEN);
    }

    #[test]
    fn a_kind_has_neither_number_nor_path() {
        const CONNECT: ErrorKind = Error::CONNECT.kind();
        assert!(matches!(Error::CONNECT.with(111).kind(), CONNECT));
        assert_ne!(Error::CONNECTION_BROKEN.with(111).kind(), CONNECT);
        assert_ne!(Error::RESPONSE_TOO_LARGE.kind(), CONNECT);
        assert_eq!(CONNECT.to_string(), "Runtime.Failed: cannot connect: os error");
    }

    #[test]
    #[cfg(not(feature = "error-path"))]
    fn stays_in_registers() {
        assert_eq!(size_of::<Result<(), Error>>(), 16);
    }
}
