//! Answers over HTTP, in the JSON that API Gateway, function URLs and load balancers turn into HTTP.

use core::mem;

use serde::Serialize;

use super::Responded;
use crate::buffer::Cursor;
use crate::error::Error;
use crate::escape::{escape, escape_utf8, must_be_escaped};
use crate::field::is_token;
use crate::json::{base64, ser};
use crate::runtime_api::answer::{Answer, JSON};

const CONTENT_TYPE: &[u8] = b"content-type";
const SET_COOKIE: &[u8] = b"set-cookie";

/// The fields of one connection, and of one form of the body. Who sends the answer sets them; a load balancer drops these, HTTP/2 has no
/// place for most of them ([RFC 9113, section 8.2.2](https://www.rfc-editor.org/rfc/rfc9113#section-8.2.2)), and the length of a body in
/// base64 is not what a handler counts.
const OF_THE_CONNECTION: [&[u8]; 6] =
    [b"connection", b"content-length", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade"];

/// An answer over HTTP that is being made: header fields and cookies, and then the body, which ends it.
///
/// ```
/// # use barelambda::{Error, Event, Responded, Responder};
/// fn handler<'a>(_: Event<'a>, responder: Responder<'a>) -> Result<Responded<'a>, Error> {
///     responder
///         .http(200)
///         .header("cache-control", "no-store")
///         .cookie("session=31d4d96e; Secure; HttpOnly")
///         .content_type("text/html; charset=utf-8")
///         .text("<p>Hello</p>")
/// }
/// ```
///
/// The answer has the form of [payload format version 2.0][v2], which function URLs and HTTP APIs understand. REST APIs, HTTP APIs in
/// version 1.0, and load balancers with multi-value headers take the other form, [`multi_value_headers`](Self::multi_value_headers). A load
/// balancer without them takes the first form too, but knows no cookies in it.
///
/// What would break the answer is an error. The first one is given in place of the answer, when the body is set; until then it is kept, so
/// that header fields can be set one after the other. The errors are
///
/// - [`Error::HTTP_STATUS`]: the status is not from 200 to 599; those below 200 do not end an exchange over HTTP.
/// - [`Error::HTTP_NAME`], [`Error::HTTP_VALUE`] and [`Error::HTTP_COOKIE`]: a header field or a cookie would not arrive as it is.
/// - [`Error::HTTP_CONNECTION`]: a header field like Content-Length, which is not the function's to set.
/// - [`Error::HTTP_CONTENT_TYPE`]: the content type is set twice.
/// - [`Error::HTTP_BODY`]: a body with the status 204, 205 or 304, which mean that there is none.
/// - [`Error::RESPONSE_TOO_LARGE`]: the answer is longer than 6,291,556 bytes, or does not fit the response buffer, in which each header
///   field takes its length once more, and 16 bytes, until the body is set. Base64 makes of three bytes four.
///
/// [v2]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
pub struct HttpResponse<'a> {
    /// The header fields so far stand at its end, the last one first, as [`Fields`] reads them. Their names are in lower case.
    buffer: &'a mut [u8],
    /// Where they begin.
    fields: usize,
    status: u16,
    is_multi_value: bool,
    /// What takes the place of the content type that the way to set the body implies.
    content_type: Option<&'a str>,
    error: Option<Error>,
}

impl<'a> HttpResponse<'a> {
    pub(super) const fn new(buffer: &'a mut [u8], status: u16, content_type: Option<&'a str>) -> Self {
        let fields = buffer.len();
        let error = if matches!(status, 200..=599) { None } else { Some(Error::HTTP_STATUS.with(status as u32)) };
        Self { buffer, fields, status, is_multi_value: false, content_type, error }
    }

    /// Whether the answer has `multiValueHeaders`, each with a list of values, cookies among them, in place of `headers` and `cookies`.
    ///
    /// This is what REST APIs and load balancers with multi-value headers take: answer with them when the event has them.
    pub fn multi_value_headers(mut self, has_them: bool) -> Self {
        self.is_multi_value = has_them;
        self
    }

