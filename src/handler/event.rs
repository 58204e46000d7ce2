//! The event.

#[cfg(feature = "json")]
use crate::error::Error;
#[cfg(feature = "events")]
use crate::events::Body;
#[cfg(feature = "events")]
use crate::events::http::{self, HttpRequest};
#[cfg(feature = "json")]
use crate::json::{FromJson, Records};

/// The event of an invocation: its bytes, in the receive buffer.
#[derive(Debug)]
pub struct Event<'a> {
    payload: &'a mut [u8],
}

impl<'a> Event<'a> {
    pub(crate) const fn new(payload: &'a mut [u8]) -> Self {
        Self { payload }
    }

    /// The event's bytes, usually JSON.
    pub const fn payload(&self) -> &[u8] {
        self.payload
    }

    /// The event's bytes, mutable, for the lifetime of the invocation: decode them in place, or
    /// respond with them.
    pub const fn into_payload(self) -> &'a mut [u8] {
        self.payload
    }

    /// Deserializes the event from JSON into `T`, which derives `Deserialize` or is a type of the
    /// module `events`. A `&str` in `T` borrows from the event's bytes; its
    /// escapes are decoded in place.
    ///
    /// ```
    /// # use barelambda::{Invocation, Response};
    /// #[derive(serde::Deserialize)]
    /// struct Order<'a> {
    ///     name: &'a str,
    ///     count: u32,
    /// }
    ///
    /// fn handler(invocation: Invocation) -> Response {
    ///     let order: Order = invocation.event.json()?;
    ///     invocation.responder.bytes(order.name.as_bytes())
    /// }
    /// ```
    ///
    /// # Errors
    /// Those of [`json::from_slice`](crate::json::from_slice): the JSON is malformed, or doesn't
    /// match the type. The error has the position.
    #[cfg(feature = "json")]
    pub fn json<T: FromJson<'a>>(self) -> Result<T, Error> {
        T::from_json(self.payload)
    }

    /// Iterates over the records of a batch: the elements of the array `Records`, as most services
    /// send them. Each record is deserialized by the call of `next` that returns it.
    ///
    /// # Errors
    /// Those of [`Records::new`](crate::json::Records::new).
    #[cfg(feature = "json")]
    pub fn records<T: FromJson<'a>>(self) -> Result<Records<'a, T>, Error> {
        Records::new(self.payload, "Records")
    }

    /// Deserializes the event as an HTTP request, and returns the request and its body. They are
    /// separate so that a handler can route by the request before it decodes the body. `R` is
    /// the request type of the event's source, in [`events`](crate::events).
    ///
    /// ```
    /// use barelambda::events::api_gateway_v2;
    /// use barelambda::events::http::HttpRequest;
    /// # use barelambda::{Invocation, Response};
    ///
    /// fn handler(invocation: Invocation) -> Response {
    ///     let (request, body) = invocation.event.http::<api_gateway_v2::Request>()?;
    ///     match (request.method(), request.path()) {
    ///         ("POST", "/echo") => invocation.responder.bytes(body.bytes()?),
    ///         _ => invocation.responder.bytes(b"{\"statusCode\":404}"),
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    /// Those of [`json`](Self::json).
    #[cfg(feature = "events")]
    pub fn http<R: HttpRequest<'a>>(self) -> Result<(R, Body<'a>), Error> {
        http::from_slice(self.payload)
    }
}
