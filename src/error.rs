//! What can go wrong, as one `Copy` type that needs no allocation.

use core::fmt;

use crate::field::is_sendable;
#[cfg(feature = "error-path")]
use crate::path::Path;

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
}

impl FunctionError {
    /// An error of the type `error_type`, which should look like `Function.OutOfStock`: Lambda shows any type that does not match
    /// `(Runtime|Function)\.[A-Z][a-zA-Z]+` as `Function.Unknown` or `Runtime.Unknown`.
    ///
    /// # Panics
    /// When the type could not be sent: it is empty, longer than 1,024 bytes, or has control characters. In a `static`, which these are
    /// for, that is an error of the compiler.
    pub const fn new(error_type: &'static str, message: &'static str) -> Self {
        assert!(is_sendable(error_type.as_bytes()), "the error type cannot be sent in a header section");
        Self { error_type, message }
    }
}

/// Why an invocation, or the runtime, failed.
///
/// One pointer and one number, so that a `Result` of it stays in registers; and each message is linked only into programs that can meet
/// it. [`Display`](fmt::Display) gives the type, the message and the number in plain English.
#[derive(Copy, Clone)]
pub struct Error {
    what: &'static FunctionError,
    /// Zero if there is none.
    number: u32,
    /// In a JSON text, what leads to the place.
    #[cfg(feature = "error-path")]
    path: Path,
}

impl Error {
    const fn of(what: &'static FunctionError) -> Self {
        Self {
            what,
            number: 0,
            #[cfg(feature = "error-path")]
            path: Path::EMPTY,
        }
    }

    /// The error's type, for example `Function.ResponseSizeTooLarge`.
    pub const fn error_type(self) -> &'static str {
        self.what.error_type
    }

    /// What went wrong, without the number.
    pub const fn message(self) -> &'static str {
        self.what.message
    }

    /// The error without its number.
    #[cfg(feature = "json")]
    pub(crate) const fn what(self) -> &'static FunctionError {
        self.what
    }

    /// The error with the number that says more: an errno, a status code.
    pub(crate) const fn with(self, number: u32) -> Self {
        Self { number, ..self }
    }

    /// The error, whose number is a place in a part of a text, with that place in all of it. Both are counted from 1, and the part begins
    /// at `place`.
    #[cfg(feature = "json")]
    pub(crate) const fn moved(self, place: u32) -> Self {
        self.with(self.number + place - 1)
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
        if self.number == 0 { None } else { Some(self.number) }
    }
}

impl From<&'static FunctionError> for Error {
    fn from(what: &'static FunctionError) -> Self {
        Self::of(what)
    }
}

