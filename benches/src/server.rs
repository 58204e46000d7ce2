//! The Runtime API for one process: in the process that starts it, on one clock, so that a request is noticed when it comes: it blocks or,
//! on a processor of its own, spins.
//!
//! It serves what each contender needs, and no more: connections that are kept or not, a GET /next that comes before or after the 202,
//! `Expect: 100-continue`, and bodies by Content-Length or in chunks.

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
use crate::request::{Head, unchunked};

/// How long a contender may let wait before it is given up.
const LIMIT: Duration = Duration::from_secs(60);

/// How long the server looks again and again, on a processor of its own, before it sleeps: to be woken takes tens of microseconds, which are not
/// the contender's.
const SPINNING: Duration = Duration::from_secs(1);

/// How much is read at once, in bytes.
const PIECE: usize = 1 << 20;

pub struct Server {
    listener: TcpListener,
    /// Those that have been closed are nothing; an index stays what it is.
    connections: Vec<Option<Connection>>,
    /// The process that is served: nobody waits for one that has ended.
    process: Option<OwnedFd>,
    /// For what is read at once.
    piece: Vec<u8>,
    /// Those of the contender, if the server has one to itself.
    processors: Option<CpuSet>,
}

/// A whole request, and when its last byte had been read.
#[derive(Debug)]
pub struct Request {
    /// Which connection to reply on.
    pub connection: usize,
    pub is_next: bool,
    pub target: String,
    pub at: Instant,
    /// With the head in front, so that large bodies are not moved.
    bytes: Vec<u8>,
    body_start: usize,
}

struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
    /// Whether 100 Continue has been sent for the request whose body is being received.
    continued: bool,
}

impl Server {
    /// Listens on a free port of 127.0.0.1.
    pub fn new() -> Result<Self, Error> {
        Ok(Self { listener: listener()?, connections: Vec::new(), process: None, piece: vec![0; PIECE], processors: None })
    }

    /// From now on this thread has a processor to itself, or no longer: the server spins, or blocks.
    pub fn reserve(&mut self, processors: Option<&Reserved>) {
        self.processors = processors.and_then(Reserved::others).copied();
    }

    /// Those of the contender, if the server has one to itself.
    pub fn processors(&self) -> Option<&CpuSet> {
        self.processors.as_ref()
    }

    pub fn address(&self) -> Result<SocketAddr, Error> {
        self.listener.local_addr().context("the server's address")
    }

    /// Begins anew, at another port: what the process before has sent and nobody has accepted must not be taken for the next one's.
    pub fn renew(&mut self) -> Result<(), Error> {
        self.listener = listener()?;
        self.connections.clear();
        self.process = None;
        Ok(())
    }

    /// From now on the end of this process is an error.
    pub fn watch(&mut self, process: Pid) -> Result<(), Error> {
        self.process = Some(pidfd_open(process, PidfdFlags::empty()).context("the process")?);
        Ok(())
    }

    /// Waits for a GET /next, and gives the connection that waits for its reply; anything else is an error.
    pub fn wait_for_next(&mut self) -> Result<Request, Error> {
        let request = self.request()?;
        if request.is_next {
            return Ok(request);
        }
        Err(Error::new(format!("{} in place of GET /next: {}", request.target, shown(request.body()))))
    }

    /// Waits for an answer, accepts it with 202, and gives it; anything else is an error.
    pub fn answer(&mut self) -> Result<Request, Error> {
        let request = self.request()?;
        if request.is_next || !request.target.ends_with("/response") {
            return Err(Error::new(format!("{} in place of an answer: {}", request.target, shown(request.body()))));
        }
        self.reply(request.connection, &message::accepted())?;
        Ok(request)
    }

    /// Sends all of these bytes.
    pub fn reply(&mut self, connection: usize, bytes: &[u8]) -> Result<(), Error> {
        let connection = self.connections.get_mut(connection).and_then(Option::as_mut);
        connection.ok_or_else(|| Error::new("it has closed its connection"))?.stream.write_all(bytes).context("it does not read")
    }

