//! The exchange of requests and replies with one server.

use alloc::string::String;
use alloc::vec::Vec;

use barelambda::Error;

use crate::error::{BROKEN, REPLY_MISSING, TLS_TRUNCATED};
use crate::http::reply::ReplyReader;
use crate::http::request::Method;
use crate::net::connection::Connection;
use crate::net::socket::Limits;
use crate::stream::Stream as _;
use crate::tls;
use crate::url::{Scheme, Url};

/// A server, and the connection to it, which is opened when it's needed and kept afterwards.
pub(crate) struct Channel {
    host: String,
    port: u16,
    /// `None`: without TLS.
    tls: Option<tls::Config>,
    /// `None` after an error, and after a reply that was the connection's last one.
    connection: Option<Connection>,
    /// Whether no request has been sent over the connection.
    is_new: bool,
    reader: ReplyReader,
}

impl Channel {
    pub(crate) fn new(url: &Url<'_>, tls: &tls::Config) -> Self {
        let tls = (url.scheme == Scheme::Https).then(|| tls.clone());
        let (host, port) = (url.host.into(), url.port);
        Self { host, port, tls, connection: None, is_new: true, reader: ReplyReader::new() }
    }

    /// Whether the channel leads to the server of `url`.
    pub(crate) fn is_to(&self, url: &Url<'_>) -> bool {
        let is_https = url.scheme == Scheme::Https;
        self.host == url.host && self.port == url.port && self.tls.is_some() == is_https
    }

    /// Opens the connection, unless there is one that the server hasn't closed.
    ///
    /// # Errors
    /// Those of [`Connection::open`].
    pub(crate) fn connect(&mut self, limits: Limits) -> Result<(), Error> {
        self.ready(limits).map(|_| ())
    }

    /// As [`connect`](Self::connect). Returns whether the connection has been used before.
    fn ready(&mut self, limits: Limits) -> Result<bool, Error> {
        let can_be_reused = self.is_new || self.reader.is_reusable();
        let was_used = !self.is_new;
        if let Some(mut connection) = self.connection.take()
            && can_be_reused
        {
            // Those of the previous call may have passed, and `is_usable` receives.
            connection.set_limits(limits);
            if connection.is_usable() {
                self.connection = Some(connection);
                return Ok(was_used);
            }
        }
        let tls = self.tls.as_ref();
        self.connection = Some(Connection::open(&self.host, self.port, tls, limits)?);
        self.is_new = true;
        Ok(false)
    }

    /// Sends a request, and reads the head of its reply. Returns the status.
    ///
    /// If a kept connection turns out to be closed before the reply begins, the request is sent
    /// once more over another one.
    ///
    /// # Errors
    /// Those of the connection, and of [`ReplyReader::read_head`].
    pub(crate) fn exchange(
        &mut self,
        method: Method,
        head: &[u8],
        body: &[u8],
        limits: Limits,
    ) -> Result<u16, Error> {
        let was_used = self.ready(limits)?;
        let mut result = self.send(method, head, body);
        if was_used && result.is_err_and(is_lost) && !self.reader.has_begun() {
            self.ready(limits)?;
            result = self.send(method, head, body);
        }
        result.map(|()| self.reader.status())
    }

    fn send(&mut self, method: Method, head: &[u8], body: &[u8]) -> Result<(), Error> {
        self.is_new = false;
        let Some(connection) = &mut self.connection else { return Err(REPLY_MISSING) };
        let sent = connection.send_parts([head, body]);
        let mut result = sent;
        // A server that doesn't want the body may reply and close the connection before it has
        // read all of the request.
        if sent.is_ok() || sent.is_err_and(is_lost) {
            let read = self.reader.read_head(method, &mut |buffer| connection.receive(buffer));
            result = read.map_err(|error| sent.err().unwrap_or(error));
        }
        if result.is_err() {
            self.connection = None;
        }
        result
    }

    /// Closes the connection, unless it can carry another request.
    pub(crate) fn close_unless_reusable(&mut self) {
        if !self.reader.is_reusable() {
            self.connection = None;
        }
    }

    /// Returns the head of the reply.
    pub(crate) fn head(&self) -> &[u8] {
        self.reader.head()
    }

    /// Reads the remainder of the body.
    ///
    /// # Errors
    /// Those of [`ReplyReader::read_body`].
    pub(crate) fn read_all(&mut self, limit: usize) -> Result<Vec<u8>, Error> {
        let connection = &mut self.connection;
        self.reader.read_body(&mut |buffer| receive(connection, buffer), limit)
    }

    /// Returns the next bytes of the body, or `None` at its end.
    ///
    /// # Errors
    /// Those of [`ReplyReader::read_piece`].
    pub(crate) fn read(&mut self) -> Result<Option<&[u8]>, Error> {
        let connection = &mut self.connection;
        self.reader.read_piece(&mut |buffer| receive(connection, buffer))
    }
}

/// Receives from the connection.
fn receive(connection: &mut Option<Connection>, buffer: &mut [u8]) -> Result<usize, Error> {
    connection.as_mut().map_or(Ok(0), |connection| connection.receive(buffer))
}

/// Whether an error means that the server has closed the connection.
fn is_lost(error: Error) -> bool {
    [BROKEN, REPLY_MISSING, TLS_TRUNCATED].iter().any(|lost| lost.kind() == error.kind())
}
