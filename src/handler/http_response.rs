//! HTTP responses, in the JSON that API Gateway, function URLs and load balancers convert to HTTP.

use core::mem;

use serde::Serialize;

use super::response_stream::{GATHER_LIMIT, ResponseStream};
use super::{Responded, Response};
use crate::bytes::base64;
use crate::bytes::cursor::Cursor;
use crate::bytes::header_value::is_token;
use crate::bytes::json_escape::{escape_utf8, must_be_escaped};
use crate::conversation::stream::StreamAccess;
use crate::error::{Error, kinds};
use crate::json::ser;
use crate::runtime_api::answer::{Answer, JSON};

const CONTENT_TYPE: &[u8] = b"content-type";
const SET_COOKIE: &[u8] = b"set-cookie";

kinds! {
    /// Why an HTTP response is invalid.
    enum ErrorKind = "Function.InvalidHttpResponse";

    /// The status of an HTTP response isn't from 200 to 599. The number is the status.
    Status HTTP_STATUS "the status is not from 200 to 599:";
    /// The name of a header field isn't a token ([RFC 9110, section
    /// 5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2)).
    Name HTTP_NAME "a header name is not a token";
    /// The value of a header field contains a control or non-ASCII character, or starts or ends
    /// with a space or a tab.
    Value HTTP_VALUE "a header value has a control character, one beyond ASCII, or a blank at an end";
    /// A header field that the function can't set: Connection, Content-Length, Keep-Alive,
    /// Proxy-Connection, Transfer-Encoding or Upgrade.
    Connection HTTP_CONNECTION "Content-Length, Connection and their like cannot be set";
    /// A cookie doesn't start with a name, which is a token, and `=`.
    Cookie HTTP_COOKIE "a cookie does not begin with NAME=";
    /// The content type is set twice.
    ContentType HTTP_CONTENT_TYPE "the content type is set twice";
    /// A response has a body, although its status doesn't allow one. The number is the status.
    Body HTTP_BODY "there can be no body with status";
}

/// The header fields that the sender of the response sets, as [`Fields`]: they describe the
/// connection or the encoding of the body. A load balancer drops them, and HTTP/2 forbids most of
/// them ([RFC 9113, section 8.2.2](https://www.rfc-editor.org/rfc/rfc9113#section-8.2.2)). A
/// handler doesn't know the length of a body that is encoded as base64.
const CONNECTION_FIELDS: &[u8] = b"connection\n\ncontent-length\n\nkeep-alive\n\nproxy-connection\n\ntransfer-encoding\n\nupgrade\n\n";

/// Builds an HTTP response: first the header fields and cookies, then the body, which completes it.
///
/// ```
/// # use barelambda::{Invocation, Response};
/// fn handler(invocation: Invocation) -> Response {
///     invocation.responder
///         .http(200)
///         .header("cache-control", "no-store")
///         .cookie("session=31d4d96e; Secure; HttpOnly")
///         .content_type("text/html; charset=utf-8")
///         .text("<p>Hello</p>")
/// }
/// ```
///
/// The response uses [payload format version 2.0][v2], for function URLs and HTTP APIs. REST APIs,
/// HTTP APIs with version 1.0, and load balancers with multi-value headers need
/// [`multi_value_headers`](Self::multi_value_headers). A load balancer without multi-value headers
/// accepts version 2.0 too, but ignores its cookies.
///
/// The method that sets the body returns the first error of all calls before it, so that calls can
/// be chained. The errors are
///
/// - [`Error::HTTP_STATUS`]: the status is not from 200 to 599; a status below 200 doesn't complete
///   an HTTP exchange.
/// - [`Error::HTTP_NAME`], [`Error::HTTP_VALUE`] and [`Error::HTTP_COOKIE`]: a header field or a
///   cookie that can't be sent unchanged.
/// - [`Error::HTTP_CONNECTION`]: a header field that the function can't set, such as
///   Content-Length.
/// - [`Error::HTTP_CONTENT_TYPE`]: the content type is set twice.
/// - [`Error::HTTP_BODY`]: a body with the status 204, 205 or 304, which don't have one.
/// - [`Error::RESPONSE_TOO_LARGE`]: the response is longer than 6,291,556 bytes, or doesn't fit the
///   response buffer, in which each header field needs its length a second time, and 2 bytes.
///   Base64 encodes three bytes as four.
///
/// [v2]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
pub struct HttpResponse<'a> {
    /// The response buffer. It starts with the header fields so far, in the format of [`Fields`],
    /// with names in lower case. It is empty if they didn't fit.
    buffer: &'a mut [u8],
    /// The length of the header fields, in bytes.
    fields: usize,
    /// Replaces the default content type of the method that sets the body.
    content_type: Option<&'a str>,
    status: u16,
    is_multi_value: bool,
    /// The first error in the fields.
    error: Option<ErrorKind>,
}

