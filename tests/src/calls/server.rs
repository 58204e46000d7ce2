//! A server of HTTP whose every byte is set by a test.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use barelambda_emulator::script::{Request, RequestReader, wait_until_read};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::sockopt::set_socket_linger;
use rustls::{ServerConfig, ServerConnection};

use crate::waiting::LIMIT;

/// A server that runs until the test's process ends. Each connection has a thread.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    scheme: &'static str,
    seen: Arc<Mutex<Vec<(usize, Request)>>>,
}

impl Server {
    /// Starts a server of TLS, which calls `serve` with each connection. Errors of `serve` are
    /// those of clients that have closed.
    pub fn tls<F>(config: ServerConfig, serve: F) -> Self
    where
        F: Fn(Wire) -> io::Result<()> + Send + Sync + 'static,
    {
        Self::start(Some(Arc::new(config)), serve)
    }

    /// Starts a server without TLS.
    pub fn plain<F>(serve: F) -> Self
    where
        F: Fn(Wire) -> io::Result<()> + Send + Sync + 'static,
    {
        Self::start(None, serve)
    }

    fn start<F>(config: Option<Arc<ServerConfig>>, serve: F) -> Self
    where
        F: Fn(Wire) -> io::Result<()> + Send + Sync + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let address = listener.local_addr().expect("a listener has an address");
        let scheme = if config.is_some() { "https" } else { "http" };
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (shared, serve) = (Arc::clone(&seen), Arc::new(serve));
        thread::spawn(move || {
            for (number, stream) in listener.incoming().flatten().enumerate() {
                let (seen, serve) = (Arc::clone(&shared), Arc::clone(&serve));
                let tls = config.clone().map(|config| {
                    ServerConnection::new(config).expect("the configuration is valid")
                });
                stream.set_read_timeout(Some(LIMIT)).expect("a timeout can be set");
                stream.set_write_timeout(Some(LIMIT)).expect("a timeout can be set");
                stream.set_nodelay(true).expect("the connection is open");
                let (reader, rest) = (RequestReader::default(), Vec::new());
                let wire = Wire { number, stream, tls, reader, rest, seen };
                thread::spawn(move || serve(wire));
            }
        });
        Self { address, scheme, seen }
    }

    /// Returns the URL of the server, without a slash at its end.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// Returns the requests so far, each with the number of its connection from 0, and forgets
    /// them.
    pub fn take_requests(&self) -> Vec<(usize, Request)> {
        std::mem::take(&mut *self.seen.lock().expect("no thread panics with it"))
    }
}

/// One connection. Dropping it is [`Wire::cut`].
pub struct Wire {
    /// The number of the connection, from 0.
    pub number: usize,
    stream: TcpStream,
    tls: Option<ServerConnection>,
    reader: RequestReader,
    /// Bytes after the last request.
    rest: Vec<u8>,
    seen: Arc<Mutex<Vec<(usize, Request)>>>,
}

impl Wire {
    /// Waits for a whole request, after the handshake. Returns `None` if the client closes.
    ///
    /// # Errors
    /// Those of the connection.
    pub fn request(&mut self) -> io::Result<Option<Request>> {
        let mut buffer = vec![0; 65_536];
        loop {
            let bytes = std::mem::take(&mut self.rest);
            let taken = self.reader.take(&bytes).map_err(io::Error::other)?;
            self.rest = bytes[taken..].to_vec();
            if let Some(request) = self.reader.whole() {
                let mut seen = self.seen.lock().expect("no thread panics with it");
                seen.push((self.number, request.clone()));
                return Ok(Some(request));
            }
            match self.receive(&mut buffer)? {
                0 => return Ok(None),
                count => self.rest = buffer[..count].to_vec(),
            }
        }
    }

    /// Receives some bytes of data; zero means that the client has closed.
    ///
    /// # Errors
    /// Those of the connection.
    pub fn receive(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let received = match &mut self.tls {
            Some(tls) => rustls::Stream::new(tls, &mut self.stream).read(buffer),
            None => self.stream.read(buffer),
        };
        match received {
            // The client closes without a close_notify, and after that the end is the end.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(0),
            received => received,
        }
    }

