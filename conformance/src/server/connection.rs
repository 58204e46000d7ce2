//! Connections: the threads that accept and read, and the handle that writes.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use barelambda_emulator::script::{Request, RequestReader, message, wait_until_read};
use socket2::SockRef;

use super::state::{ConnectionState, Shared, State, TICK};

/// How long a program may leave the bytes unread that are sent to it.
const WRITE_LIMIT: Duration = Duration::from_secs(20);

/// How long a connection that is closed gently stays half-open, unless the program closes its side
/// earlier.
const GENTLE_CLOSE: Duration = Duration::from_millis(300);

/// The size of the receive buffer in bytes. It is small, so that a program notices when the server
/// doesn't read.
const RECEIVE_BUFFER: usize = 128 << 10;

/// Accepts connections until the server is dropped. It doesn't listen while [`State::listening`] is
/// false.
pub fn accept(shared: &Arc<Shared>, listener: TcpListener, address: SocketAddr) {
    let mut listener = Some(listener);
    loop {
        let (ended, listening) = {
            let state = shared.state();
            (state.ended, state.listening)
        };
        if ended {
            return;
        }
        if !listening {
            listener = None;
        } else if listener.is_none() {
            // Another process may hold the port for a moment: the next round tries again.
            listener = TcpListener::bind(address).ok();
        }
        let accepted = listener.as_ref().and_then(|listener| {
            listener.set_nonblocking(true).ok()?;
            listener.accept().ok()
        });
        match accepted {
            Some((stream, _)) => serve(shared, stream),
            None => thread::sleep(TICK),
        }
    }
}

fn serve(shared: &Arc<Shared>, stream: TcpStream) {
    let prepared = stream
        .set_nonblocking(false)
        .and_then(|()| stream.set_nodelay(true))
        .and_then(|()| stream.set_read_timeout(Some(TICK)))
        .and_then(|()| stream.set_write_timeout(Some(WRITE_LIMIT)))
        .and_then(|()| SockRef::from(&stream).set_recv_buffer_size(RECEIVE_BUFFER));
    if prepared.is_err() {
        return;
    }
    let stream = Arc::new(stream);
    let number = shared.change(|state| {
        state.connections.push(ConnectionState {
            stream: Some(stream.clone()),
            half_closed: false,
            finished: false,
            held: false,
            recording: false,
            released: false,
        });
        state.connections.len() - 1
    });
    let reading = shared.clone();
    let started = thread::Builder::new().name("reads".to_owned()).spawn(move || {
        Reading { shared: &reading, number, reader: RequestReader::default(), call: None }
            .run(&stream);
        drop(stream);
        reading.change(|state| state.connections[number].released = true);
    });
    if let Err(error) = started {
        shared.change(|state| {
            state.malformed.push(format!("cannot start a thread for a connection: {error}"))
        });
    }
}

/// The reading side of one connection.
struct Reading<'s> {
    shared: &'s Shared,
    number: usize,
    reader: RequestReader,
    /// The call whose body is being read.
    call: Option<usize>,
}

impl Reading<'_> {
    fn run(&mut self, mut stream: &TcpStream) {
        let mut buffer = vec![0; 64 << 10];
        loop {
            let most = {
                let mut state = self.shared.state();
                if state.ended || state.connections[self.number].stream.is_none() {
                    return;
                }
                self.most(&mut state).min(buffer.len())
            };
            if most == 0 {
                thread::sleep(TICK);
                continue;
            }
            // Peeking before `recording` is set ensures that bytes are always in the kernel's
            // buffer or announced by `recording`.
            let read = stream.peek(&mut [0]).and_then(|_| {
                self.shared.state().connections[self.number].recording = true;
                stream.read(&mut buffer[..most])
            });
            match read {
                Ok(0) => return self.finish(),
                Ok(count) => {
                    if let Err(error) = self.take(&buffer[..count]) {
                        self.shared.change(|state| state.malformed.push(error));
                        return self.finish();
                    }
                }
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
                    ) =>
                {
                    continue;
                }
                Err(_) => return self.finish(),
            }
            self.shared.change(|state| state.connections[self.number].recording = false);
        }
    }

    /// Returns how many bytes may be read now.
    fn most(&self, state: &mut State) -> usize {
        let raw = self.reader.raw();
        let most = match state.hold_at {
            Some(at) if raw.starts_with(b"P") => at.saturating_sub(raw.len()),
            Some(at) => at.max(1),
            None => usize::MAX,
        };
        state.connections[self.number].held = most == 0;
        most
    }

    fn take(&mut self, mut bytes: &[u8]) -> Result<(), String> {
        while !bytes.is_empty() {
            let taken = self
                .reader
                .take(bytes)
                .map_err(|error| format!("{error}; received {:?}", shown(self.reader.raw())))?;
            bytes = &bytes[taken..];
            self.record();
        }
        Ok(())
    }

    /// Records the request so far in the state.
    fn record(&mut self) {
        let now = Instant::now();
        let (shared, number) = (self.shared, self.number);
        if let Some(begun) = self.reader.begun() {
            let length = begun.body.len();
            let call = *self.call.get_or_insert_with(|| {
                let head = Request { body: Vec::new(), chunks: Vec::new(), ..begun.clone() };
                shared.change(|state| state.begin(number, head, now))
            });
            shared.change(|state| state.calls[call].progress.push((now, length)));
        }
        if let Some(request) = self.reader.whole() {
            let call = self.call.take();
            let extension = extension_reply(&request);
            shared.change(|state| {
                if let Some(call) = call.and_then(|call| state.calls.get_mut(call)) {
                    call.taken |= extension.is_some();
                    call.whole = Some(Arc::new(request));
                }
            });
            if let Some(reply) = extension {
                let _ = Connection::new(shared, number).send(&reply);
            }
        }
    }

    fn finish(&mut self) {
        let body = self.reader.begun().map(|request| request.body.clone());
        let call = self.call.take();
        self.shared.change(|state| {
            state.connections[self.number].finished = true;
            if let Some(call) = call.and_then(|call| state.calls.get_mut(call)) {
                call.cut = body;
            }
        });
    }
}

