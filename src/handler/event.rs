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

    /// The event's bytes, usually JSON; at most as many as the event buffer holds.
    pub const fn payload(&self) -> &[u8] {
        self.payload
    }

    /// The event's bytes for as long as the invocation lasts, to be decoded in place, or answered with.
    pub const fn into_payload(self) -> &'a mut [u8] {
        self.payload
    }

    /// The event, read as JSON into a type: one that derives `Deserialize`, or one of [`events`](crate::events). What is borrowed in it is
    /// borrowed from the event's bytes, in which strings are unescaped where they lie.
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
    /// Those of [`json::from_slice`](crate::json::from_slice): what is malformed, or does not fit the type, and where.
    #[cfg(feature = "json")]
    pub fn json<T: FromJson<'a>>(self) -> Result<T, Error> {
        T::from_json(self.payload)
    }

    /// The records of a batch, which are the elements of the array `Records`, as most services send them: each is read when it is asked for.
    ///
    /// # Errors
    /// Those of [`Records::new`](crate::json::Records::new).
    #[cfg(feature = "json")]
    pub fn records<T: FromJson<'a>>(self) -> Result<Records<'a, T>, Error> {
        Records::new(self.payload, "Records")
    }

    /// The request that the event is, and its body, apart from it, so that the one can be looked at before the other is read. `R` is the
    /// type for its source, in [`events`](crate::events).
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
