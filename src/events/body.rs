//! Bodies of requests and messages, decoded in place.

use crate::bytes::base64;
use crate::error::Error;
use crate::json::{self, FromJson};

/// The body of a request or a message: a string in the event with further encoded data. It is
/// decoded in place, so every method that decodes it consumes it.
///
/// [`Event::http`](crate::Event::http) returns the body of a request. For records, `Body` is a type
/// parameter: [`sqs::Message<Body>`](super::sqs::Message),
/// [`sns::Record<Body>`](super::sns::Record), [`kinesis::Record<Body>`](super::kinesis::Record). A
/// missing body of a request is empty.
///
/// ```
/// use barelambda::events::{BatchItemFailures, Body, sqs};
/// use barelambda::{Invocation, Response};
///
/// #[derive(serde::Deserialize)]
/// struct Order<'a> {
///     item: &'a str,
/// }
///
/// fn handler(invocation: Invocation) -> Response {
///     let mut failures = BatchItemFailures::new(invocation.responder);
///     for message in invocation.event.records::<sqs::Message<Body>>()? {
///         let message = message?;
///         match message.body.json::<Order>() {
///             Ok(order) => assert!(!order.item.is_empty()),
///             Err(_) => failures.add(message.message_id)?,
///         }
///     }
///     failures.finish()
/// }
/// ```
#[derive(Debug, Default)]
pub struct Body<'a> {
    bytes: &'a mut [u8],
    is_base64: bool,
}

impl<'a> Body<'a> {
    /// Creates a body from its `bytes` in the event, unescaped; they are base64 if `is_base64`.
    pub(super) const fn new(bytes: &'a mut [u8], is_base64: bool) -> Self {
        Self { bytes, is_base64 }
    }

    /// Returns the body, as base64 if `is_base64`.
    pub(super) fn encoded(self, is_base64: bool) -> Self {
        Self { is_base64, ..self }
    }

    /// Returns whether the body is missing or has a length of zero.
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Returns the body's bytes, decoded if they are base64 in the event. They are mutable, so they
    /// can be decoded further in place.
    ///
    /// # Errors
    /// [`Error::BODY_BASE64`] if the body isn't valid base64.
    pub fn bytes(self) -> Result<&'a mut [u8], Error> {
        if !self.is_base64 {
            return Ok(self.bytes);
        }
        let len = base64::decode_in_place(self.bytes).map_err(|_| Error::BODY_BASE64)?;
        Ok(self.bytes.get_mut(..len).unwrap_or_default())
    }

    /// Returns the body as a string.
    ///
    /// # Errors
    /// [`Error::BODY_UTF8`] if the body isn't valid UTF-8, and those of [`bytes`](Self::bytes).
    pub fn text(self) -> Result<&'a str, Error> {
        str::from_utf8(self.bytes()?).map_err(|_| Error::BODY_UTF8)
    }

    /// Deserializes the body from JSON, in place.
    ///
    /// # Errors
    /// Those of [`json::from_slice`] and of [`bytes`](Self::bytes). A position in JSON is counted
    /// from the start of the body.
    pub fn json<T: FromJson<'a>>(self) -> Result<T, Error> {
        json::from_slice(self.bytes()?)
    }
}
