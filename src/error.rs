//! What can go wrong, as one `Copy` type that needs no allocation.

use core::fmt;

use crate::bytes::header_value::is_sendable;
#[cfg(feature = "error-path")]
use crate::bytes::json_path::Path;

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
    #[cfg(feature = "error-path")]
    path: Path,
}

impl Error {
    pub(crate) const fn of(what: &'static FunctionError) -> Self {
        Self::one_of(what, 0)
    }

    pub(crate) const fn one_of(what: &'static FunctionError, which: u8) -> Self {
        Self {
            what,
            detail: (which as u64) << 32,
            #[cfg(feature = "error-path")]
            path: Path::EMPTY,
        }
    }

    /// The error's type, for example `Function.ResponseSizeTooLarge`.
    pub const fn error_type(self) -> &'static str {
        self.what.error_type
    }

    /// What went wrong, without the [number](Self::number) that belongs at its end: "no string at byte". [`Display`](fmt::Display) has both.
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
    #[cfg(feature = "json")]
    pub(crate) const fn moved(self, place: u32) -> Self {
        Self { detail: self.detail + place as u64 - 1, ..self }
    }

    /// The error with what leads to its place.
    #[cfg(feature = "error-path")]
    pub(crate) const fn with_path(self, path: Path) -> Self {
        Self { path, ..self }
    }

    /// In an error of JSON, the fields and elements that lead to the place, as in `orders[2].price`; empty at the root, in other errors, and
    /// without the Cargo feature `error-path`. At most 80 bytes: the beginning is cut.
    pub fn path(&self) -> &str {
        #[cfg(feature = "error-path")]
        let path = self.path.as_str();
        #[cfg(not(feature = "error-path"))]
        let path = "";
        path
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
#[cfg(feature = "json")]
pub(crate) use kinds;

macro_rules! errors {
    ($($(#[$doc:meta])+ $name:ident = $type:expr, $message:literal;)*) => {
        impl Error {$(
            $(#[$doc])+
            pub const $name: Error = Error::of(&FunctionError::new($type, $message));
        )*}
    };
}

/// The type of the errors that JSON causes, read or written.
pub(crate) const INVALID_JSON: &str = "Function.InvalidJson";

kinds! {
    /// What only the runtime meets; it is logged, and ends the process or costs a connection.
    pub enum Fault = "Runtime.Failed";

    /// The address of the Runtime API is in no variable: the program was not started by Lambda or an emulator.
    NoEndpoint NO_ENDPOINT "AWS_LAMBDA_RUNTIME_API is not set; try `cargo barelambda invoke`";
    /// `AWS_LAMBDA_RUNTIME_API` is no address. The host is an IPv4 address, an IPv6 address in brackets, or localhost: names are not resolved.
    Endpoint ENDPOINT "AWS_LAMBDA_RUNTIME_API is not [http://]IP:PORT[/PATH] or localhost:PORT";

    /// The connection could not be made; the number is the errno.
    Connect CONNECT "cannot connect to the Runtime API: os error";
    /// The connection broke; the number is the errno.
    ConnectionBroken CONNECTION_BROKEN "connection broken: os error";
    /// The server closed the connection in the middle of a conversation.
    ConnectionClosed CONNECTION_CLOSED "connection closed by the Runtime API";

    /// A status line or a header section that is not HTTP/1.
    HeadMalformed HEAD_MALFORMED "malformed header section";
    /// A header section that is longer than [`HEAD_LIMIT`](crate::http1::HEAD_LIMIT).
    HeadTooLarge HEAD_TOO_LARGE "header section too large";
    /// A body whose length is given in no way, in two ways, or in a way that is not understood.
    BodyLength BODY_LENGTH "neither one Content-Length nor chunked";
    /// A chunk that does not follow RFC 9112, section 7.1, or whose size is beyond 64 bits.
    ChunkMalformed CHUNK_MALFORMED "malformed chunk";
    /// Chunk extensions or trailers beyond [`SKIP_LIMIT`](crate::http1::framing::SKIP_LIMIT).
    ChunkTooLarge CHUNK_TOO_LARGE "chunk extension or trailer too large";
    /// `Lambda-Runtime-Aws-Request-Id` is missing, or could not stand in a request line.
    RequestId REQUEST_ID "no usable request id";

    /// The same invocation came again after its answer was refused: it can never be answered.
    AnswerStuck ANSWER_STUCK "an invocation came again after its answer was refused";
    /// The Runtime API answered with a status after which nothing can go on, which is the number: anything but 200 to GET /next, or a server
    /// error.
    CannotGoOn CANNOT_GO_ON "cannot go on after status";
    /// A buffer is smaller than the least that the runtime needs.
    BufferTooSmall BUFFER_TOO_SMALL "buffer too small";
}

errors! {
    /// The event is longer than the event buffer.
    EVENT_TOO_LARGE = "Function.EventTooLarge", "the event is larger than its buffer";
    /// The answer is longer than Lambda accepts (6,291,556 bytes), or than the response buffer.
    RESPONSE_TOO_LARGE = "Function.ResponseSizeTooLarge", "the response is larger than 6291556 bytes or its buffer";
    /// The Runtime API replied or closed before the end of a stream, or the connection broke before it had confirmed that end.
    STREAM_LOST = "Runtime.StreamLost", "the Runtime API did not take the stream to its end";
    /// The content type is empty, longer than 1,024 bytes, or has a line break or a control character.
    CONTENT_TYPE = "Function.InvalidContentType", "the content type is not a header value";

    /// A JSON text does not fit the buffer it is written into.
    JSON_TOO_LONG = INVALID_JSON, "the JSON is longer than its buffer";
    /// The key of a map to be written is neither text nor a number, a bool or an enum variant without data.
    JSON_KEY = INVALID_JSON, "cannot write JSON: the key of a map is neither text nor a number";
    /// An integer to be written is beyond 64 bits.
    JSON_INTEGER = INVALID_JSON, "cannot write JSON: an integer is beyond 64 bits";
    /// A `Serialize` or a `Display` of the value's own gave an error.
    JSON_UNWRITABLE = INVALID_JSON, "the value cannot be written as JSON";

    /// The body of a request is not base64, though the event says so.
    BODY_BASE64 = "Function.InvalidBody", "the body is not base64";
    /// The body of a request should be text, and is not UTF-8.
    BODY_UTF8 = "Function.InvalidBody", "the body is not UTF-8";
    /// A text that is encoded as in a URL has a `%` without two hexadecimal digits, or is not UTF-8.
    URL_ENCODING = "Function.InvalidUrlEncoding", "the text is not URL-encoded UTF-8";
    /// The buffer to decode into is too small.
    DECODING_BUFFER = "Function.BufferTooSmall", "the text does not fit the buffer to decode into";
}

/// The type of the errors in what [`Metrics`](crate::metrics::Metrics) was given.
#[cfg(feature = "metrics")]
const METRICS: &str = "Function.InvalidMetrics";

#[cfg(feature = "metrics")]
errors! {
    /// The namespace is empty, longer than 255 bytes or blank, begins with a colon, or has other characters than ASCII letters and digits,
    /// `.-_/#:` and spaces.
    METRIC_NAMESPACE = METRICS, "a namespace has 1 to 255 letters, digits, spaces and .-_/#: and does not begin with a colon";
    /// There is no metric, or there are more than 100.
    METRIC_COUNT = METRICS, "a line takes 1 to 100 metrics";
    /// There are more than 30 dimensions.
    METRIC_DIMENSIONS = METRICS, "a line takes 30 dimensions at most";
    /// The name of a metric is empty, blank, or longer than 255 characters; the number says which, from 1.
    METRIC_NAME = METRICS, "the name of a metric has 1 to 255 characters; not that of metric";
    /// The name of a dimension is empty, blank, or longer than 250 characters, begins with a colon, or has other characters than visible
    /// ASCII and spaces; the number says which, from 1.
    METRIC_DIMENSION_NAME = METRICS, "the name of a dimension has 1 to 250 ASCII characters and no colon first; not that of dimension";
    /// The value of a dimension is empty, blank, or longer than 1,024 characters, or has other characters than visible ASCII and spaces;
    /// the number says which, from 1.
    METRIC_DIMENSION_VALUE = METRICS, "the value of a dimension has 1 to 1024 ASCII characters; not that of dimension";
    /// A metric's value is NaN, infinite, or beyond 2^360; the number says which, from 1.
    METRIC_VALUE = METRICS, "a metric's value is a number from -2^360 to 2^360; not that of metric";
    /// Two of the dimensions, metrics and properties have the same name, or one has the name `_aws`; the number says which is the second,
    /// counted from 1 through all of them.
    METRIC_NAME_TWICE = METRICS, "dimensions, metrics and properties need different names, and not _aws; not so member";
    /// The line does not fit into its buffer.
    METRIC_LINE = METRICS, "the line of metrics is longer than its buffer";
}

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
    #[cfg(not(feature = "error-path"))]
    fn stays_in_registers() {
        assert_eq!(size_of::<Result<(), Error>>(), 16);
    }
}