impl<'a> HttpResponse<'a> {
    pub(crate) const fn new(
        buffer: &'a mut [u8],
        status: u16,
        content_type: Option<&'a str>,
    ) -> Self {
        Self { buffer, fields: 0, content_type, status, is_multi_value: false, error: None }
    }

    /// Sets whether the response has `multiValueHeaders`, with a list of values per header field,
    /// instead of `headers` and `cookies`. The default is false.
    ///
    /// REST APIs and load balancers with multi-value headers need it: set it if the event has
    /// multi-value headers.
    pub fn multi_value_headers(mut self, has_them: bool) -> Self {
        self.is_multi_value = has_them;
        self
    }

    /// Adds a header field. Names are case-insensitive. Further values of the same name are
    /// appended to its list with multi-value headers, and after a comma otherwise ([RFC 9110, section 5.3](https://www.rfc-editor.org/rfc/rfc9110#section-5.3)). `Set-Cookie` is the same
    /// as [`cookie`](Self::cookie).
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.set(name.as_bytes(), value);
        self
    }

    /// Adds a cookie: a name, `=`, a value and attributes, as in `Set-Cookie`
    /// ([RFC 6265, section 4.1](https://www.rfc-editor.org/rfc/rfc6265#section-4.1)).
    pub fn cookie(mut self, cookie: &str) -> Self {
        self.set(SET_COOKIE, cookie);
        self
    }

    /// Sets the content type, instead of the default of the method that sets the body.
    pub fn content_type(mut self, content_type: &str) -> Self {
        self.set(CONTENT_TYPE, content_type);
        self
    }

    /// Responds with `body`. The default content type is `text/plain; charset=utf-8`.
    ///
    /// # Errors
    /// See [`HttpResponse`].
    pub fn text(self, body: &str) -> Response<'a> {
        self.body("text/plain; charset=utf-8", body.as_bytes(), false)
    }

    /// Responds with `value`, serialized as JSON. The default content type is `application/json`.
    ///
    /// # Errors
    /// See [`HttpResponse`], and those of [`json::to_slice`](crate::json::to_slice).
    pub fn json<T: Serialize + ?Sized>(mut self, value: &T) -> Response<'a> {
        let mut cursor = self.begin(JSON, false)?;
        begin_body(&mut cursor, false);
        let start = cursor.len();
        ser::write(&mut cursor, value, Error::RESPONSE_TOO_LARGE)?;
        escape_written(&mut cursor, start);
        end(cursor)
    }

    /// Responds with `body`, any bytes, encoded as base64. The default content type is
    /// `application/octet-stream`.
    ///
    /// # Errors
    /// See [`HttpResponse`].
    pub fn bytes(self, body: &[u8]) -> Response<'a> {
        self.body("application/octet-stream", body, true)
    }

    /// Responds without a body. A content type is sent only if it was set.
    ///
    /// # Errors
    /// See [`HttpResponse`].
    pub fn empty(mut self) -> Response<'a> {
        let mut cursor = self.begin("", true)?;
        begin_body(&mut cursor, false);
        end(cursor)
    }

    /// Begins a stream that starts with the status, the header fields and the cookies.
    ///
    /// # Errors
    /// See [`HttpResponse`], except that any status may be followed by a body.
    pub(crate) fn stream(self, access: &'a dyn StreamAccess) -> Result<ResponseStream<'a>, Error> {
        Ok(ResponseStream::new(
            access,
            self.prelude()?,
            b"application/vnd.awslambda.http-integration-response",
        ))
    }

    /// Writes the prelude of a stream: the status and fields as a JSON object, then eight zero
    /// bytes. The stream buffers after it.
    fn prelude(mut self) -> Result<Cursor<'a>, Error> {
        let len = self.buffer.len().min(self.fields + GATHER_LIMIT);
        self.buffer = mem::take(&mut self.buffer).get_mut(..len).unwrap_or_default();
        let mut cursor = self.begin("application/octet-stream", true)?;
        if cursor.push(b"}\0\0\0\0\0\0\0\0") { Ok(cursor) } else { Err(Error::RESPONSE_TOO_LARGE) }
    }

    fn body(mut self, content_type: &str, body: &[u8], is_base64: bool) -> Response<'a> {
        let mut cursor = self.begin(content_type, body.is_empty())?;
        begin_body(&mut cursor, is_base64);
        if is_base64 {
            base64::encode(&mut cursor, body);
        } else {
            escape_utf8(&mut cursor, body);
        }
        end(cursor)
    }

    /// Adds a header field. Keeps the first error.
    #[inline(never)]
    fn set(&mut self, name: &[u8], value: &str) {
        let value = value.as_bytes();
        let (fields, free) = self.buffer.split_at_mut_checked(self.fields).unwrap_or_default();
        let mut entry = Cursor::new(free);
        entry.push(name);
        entry.written_mut().make_ascii_lowercase();
        let error = check(entry.written(), value, fields);
        entry.push(b"\n");
        entry.push(value);
        if entry.push(b"\n") {
            self.fields += entry.len();
            self.error = self.error.or(error);
        } else {
            self.buffer = &mut [];
        }
    }

    /// Writes the status and the fields. `content_type` is the default, unless it is empty. If they
    /// don't fit, [`end`] returns the error.
    #[inline(never)]
    fn begin(&mut self, content_type: &str, is_empty: bool) -> Result<Cursor<'a>, Error> {
        if !content_type.is_empty()
            && find(self.buffer.get(..self.fields).unwrap_or_default(), CONTENT_TYPE).is_none()
        {
            self.set(CONTENT_TYPE, self.content_type.unwrap_or(content_type));
        }
        let status = self.status.into();
        if !matches!(status, 200..=599) {
            return Err(Error::HTTP_STATUS.with(status));
        }
        if let Some(error) = self.error {
            return Err(error.error());
        }
        if !is_empty && matches!(status, 204 | 205 | 304) {
            return Err(Error::HTTP_BODY.with(status));
        }
        let (fields, free) =
            mem::take(&mut self.buffer).split_at_mut_checked(self.fields).unwrap_or_default();
        let mut cursor = Cursor::new(free);
        cursor.push(b"{\"statusCode\":");
        cursor.push_number(status.into());
        write_fields(&mut cursor, fields, self.is_multi_value);
        Ok(cursor)
    }
}