/// Answers the Extensions API, which a runtime may use for itself: the extension is registered, and
/// receives no event. Returns `None` for other requests.
fn extension_reply(request: &Request) -> Option<Vec<u8>> {
    let call = request.target.strip_prefix("/2020-01-01/extension/")?;
    match call {
        "register" => Some(message::with_header(
            &message::answer(200, "{}"),
            "Lambda-Extension-Identifier",
            "8b2cdb7c-46fa-4ee3-a28a-5b2b7e5e6f4d",
        )),
        _ => Some(Vec::new()),
    }
}

/// Returns the beginning of the bytes for a message.
fn shown(raw: &[u8]) -> String {
    String::from_utf8_lossy(&raw[..raw.len().min(200)]).into_owned()
}

/// A connection to write to. Its errors say what the program did.
pub struct Connection<'s> {
    shared: &'s Shared,
    number: usize,
}

impl<'s> Connection<'s> {
    pub(super) fn new(shared: &'s Shared, number: usize) -> Self {
        Self { shared, number }
    }

    /// Returns its index among all connections.
    pub fn number(&self) -> usize {
        self.number
    }

    /// Writes all bytes.
    pub fn send(&self, bytes: &[u8]) -> Result<(), String> {
        let stream = self.stream()?;
        (&*stream).write_all(bytes).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => format!("the program read nothing for {WRITE_LIMIT:?}"),
            _ => format!("the program closed the connection before the server had sent its {} bytes ({error})", bytes.len()),
        })
    }

    /// Writes pieces of this size. Each follows when the program has read the previous one.
    pub fn send_pieces(&self, bytes: &[u8], size: usize) -> Result<(), String> {
        for piece in bytes.chunks(size.max(1)) {
            self.send(piece)?;
            wait_until_read(&*self.stream()?);
        }
        Ok(())
    }

    /// Writes pieces of this size with a pause after each.
    pub fn drip(&self, bytes: &[u8], size: usize, pause: Duration) -> Result<(), String> {
        for piece in bytes.chunks(size.max(1)) {
            self.send(piece)?;
            thread::sleep(pause);
        }
        Ok(())
    }

    /// Closes the sending side, and continues to read.
    pub fn half_close(&self) {
        if let Ok(stream) = self.stream() {
            // An error means that the connection has broken already, which has the same effect.
            let _ = stream.shutdown(Shutdown::Write);
        }
        self.shared.change(|state| {
            if let Some(line) = state.connections.get_mut(self.number) {
                line.half_closed = true;
            }
        });
    }

    /// Closes the connection. It becomes a reset if there are unread bytes of the program.
    pub fn close(&self) {
        self.half_close();
        self.let_go();
    }

    /// Closes the sending side, lets the program read what was sent to it, and then closes the
    /// connection. If bytes of the program were unread, closing at once would be a reset, which may
    /// overtake what was sent.
    pub fn close_gently(&self) {
        self.half_close();
        let deadline = Instant::now() + GENTLE_CLOSE;
        while Instant::now() < deadline
            && self.shared.state().connections.get(self.number).is_some_and(|line| !line.finished)
        {
            thread::sleep(TICK / 3);
        }
        self.let_go();
    }

    /// Closes the connection with a reset.
    pub fn reset(&self) {
        if let Ok(stream) = self.stream() {
            // After an error the connection is closed in the usual way, and the check tests less
            // than it might.
            let _ = SockRef::from(&*stream).set_linger(Some(Duration::ZERO));
        }
        self.let_go();
    }

    fn stream(&self) -> Result<Arc<TcpStream>, String> {
        let stream =
            self.shared.state().connections.get(self.number).and_then(|line| line.stream.clone());
        stream.ok_or_else(|| "the server itself has closed this connection".to_owned())
    }

    /// Drops the socket here and waits until the reading thread has dropped it too, which closes
    /// it.
    fn let_go(&self) {
        self.shared.change(|state| {
            if let Some(line) = state.connections.get_mut(self.number) {
                line.abandon();
            }
        });
        let deadline = Instant::now() + Duration::from_secs(1);
        while Instant::now() < deadline
            && !self.shared.state().connections.get(self.number).is_none_or(|line| line.released)
        {
            thread::sleep(TICK / 3);
        }
    }
}