    /// Sets the header field `name`, of which case does not matter. One that is set already gets a further value: in a list of its own
    /// where there are multi-value headers, and otherwise behind a comma
    /// ([RFC 9110, section 5.3](https://www.rfc-editor.org/rfc/rfc9110#section-5.3)). `Set-Cookie` is the same as [`cookie`](Self::cookie).
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.set(name.as_bytes(), value);
        self
    }

    /// Sets a cookie: a name, `=`, a value and attributes, as they stand in `Set-Cookie`
    /// ([RFC 6265, section 4.1](https://www.rfc-editor.org/rfc/rfc6265#section-4.1)). There may be several.
    pub fn cookie(mut self, cookie: &str) -> Self {
        self.set(SET_COOKIE, cookie);
        self
    }

    /// Sets the content type, in place of the one that the way to set the body implies.
    pub fn content_type(mut self, content_type: &str) -> Self {
        self.set(CONTENT_TYPE, content_type);
        self
    }

    /// Answers with `body`, `text/plain; charset=utf-8` if nothing else is set.
    ///
    /// # Errors
    /// See [`HttpResponse`].
    pub fn text(mut self, body: &str) -> Result<Responded<'a>, Error> {
        let mut cursor = self.begin(Some("text/plain; charset=utf-8"), body.is_empty(), false);
        escape(&mut cursor, body);
        self.end(cursor)
    }

    /// Answers with `value` as JSON, `application/json` if nothing else is set.
    ///
    /// # Errors
    /// See [`HttpResponse`], and those of [`json::to_slice`](crate::json::to_slice).
    pub fn json<T: Serialize + ?Sized>(mut self, value: &T) -> Result<Responded<'a>, Error> {
        let mut cursor = self.begin(Some(JSON), false, false);
        let start = cursor.len();
        if let Err(error) = ser::write(&mut cursor, value, Error::RESPONSE_TOO_LARGE) {
            self.fail(error);
        }
        escape_written(&mut cursor, start);
        self.end(cursor)
    }

    /// Answers with `body`, bytes of any kind, which are written as base64; `application/octet-stream` if nothing else is set.
    ///
    /// # Errors
    /// See [`HttpResponse`].
    pub fn bytes(mut self, body: &[u8]) -> Result<Responded<'a>, Error> {
        let mut cursor = self.begin(Some("application/octet-stream"), body.is_empty(), true);
        base64::encode(&mut cursor, body);
        self.end(cursor)
    }

    /// Answers without a body; a content type is sent if one is set.
    ///
    /// # Errors
    /// See [`HttpResponse`].
    pub fn empty(mut self) -> Result<Responded<'a>, Error> {
        let cursor = self.begin(None, true, false);
        self.end(cursor)
    }

    /// Keeps the first error.
    fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }

    fn set(&mut self, name: &[u8], value: &str) {
        if let Err(error) = self.try_set(name, value) {
            self.fail(error);
        }
    }

    fn try_set(&mut self, name: &[u8], value: &str) -> Result<(), Error> {
        let value = value.as_bytes();
        if !is_token(name) {
            return Err(Error::HTTP_NAME);
        }
        if !is_plain_value(value) {
            return Err(Error::HTTP_VALUE);
        }
        let (free, fields) = self.buffer.split_at_mut_checked(self.fields).ok_or(Error::RESPONSE_TOO_LARGE)?;
        let start = free.len().checked_sub(LENGTHS + name.len() + value.len()).ok_or(Error::RESPONSE_TOO_LARGE)?;
        let mut entry = Cursor::new(free.get_mut(start..).ok_or(Error::RESPONSE_TOO_LARGE)?);
        entry.push(name);
        entry.written_mut().make_ascii_lowercase();
        // Patterns would be compared byte by byte, in ten times the code.
        let name = entry.written();
        if name == SET_COOKIE && !begins_with_name(value) {
            return Err(Error::HTTP_COOKIE);
        }
        if name == CONTENT_TYPE && find(fields, name).is_some() {
            return Err(Error::HTTP_CONTENT_TYPE);
        }
        if OF_THE_CONNECTION.contains(&name) {
            return Err(Error::HTTP_CONNECTION);
        }
        let name_len = name.len();
        entry.push(value);
        entry.push(&name_len.to_ne_bytes());
        entry.push(&value.len().to_ne_bytes());
        self.fields = start;
        Ok(())
    }

    /// Writes all before the body. `content_type` is set if none was. What fails here shows in the end.
    fn begin(&mut self, content_type: Option<&str>, is_empty: bool, is_base64: bool) -> Cursor<'a> {
        if let Some(content_type) = content_type
            && find(self.buffer.get(self.fields..).unwrap_or_default(), CONTENT_TYPE).is_none()
        {
            self.set(CONTENT_TYPE, self.content_type.unwrap_or(content_type));
        }
        if !is_empty && matches!(self.status, 204 | 205 | 304) {
            self.fail(Error::HTTP_BODY.with(self.status.into()));
        }
        let buffer = mem::take(&mut self.buffer);
        let (free, fields) = buffer.split_at_mut_checked(self.fields).unwrap_or_default();
        let mut cursor = Cursor::new(free);
        cursor.push(b"{\"statusCode\":");
        cursor.push_number(self.status.into());
        write_fields(&mut cursor, fields, self.is_multi_value);
        cursor.push(if is_base64 { b",\"isBase64Encoded\":true,\"body\":\"" } else { b",\"isBase64Encoded\":false,\"body\":\"" });
        if cursor.is_full() {
            self.fail(Error::RESPONSE_TOO_LARGE);
        }
        let len = cursor.len();
        // The fields are written: the body may have the whole buffer.
        let mut cursor = Cursor::new(buffer);
        cursor.take(len);
        cursor
    }

    /// Ends the body and the answer.
    fn end(self, mut cursor: Cursor<'a>) -> Result<Responded<'a>, Error> {
        let fits = cursor.push(b"\"}");
        match self.error {
            Some(error) => Err(error),
            None if !fits => Err(Error::RESPONSE_TOO_LARGE),
            None => Answer::response(JSON, cursor.into_written()).map(|answer| Responded { answer }),
        }
    }
}

