//! What a handler gives.

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

/// The one chance to answer an invocation. Every way to use it up gives a [`Responded`], which is what a handler must return: an answer
/// can be neither forgotten nor given twice.
pub struct Responder<'a> {
    buffer: &'a mut [u8],
    /// `None` if the handler did not set it.
    content_type: Option<&'a str>,
    access: &'a dyn StreamAccess,
}

impl<'a> Responder<'a> {
    pub(crate) const fn new(buffer: &'a mut [u8], access: &'a dyn StreamAccess) -> Self {
        Self { buffer, content_type: None, access }
    }

    /// The response buffer, for other uses before there is an answer.
    #[cfg(feature = "exec")]
    pub(crate) const fn buffer(&mut self) -> &mut [u8] {
        self.buffer
    }

    /// The response buffer, for an answer that is made elsewhere.
    #[cfg(feature = "exec")]
    pub(crate) const fn into_buffer(self) -> &'a mut [u8] {
        self.buffer
    }

    /// The response buffer, and what a stream goes over.
    #[cfg(feature = "capi")]
    // Inlined, so that a access is seen not to be used.
    #[inline(always)]
    pub(crate) fn into_parts(self) -> (&'a mut [u8], &'a dyn StreamAccess) {
        (self.buffer, self.access)
    }

    /// Sets the content type, which is `application/json` otherwise, and `application/octet-stream` for a [stream](Self::stream).
    ///
    /// # Errors
    /// [`Error::CONTENT_TYPE`] if it is empty, longer than 1,024 bytes, or has control characters.
    pub const fn content_type(mut self, content_type: &'a str) -> Result<Self, Error> {
        if !is_sendable(content_type.as_bytes()) {
            return Err(Error::CONTENT_TYPE);
        }
        self.content_type = Some(content_type);
        Ok(self)
    }

    /// Answers with `body`.
    ///
    /// # Errors
    /// [`Error::RESPONSE_TOO_LARGE`] beyond 6,291,556 bytes.
    pub fn bytes(self, body: &'a [u8]) -> Response<'a> {
        Answer::response(self.content_type.unwrap_or(JSON), body).map(|answer| Responded { answer })
    }

    /// Answers with `value` as JSON, written into the response buffer.
    ///
    /// # Errors
    /// [`Error::RESPONSE_TOO_LARGE`] if it does not fit, and those of [`json::to_slice`](crate::json::to_slice).
    #[cfg(feature = "json")]
    // Inlined, so that the access is seen not to be used, and is not made.
    #[inline(always)]
    pub fn json<T: serde::Serialize + ?Sized>(self, value: &T) -> Response<'a> {
        let mut writer = self.writer();
        writer.json(value)?;
        writer.finish()
    }

    /// Begins an answer over HTTP with the status `status`, for API Gateway, a function URL or a load balancer. A content type that was
    /// [set](Self::content_type) is that of its body, if it has one and sets no other.
    #[cfg(feature = "json")]
    pub const fn http(self, status: u16) -> HttpResponse<'a> {
        HttpResponse::new(self.buffer, status, self.content_type)
    }

    /// Begins an answer that is written into the response buffer, piece by piece.
    // Inlined, as `json`.
    #[inline(always)]
    pub const fn writer(self) -> ResponseWriter<'a> {
        let content_type = match self.content_type {
            Some(content_type) => content_type,
            None => JSON,
        };
        ResponseWriter { cursor: Cursor::new(self.buffer), content_type }
    }

    /// Begins an answer that leaves while it is being written. Nothing leaves yet.
    pub fn stream(self) -> ResponseStream<'a> {
        let content_type = self.content_type.unwrap_or("application/octet-stream").as_bytes();
        self.stream_of(content_type)
    }

    /// As [`stream`](Self::stream), with a content type that is [sendable](crate::bytes::header_value::is_sendable).
    pub(crate) fn stream_of(self, content_type: &'a [u8]) -> ResponseStream<'a> {
        let len = self.buffer.len().min(GATHER_LIMIT);
        let gathered = Cursor::new(self.buffer.get_mut(..len).unwrap_or_default());
        ResponseStream::new(self.access, gathered, content_type)
    }

    /// Begins an answer over HTTP whose body leaves while it is being written: a [stream](Self::stream) that begins with status, header fields
    /// and cookies in the form that function URLs and API Gateway expect there
    /// ([HTTP integration responses](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming)).
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
    /// Those of [`HttpResponse`], for the same header fields and cookies; what they take must fit into 16 KiB. A status that means that there
    /// is no body is no error: it is yours to write none.
    #[cfg(feature = "json")]
    pub fn http_stream(self, status: u16, headers: &[(&str, &str)], cookies: &[&str]) -> Result<ResponseStream<'a>, Error> {
        let access = self.access;
        let response = HttpResponse::new(self.buffer, status, self.content_type);
        let response = headers.iter().fold(response, |response, (name, value)| response.header(name, value));
        let response = cookies.iter().fold(response, |response, cookie| response.cookie(cookie));
        response.stream(access)
    }

    /// Answers with an error whose message is made at run time; it is cut if it does not fit the response buffer. A type
    /// that is empty, longer than 1,024 bytes, or has control characters becomes `Function.Unknown`. For a constant message,
    /// returning `Err` of a [`FunctionError`](crate::FunctionError) is shorter.
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