impl PartialEq for Error {
    fn eq(&self, other: &Self) -> bool {
        self.what == other.what && self.number == other.number && self.path() == other.path()
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

macro_rules! errors {
    ($($(#[$doc:meta])+ $name:ident = $type:expr, $message:literal;)*) => {
        impl Error {$(
            $(#[$doc])+
            pub const $name: Error = Error::of(&FunctionError::new($type, $message));
        )*}
    };
}

/// The type of the errors that only the runtime meets; they are logged, and end the process or cost a connection.
const RUNTIME: &str = "Runtime.Failed";

errors! {
    /// The address of the Runtime API is in no variable: the program was not started by Lambda or an emulator.
    NO_ENDPOINT = RUNTIME, "AWS_LAMBDA_RUNTIME_API is not set; try `cargo barelambda invoke`";
    /// `AWS_LAMBDA_RUNTIME_API` is no address. The host is an IPv4 address, an IPv6 address in brackets, or localhost: names are not resolved.
    ENDPOINT = RUNTIME, "AWS_LAMBDA_RUNTIME_API is not [http://]IP:PORT[/PATH] or localhost:PORT";

    /// The connection could not be made; the number is the errno.
    CONNECT = RUNTIME, "cannot connect to the Runtime API: os error";
    /// The connection broke; the number is the errno.
    CONNECTION_BROKEN = RUNTIME, "connection broken: os error";
    /// The server closed the connection in the middle of a conversation.
    CONNECTION_CLOSED = RUNTIME, "connection closed by the Runtime API";

    /// A status line or a header section that is not HTTP/1.
    HEAD_MALFORMED = RUNTIME, "malformed header section";
    /// A header section that is longer than [`HEAD_LIMIT`](crate::http1::HEAD_LIMIT).
    HEAD_TOO_LARGE = RUNTIME, "header section too large";
    /// A body whose length is given in no way, in two ways, or in a way that is not understood.
    BODY_LENGTH = RUNTIME, "neither one Content-Length nor chunked";
    /// A chunk that does not follow RFC 9112, section 7.1, or whose size is beyond 64 bits.
    CHUNK_MALFORMED = RUNTIME, "malformed chunk";
    /// Chunk extensions or trailers beyond [`SKIP_LIMIT`](crate::http1::framing::SKIP_LIMIT).
    CHUNK_TOO_LARGE = RUNTIME, "chunk extension or trailer too large";
    /// `Lambda-Runtime-Aws-Request-Id` is missing, or could not stand in a request line.
    REQUEST_ID = RUNTIME, "no usable request id";

    /// The same invocation came again after its answer was refused: it can never be answered.
    ANSWER_STUCK = RUNTIME, "an invocation came again after its answer was refused";
    /// The Runtime API answered with a status after which nothing can go on, which is the number: anything but 200 to GET /next, or a server
    /// error.
    CANNOT_GO_ON = RUNTIME, "cannot go on after status";
    /// A buffer is smaller than the least that the runtime needs.
    BUFFER_TOO_SMALL = RUNTIME, "buffer too small";

    /// The event is longer than the event buffer.
    EVENT_TOO_LARGE = "Function.EventTooLarge", "the event is larger than its buffer";
    /// The answer is longer than Lambda accepts (6,291,556 bytes), or than the response buffer.
    RESPONSE_TOO_LARGE = "Function.ResponseSizeTooLarge", "the response is larger than 6291556 bytes or its buffer";
    /// The content type is empty, longer than 1,024 bytes, or has a line break or a control character.
    CONTENT_TYPE = "Function.InvalidContentType", "the content type is not a header value";

    /// A JSON text ends where more must come. The number of this error and of those below is the place of the byte, counted from 1.
    JSON_END = JSON, "JSON ends too early at byte";
    /// Something that is not JSON: no value begins so, or a comma, a colon, a bracket or the name of a field should be here.
    JSON_SYNTAX = JSON, "no JSON at byte";
    /// A string has a control character as it is (RFC 8259, section 7).
    JSON_CONTROL_CHARACTER = JSON, "control character in a string at byte";
    /// A string has a backslash that begins no escape of JSON, or an escaped half of a surrogate pair.
    JSON_ESCAPE = JSON, "escape that is no character at byte";
    /// A string is not UTF-8; the number is the place behind it.
    JSON_UTF8 = JSON, "string not UTF-8 before byte";
    /// A number that does not follow RFC 8259, section 6.
    JSON_NUMBER = JSON, "malformed number at byte";
    /// A number that its type does not hold: too large, negative, or with a fraction or an exponent.
    JSON_RANGE = JSON, "number unfit for its type at byte";
    /// Something behind the value.
    JSON_TRAILING = JSON, "more than one JSON value at byte";
    /// Arrays and objects beyond [`DEPTH_LIMIT`](crate::json::DEPTH_LIMIT).
    JSON_DEPTH = JSON, "more than 127 brackets open at byte";

    /// Another value where the type has a string.
    JSON_NO_STRING = JSON, "no string at byte";
    /// Another value where the type has a number.
    JSON_NO_NUMBER = JSON, "no number at byte";
    /// Another value where the type has a bool.
    JSON_NO_BOOL = JSON, "neither true nor false at byte";
    /// Another value where the type has a unit.
    JSON_NO_NULL = JSON, "no null at byte";
    /// Another value where the type has a sequence.
    JSON_NO_ARRAY = JSON, "no array at byte";
    /// Another value where the type has a struct or a map.
    JSON_NO_OBJECT = JSON, "no object at byte";
    /// Another value where the type has an enum.
    JSON_NO_VARIANT = JSON, "neither a string nor an object with one field at byte";
    /// A value that the type refuses. The number of this error and of those below is the place behind the value.
    JSON_UNFIT = JSON, "unfit value before byte";
    /// A field that the type needs; the object ends before the place.
    JSON_MISSING_FIELD = JSON, "missing field before byte";
    /// A field that the type does not have, and does not ignore.
    JSON_UNKNOWN_FIELD = JSON, "unknown field before byte";
    /// A field that comes twice.
    JSON_DUPLICATE_FIELD = JSON, "duplicate field before byte";
    /// A variant that the enum does not have.
    JSON_UNKNOWN_VARIANT = JSON, "unknown variant before byte";
    /// More or fewer elements than the type takes.
    JSON_LENGTH = JSON, "wrong number of elements before byte";

    /// A string that is not base64 (RFC 4648, section 4).
    JSON_BASE64 = JSON, "string not base64 at byte";
    /// A string that would have to be decoded in place where nothing can be changed any more: in a [`RawJson`](crate::json::RawJson).
    JSON_UNCHANGEABLE = JSON, "string that cannot be decoded in place at byte";

    /// The status of an HTTP answer, the number, is not from 200 to 599.
    HTTP_STATUS = HTTP, "the status is not from 200 to 599:";
    /// The name of a header field is no token ([RFC 9110, section 5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2)).
    HTTP_NAME = HTTP, "a header name is not a token";
    /// The value of a header field has a control character, a character beyond ASCII, or a blank or a tab at an end.
    HTTP_VALUE = HTTP, "a header value has a control character, one beyond ASCII, or a blank at an end";
    /// A header field that is not the function's to set: Connection, Content-Length, Keep-Alive, Proxy-Connection, Transfer-Encoding, Upgrade.
    HTTP_CONNECTION = HTTP, "Content-Length, Connection and their like cannot be set";
    /// A cookie does not begin with a name, which is a token, and `=`.
    HTTP_COOKIE = HTTP, "a cookie does not begin with NAME=";
    /// The content type is set twice.
    HTTP_CONTENT_TYPE = HTTP, "the content type is set twice";
    /// There is a body, and the status, the number, means that there is none.
    HTTP_BODY = HTTP, "there can be no body with status";

    /// A JSON text does not fit the buffer it is written into.
    JSON_TOO_LONG = JSON, "the JSON is longer than its buffer";
    /// The key of a map to be written is neither text nor a number, a bool or an enum variant without data.
    JSON_KEY = JSON, "cannot write JSON: the key of a map is neither text nor a number";
    /// An integer to be written is beyond 64 bits.
    JSON_INTEGER = JSON, "cannot write JSON: an integer is beyond 64 bits";
    /// A `Serialize` or a `Display` of the value's own gave an error.
    JSON_UNWRITABLE = JSON, "the value cannot be written as JSON";

    /// The body of a request is not base64, though the event says so.
    BODY_BASE64 = "Function.InvalidBody", "the body is not base64";
    /// The body of a request should be text, and is not UTF-8.
    BODY_UTF8 = "Function.InvalidBody", "the body is not UTF-8";
    /// A text that is encoded as in a URL has a `%` without two hexadecimal digits, or is not UTF-8.
    URL_ENCODING = "Function.InvalidUrlEncoding", "the text is not URL-encoded UTF-8";
    /// The buffer to decode into is too small.
    DECODING_BUFFER = "Function.BufferTooSmall", "the text does not fit the buffer to decode into";
}

/// The type of what is wrong with an answer over HTTP.
const HTTP: &str = "Function.InvalidHttpResponse";

/// The type of what is wrong with a JSON text.
const JSON: &str = "Function.InvalidJson";

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
