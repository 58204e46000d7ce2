//! The server's side of the program's only connection.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use barelambda::PAYLOAD_LIMIT;
use barelambda_emulator::script::listen_anywhere;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::sockopt::set_socket_linger;

use super::plan::Invocation;
use crate::waiting::LIMIT;

/// The size of the buffer, which holds a response and the requests around it.
const ROOM: usize = PAYLOAD_LIMIT + 64 * 1024;

const NEXT: &[u8] = b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n";

/// Describes what the program should have sent, for the message of a failure.
pub trait Unwanted {
    fn describe(&self) -> String;
}

pub struct Line {
    listener: Option<TcpListener>,
    address: SocketAddr,
    stream: Option<TcpStream>,
    inbox: Vec<u8>,
    /// The bytes of the inbox that have been received and not been processed.
    start: usize,
    end: usize,
    /// The bytes that are sent with the next event.
    pending: Vec<u8>,
    /// Whether GET /next has arrived on this connection and awaits its reply.
    pub asked: bool,
    connections: u64,
}

impl Line {
    /// Listens on a free port.
    pub fn new() -> Self {
        let listener = listen_anywhere().expect("there is a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let inbox = vec![0; ROOM];
        Self {
            listener: Some(listener),
            address,
            stream: None,
            inbox,
            start: 0,
            end: 0,
            pending: Vec::new(),
            asked: false,
            connections: 0,
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the number of connections so far.
    pub fn connections(&self) -> u64 {
        self.connections
    }

    /// Removes and returns the unsent bytes.
    pub fn pending(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.pending)
    }

    /// Sends the unsent bytes.
    pub fn flush(&mut self) {
        let pending = self.pending();
        self.send(&pending);
    }

    /// Sends a reply, immediately or with the next event.
    pub fn reply(&mut self, reply: &[u8], at_once: bool) {
        if at_once { self.send(reply) } else { self.pending.extend_from_slice(reply) }
    }

    /// Sends bytes.
    ///
    /// # Panics
    /// The program has closed the connection, for which it has no reason.
    pub fn send(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.stream
                .as_mut()
                .expect("there is a connection")
                .write_all(bytes)
                .expect("the program reads");
        }
    }

    /// Closes the connection, by a reset if `resets`.
    pub fn hang_up(&mut self, resets: bool) {
        assert!(self.pending.is_empty());
        let stream = self.stream.take().expect("there is a connection");
        if resets {
            set_socket_linger(&stream, Some(Duration::ZERO)).expect("a socket has the option");
        }
        (self.start, self.end, self.asked) = (0, 0, false);
    }

    /// Refuses connections for a while.
    pub fn refuse(&mut self, time: Duration) {
        self.listener = None;
        thread::sleep(time);
        self.listener = Some(TcpListener::bind(self.address).expect("the port is still free"));
    }

    /// Waits for GET /next, on a new connection if none is open.
    pub fn expect_next(&mut self, wanted: &dyn Unwanted) {
        if self.asked {
            return;
        }
        let head_len = self.expect_head(wanted);
        let head = &self.inbox[self.start..][..head_len];
        assert!(
            head.starts_with(NEXT),
            "expected GET /next, got {}; {}",
            head.escape_ascii(),
            wanted.describe()
        );
        self.start += head_len;
        self.asked = true;
    }

    /// Waits for the response to an invocation.
    pub fn expect_answer(&mut self, invocation: &Invocation, data: &[u8]) {
        assert!(!self.asked, "GET /next instead of a response: {invocation:?}");
        let head_len = self.expect_head(invocation);
        let head = &self.inbox[self.start..][..head_len];
        let id = &invocation.id;
        let first = format!("POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\n");
        assert!(
            head.starts_with(first.as_bytes()),
            "expected a response to {invocation:?}, got {}",
            head.escape_ascii()
        );
        assert_eq!(
            field(head, b"Lambda-Runtime-Invocation-Id"),
            invocation.invocation_id.as_bytes(),
            "{invocation:?}"
        );
        assert_eq!(
            field(head, b"Content-Length"),
            data.len().to_string().as_bytes(),
            "{invocation:?}"
        );
        let len = head_len + data.len();
        while self.end - self.start < len {
            self.receive(usize::MAX, invocation);
        }
        assert!(
            self.inbox[self.start + head_len..][..data.len()] == *data,
            "the response isn't the event of {invocation:?}"
        );
        self.start += len;
    }

    /// Waits for at most `count` bytes.
    pub fn receive_up_to(&mut self, count: usize, wanted: &dyn Unwanted) {
        self.accept(wanted);
        self.receive(count, wanted);
    }

    /// Waits for a head, and returns its length.
    fn expect_head(&mut self, wanted: &dyn Unwanted) -> usize {
        self.accept(wanted);
        loop {
            let received = &self.inbox[self.start..self.end];
            if let Some(at) = received.windows(4).position(|window| window == b"\r\n\r\n") {
                return at + 4;
            }
            self.receive(usize::MAX, wanted);
        }
    }

    /// Waits for a connection, unless one is open.
    fn accept(&mut self, wanted: &dyn Unwanted) {
        if self.stream.is_some() {
            return;
        }
        let listener = self.listener.as_ref().expect("the server listens");
        let limit = Timespec::try_from(LIMIT).expect("it fits");
        let ready = poll(&mut [PollFd::new(listener, PollFlags::IN)], Some(&limit))
            .expect("a listener can be polled");
        assert_eq!(
            ready,
            1,
            "lost: the program didn't connect within {LIMIT:?}; {}",
            wanted.describe()
        );
        let (stream, _) = listener.accept().expect("the connection is there");
        stream.set_nodelay(true).expect("the connection is there");
        stream.set_read_timeout(Some(LIMIT)).expect("the limit is not zero");
        stream.set_write_timeout(Some(LIMIT)).expect("the limit is not zero");
        self.stream = Some(stream);
        self.connections += 1;
    }

    fn receive(&mut self, count: usize, wanted: &dyn Unwanted) {
        if self.start > 0 {
            self.inbox.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        let end = ROOM.min(self.end.saturating_add(count));
        let stream = self.stream.as_mut().expect("there is a connection");
        match stream.read(&mut self.inbox[self.end..end]) {
            Ok(count @ 1..) => self.end += count,
            Ok(_) => panic!("lost: the program closed the connection; {}", wanted.describe()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => panic!("lost: {error}; {}", wanted.describe()),
        }
    }
}

impl Default for Line {
    fn default() -> Self {
        Self::new()
    }
}

/// Returns the value of a header field, or an empty one if the field is missing.
fn field<'h>(head: &'h [u8], name: &[u8]) -> &'h [u8] {
    let mut lines = head.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(b": "));
    value.unwrap_or_default()
}