/// Begins the body, after the status and the fields.
fn begin_body(cursor: &mut Cursor<'_>, is_base64: bool) {
    cursor.push(if is_base64 {
        b",\"isBase64Encoded\":true,\"body\":\""
    } else {
        b",\"isBase64Encoded\":false,\"body\":\""
    });
}

/// Ends the body and the response.
fn end(mut cursor: Cursor<'_>) -> Response<'_> {
    if !cursor.push(b"\"}") {
        return Err(Error::RESPONSE_TOO_LARGE);
    }
    Answer::response(JSON, cursor.into_written()).map(|answer| Responded { answer })
}

/// Checks a header field that is added to `fields`. Its name is in lower case.
fn check(name: &[u8], value: &[u8], fields: &[u8]) -> Option<ErrorKind> {
    if !is_token(name) {
        return Some(ErrorKind::Name);
    }
    if !is_plain_value(value) {
        return Some(ErrorKind::Value);
    }
    if find(CONNECTION_FIELDS, name).is_some() {
        return Some(ErrorKind::Connection);
    }
    // A `match` on byte strings would compare byte by byte, in ten times the code.
    if name == SET_COOKIE && !begins_with_name(value) {
        return Some(ErrorKind::Cookie);
    }
    if name == CONTENT_TYPE && find(fields, name).is_some() {
        return Some(ErrorKind::ContentType);
    }
    None
}

/// Returns whether every version of HTTP transmits `value` unchanged: visible ASCII, with spaces
/// and tabs only inside.
fn is_plain_value(value: &[u8]) -> bool {
    let is_visible = |byte: &u8| matches!(byte, b'!'..=b'~');
    value.iter().all(|byte| is_visible(byte) || matches!(byte, b' ' | b'\t'))
        && value.first().is_none_or(is_visible)
        && value.last().is_none_or(is_visible)
}

/// Returns whether a cookie starts with a name and an equals sign.
fn begins_with_name(cookie: &[u8]) -> bool {
    cookie
        .iter()
        .position(|byte| *byte == b'=')
        .and_then(|end| cookie.get(..end))
        .is_some_and(is_token)
}

/// The names and values of the fields as [`HttpResponse`] keeps them, each followed by a line feed.
/// A name or value that contains a line feed is an error, and then the fields aren't written.
#[derive(Copy, Clone)]
struct Fields<'f>(&'f [u8]);

