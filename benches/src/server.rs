//! The Runtime API for one contender. It is in the process that starts the contender, so that both
//! use one clock. It blocks or, with a reserved processor, spins, so that it receives a request
//! without delay.
//!
//! It supports only what the contenders need: connections with and without keep-alive, a GET /next
//! before or after the 202, `Expect: 100-continue`, and bodies with Content-Length or in chunks.

use std::io::{ErrorKind, Read, Write};
use std::mem;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use barelambda_emulator::script::message;
use cargo_barelambda::error::{Context, Error};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::OwnedFd;
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use rustix::thread::CpuSet;

use crate::processors::Reserved;
use crate::request::{Head, shown, unchunked};

/// The time limit for a contender's request.
const LIMIT: Duration = Duration::from_secs(60);

/// How long the server spins on its reserved processor before it blocks. Waking up takes tens of
/// microseconds, which must not count for the contender.
const SPINNING: Duration = Duration::from_secs(1);

/// The size of a read, in bytes.
const PIECE: usize = 1 << 20;

pub struct Server {
    listener: TcpListener,
    /// Closed connections are `None`, so that indices don't change.
    connections: Vec<Option<Connection>>,
    /// The contender's process: the server stops waiting when it exits.
    process: Option<OwnedFd>,
    /// The buffer for reads.
    piece: Vec<u8>,
    /// The contender's processors, if the server has reserved one.
    processors: Option<CpuSet>,
}

/// A complete request, and the time when its last byte was read.
#[derive(Debug)]
pub struct ContenderRequest {
    /// The connection to reply on.
    pub connection: usize,
    pub is_next: bool,
    pub target: String,
    pub at: Instant,
    /// The head and the body, so that large bodies aren't moved.
    bytes: Vec<u8>,
    body_start: usize,
}

struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
    /// Whether 100 Continue has been sent for the current request.
    continued: bool,
}

impl Server {
    /// Listens on failed to listen on 127.0.0.1.
    pub fn new() -> Result<Self, Error> {
        Ok(Self {
            listener: listener()?,
            connections: Vec::new(),
            process: None,
            piece: vec![0; PIECE],
            processors: None,
        })
    }

    /// Sets the processors: with a reserved one the server spins, and without one it blocks.
    pub fn reserve(&mut self, processors: Option<&Reserved>) {
        self.processors = processors.and_then(Reserved::others).copied();
    }

    /// Returns the contender's processors, if the server has reserved one.
    pub fn processors(&self) -> Option<&CpuSet> {
        self.processors.as_ref()
    }

    pub fn address(&self) -> Result<SocketAddr, Error> {
        self.listener.local_addr().context("failed to get the server's address")
    }

    /// Listens on another port, so that the next process can't be confused with requests of the
    /// previous one.
    pub fn renew(&mut self) -> Result<(), Error> {
        self.listener = listener()?;
        self.connections.clear();
        self.process = None;
        Ok(())
    }

    /// Makes the exit of this process an error from now on.
    pub fn watch(&mut self, process: Pid) -> Result<(), Error> {
        self.process =
            Some(pidfd_open(process, PidfdFlags::empty()).context("failed to open the process")?);
        Ok(())
    }

    /// Waits for a GET /next, and returns it; any other request is an error.
    pub fn wait_for_next(&mut self) -> Result<ContenderRequest, Error> {
        let request = self.request()?;
        if request.is_next {
            return Ok(request);
        }
        Err(Error::new(format!(
            "expected GET /next, but got {}: {}",
            request.target,
            shown(request.body())
        )))
    }

    /// Waits for a response, accepts it with 202, and returns it; any other request is an error.
    pub fn response(&mut self) -> Result<ContenderRequest, Error> {
        let request = self.request()?;
        if request.is_next || !request.target.ends_with("/response") {
            return Err(Error::new(format!(
                "expected a response, but got {}: {}",
                request.target,
                shown(request.body())
            )));
        }
        self.reply(request.connection, &message::accepted())?;
        Ok(request)
    }

    /// Sends bytes on a connection.
    pub fn reply(&mut self, connection: usize, bytes: &[u8]) -> Result<(), Error> {
        let connection = self.connections.get_mut(connection).and_then(Option::as_mut);
        connection
            .ok_or_else(|| Error::new("the contender has closed its connection"))?
            .stream
            .write_all(bytes)
            .context("failed to send to the contender")
    }

    /// Waits for the next complete request on any connection.
    pub fn request(&mut self) -> Result<ContenderRequest, Error> {
        loop {
            for index in 0..self.connections.len() {
                if let Some(request) = self.complete(index)? {
                    return Ok(request);
                }
            }
            self.receive()?;
        }
    }

