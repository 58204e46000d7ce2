//! The head of a request, signed or not.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use barelambda::Error;
use barelambda::bytes::cursor::Cursor;
use barelambda::bytes::header_value::{is_token, is_value};
use barelambda::bytes::name::is_name;
use barelambda::http1::request::{Head, is_path};

use crate::error::{
    CREDENTIALS_MALFORMED, HEADER_NAME, HEADER_RESERVED, HEADER_VALUE, REQUEST_HOST, REQUEST_PATH,
    REQUEST_QUERY,
};
use crate::sigv4::canonical::{self, CanonicalRequest, push_encoded};
use crate::sigv4::presign::signed_query;
use crate::sigv4::sign::Signer;
use crate::sigv4::{Payload, Style};
use crate::url::{Scheme, is_query};

/// A request, except for its body. It doesn't implement `Debug`, because its headers may be secret.
#[derive(Copy, Clone)]
pub struct Request<'a> {
    /// What to do.
    pub method: Method,
    /// The value of the header `Host`: [`Url::authority`](crate::url::Url::authority).
    pub host: &'a str,
    /// The path, which begins with a slash.
    pub path: Path<'a>,
    /// The query.
    pub query: Query<'a>,
    /// Headers, except those that the client writes itself: [`RESERVED`], and [`SIGNED`] if the
    /// request is signed. Their order is kept, and several can have the same name.
    pub headers: &'a [(&'a str, &'a str)],
    /// The length of the body in bytes. `None` if the method has no body, as GET; zero for an
    /// empty body of a PUT or POST.
    pub body_len: Option<usize>,
}

/// The method of a request.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Method {
    /// GET.
    Get,
    /// HEAD, whose reply has no body.
    Head,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// PATCH.
    Patch,
    /// DELETE.
    Delete,
}

