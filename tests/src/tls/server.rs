//! A server of rustls with ring, on this machine.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::{cipher_suite, default_provider};
use rustls::{ServerConfig, ServerConnection};

pub use barelambda_bench::https::{config, config_with};

/// How long a server waits for its client.
const LIMIT: Duration = Duration::from_secs(60);

/// A server of one connection.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    thread: JoinHandle<Vec<u8>>,
}

impl Server {
    /// Starts a server that hands its connection to `serve`, which returns the data that the client
    /// sent.
    pub fn start(serve: impl FnOnce(TcpStream) -> Vec<u8> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("a listener has an address");
        let thread = std::thread::spawn(move || {
            let (stream, _) = listener.accept().expect("a client connects");
            stream.set_read_timeout(Some(LIMIT)).expect("a timeout can be set");
            stream.set_write_timeout(Some(LIMIT)).expect("a timeout can be set");
            serve(stream)
        });
        Self { address, thread }
    }

    /// Starts a server of rustls that returns each line to its client, until that closes.
    pub fn echo(config: ServerConfig) -> Self {
        Self::start(move |stream| echo(config, stream))
    }

    /// Waits for the end of the connection, and returns the data that the client sent.
    pub fn received(self) -> Vec<u8> {
        self.thread.join().expect("the server doesn't panic")
    }
}

/// Returns ring's provider with only a cipher suite that the client doesn't have.
pub fn other_cipher() -> CryptoProvider {
    CryptoProvider {
        cipher_suites: vec![cipher_suite::TLS13_CHACHA20_POLY1305_SHA256],
        ..default_provider()
    }
}

/// Returns each line to the client. Returns all data that the client sent, also if the connection
/// fails.
fn echo(config: ServerConfig, mut stream: TcpStream) -> Vec<u8> {
    let mut connection = ServerConnection::new(Arc::new(config)).expect("the server starts");
    let mut tls = rustls::Stream::new(&mut connection, &mut stream);
    let mut received = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match tls.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(len) => {
                received.extend_from_slice(&buffer[..len]);
                if tls.write_all(&buffer[..len]).is_err() {
                    break;
                }
            }
        }
    }
    connection.send_close_notify();
    let _ = connection.write_tls(&mut stream);
    received
}