impl<'f> Iterator for Fields<'f> {
    type Item = (&'f [u8], &'f [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        Some((self.line()?, self.line()?))
    }
}

impl<'f> Fields<'f> {
    fn line(&mut self) -> Option<&'f [u8]> {
        let end = self.0.iter().position(|byte| *byte == b'\n')?;
        let line = self.0.get(..end)?;
        self.0 = self.0.get(end + 1..)?;
        Some(line)
    }
}

/// Returns the index of the first field `name`.
#[inline(never)]
fn find(fields: &[u8], name: &[u8]) -> Option<usize> {
    Fields(fields).position(|(other, _)| other == name)
}

/// Writes `headers` and `cookies`, or `multiValueHeaders`.
fn write_fields(cursor: &mut Cursor<'_>, fields: &[u8], is_multi_value: bool) {
    let lead: &[u8] = if is_multi_value { b",\"multiValueHeaders\":{" } else { b",\"headers\":{" };
    cursor.push(lead);
    for (index, (name, _)) in Fields(fields).enumerate() {
        let is_cookie = !is_multi_value && name == SET_COOKIE;
        if is_cookie || find(fields, name) < Some(index) {
            continue;
        }
        cursor.push(if cursor.written().ends_with(b"{") { b"\"" } else { b",\"" });
        cursor.push(name);
        cursor.push(b"\":");
        write_values(cursor, fields, name, is_multi_value);
    }
    cursor.push(b"}");
    if !is_multi_value && find(fields, SET_COOKIE).is_some() {
        cursor.push(b",\"cookies\":");
        write_values(cursor, fields, SET_COOKIE, true);
    }
}

/// Writes the values of the field `name`, as a list or as one string.
fn write_values(cursor: &mut Cursor<'_>, fields: &[u8], name: &[u8], is_list: bool) {
    let (start, between, end) = if is_list { ("[\"", "\",\"", "\"]") } else { ("\"", ", ", "\"") };
    let mut lead = start;
    for (other, value) in Fields(fields) {
        if other == name {
            cursor.push(lead.as_bytes());
            escape_utf8(cursor, value);
            lead = between;
        }
    }
    cursor.push(end.as_bytes());
}

/// Escapes the JSON after `start` in place, as the content of a JSON string. It doesn't contain
/// control characters, so a backslash is enough for each character that must be escaped.
fn escape_written(cursor: &mut Cursor<'_>, start: usize) {
    let json = cursor.written().get(start..).unwrap_or_default();
    let mut from = json.len();
    let more = json.iter().filter(|byte| must_be_escaped(**byte)).count();
    cursor.take(more);
    let json = cursor.written_mut().get_mut(start..).unwrap_or_default();
    let mut to = json.len();
    // Once both are equal, the bytes before them stay where they are.
    while from < to {
        from -= 1;
        let byte = json.get(from).copied().unwrap_or_default();
        for byte in [Some(byte), must_be_escaped(byte).then_some(b'\\')].into_iter().flatten() {
            to -= 1;
            if let Some(place) = json.get_mut(to) {
                *place = byte;
            }
        }
    }
}