/// The path of a request.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Path<'a> {
    /// Any text, for example a bucket and a key: `/bucket/a key`. It is encoded, except for the
    /// slashes.
    Raw(&'a str),
    /// An encoded path, which is sent unchanged: `/bucket/a%20key`.
    Encoded(&'a str),
}

/// The query of a request.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Query<'a> {
    /// Names and values, which are encoded and sorted.
    Pairs(&'a [(&'a str, &'a str)]),
    /// An encoded query without the `?`, which is sent unchanged. It can be empty.
    Encoded(&'a str),
}

/// The headers that the client writes itself or that would change the framing, in lower case.
pub const RESERVED: [&str; 9] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];

/// The headers of a signature, in lower case.
pub const SIGNED: [&str; 4] =
    ["authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"];

/// A header that isn't signed, in lower case.
const UNSIGNED: &str = "x-amzn-trace-id";

impl Method {
    /// Returns the name of the method, as it is sent.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl Request<'_> {
    /// Appends the request line and the header section to `out`.
    ///
    /// # Errors
    /// [`REQUEST_HOST`], [`REQUEST_PATH`], [`REQUEST_QUERY`], [`HEADER_NAME`], [`HEADER_VALUE`] and
    /// [`HEADER_RESERVED`]. Then nothing is appended.
    pub fn write(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        self.check(&[])?;
        self.write_target(out, &self.path.encoded()?, &self.query.encoded()?, &[]);
        Ok(())
    }

    /// Appends the request line and the header section to `out`, signed for AWS. All headers are
    /// signed, except for Content-Length, User-Agent, and `X-Amzn-Trace-Id`, which proxies change.
    /// `payload` must be that of the body.
    ///
    /// # Errors
    /// As [`write`](Self::write), and [`CREDENTIALS_MALFORMED`].
    pub fn write_signed(
        &self,
        out: &mut Vec<u8>,
        signer: &Signer<'_>,
        payload: &Payload,
    ) -> Result<(), Error> {
        self.check(&SIGNED)?;
        let (path, query) = (self.path.encoded()?, self.query.encoded()?);
        let payload_text = payload.text();
        let mut added = Vec::from([("x-amz-date", signer.time.as_str())]);
        if signer.style == Style::S3 {
            added.push(("x-amz-content-sha256", &payload_text));
        }
        added.extend(signer.credentials.session_token.map(|token| ("x-amz-security-token", token)));

        let mut headers = self.headers_to_sign();
        headers.extend(&added);
        let canonical_query = match self.query {
            Query::Pairs(_) => Cow::Borrowed(&*query),
            Query::Encoded(text) => canonical::encoded_query(text).into(),
        };
        let request = CanonicalRequest::new(
            self.method.name(),
            &canonical::path(&path, signer.style),
            &canonical_query,
            &headers,
            payload,
        );
        let authorization = signer.authorization(&request);
        added.push(("authorization", &authorization));
        if !added.iter().all(|(_, value)| is_value(value.as_bytes())) {
            return Err(CREDENTIALS_MALFORMED);
        }
        self.write_target(out, &path, &query, &added);
        Ok(())
    }

    /// Returns the presigned URL of the request, which a browser can use for `seconds` from the
    /// time of the signer. It must send the same headers. An encoded query must be empty.
    ///
    /// # Errors
    /// As [`write`](Self::write), and
    /// [`PRESIGN_EXPIRY`](crate::error::PRESIGN_EXPIRY) unless `seconds` is from 1 to 604,800.
    pub fn presign(
        &self,
        scheme: Scheme,
        signer: &Signer<'_>,
        seconds: u32,
    ) -> Result<String, Error> {
        self.check(&SIGNED)?;
        let path = self.path.encoded()?;
        let pairs = match self.query {
            Query::Pairs(pairs) => pairs,
            Query::Encoded("") => &[],
            Query::Encoded(_) => return Err(REQUEST_QUERY),
        };
        let headers = self.headers_to_sign();
        let query = signed_query(
            signer,
            self.method.name(),
            &path,
            pairs,
            &headers,
            &Payload::Unsigned,
            seconds,
        )?;
        let mut url = String::from(scheme.prefix());
        for part in [self.host, &path, "?", &query] {
            url.push_str(part);
        }
        Ok(url)
    }

    fn headers_to_sign(&self) -> Vec<(&str, &str)> {
        let own =
            self.headers.iter().filter(|(name, _)| !is_name(name.as_bytes(), UNSIGNED.as_bytes()));
        [("host", self.host)].iter().chain(own).copied().collect()
    }

    /// Checks the host and the headers, of which none may be `reserved`.
    fn check(&self, reserved: &[&str]) -> Result<(), Error> {
        if self.host.is_empty() || !is_path(self.host.as_bytes()) {
            return Err(REQUEST_HOST);
        }
        for (name, value) in self.headers {
            if !is_token(name.as_bytes()) {
                return Err(HEADER_NAME);
            }
            if !is_value(value.as_bytes()) {
                return Err(HEADER_VALUE);
            }
            if RESERVED
                .iter()
                .chain(reserved)
                .any(|other| is_name(name.as_bytes(), other.as_bytes()))
            {
                return Err(HEADER_RESERVED);
            }
        }
        Ok(())
    }

    /// Appends the head. All parts have been checked.
    fn write_target(&self, out: &mut Vec<u8>, path: &str, query: &str, added: &[(&str, &str)]) {
        /// More than the length of all that is written besides the parts below.
        const FIXED: usize = 256;
        let headers = || self.headers.iter().chain(added);
        let start = out.len();
        let mut room = FIXED + path.len() + query.len() + self.host.len();
        room += headers().map(|(name, value)| name.len() + value.len() + 4).sum::<usize>();
        out.resize(start + room, 0);
        let mut cursor = Cursor::new(out.get_mut(start..).unwrap_or_default());
        for part in [self.method.name(), " ", path] {
            cursor.push(part.as_bytes());
        }
        if !query.is_empty() {
            cursor.push(b"?");
            cursor.push(query.as_bytes());
        }
        let mut head = Head::begin(&mut cursor, self.host.as_bytes());
        for (name, value) in headers() {
            head.named_field(name.as_bytes(), value.as_bytes());
        }
        match self.body_len {
            Some(len) => head.end_with_length(len),
            None => head.end(),
        }
        let len = cursor.len();
        out.truncate(start + len);
    }
}

impl<'a> Path<'a> {
    /// Returns the path as it is sent.
    ///
    /// # Errors
    /// [`REQUEST_PATH`].
    pub fn encoded(&self) -> Result<Cow<'a, str>, Error> {
        match *self {
            Self::Raw(text) if text.starts_with('/') => {
                let mut path = String::new();
                push_encoded(&mut path, text, "/");
                Ok(path.into())
            }
            Self::Encoded(text) if text.starts_with('/') && is_path(text.as_bytes()) => {
                Ok(text.into())
            }
            _ => Err(REQUEST_PATH),
        }
    }
}

impl<'a> Query<'a> {
    /// Returns the query as it is sent.
    ///
    /// # Errors
    /// [`REQUEST_QUERY`].
    pub fn encoded(&self) -> Result<Cow<'a, str>, Error> {
        match *self {
            Self::Pairs(pairs) => Ok(canonical::query(pairs).into()),
            Self::Encoded(text) if is_query(text.as_bytes()) => Ok(text.into()),
            Self::Encoded(_) => Err(REQUEST_QUERY),
        }
    }
}
