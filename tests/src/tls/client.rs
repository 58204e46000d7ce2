//! The client under test.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use barelambda::{Error, FunctionError};
use barelambda_aws::stream::Stream;
use barelambda_aws::tls::{Config, Roots, Session};

/// An error of the socket. The number is the errno.
pub const SOCKET: Error = {
    const WHAT: &FunctionError = &FunctionError::new("Test.Socket", "the socket failed");
    Error::of(WHAT)
};

/// A TCP connection of std.
pub struct Tcp(pub TcpStream);

impl Tcp {
    /// Connects to a server of this machine.
    pub fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server accepts");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout can be set");
        Self(stream)
    }
}

fn failed(error: &std::io::Error) -> Error {
    SOCKET.with(error.raw_os_error().map_or(0, i32::unsigned_abs))
}

impl Stream for Tcp {
    fn send(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.0.write_all(bytes).map_err(|error| failed(&error))
    }

    fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        loop {
            match self.0.read(buffer) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => return result.map_err(|error| failed(&error)),
            }
        }
    }
}

/// Returns a configuration that trusts the certificates of a PEM text.
pub fn trusting(pem: &str) -> Config {
    Config::new(roots(pem).expect("the root can be read")).expect("the configuration is valid")
}

/// Reads the roots of a PEM text, through a file.
pub fn roots(pem: impl AsRef<[u8]>) -> Result<Roots, Error> {
    let path = bundle(pem);
    let roots = Roots::bundle(path.to_str().expect("the path is UTF-8"));
    std::fs::remove_file(path).expect("the bundle can be removed");
    roots
}

/// Writes a PEM text to a file of its own, and returns its path.
pub fn bundle(pem: impl AsRef<[u8]>) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("barelambda-bundle-{}-{number}.pem", std::process::id());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, pem).expect("a file can be written");
    path
}

/// Connects as `localhost`, sends a line and receives it again, then closes. Returns what was
/// received.
pub fn call(config: &Config, address: SocketAddr, line: &[u8]) -> Result<Vec<u8>, Error> {
    call_as(config, "localhost", address, line)
}

/// As [`call`], with the name of the host.
pub fn call_as(
    config: &Config,
    host: &str,
    address: SocketAddr,
    line: &[u8],
) -> Result<Vec<u8>, Error> {
    let mut stream = Tcp::connect(address);
    let mut session = Session::connect(config, host, &mut stream)?;
    session.send(&mut stream, &[line])?;
    let mut reply = Vec::new();
    let mut buffer = [0; 1000];
    while reply.len() < line.len() {
        match session.receive(&mut stream, &mut buffer)? {
            0 => break,
            len => reply.extend_from_slice(&buffer[..len]),
        }
    }
    session.close(&mut stream)?;
    // The server's close_notify.
    while session.receive(&mut stream, &mut buffer)? > 0 {}
    Ok(reply)
}

/// Connects as `localhost`, and sends a line.
pub fn send_only(config: &Config, address: SocketAddr, line: &[u8]) -> Result<(), Error> {
    let mut stream = Tcp::connect(address);
    let mut session = Session::connect(config, "localhost", &mut stream)?;
    session.send(&mut stream, &[line])?;
    session.close(&mut stream)
}
