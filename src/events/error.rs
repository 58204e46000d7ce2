//! What can be wrong with an event that is JSON as it should be.

use crate::error::errors;

errors! {
    /// The body of a request is not base64, though the event says so.
    BODY_BASE64 = "Function.InvalidBody", "the body is not base64";
    /// The body of a request should be text, and is not UTF-8.
    BODY_UTF8 = "Function.InvalidBody", "the body is not UTF-8";
    /// Compressed data aren't gzip, or are damaged.
    GZIP = "Function.InvalidGzip", "the data are not gzip";
    /// A text that is encoded as in a URL has a `%` without two hexadecimal digits, or is not UTF-8.
    URL_ENCODING = "Function.InvalidUrlEncoding", "the text is not URL-encoded UTF-8";
    /// The buffer to decode into is too small.
    DECODING_BUFFER = "Function.BufferTooSmall", "the text does not fit the buffer to decode into";
}
