//! Sends the event over TLS to the server of the test at `TLS_PORT`, and responds with what it
//! sends back. Trusts the roots of `AWS_CA_BUNDLE`, or Amazon's.
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
extern crate alloc;

use alloc::vec::Vec;

use barelambda::{Error, FunctionError, Handler, Invocation, Response};
use barelambda_aws::stream::Stream;
use barelambda_aws::tls::{Config, Roots, Session};
use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, Ipv4Addr, RecvFlags, SendFlags, SocketAddrV4, SocketType, connect, recv, send,
    socket,
};

barelambda::entry!(init = start, event = 65_536, response = 65_536, heap = 1_048_576);

static NO_PORT: FunctionError = FunctionError::new("Function.NoPort", "TLS_PORT isn't a port");
static SOCKET: FunctionError = FunctionError::new("Function.Socket", "the socket failed: os error");

struct Probe {
    config: Config,
    port: u16,
    connection: Option<(Session, Tcp)>,
}

fn start() -> Result<Probe, Error> {
    let roots = match barelambda::env("AWS_CA_BUNDLE") {
        Some(path) => Roots::bundle(path)?,
        None => Roots::AMAZON,
    };
    let port = barelambda::env("TLS_PORT").and_then(|port| port.parse().ok());
    Ok(Probe { config: Config::new(roots)?, port: port.ok_or(&NO_PORT)?, connection: None })
}

struct Tcp(OwnedFd);

fn failed(errno: Errno) -> Error {
    Error::from(&SOCKET).with(errno.raw_os_error().unsigned_abs())
}

impl Tcp {
    fn connect(port: u16) -> Result<Self, Error> {
        let socket = socket(AddressFamily::INET, SocketType::STREAM, None).map_err(failed)?;
        connect(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, port)).map_err(failed)?;
        Ok(Self(socket))
    }
}

impl Stream for Tcp {
    fn send(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        while !bytes.is_empty() {
            match send(&self.0, bytes, SendFlags::NOSIGNAL) {
                Ok(len) => bytes = bytes.get(len..).unwrap_or_default(),
                Err(Errno::INTR) => {}
                Err(errno) => return Err(failed(errno)),
            }
        }
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        loop {
            match recv(&self.0, &mut *buffer, RecvFlags::empty()) {
                Ok((_, len)) => return Ok(len),
                Err(Errno::INTR) => {}
                Err(errno) => return Err(failed(errno)),
            }
        }
    }
}

impl Handler for Probe {
    fn handle<'a>(&mut self, invocation: Invocation<'a>) -> Response<'a> {
        let event = invocation.event.payload();
        let (session, stream) = match &mut self.connection {
            Some(connection) => connection,
            none => {
                let mut stream = Tcp::connect(self.port)?;
                let session = Session::connect(&self.config, "localhost", &mut stream)?;
                none.insert((session, stream))
            }
        };
        session.send(stream, &[event])?;
        let mut reply = Vec::with_capacity(event.len());
        let mut buffer = [0; 1024];
        while reply.len() < event.len() {
            match session.receive(stream, &mut buffer)? {
                0 => break,
                len => reply.extend_from_slice(buffer.get(..len).unwrap_or_default()),
            }
        }
        let mut response = invocation.responder.writer();
        response.write(&reply)?;
        response.finish()
    }
}
