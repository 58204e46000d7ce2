//! What the requests of HTTP have in common, wherever they come from, and their bodies.

use serde::Deserialize;

use super::body::Body;
pub use super::fields::{Headers, Parameters, Texts};
use crate::error::Error;
use crate::json::Deserializer;

/// A request that came over HTTP, as [`Event::http`](crate::Event::http) reads it. A handler that is written for any of them takes events
/// from API Gateway, function URLs and load balancers:
///
/// What differs is for the handler to know: REST APIs, and load balancers with multi-value headers, want
/// [`multi_value_headers`](crate::HttpResponse::multi_value_headers) in the answer, HTTP APIs and function URLs do not; and load balancers do
/// not decode the query.
///
/// ```
/// use barelambda::events::http::HttpRequest;
/// use barelambda::{Invocation, Response};
///
/// fn handler<'a, R: HttpRequest<'a>>(invocation: Invocation<'a>) -> Response<'a> {
///     let (request, _) = invocation.event.http::<R>()?;
///     invocation.responder.bytes(request.header("user-agent").unwrap_or("unknown").as_bytes())
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
/// Those of [`json::from_slice`](crate::json::from_slice).
pub fn from_slice<'a, R: HttpRequest<'a>>(text: &'a mut [u8]) -> Result<(R, Body<'a>), Error> {
    let mut deserializer = Deserializer::setting_aside(text);
    let request: R = deserializer.all()?;
    let bytes = deserializer.take_aside().unwrap_or_default();
    let is_base64 = request.is_base64_encoded();
    Ok((request, Body::new(bytes, is_base64)))
}