/// Whether `value` arrives as it is, by any version of HTTP: visible ASCII, with blanks and tabs in between.
fn is_plain_value(value: &[u8]) -> bool {
    value.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t')) && value.trim_ascii().len() == value.len()
}

/// Whether a cookie begins with a name and an equals sign.
fn begins_with_name(cookie: &[u8]) -> bool {
    cookie.iter().position(|byte| *byte == b'=').and_then(|end| cookie.get(..end)).is_some_and(is_token)
}

/// The bytes that an entry has besides name and value: their lengths, behind them.
const LENGTHS: usize = 2 * size_of::<usize>();

/// The names and values of the fields as [`HttpResponse`] keeps them, in the order in which they were set.
#[derive(Copy, Clone)]
struct Fields<'f>(&'f [u8]);

impl<'f> Iterator for Fields<'f> {
    type Item = (&'f [u8], &'f [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let value_len = self.length()?;
        let name_len = self.length()?;
        let value = self.last(value_len)?;
        Some((self.last(name_len)?, value))
    }
}

impl<'f> Fields<'f> {
    fn length(&mut self) -> Option<usize> {
        self.last(size_of::<usize>())?.first_chunk().copied().map(usize::from_ne_bytes)
    }

    fn last(&mut self, len: usize) -> Option<&'f [u8]> {
        let (rest, last) = self.0.split_at_checked(self.0.len().checked_sub(len)?)?;
        self.0 = rest;
        Some(last)
    }
}

/// The place of the first field `name`.
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

/// Writes the values of the field `name`, as a list or as one text.
fn write_values(cursor: &mut Cursor<'_>, fields: &[u8], name: &[u8], is_list: bool) {
    let (before, between, behind) = if is_list { ("[\"", "\",\"", "\"]") } else { ("\"", ", ", "\"") };
    let mut lead = before;
    for (other, value) in Fields(fields) {
        if other == name {
            cursor.push(lead.as_bytes());
            escape_utf8(cursor, value);
            lead = between;
        }
    }
    cursor.push(behind.as_bytes());
}

/// Escapes, where it stands, the JSON that was written from `start` on, as the inside of a JSON string. There are no control characters in
/// it, so what must be escaped gets a backslash.
fn escape_written(cursor: &mut Cursor<'_>, start: usize) {
    let json = cursor.written().get(start..).unwrap_or_default();
    let mut from = json.len();
    let more = json.iter().filter(|byte| must_be_escaped(**byte)).count();
    cursor.take(more);
    let json = cursor.written_mut().get_mut(start..).unwrap_or_default();
    let mut to = json.len();
    // All before it is in place once both are the same.
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

#[cfg(test)]
#[path = "http_tests.rs"]
mod tests;
