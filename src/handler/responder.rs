//! The ways to respond.

use core::fmt;

#[cfg(feature = "json")]
use super::HttpResponse;
use super::response_stream::{GATHER_LIMIT, ResponseStream};
use super::{Responded, Response, ResponseWriter};
use crate::bytes::cursor::Cursor;
use crate::bytes::header_value::is_sendable;
use crate::conversation::stream::StreamAccess;
use crate::error::Error;
use crate::runtime_api::answer::{Answer, JSON};

/// Responds to an invocation.
///
/// Responding consumes the `Responder` and returns a [`Responded`], which the handler must return.
/// So the compiler rules out a missing or second response.
pub struct Responder<'a> {
    buffer: &'a mut [u8],
    /// `None` if the handler hasn't set it.
    content_type: Option<&'a str>,
    access: &'a dyn StreamAccess,
}

impl<'a> Responder<'a> {
    pub(crate) const fn new(buffer: &'a mut [u8], access: &'a dyn StreamAccess) -> Self {
        Self { buffer, content_type: None, access }
    }

    /// The response buffer, for use before the response.
    #[cfg(feature = "exec")]
    pub(crate) const fn buffer(&mut self) -> &mut [u8] {
        self.buffer
    }

    /// The response buffer, for a response that is written elsewhere.
    #[cfg(feature = "exec")]
    pub(crate) const fn into_buffer(self) -> &'a mut [u8] {
        self.buffer
    }

    /// The response buffer, and the access to a stream.
    #[cfg(feature = "capi")]
    // Inlined, so that the compiler can remove an unused access.
    #[inline(always)]
    pub(crate) fn into_parts(self) -> (&'a mut [u8], &'a dyn StreamAccess) {
        (self.buffer, self.access)
    }

    /// Sets the content type. The default is `application/json`, and `application/octet-stream` for
    /// a [stream](Self::stream).
    ///
    /// # Errors
    /// [`Error::CONTENT_TYPE`] if it is empty, longer than 1,024 bytes, or contains control
    /// characters.
    pub const fn content_type(mut self, content_type: &'a str) -> Result<Self, Error> {
        if !is_sendable(content_type.as_bytes()) {
            return Err(Error::CONTENT_TYPE);
        }
        self.content_type = Some(content_type);
        Ok(self)
    }

    /// Responds with `body`, which may borrow from the event. It isn't copied.
    ///
    /// # Errors
    /// [`Error::RESPONSE_TOO_LARGE`] if it is longer than 6,291,556 bytes.
    pub fn bytes(self, body: &'a [u8]) -> Response<'a> {
        Answer::response(self.content_type.unwrap_or(JSON), body).map(|answer| Responded { answer })
    }

    /// Responds with `value`, serialized as JSON into the response buffer.
    ///
    /// # Errors
    /// [`Error::RESPONSE_TOO_LARGE`] if it doesn't fit, and those of
    /// [`json::to_slice`](crate::json::to_slice).
    #[cfg(feature = "json")]
    // Inlined, so that the compiler can remove the unused access.
    #[inline(always)]
    pub fn json<T: serde::Serialize + ?Sized>(self, value: &T) -> Response<'a> {
        let mut writer = self.writer();
        writer.json(value)?;
        writer.finish()
    }

    /// Begins an HTTP response with this status, for API Gateway, a function URL or a load
    /// balancer. The content type that was [set](Self::content_type) here is the default of the
    /// response's body.
    #[cfg(feature = "json")]
    pub const fn http(self, status: u16) -> HttpResponse<'a> {
        HttpResponse::new(self.buffer, status, self.content_type)
    }

    /// Begins a response that is written piece by piece into the response buffer.
    // Inlined, so that the compiler can remove the unused access.
    #[inline(always)]
    pub const fn writer(self) -> ResponseWriter<'a> {
        let content_type = match self.content_type {
            Some(content_type) => content_type,
            None => JSON,
        };
        ResponseWriter { cursor: Cursor::new(self.buffer), content_type }
    }

    /// Begins a response that is sent while the handler writes it. Nothing is sent yet.
    pub fn stream(self) -> ResponseStream<'a> {
        let content_type = self.content_type.unwrap_or("application/octet-stream").as_bytes();
        self.stream_of(content_type)
    }

    /// Like [`stream`](Self::stream), with a content type that is
    /// [sendable](crate::bytes::header_value::is_sendable).
    pub(crate) fn stream_of(self, content_type: &'a [u8]) -> ResponseStream<'a> {
        let len = self.buffer.len().min(GATHER_LIMIT);
        let gathered = Cursor::new(self.buffer.get_mut(..len).unwrap_or_default());
        ResponseStream::new(self.access, gathered, content_type)
    }

    /// Begins an HTTP response whose body is sent while the handler writes it: a
    /// [stream](Self::stream) that starts with the status, the header fields and the cookies,
    /// in the format that function URLs and API Gateway expect ([HTTP integration responses](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming)).
    ///
    /// ```
    /// # use barelambda::{Invocation, Response};
    /// fn handler(invocation: Invocation) -> Response {
    ///     let mut stream = invocation.responder.http_stream(200, &[("content-type", "text/html; charset=utf-8")], &["seen=yes; Secure"])?;
    ///     stream.write(b"<p>Hello")?;
    ///     stream.flush()?;
    ///     stream.write(b", world</p>")?;
    ///     stream.finish()
    /// }
    /// ```
    ///
    /// # Errors
    /// Those of [`HttpResponse`] for the header fields and cookies, which must fit into 16 KiB. A
    /// status without a body (204, 205, 304) isn't an error here: don't write a body then.
    #[cfg(feature = "json")]
    pub fn http_stream(
        self,
        status: u16,
        headers: &[(&str, &str)],
        cookies: &[&str],
    ) -> Result<ResponseStream<'a>, Error> {
        let access = self.access;
        let response = HttpResponse::new(self.buffer, status, self.content_type);
        let response =
            headers.iter().fold(response, |response, (name, value)| response.header(name, value));
        let response = cookies.iter().fold(response, |response, cookie| response.cookie(cookie));
        response.stream(access)
    }

    /// Responds with an error whose message is formatted at run time. The message is truncated if
    /// it doesn't fit the response buffer. An error type that is empty, longer than 1,024
    /// bytes, or contains control characters becomes `Function.Unknown`.
    ///
    /// The result is always `Ok`. For a constant message, return a
    /// [`FunctionError`](crate::FunctionError) as `Err` instead.
    ///
    /// ```
    /// # use barelambda::{Invocation, Response};
    /// fn handler(invocation: Invocation) -> Response {
    ///     let len = invocation.event.payload().len();
    ///     invocation.responder.fail("Function.BadLength", format_args!("{len} bytes are odd"))
    /// }
    /// ```
    pub fn fail(self, error_type: &'a str, message: fmt::Arguments<'_>) -> Response<'a> {
        Ok(Responded::error(error_type, message, self.buffer))
    }
}

/// In unit tests of responders, no stream can begin.
#[cfg(test)]
impl StreamAccess for () {
    fn begin(&self, _: crate::conversation::stream::FinishStream) -> Result<(), Error> {
        Err(Error::STREAM_LOST)
    }

    fn with_writer(&self, _: &mut dyn FnMut(&mut crate::conversation::stream::StreamWriter<'_>)) {}
}
