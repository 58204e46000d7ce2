//! A server whose every byte a test dictates: split writes, pauses, closes, resets, wrong statuses.
//!
//! A [`Script`] is a list of connections, each a list of [`Step`]s, played by a thread over plain sockets. It knows nothing of the
//! Lambda protocol; [`message`] builds the usual answers. Every wait is bounded: a step that is not met in time ends
//! the script with words in [`Transcript::failure`].
//!
//! ```no_run
//! use std::process::Command;
//! use std::time::Duration;
//! use barelambda_emulator::script::{Script, Step, Until, message};
//!
//! let event = message::next("id-1", "{}").chunked(&[1]).bytes();
//! let server = Script::new()
//!     .connection([Step::Expect, Step::SendSplit(event, vec![20, 1]), Step::Expect, Step::Send(message::accepted())])
//!     .serve()?;
//! let ran = server.run(&mut Command::new("./bootstrap"), Until::Played, Duration::from_secs(10))?;
//! let requests = &ran.transcript.checked().connections[0];
//! assert_eq!(requests[1].target, "/2018-06-01/runtime/invocation/id-1/response");
//! # Ok::<(), std::io::Error>(())
//! ```

mod connection;
pub mod message;
mod peer;
mod play;
mod program;
mod request;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub use peer::wait_until_read;
pub use play::listen_anywhere;
pub use program::{Ran, Until, environment};
pub use request::{Reader, Request};

use play::{Patience, play};

/// How long a step may take unless [`Script::patience`] says otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the server does, connection by connection.
#[derive(Clone, Debug, Default)]
pub struct Script {
    acts: Vec<Act>,
    patience: Option<Duration>,
}

/// One thing that the server does on a connection. A connection whose steps are over is closed.
#[derive(Clone, Debug)]
pub enum Step {
    /// Reads one whole request: its head, and its body by `Content-Length` or chunks.
    Expect,
    /// Reads this many bytes, no more, and drops them: the next step happens in mid-request.
    ExpectBytes(usize),
    /// Waits for the client to close its side; fails when it sends something instead.
    ExpectEnd,
    /// Writes the bytes.
    Send(Vec<u8>),
    /// Writes the bytes in pieces of these sizes and then the rest, each piece sent when the client has read the one
    /// before it (or has not read for 100 ms): a read of its own for the client.
    SendSplit(Vec<u8>, Vec<usize>),
    /// Does nothing for a while.
    Pause(Duration),
    /// Closes the server's sending side, and goes on reading.
    HalfClose,
    /// Closes the connection in the usual way. What the client sent and nobody read makes it a reset.
    Close,
    /// Closes the connection with a reset, whatever was read.
    Reset,
}

#[derive(Clone, Debug)]
enum Act {
    Connection(Vec<Step>),
    Gone(Duration),
}

impl Script {
    /// A script of no connections.
    pub fn new() -> Self {
        Self::default()
    }

    /// Accepts one connection, after the one before it is over, and plays the steps on it.
    #[must_use]
    pub fn connection(mut self, steps: impl Into<Vec<Step>>) -> Self {
        self.acts.push(Act::Connection(steps.into()));
        self
    }

    /// Stops listening for a while, so that connections are refused, and then listens at the same port again.
    #[must_use]
    pub fn gone(mut self, pause: Duration) -> Self {
        self.acts.push(Act::Gone(pause));
        self
    }

    /// How long each step may take. Default: 10 s.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Listens at a free port of `127.0.0.1` and plays the script in a thread. After the last connection it listens no more.
    pub fn serve(self) -> io::Result<ScriptServer> {
        let listener = listen_anywhere()?;
        let address = listener.local_addr()?;
        let client_gone = Arc::new(AtomicBool::new(false));
        let patience = Patience { limit: self.patience.unwrap_or(PATIENCE), client_gone: client_gone.clone() };
        let thread = thread::Builder::new().name("script".to_owned()).spawn(move || play(&self.acts, listener, address, &patience))?;
        Ok(ScriptServer { address, client_gone, thread })
    }
}

/// A script that is being played.
#[derive(Debug)]
pub struct ScriptServer {
    address: SocketAddr,
    client_gone: Arc<AtomicBool>,
    thread: JoinHandle<Transcript>,
}

impl ScriptServer {
    /// Where it listens, until the end of the last connection.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for the end of the script.
    pub fn finish(self) -> Transcript {
        self.thread
            .join()
            .unwrap_or_else(|_| Transcript { connections: Vec::new(), failure: Some("the script's thread has panicked".to_owned()) })
    }

    fn is_played(&self) -> bool {
        self.thread.is_finished()
    }

    /// From now on nothing new comes from the client, so no step waits for long.
    fn client_has_gone(&self) {
        self.client_gone.store(true, Ordering::Relaxed);
    }
}

