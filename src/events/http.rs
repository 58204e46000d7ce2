//! What the requests of HTTP have in common, wherever they come from, and their bodies.

use serde::Deserialize;

pub use super::fields::{Headers, Parameters, Texts};
use crate::error::Error;
use crate::json::{self, Deserializer, FromJson, base64};

/// A request that came over HTTP, as [`Event::http`](crate::Event::http) reads it. A handler that is written for any of them takes events
/// from API Gateway, function URLs and load balancers:
///
/// ```
/// use barelambda::events::http::HttpRequest;
/// use barelambda::{Error, Event, Responded, Responder};
///
/// fn handler<'a, R: HttpRequest<'a>>(event: Event<'a>, responder: Responder<'a>) -> Result<Responded<'a>, Error> {
///     let (request, _) = event.http::<R>()?;
///     responder.bytes(request.header("user-agent").unwrap_or("unknown").as_bytes())
/// }
/// ```
pub trait HttpRequest<'a>: Deserialize<'a> {
    /// The method: `GET`, `POST` and so on.
    fn method(&self) -> &'a str;

    /// The path, without the query.
    fn path(&self) -> &'a str;

    /// The header fields, with all values that the event has.
    fn headers(&self) -> Headers<'a>;

    /// The query parameters, with all values that the event has.
    fn query_parameters(&self) -> Parameters<'a>;

    /// Whether the body is base64 in the event.
    fn is_base64_encoded(&self) -> bool;

    /// The first value of the header field `name`, of which case does not matter.
    fn header(&self, name: &str) -> Option<&'a str> {
        self.headers().get(name)
    }

    /// The first value of the query parameter `name`.
    fn query(&self, name: &str) -> Option<&'a str> {
        self.query_parameters().get(name)
    }

    /// The value of the cookie `name`, as the client sent it
    /// ([RFC 6265, section 4.2](https://www.rfc-editor.org/rfc/rfc6265#section-4.2)).
    fn cookie(&self, name: &str) -> Option<&'a str> {
        self.headers().all("cookie").flat_map(|line| line.split(';')).find_map(|pair| cookie_value(pair, name))
    }
}

/// The value of `pair` if that is the cookie `name`.
pub(super) fn cookie_value<'a>(pair: &'a str, name: &str) -> Option<&'a str> {
    pair.trim_ascii().strip_prefix(name)?.strip_prefix('=')
}

/// Reads all of `text`, in place, as a request, and gives it and its body: what [`Event::http`](crate::Event::http) does, for tests.
///
/// # Errors
/// Those of [`json::from_slice`].
pub fn from_slice<'a, R: HttpRequest<'a>>(text: &'a mut [u8]) -> Result<(R, Body<'a>), Error> {
    let mut deserializer = Deserializer::new(text);
    let request: R = deserializer.all()?;
    let bytes = deserializer.take_aside().unwrap_or_default();
    let is_base64 = request.is_base64_encoded();
    Ok((request, Body { bytes, is_base64 }))
}

/// The body of a request. It is decoded where it lies in the event, once: so every way to read it uses it up.
///
/// A request without a body has an empty one.
#[derive(Debug)]
pub struct Body<'a> {
    bytes: &'a mut [u8],
    is_base64: bool,
}

impl<'a> Body<'a> {
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

#[cfg(test)]
#[path = "http_tests.rs"]
mod tests;
