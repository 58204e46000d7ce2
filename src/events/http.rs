//! The common interface of HTTP requests from all sources, and their bodies.

use core::mem::take;

use serde::de::Error as _;

use super::body::Body;
pub use super::fields::{Headers, Parameters, Texts};
use super::object::{InPlace, ReadObject};
use crate::error::Error;
use crate::json::{DeError, Deserializer};

/// An HTTP request, as [`Event::http`](crate::Event::http) deserializes it. A handler that is
/// generic over it accepts events from API Gateway, function URLs and load balancers:
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
///
/// Two differences remain. REST APIs, and load balancers with multi-value headers, require
/// [`multi_value_headers`](crate::HttpResponse::multi_value_headers) in the response; HTTP APIs and
/// function URLs don't. Load balancers don't decode the query.
pub trait HttpRequest<'a>: ReadObject<'a> {
    /// Returns the method: `GET`, `POST` and so on.
    fn method(&self) -> &'a str;

    /// Returns the path, without the query.
    fn path(&self) -> &'a str;

    /// Returns the header fields, with all values in the event.
    fn headers(&self) -> Headers<'a>;

    /// Returns the query parameters, with all values in the event.
    fn query_parameters(&self) -> Parameters<'a>;

    /// Returns whether the body is base64 in the event.
    fn is_base64_encoded(&self) -> bool;

    /// Returns the method and the path, each empty if it is missing.
    #[doc(hidden)]
    fn find_line(&self) -> [&'a str; 2];

    /// Returns what [`from_slice`] reads once.
    #[doc(hidden)]
    fn read_once(&mut self) -> &mut ReadOnce<'a>;

    /// Returns the first value of the header field `name`, which is case-insensitive.
    fn header(&self, name: &str) -> Option<&'a str> {
        self.headers().get(name)
    }

    /// Returns the first value of the query parameter `name`.
    fn query(&self, name: &str) -> Option<&'a str> {
        self.query_parameters().get(name)
    }

    /// Returns the value of the cookie `name`, as the client sent it ([RFC 6265, section
    /// 4.2](https://www.rfc-editor.org/rfc/rfc6265#section-4.2)).
    fn cookie(&self, name: &str) -> Option<&'a str> {
        cookie_in(self.headers(), name)
    }
}

/// What is read from a request once: the body, which [`from_slice`] takes out, and the method and
/// the path, which most handlers ask for.
#[derive(Debug, Default)]
pub struct ReadOnce<'a> {
    body: Body<'a>,
    pub(super) method: &'a str,
    pub(super) path: &'a str,
}

impl<'a> InPlace<'a> for ReadOnce<'a> {
    type Taken = <Body<'a> as InPlace<'a>>::Taken;

    fn take(deserializer: &mut Deserializer<'a>) -> Result<Self::Taken, DeError> {
        <Body<'a> as InPlace<'a>>::take(deserializer)
    }

    fn from_taken(taken: Self::Taken, is_base64: bool) -> Self {
        Self { body: Body::from_taken(taken, is_base64), method: "", path: "" }
    }
}

/// Returns the value of the cookie `name` in the header fields Cookie.
pub(super) fn cookie_in<'a>(headers: Headers<'a>, name: &str) -> Option<&'a str> {
    headers.all("cookie").flat_map(|line| line.split(';')).find_map(|pair| cookie_value(pair, name))
}

/// Returns the value in `pair` if its name is `name`.
pub(super) fn cookie_value<'a>(pair: &'a str, name: &str) -> Option<&'a str> {
    pair.trim_ascii().strip_prefix(name)?.strip_prefix('=')
}

/// Deserializes `text` as a request, in place, and returns the request and its body. This is
/// [`Event::http`](crate::Event::http) for tests.
///
/// # Errors
/// Those of [`json::from_slice`](crate::json::from_slice).
pub fn from_slice<'a, R: HttpRequest<'a>>(text: &'a mut [u8]) -> Result<(R, Body<'a>), Error> {
    let mut deserializer = Deserializer::new(text);
    let request = R::read_object(&mut deserializer).and_then(|request| {
        let line = request.find_line();
        if line.iter().any(|part| part.is_empty()) {
            return Err(DeError::missing_field("method or path"));
        }
        Ok((request, line))
    });
    let (mut request, line) = deserializer.finish(request)?;
    let is_base64 = request.is_base64_encoded();
    let once = request.read_once();
    [once.method, once.path] = line;
    let body = take(&mut once.body).encoded(is_base64);
    Ok((request, body))
}