    /// Removes a request from the received bytes, if it is complete.
    fn complete(&mut self, index: usize) -> Result<Option<ContenderRequest>, Error> {
        let Some(connection) = &mut self.connections[index] else { return Ok(None) };
        let Some(head) = Head::parse(&connection.received)? else { return Ok(None) };
        let received = &connection.received[head.length..];
        let whole = match head.content_length {
            Some(length) => (received.len() >= length).then_some((None, length)),
            None => unchunked(received)?.map(|(data, length)| (Some(data), length)),
        };
        let Some((data, length)) = whole else {
            if head.expects_continue && !connection.continued {
                connection.continued = true;
                connection
                    .stream
                    .write_all(b"HTTP/1.1 100 Continue\r\n\r\n")
                    .context("failed to send to the contender")?;
            }
            return Ok(None);
        };
        let at = Instant::now();
        connection.continued = false;
        let rest = connection.received.split_off(head.length + length);
        let bytes = mem::replace(&mut connection.received, rest);
        let (bytes, body_start) = data.map_or((bytes, head.length), |data| (data, 0));
        Ok(Some(ContenderRequest {
            connection: index,
            is_next: head.is_next(),
            target: head.target,
            at,
            bytes,
            body_start,
        }))
    }

    /// Waits until bytes or a connection arrive, and reads them.
    fn receive(&mut self) -> Result<(), Error> {
        let limit = Timespec::try_from(LIMIT).expect("the limit fits");
        let mut waiting = vec![PollFd::new(&self.listener, PollFlags::IN)];
        let open: Vec<usize> = (0..self.connections.len())
            .filter(|&index| self.connections[index].is_some())
            .collect();
        waiting.extend(self.process.as_ref().map(|process| PollFd::new(process, PollFlags::IN)));
        let streams_from = waiting.len();
        let streams = open.iter().filter_map(|&index| self.connections[index].as_ref());
        waiting.extend(streams.map(|connection| PollFd::new(&connection.stream, PollFlags::IN)));
        let mut ready = 0;
        if self.processors.is_some() {
            let began = Instant::now();
            while ready == 0 && began.elapsed() < SPINNING {
                ready = poll(&mut waiting, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))
                    .context("poll")?;
            }
        }
        if ready == 0 && poll(&mut waiting, Some(&limit)).context("poll")? == 0 {
            return Err(Error::new(format!("no complete request within {} s", LIMIT.as_secs())));
        }
        let ready: Vec<bool> = waiting.iter().map(|one| !one.revents().is_empty()).collect();
        // Bytes that it sent before it exited still count.
        if ready[1..streams_from].contains(&true)
            && ready.iter().filter(|ready| **ready).count() == 1
        {
            return Err(Error::new("the contender has exited"));
        }
        for (&index, _) in open.iter().zip(&ready[streams_from..]).filter(|(_, ready)| **ready) {
            let connection = &mut self.connections[index];
            if !connection
                .as_mut()
                .map_or(Ok(false), |connection| connection.receive(&mut self.piece))?
            {
                *connection = None;
            }
        }
        if ready[0] {
            let (stream, _) = self.listener.accept().context("accept")?;
            stream.set_nodelay(true).context("TCP_NODELAY")?;
            stream.set_write_timeout(Some(LIMIT)).context("failed to set the write timeout")?;
            let mut connection = Connection { stream, received: Vec::new(), continued: false };
            // Most contenders send their request as soon as they are connected.
            connection.stream.set_nonblocking(true).context("failed to set the blocking mode")?;
            let open = connection.receive(&mut self.piece)?;
            connection.stream.set_nonblocking(false).context("failed to set the blocking mode")?;
            self.connections.push(open.then_some(connection));
        }
        Ok(())
    }
}

fn listener() -> Result<TcpListener, Error> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("failed to listen on 127.0.0.1")
}

impl Connection {
    /// Reads the available bytes, and returns whether the connection is still open.
    fn receive(&mut self, piece: &mut [u8]) -> Result<bool, Error> {
        match self.stream.read(piece) {
            Ok(0) if !self.received.is_empty() => Err(Error::new(format!(
                "the contender closed its connection after {}",
                shown(&self.received)
            ))),
            Ok(count) => {
                self.received.extend_from_slice(&piece[..count]);
                Ok(count > 0)
            }
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) =>
            {
                Ok(true)
            }
            Err(error) if error.kind() == ErrorKind::ConnectionReset => Ok(false),
            Err(error) => Err(error).context("failed to read from the contender"),
        }
    }
}

impl ContenderRequest {
    pub fn body(&self) -> &[u8] {
        &self.bytes[self.body_start..]
    }
}
