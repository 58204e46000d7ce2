//! Requests to any server.

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use barelambda::Error;

use crate::channel::Channel;
use crate::client::{REPLY_LIMIT, WAIT};
use crate::http::request::Path;
use crate::net::deadline::Deadline;
use crate::net::socket::Limits;
use crate::reply::Reply;
use crate::reply_stream::ReplyStream;
use crate::request::Request;
use crate::tls;
use crate::url::Url;

/// A client of servers other than AWS's, such as webhooks. It keeps the connection to the last one.
///
/// ```no_run
/// use barelambda_aws::Https;
///
/// let mut https = Https::new()?;
/// https.post("https://example.com/hook", "application/json", b"{}")?.success()?;
/// # Ok::<(), barelambda::Error>(())
/// ```
///
/// It trusts the certificates of the bundle in the file that `AWS_CA_BUNDLE` names, or else those
/// of the system: `/etc/pki/tls/certs/ca-bundle.crt` on Amazon Linux, which Lambda runs.
///
/// A reply of any status is a [`Reply`]; no redirect is followed, and no request is repeated,
/// except when a kept connection turns out to be closed before the reply begins. The limits are
/// those of [`Client`](crate::Client#limits).
pub struct Https {
    tls: tls::Config,
    channel: Option<Channel>,
    wait: Duration,
    reply_limit: usize,
}

impl Https {
    /// Reads the certificates to trust. They take about 100 KiB of the heap.
    ///
    /// # Errors
    /// Those of [`crate::error`] about the bundle, whose type is `Aws.TlsBundle`.
    pub fn new() -> Result<Self, Error> {
        Ok(Self {
            tls: tls::Config::for_any_server()?,
            channel: None,
            wait: WAIT,
            reply_limit: REPLY_LIMIT,
        })
    }

    /// Sets the longest wait for a server. `Duration::MAX` leaves only the end of the call.
    pub const fn set_timeout(&mut self, wait: Duration) {
        self.wait = wait;
    }

    /// Sets the longest body of a reply, in bytes. It must fit on the heap.
    pub const fn set_reply_limit(&mut self, limit: usize) {
        self.reply_limit = limit;
    }

    /// Sends a GET request. The URL's path and query are sent as they are.
    ///
    /// # Errors
    /// Those of [`request`](Self::request).
    pub fn get(&mut self, url: &str) -> Result<Reply, Error> {
        self.request(url, &Request::get(""))
    }

    /// Sends a POST request with a body.
    ///
    /// # Errors
    /// Those of [`request`](Self::request).
    pub fn post(&mut self, url: &str, content_type: &str, body: &[u8]) -> Result<Reply, Error> {
        self.request(url, &Request::post("").header("content-type", content_type).body(body))
    }

    /// Sends a PUT request with a body.
    ///
    /// # Errors
    /// Those of [`request`](Self::request).
    pub fn put(&mut self, url: &str, content_type: &str, body: &[u8]) -> Result<Reply, Error> {
        self.request(url, &Request::put("").header("content-type", content_type).body(body))
    }

    /// Sends any request to a URL, and returns the whole reply. The URL has the path and the query;
    /// those of the request are ignored.
    ///
    /// # Errors
    /// Those of [`crate::error`]: about the URL and the request, if it can't be sent; about name
    /// resolution, connection, TLS and time; about the reply, if it isn't HTTP, is truncated, or is
    /// longer than the limit.
    pub fn request(&mut self, url: &str, request: &Request<'_>) -> Result<Reply, Error> {
        let limit = self.reply_limit;
        let (status, channel) = self.exchange(url, request)?;
        let body = channel.read_all(limit)?;
        Ok(Reply::new(status, channel.head().into(), body))
    }

    /// Sends any request to a URL, and returns the reply when its head has arrived. The body is
    /// read in pieces, so it may have any length.
    ///
    /// # Errors
    /// As [`request`](Self::request). Errors of the body come from [`ReplyStream::read`].
    pub fn open(&mut self, url: &str, request: &Request<'_>) -> Result<ReplyStream<'_>, Error> {
        let limit = self.reply_limit;
        let (status, channel) = self.exchange(url, request)?;
        let body = if status >= 300 { channel.read_all(limit)? } else { Vec::new() };
        Ok(ReplyStream::new(Reply::new(status, channel.head().into(), body), channel))
    }

    fn exchange(&mut self, url: &str, request: &Request<'_>) -> Result<(u16, &mut Channel), Error> {
        let url = Url::parse(url)?;
        let limits = Limits { wait: self.wait, deadline: Deadline::begin() };
        let head = request.to_with_query(url.authority, Path::Encoded(url.path), url.query);
        let mut text = Vec::new();
        head.write(&mut text)?;
        let channel = self.channel.take().filter(|channel| channel.is_to(&url));
        let channel = self.channel.insert(channel.unwrap_or_else(|| Channel::new(&url, &self.tls)));
        let status = channel.exchange(request.method(), &text, request.content(), limits)?;
        Ok((status, channel))
    }
}

impl fmt::Debug for Https {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Https").field("wait", &self.wait).finish_non_exhaustive()
    }
}