    /// Waits for the next whole request on any connection.
    pub fn request(&mut self) -> Result<Request, Error> {
        loop {
            for index in 0..self.connections.len() {
                if let Some(request) = self.complete(index)? {
                    return Ok(request);
                }
            }
            self.receive()?;
        }
    }

    /// Takes a request off what has been received, if all of it is there.
    fn complete(&mut self, index: usize) -> Result<Option<Request>, Error> {
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
                connection.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").context("it does not read")?;
            }
            return Ok(None);
        };
        let at = Instant::now();
        connection.continued = false;
        let rest = connection.received.split_off(head.length + length);
        let bytes = mem::replace(&mut connection.received, rest);
        let (bytes, body_start) = data.map_or((bytes, head.length), |data| (data, 0));
        Ok(Some(Request { connection: index, is_next: head.is_next(), target: head.target, at, bytes, body_start }))
    }

    /// Waits until something has come, and reads it.
    fn receive(&mut self) -> Result<(), Error> {
        let limit = Timespec::try_from(LIMIT).expect("it fits");
        let mut waiting = vec![PollFd::new(&self.listener, PollFlags::IN)];
        let open: Vec<usize> = (0..self.connections.len()).filter(|&index| self.connections[index].is_some()).collect();
        waiting.extend(self.process.as_ref().map(|process| PollFd::new(process, PollFlags::IN)));
        let streams_from = waiting.len();
        let streams = open.iter().filter_map(|&index| self.connections[index].as_ref());
        waiting.extend(streams.map(|connection| PollFd::new(&connection.stream, PollFlags::IN)));
        let mut ready = 0;
        if self.processors.is_some() {
            let began = Instant::now();
            while ready == 0 && began.elapsed() < SPINNING {
                ready = poll(&mut waiting, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).context("poll")?;
            }
        }
        if ready == 0 && poll(&mut waiting, Some(&limit)).context("poll")? == 0 {
            return Err(Error::new(format!("it has sent no whole request within {} s", LIMIT.as_secs())));
        }
        let ready: Vec<bool> = waiting.iter().map(|one| !one.revents().is_empty()).collect();
        // What it has sent before its end counts.
        if ready[1..streams_from].contains(&true) && ready.iter().filter(|ready| **ready).count() == 1 {
            return Err(Error::new("it has ended"));
        }
        for (&index, _) in open.iter().zip(&ready[streams_from..]).filter(|(_, ready)| **ready) {
            let connection = &mut self.connections[index];
            if !connection.as_mut().map_or(Ok(false), |connection| connection.receive(&mut self.piece))? {
                *connection = None;
            }
        }
        if ready[0] {
            let (stream, _) = self.listener.accept().context("accept")?;
            stream.set_nodelay(true).context("TCP_NODELAY")?;
            stream.set_write_timeout(Some(LIMIT)).context("the limit")?;
            let mut connection = Connection { stream, received: Vec::new(), continued: false };
            // Most send their request with the connection's first packet.
            connection.stream.set_nonblocking(true).context("the connection")?;
            let open = connection.receive(&mut self.piece)?;
            connection.stream.set_nonblocking(false).context("the connection")?;
            self.connections.push(open.then_some(connection));
        }
        Ok(())
    }
}

fn listener() -> Result<TcpListener, Error> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("a free port of 127.0.0.1")
}

impl Connection {
    /// Reads what is there; whether the connection is still open.
    fn receive(&mut self, piece: &mut [u8]) -> Result<bool, Error> {
        match self.stream.read(piece) {
            Ok(0) if !self.received.is_empty() => Err(Error::new(format!("it closes its connection after {}", shown(&self.received)))),
            Ok(count) => {
                self.received.extend_from_slice(&piece[..count]);
                Ok(count > 0)
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Ok(true),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => Ok(false),
            Err(error) => Err(error).context("its connection"),
        }
    }
}

impl Request {
    pub fn body(&self) -> &[u8] {
        &self.bytes[self.body_start..]
    }
}

/// The beginning of what came, for an error.
pub fn shown(bytes: &[u8]) -> String {
    const MOST: usize = 200;
    let more = if bytes.len() > MOST { "…" } else { "" };
    format!("\"{}\"{more}", bytes[..bytes.len().min(MOST)].escape_ascii())
}
