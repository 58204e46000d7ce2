//! An HTTPS server on a local port, with the certificate of an authority that only its clients
//! know. The tests use it, too.

pub mod pki;

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::{fs, thread};

use barelambda_emulator::script::{Request, RequestReader};
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::default_provider;
use rustls::{ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion};

use pki::{Identity, Kind, chain};

/// What the server does with a request.
pub enum Reaction {
    /// Sends these bytes, and waits for the next request.
    Reply(Vec<u8>),
    /// Sends these bytes, and closes the connection.
    Last(Vec<u8>),
    /// Sends nothing for as long as the connection is open.
    Silence,
}

/// A server that runs until the process ends.
pub struct HttpsServer {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: mpsc::Receiver<Request>,
    root: String,
}

impl HttpsServer {
    /// Starts a server for `localhost` that calls `react` with each request.
    ///
    /// # Errors
    /// No port is free.
    pub fn start(react: impl Fn(&Request) -> Reaction + Send + Sync + 'static) -> io::Result<Self> {
        Self::with(chain(Kind::P256), react)
    }

    /// As [`Self::start`], with a certificate.
    ///
    /// # Errors
    /// No port is free.
    pub fn with(
        identity: Identity,
        react: impl Fn(&Request) -> Reaction + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let config = config(&identity);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let connections = Arc::new(AtomicUsize::new(0));
        let (sender, requests) = mpsc::channel();
        let (config, react, count) = (Arc::new(config), Arc::new(react), Arc::clone(&connections));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.expect("a connection can be accepted");
                count.fetch_add(1, Ordering::Relaxed);
                let (config, react, sender) =
                    (Arc::clone(&config), Arc::clone(&react), sender.clone());
                // A client that refuses the certificate ends the connection with an error.
                thread::spawn(move || serve(stream, config, &*react, &sender));
            }
        });
        Ok(Self { address, connections, requests, root: identity.root })
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the URL of a path, which begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.address.port())
    }

    /// Writes the certificate of the server's authority to a file, as PEM.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn write_root(&self, file: &Path) -> io::Result<()> {
        fs::write(file, &self.root)
    }

    /// Returns the number of connections so far.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Returns the requests since the last call.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.try_iter().collect()
    }
}

/// Returns a configuration with all of ring's cipher suites, and TLS 1.3.
pub fn config(identity: &Identity) -> ServerConfig {
    config_with(identity, default_provider(), &[&rustls::version::TLS13])
}

/// Returns a configuration for `versions`, with the provider's cipher suites.
pub fn config_with(
    identity: &Identity,
    provider: CryptoProvider,
    versions: &[&'static SupportedProtocolVersion],
) -> ServerConfig {
    ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(versions)
        .expect("the versions have cipher suites")
        .with_no_client_auth()
        .with_single_cert(identity.chain.clone(), identity.key.clone_key())
        .expect("the certificate is valid")
}

fn serve(
    stream: TcpStream,
    config: Arc<ServerConfig>,
    react: &dyn Fn(&Request) -> Reaction,
    requests: &mpsc::Sender<Request>,
) -> io::Result<()> {
    // Replies to a client that hasn't acknowledged the session tickets yet aren't held back.
    stream.set_nodelay(true)?;
    let connection = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(connection, stream);
    let mut reader = RequestReader::default();
    let mut buffer = [0; 4096];
    loop {
        let length = stream.read(&mut buffer)?;
        if length == 0 {
            return Ok(());
        }
        reader.take(&buffer[..length]).map_err(io::Error::other)?;
        let Some(request) = reader.whole() else { continue };
        let reaction = react(&request);
        // The owner of the server may have dropped it.
        let _ = requests.send(request);
        match reaction {
            Reaction::Reply(bytes) => stream.write_all(&bytes)?,
            Reaction::Last(bytes) => {
                stream.write_all(&bytes)?;
                stream.conn.send_close_notify();
                return stream.flush();
            }
            Reaction::Silence => {}
        }
    }
}
