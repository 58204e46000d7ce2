//! A request to a REST service, or to any server.

use alloc::vec::Vec;

use crate::http::request::{self, Method, Path, Query};

/// A request: a method, a path, and what goes with them. It borrows all of its texts.
///
/// ```
/// use barelambda_aws::Request;
///
/// let tags = Request::get("/a key").query("tagging", "");
/// let upload = Request::put("/a key").header("content-type", "text/plain").body(b"text");
/// ```
///
/// The client writes the headers `host`, `content-length` and `user-agent`, those of the signature,
/// and those about the connection. Any other may be set, and repeated.
#[derive(Clone)]
pub struct Request<'a> {
    method: Method,
    path: &'a str,
    query: Vec<(&'a str, &'a str)>,
    headers: Vec<(&'a str, &'a str)>,
    body: &'a [u8],
}

impl<'a> Request<'a> {
    /// A request with any method. The path begins with a slash. It's plain text, which is encoded
    /// where it has to be: `/a key`, not `/a%20key`.
    pub const fn new(method: Method, path: &'a str) -> Self {
        Self { method, path, query: Vec::new(), headers: Vec::new(), body: b"" }
    }

    /// A GET request.
    pub const fn get(path: &'a str) -> Self {
        Self::new(Method::Get, path)
    }

    /// A HEAD request, whose reply has the headers of a GET request's, and no body.
    pub const fn head(path: &'a str) -> Self {
        Self::new(Method::Head, path)
    }

    /// A POST request.
    pub const fn post(path: &'a str) -> Self {
        Self::new(Method::Post, path)
    }

    /// A PUT request.
    pub const fn put(path: &'a str) -> Self {
        Self::new(Method::Put, path)
    }

    /// A DELETE request.
    pub const fn delete(path: &'a str) -> Self {
        Self::new(Method::Delete, path)
    }

    /// Adds a parameter to the query. Name and value are plain text, too.
    #[must_use]
    pub fn query(mut self, name: &'a str, value: &'a str) -> Self {
        self.query.push((name, value));
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'a str, value: &'a str) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Sets the body.
    #[must_use]
    pub const fn body(mut self, body: &'a [u8]) -> Self {
        self.body = body;
        self
    }

    /// The method.
    pub(crate) const fn method(&self) -> Method {
        self.method
    }

    /// The path, plain.
    pub(crate) const fn path(&self) -> &'a str {
        self.path
    }

    /// The body, which may be empty.
    pub(crate) const fn content(&self) -> &'a [u8] {
        self.body
    }

    /// Returns the head of the request to `host`. The path has been joined to that of the endpoint.
    pub(crate) fn to<'h>(&'h self, host: &'h str, path: Path<'h>) -> request::Request<'h> {
        request::Request {
            method: self.method,
            host,
            path,
            query: Query::Pairs(&self.query),
            headers: &self.headers,
            body_len: self.body_len(),
        }
    }

    /// As [`to`](Self::to), with an encoded query in place of the pairs.
    pub(crate) fn to_with_query<'h>(
        &'h self,
        host: &'h str,
        path: Path<'h>,
        query: &'h str,
    ) -> request::Request<'h> {
        request::Request { query: Query::Encoded(query), ..self.to(host, path) }
    }

    /// A POST or PUT says that its body is empty; others have none unless they have bytes.
    const fn body_len(&self) -> Option<usize> {
        match self.method {
            Method::Post | Method::Put | Method::Patch => Some(self.body.len()),
            _ if self.body.is_empty() => None,
            _ => Some(self.body.len()),
        }
    }
}
