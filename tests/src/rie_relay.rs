//! A relay between a program and a server. It records every byte, and may change the server's.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::waiting::LIMIT;

/// A running relay. It runs until the test's process ends.
pub struct Relay {
    address: SocketAddr,
    requests: Bytes,
    replies: Bytes,
}

type Bytes = Arc<Mutex<Vec<u8>>>;

impl Relay {
    /// Starts a relay to `target` that passes every piece of a reply to `change`.
    pub fn start(target: SocketAddr, change: impl FnMut(&mut [u8]) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let relay = Self { address, requests: Bytes::default(), replies: Bytes::default() };
        let (requests, replies) = (Arc::clone(&relay.requests), Arc::clone(&relay.replies));
        let change = Arc::new(Mutex::new(change));
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                // If the server doesn't listen any more, the client's connection closes.
                let Ok(server) = TcpStream::connect(target) else { continue };
                let (client_writer, server_writer) = (clone(&client), clone(&server));
                let (requests, replies, change) =
                    (Arc::clone(&requests), Arc::clone(&replies), Arc::clone(&change));
                thread::spawn(move || pass_on(client, server_writer, &requests, |_| ()));
                thread::spawn(move || {
                    pass_on(server, client_writer, &replies, |piece| {
                        change.lock().unwrap_or_else(PoisonError::into_inner)(piece)
                    });
                });
            }
        });
        relay
    }

    /// Returns the relay's address.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns everything that the program has sent so far.
    pub fn requests(&self) -> String {
        text(&self.requests)
    }

    /// Returns everything that the program has received so far.
    pub fn replies(&self) -> String {
        text(&self.replies)
    }

    /// Waits for `count` replies, and returns the statuses of all replies so far. It waits because
    /// a caller may have its response before the program has its 202.
    pub fn statuses(&self, count: usize) -> Vec<String> {
        let deadline = Instant::now() + LIMIT;
        loop {
            let replies = self.replies();
            let statuses: Vec<_> = replies
                .split("HTTP/1.1 ")
                .skip(1)
                .filter_map(|reply| reply.get(..3))
                .map(str::to_owned)
                .collect();
            if statuses.len() >= count {
                return statuses;
            }
            assert!(Instant::now() < deadline, "expected {count} replies: {replies}");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Returns the values of a header field in a conversation, in order.
pub fn header_values<'a>(conversation: &'a str, name: &str) -> Vec<&'a str> {
    let fields = conversation.split("\r\n").filter_map(|line| line.split_once(':'));
    fields
        .filter(|(field, _)| field.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
        .collect()
}

/// Copies bytes until one of the two connections closes.
fn pass_on(
    mut from: TcpStream,
    mut to: TcpStream,
    record: &Mutex<Vec<u8>>,
    mut change: impl FnMut(&mut [u8]),
) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(read) = from.read(&mut buffer) {
        let piece = &mut buffer[..read];
        change(piece);
        record.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(piece);
        if piece.is_empty() || to.write_all(piece).is_err() {
            break;
        }
    }
    // The only error is that the connection is already closed.
    let _ = to.shutdown(Shutdown::Write);
}

fn clone(stream: &TcpStream) -> TcpStream {
    stream.try_clone().expect("a socket can be cloned")
}

fn text(bytes: &Mutex<Vec<u8>>) -> String {
    String::from_utf8_lossy(&bytes.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}