/// What the server saw.
#[derive(Clone, Debug, Default)]
#[must_use = "a script that was not played to its end says so here"]
pub struct Transcript {
    /// The whole requests of each connection that was accepted.
    pub connections: Vec<Vec<Request>>,
    /// Which step was not met, and why. `None` when the script was played to its end.
    pub failure: Option<String>,
}

impl Transcript {
    /// The transcript itself, when the script was played to its end.
    ///
    /// # Panics
    /// With the words of [`Transcript::failure`] otherwise.
    pub fn checked(&self) -> &Self {
        if let Some(failure) = &self.failure {
            panic!("the script was not played to its end: {failure}\nseen so far: {:#?}", self.connections);
        }
        self
    }

    /// All requests, of all connections, in order.
    pub fn requests(&self) -> impl Iterator<Item = &Request> {
        self.connections.iter().flatten()
    }
}

/// An address of `127.0.0.1` where nobody listens: connections are refused.
pub fn refused_address() -> io::Result<SocketAddr> {
    listen_anywhere()?.local_addr()
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use super::*;

    const GET: &[u8] = b"GET /next HTTP/1.1\r\nHost: x\r\n\r\n";

    #[test]
    fn requests_are_seen_whole_and_in_order() {
        let script =
            Script::new().connection([Step::Expect, Step::Expect, Step::SendSplit(b"abcdef".to_vec(), vec![2, 1]), Step::ExpectEnd]);
        let server = script.serve().unwrap();
        let mut client = TcpStream::connect(server.address()).unwrap();
        let post = b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nxyz";
        client.write_all(&[post, GET].concat()).unwrap();
        let mut sizes = Vec::new();
        let mut buffer = [0; 16];
        while sizes.iter().sum::<usize>() < 6 {
            sizes.push(client.read(&mut buffer).unwrap());
        }
        drop(client);
        let transcript = server.finish();
        let requests = &transcript.checked().connections[0];
        assert_eq!(sizes, [2, 1, 3]);
        assert_eq!((requests[0].method.as_str(), requests[0].target.as_str()), ("POST", "/a"));
        assert_eq!(requests[0].body, b"xyz");
        assert_eq!(requests[0].raw, post);
        assert!(!requests[0].pipelined && requests[1].pipelined);
    }

    #[test]
    fn a_step_that_is_not_met_fails_with_words() {
        let script = Script::new().patience(Duration::from_millis(30)).connection([Step::Expect]);
        let server = script.serve().unwrap();
        let mut client = TcpStream::connect(server.address()).unwrap();
        client.write_all(b"GET /ne").unwrap();
        let failure = server.finish().failure.unwrap();
        assert!(failure.starts_with("connection 1, step 1 (Expect): nothing came, within 30ms"), "{failure}");
        let nobody = Script::new().patience(Duration::from_millis(30)).connection([]).serve().unwrap();
        let failure = nobody.finish().failure.unwrap();
        assert!(failure.starts_with("connection 1 was not made"), "{failure}");
    }

    #[test]
    fn a_reset_a_close_and_a_half_close_differ() {
        let script = Script::new()
            .connection([Step::Expect, Step::Reset])
            .connection([Step::Expect, Step::HalfClose, Step::Expect])
            .connection([Step::ExpectBytes(4), Step::Close]);
        let server = script.serve().unwrap();
        let mut client = TcpStream::connect(server.address()).unwrap();
        client.write_all(GET).unwrap();
        assert_eq!(client.read(&mut [0]).unwrap_err().kind(), io::ErrorKind::ConnectionReset);
        let mut client = TcpStream::connect(server.address()).unwrap();
        client.write_all(GET).unwrap();
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        client.write_all(GET).unwrap();
        let mut client = TcpStream::connect(server.address()).unwrap();
        client.write_all(&GET[..4]).unwrap();
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        assert_eq!(server.finish().checked().requests().count(), 3);
    }

    #[test]
    fn a_server_that_is_gone_refuses_and_comes_back_at_its_port() {
        let script = Script::new().connection([Step::Expect]).gone(Duration::from_millis(200)).connection([Step::Expect]);
        let server = script.serve().unwrap();
        let mut client = TcpStream::connect(server.address()).unwrap();
        client.write_all(GET).unwrap();
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        let refused = connect_until(server.address(), |result| result.is_err()).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
        let mut client = connect_until(server.address(), |result| result.is_ok()).unwrap();
        client.write_all(GET).unwrap();
        assert_eq!(server.finish().checked().requests().count(), 2);
        let nowhere = refused_address().unwrap();
        assert_eq!(TcpStream::connect(nowhere).unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
    }

    /// Connects again and again, for a bounded time; slowly, since a full backlog does not refuse but blocks.
    fn connect_until(address: SocketAddr, wanted: impl Fn(&io::Result<TcpStream>) -> bool) -> io::Result<TcpStream> {
        for _ in 0..1000 {
            let result = TcpStream::connect(address);
            if wanted(&result) {
                return result;
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("the listener at {address} does not change");
    }
}
