//! The response that a handler returns.

use core::fmt;

use crate::bytes::header_value::is_sendable;
use crate::runtime_api::answer::{Answer, ErrorBody};

/// A complete response, which the handler returns to the runtime. It borrows the body, and the
/// runtime sends it after the handler has returned. Of a [`ResponseStream`](super::ResponseStream),
/// only the end remains to be sent.
#[derive(Debug)]
pub struct Responded<'a> {
    pub(crate) answer: Answer<'a>,
}

impl<'a> Responded<'a> {
    /// The error of [`Responder::fail`](super::Responder::fail), with its body in `buffer`.
    pub(super) fn error(
        error_type: &'a str,
        message: fmt::Arguments<'_>,
        buffer: &'a mut [u8],
    ) -> Self {
        let error_type = sendable_type(error_type);
        let mut body = ErrorBody::new(error_type, buffer);
        // This fails only if formatting a value fails. The message then ends before that value.
        let _ = fmt::Write::write_fmt(&mut body, message);
        Self { answer: Answer::error(error_type, body.finish()) }
    }
}

/// The error type, or `Function.Unknown` if it can't be sent in a header.
pub(crate) fn sendable_type(error_type: &str) -> &str {
    if is_sendable(error_type.as_bytes()) { error_type } else { "Function.Unknown" }
}
