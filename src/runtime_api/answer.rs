//! The answer to an invocation: a response, or an error.

pub use crate::error::ErrorBody;
use crate::error::{Error, ready_errors};

ready_errors! {
    /// The response is longer than Lambda accepts (6,291,556 bytes), or than the response buffer.
    RESPONSE_TOO_LARGE = "Function.ResponseSizeTooLarge", "the response is larger than 6291556 bytes or its buffer";
}

/// The longest response that Lambda accepts, in bytes: 6 MiB and 100 bytes.
pub const RESPONSE_LIMIT: usize = 6 * 1024 * 1024 + 100;

/// The default content type of a response.
pub const JSON: &str = "application/json";

/// A borrowed response or error, ready to be sent.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Answer<'a> {
    error_type: &'a [u8],
    content_type: &'a [u8],
    body: &'a [u8],
}

impl<'a> Answer<'a> {
    /// Creates the answer that reports `error`, with its body in `buffer`.
    pub(crate) fn of(error: Error, buffer: &'a mut [u8]) -> Self {
        Self::error(error.error_type(), error.write_body(buffer))
    }

    /// A response that has already been sent, except for its end.
    pub const STREAMED: Self = Self { error_type: b"", content_type: b"", body: b"" };

    /// Creates a response. `content_type` must be
    /// [sendable](crate::bytes::header_value::is_sendable).
    ///
    /// # Errors
    /// [`Error::RESPONSE_TOO_LARGE`] for a body longer than [`RESPONSE_LIMIT`].
    pub const fn response(content_type: &'a str, body: &'a [u8]) -> Result<Self, Error> {
        if body.len() > RESPONSE_LIMIT {
            return Err(Error::RESPONSE_TOO_LARGE);
        }
        Ok(Self { error_type: b"", content_type: content_type.as_bytes(), body })
    }

    /// Creates an error with a body that was written by an [`ErrorBody`]. `error_type` must be
    /// [sendable](crate::bytes::header_value::is_sendable).
    pub const fn error(error_type: &'a str, body: &'a [u8]) -> Self {
        Self {
            error_type: error_type.as_bytes(),
            content_type: b"application/vnd.aws.lambda.error+json",
            body,
        }
    }

    /// Replaces the content type. It must be [sendable](crate::bytes::header_value::is_sendable),
    /// but need not be UTF-8.
    pub(crate) const fn with_content_type(self, content_type: &'a [u8]) -> Self {
        Self { content_type, ..self }
    }

    /// Replaces the error type, under the same conditions as `with_content_type`.
    pub(crate) const fn with_error_type(self, error_type: &'a [u8]) -> Self {
        Self { error_type, ..self }
    }

    /// Returns the value of `Lambda-Runtime-Function-Error-Type`, which is empty for a response.
    pub const fn error_type(&self) -> &'a [u8] {
        self.error_type
    }

    /// Returns the value of Content-Type.
    pub const fn content_type(&self) -> &'a [u8] {
        self.content_type
    }

    /// Returns the body.
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }

    /// Returns whether the answer is an error.
    pub const fn is_error(&self) -> bool {
        !self.error_type.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_is_checked() {
        let limit = std::vec![0; RESPONSE_LIMIT + 1];
        assert!(Answer::response(JSON, &limit[1..]).is_ok());
        assert_eq!(Answer::response(JSON, &limit), Err(Error::RESPONSE_TOO_LARGE));
    }
}
