//! What a handler returns.

use core::fmt;

use crate::bytes::header_value::is_sendable;
use crate::runtime_api::answer::{Answer, ErrorBody};

/// Proof that there is an answer, and what it is. Nothing has been sent yet, and nothing has been copied; of a
/// [`ResponseStream`](super::ResponseStream) all has been sent but its end.
#[derive(Debug)]
pub struct Responded<'a> {
    pub(crate) answer: Answer<'a>,
}

impl<'a> Responded<'a> {
    /// An error as [`Responder::fail`](super::Responder::fail) gives it.
    pub(super) fn error(error_type: &'a str, message: fmt::Arguments<'_>, buffer: &'a mut [u8]) -> Self {
        let error_type = sendable_type(error_type);
        let mut body = ErrorBody::new(error_type, buffer);
        // Its only error is that a value could not be shown: what could be is in the message.
        let _ = fmt::Write::write_fmt(&mut body, message);
        Self { answer: Answer::error(error_type, body.finish()) }
    }
}

/// The type of an error, or `Function.Unknown` in place of one that cannot be sent.
pub(crate) fn sendable_type(error_type: &str) -> &str {
    if is_sendable(error_type.as_bytes()) { error_type } else { "Function.Unknown" }
}