    /// Returns whether nothing arrives for this time, and the client doesn't close.
    pub fn is_idle_for(&self, time: Duration) -> bool {
        self.stream.set_read_timeout(Some(time)).expect("a timeout can be set");
        let peeked = self.stream.peek(&mut [0]);
        self.stream.set_read_timeout(Some(LIMIT)).expect("a timeout can be set");
        peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Sends bytes, in records as large as possible, and what is queued before them.
    ///
    /// # Errors
    /// Those of the connection.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.tls {
            Some(tls) => {
                let mut stream = rustls::Stream::new(tls, &mut self.stream);
                stream.write_all(bytes)?;
                stream.flush()
            }
            None => self.stream.write_all(bytes),
        }
    }

    /// Sends bytes in records of `len` bytes.
    ///
    /// # Errors
    /// Those of the connection.
    pub fn send_records(&mut self, bytes: &[u8], len: usize) -> io::Result<()> {
        bytes.chunks(len).try_for_each(|record| self.send(record))
    }

    /// Sends bytes of which the client receives the first `cut`, of records if there is TLS, before
    /// the others are sent. Returns whether there are so many.
    ///
    /// # Errors
    /// Those of the connection.
    pub fn send_cut(&mut self, bytes: &[u8], cut: usize) -> io::Result<bool> {
        let sent = self.encode(bytes)?;
        let (first, second) = sent.split_at_checked(cut).unwrap_or((&sent, &[]));
        self.stream.write_all(first)?;
        wait_until_read(&self.stream);
        self.stream.write_all(second)?;
        Ok(cut < sent.len())
    }

    /// Sends only the first `len` bytes of what the bytes are on the connection.
    ///
    /// # Errors
    /// Those of the connection.
    pub fn send_part(&mut self, bytes: &[u8], len: usize) -> io::Result<()> {
        let sent = self.encode(bytes)?;
        self.stream.write_all(&sent[..len.min(sent.len())])
    }

    fn encode(&mut self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let Some(tls) = &mut self.tls else { return Ok(bytes.to_vec()) };
        let mut sent = Vec::new();
        tls.writer().write_all(bytes)?;
        while tls.wants_write() {
            tls.write_tls(&mut sent)?;
        }
        Ok(sent)
    }

    /// Changes the keys of this side, and asks the client to change its own. The message is sent
    /// with the next bytes.
    ///
    /// # Panics
    /// The connection has no TLS.
    pub fn renew_keys(&mut self) {
        let tls = self.tls.as_mut().expect("the connection has TLS");
        tls.refresh_traffic_keys().expect("the handshake is complete");
    }

    /// Closes as servers should: with a close_notify, if there is TLS.
    ///
    /// # Errors
    /// Those of the connection.
    pub fn close(mut self) -> io::Result<()> {
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
            while tls.wants_write() {
                tls.write_tls(&mut self.stream)?;
            }
        }
        self.stream.shutdown(Shutdown::Write)
    }

    /// Closes without a close_notify.
    ///
    /// # Errors
    /// Those of the connection.
    pub fn cut(self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Write)
    }

    /// Resets the connection.
    ///
    /// # Errors
    /// Those of the connection.
    pub fn reset(self) -> io::Result<()> {
        set_socket_linger(&self.stream, Some(Duration::ZERO)).map_err(io::Error::from)
    }

    /// Receives some bytes of the connection, before or in a handshake, which can't continue then.
    ///
    /// # Errors
    /// Those of the connection.
    pub fn receive_raw(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.read(buffer)
    }

    /// Neither sends nor receives until the client closes the connection.
    ///
    /// # Errors
    /// Those of the connection.
    pub fn stall(self) -> io::Result<()> {
        let events = PollFlags::RDHUP;
        let limit = Timespec::try_from(LIMIT).map_err(io::Error::other)?;
        poll(&mut [PollFd::new(&self.stream, events)], Some(&limit))?;
        Ok(())
    }

    /// Sends nothing more, and drops what the client sends, until it closes the connection.
    ///
    /// # Errors
    /// Those of the connection.
    pub fn quiet(mut self) -> io::Result<()> {
        let mut buffer = vec![0; 65_536];
        while self.receive(&mut buffer)? > 0 {}
        Ok(())
    }
}
