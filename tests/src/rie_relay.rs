//! A relay between a program and a server, which shows every byte of their conversation, and may change the server's.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a reply may take.
const LIMIT: Duration = Duration::from_secs(10);

/// A running relay. It goes on until the test's process ends.
pub struct Relay {
    address: SocketAddr,
    requests: Bytes,
    replies: Bytes,
}

type Bytes = Arc<Mutex<Vec<u8>>>;

impl Relay {
    /// Starts a relay to `target`, which hands every piece of a reply to `change`.
    pub fn start(target: SocketAddr, change: impl FnMut(&mut [u8]) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("it has an address");
        let relay = Self { address, requests: Bytes::default(), replies: Bytes::default() };
        let (requests, replies) = (Arc::clone(&relay.requests), Arc::clone(&relay.replies));
        let change = Arc::new(Mutex::new(change));
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                // A server that has gone is for the client to see: its connection closes.
                let Ok(server) = TcpStream::connect(target) else { continue };
                let (client_writer, server_writer) = (clone(&client), clone(&server));
                let (requests, replies, change) = (Arc::clone(&requests), Arc::clone(&replies), Arc::clone(&change));
                thread::spawn(move || pass_on(client, server_writer, &requests, |_| ()));
                thread::spawn(move || {
                    pass_on(server, client_writer, &replies, |piece| change.lock().unwrap_or_else(PoisonError::into_inner)(piece));
                });
            }
        });
        relay
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What the program has sent so far.
    pub fn requests(&self) -> String {
        text(&self.requests)
    }

    /// What the program has received so far.
    pub fn replies(&self) -> String {
        text(&self.replies)
    }

    /// The statuses of the first `count` replies, and of those that have come after them. A caller may have its answer before the program
    /// has its 202, so this waits.
    pub fn statuses(&self, count: usize) -> Vec<String> {
        let deadline = Instant::now() + LIMIT;
        loop {
            let replies = self.replies();
            let statuses: Vec<_> = replies.split("HTTP/1.1 ").skip(1).filter_map(|reply| reply.get(..3)).map(str::to_owned).collect();
            if statuses.len() >= count {
                return statuses;
            }
            assert!(Instant::now() < deadline, "{count} replies were to come: {replies}");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// The values of a header field in a conversation, in their order.
pub fn header_values<'a>(conversation: &'a str, name: &str) -> Vec<&'a str> {
    let fields = conversation.split("\r\n").filter_map(|line| line.split_once(':'));
    fields.filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).collect()
}

/// Passes on what is read, until one of the two closes.
fn pass_on(mut from: TcpStream, mut to: TcpStream, record: &Mutex<Vec<u8>>, mut change: impl FnMut(&mut [u8])) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(read) = from.read(&mut buffer) {
        let piece = &mut buffer[..read];
        change(piece);
        record.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(piece);
        if piece.is_empty() || to.write_all(piece).is_err() {
            break;
        }
    }
    // The errors there can be are that they are closed already.
    let _ = to.shutdown(Shutdown::Write);
}

fn clone(stream: &TcpStream) -> TcpStream {
    stream.try_clone().expect("a socket can be used twice")
}

fn text(bytes: &Mutex<Vec<u8>>) -> String {
    String::from_utf8_lossy(&bytes.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}
