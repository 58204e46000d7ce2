//! What can go wrong, as one `Copy` type that needs no allocation.

use core::fmt;

use crate::bytes::header_value::is_sendable;
use crate::bytes::json_path::Path;

mod protocol;

pub use protocol::ProtocolError;

/// The type and the message of an error, as Lambda shows them to the caller of the function.
///
/// A handler's own errors are constants of this type. `?` and [`Error::from`] turn a reference to one into an [`Error`]:
///
/// ```
/// use barelambda::{Error, FunctionError};
///
/// static OUT_OF_STOCK: FunctionError = FunctionError::new("Function.OutOfStock", "the last one was sold");
///
/// assert_eq!(Error::from(&OUT_OF_STOCK).to_string(), "Function.OutOfStock: the last one was sold");
/// ```
///
/// For a message that is known only at run time, see [`Responder::fail`](crate::Responder::fail).
#[derive(Debug, PartialEq, Eq)]
pub struct FunctionError {
    error_type: &'static str,
    /// The message; of several errors of the same type each, with a zero byte behind it.
    message: &'static str,
}

impl FunctionError {
    /// An error of the type `error_type`, which should look like `Function.OutOfStock`: Lambda shows any type that does not match
    /// `(Runtime|Function)\.[A-Z][a-zA-Z]+` as `Function.Unknown` or `Runtime.Unknown`.
    ///
    /// # Panics
    /// When the type could not be sent: it is empty, longer than 1,024 bytes, or has control characters. And when the message has a zero
    /// byte. In a `static`, which these are for, that is an error of the compiler.
    pub const fn new(error_type: &'static str, message: &'static str) -> Self {
        assert!(is_sendable(error_type.as_bytes()), "the error type cannot be sent in a header section");
        assert!(!has_zero(message.as_bytes()), "the message has a zero byte");
        Self::of_many(error_type, message)
    }

    /// Errors of the same type, whose messages have a zero byte behind each.
    pub(crate) const fn of_many(error_type: &'static str, message: &'static str) -> Self {
        Self { error_type, message }
    }
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

/// Why an invocation, or the runtime, failed.
///
/// Two words, so that a `Result` of it stays in registers. A message is linked only into programs that can meet it, or another of the
/// same kind: of the runtime, or of a JSON text. [`Display`](fmt::Display) gives the type, the message and the number in plain English.
#[derive(Copy, Clone)]
pub struct Error {
    what: &'static FunctionError,
    /// The number, zero if there is none, in the lower half; in the upper, which of its messages it is.
    detail: u64,
    /// In a JSON text, what leads to the place.
    path: Path,
}

/// What went wrong, without the [number](Error::number) and the [path](Error::path), which say where: [`Error::kind`] returns it.
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
    what: &'static FunctionError,
    /// Which of its messages.
    which: u8,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Error::one_of(self.what, self.which), f)
    }
}

impl fmt::Debug for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error {
    pub(crate) const fn of(what: &'static FunctionError) -> Self {
        Self::one_of(what, 0)
    }

    pub(crate) const fn one_of(what: &'static FunctionError, which: u8) -> Self {
        Self { what, detail: (which as u64) << 32, path: Path::EMPTY }
    }

    /// What went wrong, to tell errors apart. `==` on [`Error`] also compares where: the place in a JSON text, or the errno.
    ///
    /// ```
    /// use barelambda::{Error, json};
    ///
    /// let error = json::from_slice::<u8>(&mut *b"[]".to_vec()).unwrap_err();
    /// assert_eq!(error.kind(), Error::JSON_NO_NUMBER.kind());
    /// assert_ne!(error, Error::JSON_NO_NUMBER); // It has a place: byte 1.
    /// ```
    pub const fn kind(self) -> ErrorKind {
        ErrorKind { what: self.what, which: (self.detail >> 32) as u8 }
    }

    /// The error's type, for example `Function.ResponseSizeTooLarge`.
    pub const fn error_type(self) -> &'static str {
        self.what.error_type
    }

    /// What went wrong, without the [number](Self::number) that belongs at its end: "expected a string at byte".
    /// [`Display`](fmt::Display) has both.
    pub fn message(self) -> &'static str {
        str::from_utf8(self.message_bytes()).unwrap_or_default()
    }

    /// As [`message`](Self::message), without linking what checks UTF-8.
    #[inline(never)]
    pub(crate) fn message_bytes(self) -> &'static [u8] {
        // Written out, this takes 50 bytes less than iterators do.
        let mut left = self.detail >> 32;
        let mut text = self.what.message.as_bytes();
        let mut rest = text;
        let mut len = 0;
        while let [byte, behind @ ..] = rest {
            rest = behind;
            if *byte == 0 {
                if left == 0 {
                    break;
                }
                left -= 1;
                len = 0;
                text = behind;
            } else {
                len += 1;
            }
        }
        text.get(..len).unwrap_or_default()
    }

    /// The error with the number that says more: an errno, a status code.
    pub(crate) const fn with(self, number: u32) -> Self {
        Self { detail: self.detail >> 32 << 32 | number as u64, ..self }
    }

    /// The error, whose number is a place in a part of a text, with that place in all of it. Both are counted from 1, and the part begins
    /// at `place`.
    pub(crate) const fn moved(self, place: u32) -> Self {
        Self { detail: self.detail + place as u64 - 1, ..self }
    }

    /// The error with what leads to its place.
    pub(crate) const fn with_path(self, path: Path) -> Self {
        Self { path, ..self }
    }

    /// In an error of JSON, the fields and elements that lead to the place, as in `orders[2].price`; empty at the root, in other errors, and
    /// without the Cargo feature `error-path`. At most 80 bytes: the beginning is cut.
    pub fn path(&self) -> &str {
        self.path.as_str()
    }

    /// The number that belongs at the end of the message.
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

/// Errors of one type, all of which a program can meet that meets one: an enum of them, of one byte, with their messages in one text; and
/// the constants of [`Error`].
macro_rules! kinds {
    ($(#[$about:meta])+ $visibility:vis enum $kinds:ident = $type:expr; $($(#[$doc:meta])+ $kind:ident $name:ident $message:literal;)*) => {
        $(#[$about])+
        #[derive(Copy, Clone, Debug, PartialEq, Eq)]
        $visibility enum $kinds {$(
            $(#[$doc])+
            $kind,
        )*}

        impl $kinds {
            /// The error, without a number.
            pub const fn error(self) -> $crate::Error {
                const ALL: &$crate::FunctionError = &$crate::FunctionError::of_many($type, concat!($($message, "\0"),*));
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

/// Constants of [`Error`], each with a message of its own, which is linked only into programs that use the constant.
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
    fn names_what_went_wrong() {
        assert_eq!(Error::CONNECT.with(111).to_string(), "Runtime.Failed: cannot connect to the Runtime API: os error 111");
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
        assert_eq!(CONNECT.to_string(), "Runtime.Failed: cannot connect to the Runtime API: os error");
        assert_eq!(size_of::<Option<ErrorKind>>(), 16);
    }

    #[test]
    #[cfg(not(feature = "error-path"))]
    fn stays_in_registers() {
        assert_eq!(size_of::<Result<(), Error>>(), 16);
    }
}
