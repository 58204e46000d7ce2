//! A connection to a server, with or without TLS.

use barelambda::Error;

use super::resolve::resolve;
use super::socket::{Limits, Socket};
use crate::error::CONNECT;
use crate::stream::Stream;
use crate::tls::{self, Session};

/// An open connection.
pub(crate) struct Connection {
    socket: Socket,
    session: Option<Session>,
}

impl Connection {
    /// Resolves the host, connects to the first of its addresses that accepts, and completes the
    /// handshake of TLS if there is a configuration for it.
    ///
    /// # Errors
    /// Those of [`resolve`], [`Socket::tcp`] and [`Session::connect`].
    pub(crate) fn open(
        host: &str,
        port: u16,
        tls: Option<&tls::Config>,
        limits: Limits,
    ) -> Result<Self, Error> {
        let mut socket = Err(CONNECT);
        for address in resolve(host, limits)? {
            socket = Socket::tcp(address, port, limits);
            if socket.is_ok() {
                break;
            }
        }
        let mut socket = socket?;
        let session = match tls {
            Some(config) => Some(Session::connect(config, host, &mut socket)?),
            None => None,
        };
        Ok(Self { socket, session })
    }

    /// Sets the limits of the next call.
    pub(crate) const fn set_limits(&mut self, limits: Limits) {
        self.socket.set_limits(limits);
    }

    /// Returns whether the connection can carry another request: the server hasn't closed it while
    /// it was idle, as servers do after a minute or so. Reads what it has sent, such as session
    /// tickets.
    pub(crate) fn is_usable(&mut self) -> bool {
        while self.socket.is_readable() {
            let is_idle = match &mut self.session {
                Some(session) => session.receive_idle(&mut self.socket),
                // Without TLS there is nothing that a server may send.
                None => false,
            };
            if !is_idle {
                return false;
            }
        }
        match &mut self.session {
            Some(session) => session.is_idle(&mut self.socket),
            None => true,
        }
    }

    /// Sends the two parts of a request.
    ///
    /// # Errors
    /// Those of the socket and of the session.
    pub(crate) fn send_parts(&mut self, parts: [&[u8]; 2]) -> Result<(), Error> {
        match &mut self.session {
            Some(session) => session.send(&mut self.socket, &parts),
            None => parts.into_iter().try_for_each(|part| self.socket.send(part)),
        }
    }
}

impl Stream for Connection {
    fn send(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.send_parts([bytes, b""])
    }

    fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        match &mut self.session {
            Some(session) => session.receive(&mut self.socket, buffer),
            None => self.socket.receive(buffer),
        }
    }
}
