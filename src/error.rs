//! What can go wrong, as one `Copy` type that needs no allocation.

use core::fmt;

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
    message: &'static str,
    /// What leads to the number of an [`Error`]: `": os error "`; empty if there is none.
    number: &'static str,
}

impl FunctionError {
    /// An error of the type `error_type`, which should look like `Function.OutOfStock`: Lambda shows any type that does not match
    /// `(Runtime|Function)\.[A-Z][a-zA-Z]+` as `Function.Unknown` or `Runtime.Unknown`.
    pub const fn new(error_type: &'static str, message: &'static str) -> Self {
        Self { error_type, message, number: "" }
    }

    const fn numbered(error_type: &'static str, message: &'static str, number: &'static str) -> Self {
        Self { error_type, message, number }
    }
}

/// Why an invocation, or the runtime, failed.
///
/// One pointer and one number, so that a `Result` of it stays in registers; and each message is linked only into programs that can meet
/// it. [`Display`](fmt::Display) gives the type, the message and the number in plain English.
#[derive(Copy, Clone)]
pub struct Error {
    what: &'static FunctionError,
    number: u32,
}

impl Error {
    /// The error's type, for example `Function.ResponseSizeTooLarge`.
    pub const fn error_type(self) -> &'static str {
        self.what.error_type
    }

    /// What went wrong, without the number.
    pub const fn message(self) -> &'static str {
        self.what.message
    }

    /// The error with the number that says more: an errno, a status code.
    pub(crate) const fn with(self, number: u32) -> Self {
        Self { what: self.what, number }
    }

    /// What leads to the number (`": os error "`), and the number; `None` if the message says it all.
    pub fn number(self) -> Option<(&'static str, u32)> {
        (!self.what.number.is_empty()).then_some((self.what.number, self.number))
    }
}

impl From<&'static FunctionError> for Error {
    fn from(what: &'static FunctionError) -> Self {
        Self { what, number: 0 }
    }
}

impl PartialEq for Error {
    fn eq(&self, other: &Self) -> bool {
        self.what == other.what && self.number == other.number
    }
}

impl Eq for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.error_type(), self.message())?;
        match self.number() {
            Some((what, number)) => write!(f, "{what}{number}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for Error {}

macro_rules! errors {
    ($($(#[$doc:meta])+ $name:ident = $type:literal, $message:literal $(, $number:literal)?;)*) => {
        impl Error {$(
            $(#[$doc])+
            pub const $name: Error = Error {
                what: &FunctionError::numbered($type, $message, concat!($($number)?)),
                number: 0,
            };
        )*}
    };
}

errors! {
    /// The address of the Runtime API is in no variable: the program was not started by Lambda or an emulator.
    NO_ENDPOINT = "Runtime.InvalidEndpoint", "AWS_LAMBDA_RUNTIME_API is not set: start this program with `cargo barelambda invoke`, or on AWS Lambda";
    /// `AWS_LAMBDA_RUNTIME_API` begins with a scheme other than `http://`.
    ENDPOINT_SCHEME = "Runtime.InvalidEndpoint", "AWS_LAMBDA_RUNTIME_API: only http:// is spoken";
    /// `AWS_LAMBDA_RUNTIME_API` has a host that is neither an IP address nor `localhost`: names are not resolved.
    ENDPOINT_HOST = "Runtime.InvalidEndpoint", "AWS_LAMBDA_RUNTIME_API: the host must be an IPv4 address, an IPv6 address in brackets, or localhost";
    /// `AWS_LAMBDA_RUNTIME_API` has no port from 1 to 65535.
    ENDPOINT_PORT = "Runtime.InvalidEndpoint", "AWS_LAMBDA_RUNTIME_API: the host must be followed by a port from 1 to 65535";
    /// `AWS_LAMBDA_RUNTIME_API` has a path with a byte that may not stand in a request line.
    ENDPOINT_PATH = "Runtime.InvalidEndpoint", "AWS_LAMBDA_RUNTIME_API: the path has a blank, a control character, ? or #";

    /// The connection could not be made; the number is the errno.
    CONNECT = "Runtime.ConnectionFailed", "cannot connect to the Runtime API", ": os error ";
    /// The connection broke; the number is the errno.
    CONNECTION_BROKEN = "Runtime.ConnectionFailed", "the connection to the Runtime API broke", ": os error ";
    /// The server closed the connection in the middle of a conversation.
    CONNECTION_CLOSED = "Runtime.ConnectionFailed", "the Runtime API closed the connection";

    /// A status line or a header section that is not HTTP/1.
    HEAD_MALFORMED = "Runtime.InvalidReply", "a reply of the Runtime API is not HTTP/1.1";
    /// A header section that is longer than [`HEAD_LIMIT`](crate::http1::HEAD_LIMIT) or has too many fields.
    HEAD_TOO_LARGE = "Runtime.InvalidReply", "the header section of a reply of the Runtime API is too large";
    /// A body whose length is given in no way, in two ways, or in a way that is not understood.
    BODY_LENGTH = "Runtime.InvalidReply", "a reply of the Runtime API has no clear length: one Content-Length or Transfer-Encoding: chunked is needed";
    /// A chunk that does not follow RFC 9112, section 7.1, or whose size is beyond 64 bits.
    CHUNK_MALFORMED = "Runtime.InvalidReply", "a chunk of a reply of the Runtime API is malformed";
    /// Chunk extensions or trailers beyond their bound.
    CHUNK_TOO_LARGE = "Runtime.InvalidReply", "a chunk extension or trailer section of a reply of the Runtime API is too large";
    /// `Lambda-Runtime-Aws-Request-Id` is missing, or could not stand in a request line.
    REQUEST_ID = "Runtime.InvalidReply", "an invocation came without a usable request id";

    /// A request could not be sent because a field of it would have split it.
    FIELD_SPLITS = "Runtime.InvalidRequest", "a header value has a line break or control character";
    /// GET /next was refused; the number is the status.
    NEXT_REFUSED = "Runtime.NextRefused", "the Runtime API refused to give the next invocation", ": status ";
    /// The Runtime API answered with a server error: the execution environment is broken; the number is the status.
    SERVER_ERROR = "Runtime.ServerError", "the Runtime API failed", ": status ";
    /// The same invocation came again after its answer was refused: it can never be answered.
    ANSWER_STUCK = "Runtime.AnswerStuck", "an invocation came again after its answer was refused";
    /// A buffer is smaller than the least that the runtime needs.
    BUFFER_TOO_SMALL = "Runtime.InvalidBuffer", "a buffer is too small for the runtime";

    /// The event is longer than the event buffer.
    EVENT_TOO_LARGE = "Function.EventTooLarge", "the event is larger than the event buffer";
    /// The answer is longer than Lambda accepts, or than the response buffer.
    RESPONSE_TOO_LARGE = "Function.ResponseSizeTooLarge", "the response is larger than the response buffer or than 6291556 bytes";
    /// The content type has a line break or a control character.
    CONTENT_TYPE = "Function.InvalidContentType", "the content type has a line break or control character";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn names_what_went_wrong() {
        assert_eq!(
            Error::CONNECT.with(111).to_string(),
            "Runtime.ConnectionFailed: cannot connect to the Runtime API: os error 111"
        );
        assert_eq!(Error::CONNECTION_CLOSED.number(), None);
        assert_ne!(Error::CONNECT.with(1), Error::CONNECT.with(2));
        assert_ne!(Error::CONNECT, Error::CONNECTION_BROKEN);
    }

    #[test]
    fn stays_in_registers() {
        assert_eq!(size_of::<Result<(), Error>>(), 16);
    }
}
