//! An HTTPS server on a local port, with the certificate of an authority that only the test knows.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::{fs, thread};

use barelambda_emulator::script::{Request, RequestReader};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::tls::pki::{Identity, Kind, chain};
use crate::tls::server::config;

/// What the server does with a request.
pub enum Reaction {
    /// Sends these bytes, and waits for the next request.
    Reply(Vec<u8>),
    /// Sends these bytes, and closes the connection.
    Last(Vec<u8>),
    /// Sends nothing for as long as the connection is open.
    Silence,
}

/// A server that runs until its test ends.
pub struct HttpsServer {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: mpsc::Receiver<Request>,
    root: String,
}

impl HttpsServer {
    /// Starts a server for `localhost` that calls `react` with each request.
    pub fn start(react: impl Fn(&Request) -> Reaction + Send + Sync + 'static) -> Self {
        Self::with(chain(Kind::P256), react)
    }

    /// As [`Self::start`], with a certificate.
    pub fn with(
        identity: Identity,
        react: impl Fn(&Request) -> Reaction + Send + Sync + 'static,
    ) -> Self {
        let config = config(&identity);
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("a listener has an address");
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
        Self { address, connections, requests, root: identity.root }
    }

    /// Returns the URL of a path, which begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.address.port())
    }

    /// Writes the certificate of the server's authority to a file, as PEM.
    pub fn write_root(&self, file: &Path) {
        fs::write(file, &self.root).expect("a file can be written");
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

fn serve(
    stream: TcpStream,
    config: Arc<ServerConfig>,
    react: &dyn Fn(&Request) -> Reaction,
    requests: &mpsc::Sender<Request>,
) -> io::Result<()> {
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
        // The test may have ended.
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
