//! What is decoded further in place.

use crate::bytes::base64;
use crate::error::Error;
use crate::json::{self, FromJson};

/// A text in the event that stands for something else: the body of a request or of a message. It is decoded where it lies, once: so every
/// way to read it uses it up.
///
/// That of a request comes with it, from [`Event::http`](crate::Event::http). Those of records come where the type of the record says so:
/// [`sqs::Message<Body>`](super::sqs::Message), [`sns::Record<Body>`](super::sns::Record), [`kinesis::Record<Body>`](super::kinesis::Record).
/// One that is missing is empty.
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
    /// The body that stands in the event as `bytes`, unescaped; base64 if `is_base64`.
    pub(super) const fn new(bytes: &'a mut [u8], is_base64: bool) -> Self {
        Self { bytes, is_base64 }
    }

    /// Whether there is no body, or one of no bytes.
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The body's bytes, decoded if they are base64 in the event. They may be changed, or decoded further, in place.
    ///
    /// # Errors
    /// [`Error::BODY_BASE64`].
    pub fn bytes(self) -> Result<&'a mut [u8], Error> {
        if !self.is_base64 {
            return Ok(self.bytes);
        }
        let len = base64::decode_in_place(self.bytes).map_err(|_| Error::BODY_BASE64)?;
        Ok(self.bytes.get_mut(..len).unwrap_or_default())
    }

    /// The body as text.
    ///
    /// # Errors
    /// [`Error::BODY_UTF8`], and those of [`bytes`](Self::bytes).
    pub fn text(self) -> Result<&'a str, Error> {
        str::from_utf8(self.bytes()?).map_err(|_| Error::BODY_UTF8)
    }

    /// Reads the body as JSON, in place.
    ///
    /// # Errors
    /// Those of [`json::from_slice`] and of [`bytes`](Self::bytes). A place in JSON counts from the body's beginning.
    pub fn json<T: FromJson<'a>>(self) -> Result<T, Error> {
        json::from_slice(self.bytes()?)
    }
}
