//! A server of the Runtime API that does nothing by itself: it accepts, reads and notes everything that comes, and a check decides
//! what is sent, and when, and what happens to the connection.
//!
//! A thread accepts; each connection has a thread that reads. What they see lies in one [`State`], behind one lock.

mod connection;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use barelambda_emulator::script::{Request, listen_anywhere};

pub use connection::Connection;
use connection::ConnectionState;

/// How often the threads look whether something has changed for which nobody wakes them.
pub const TICK: Duration = Duration::from_millis(3);

/// A server at a port of its own.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// What the server has seen, and how it is to read on.
#[derive(Default)]
pub struct State {
    /// Every request whose head has come, in that order.
    pub calls: Vec<Call>,
    /// What came that is not HTTP/1.1, in words.
    pub broken: Vec<String>,
    connections: Vec<ConnectionState>,
    /// Whether new connections are accepted; otherwise they are refused.
    listening: bool,
    /// Reading stops for a POST of which this many bytes have come.
    hold_at: Option<usize>,
    ended: bool,
}

/// A request, from the time when its head has come.
pub struct Call {
    /// Its connection, counted from 0.
    pub connection: usize,
    /// Its head. The body is in `whole`.
    pub head: Arc<Request>,
    /// When its head had come.
    pub begun: Instant,
    /// How much of the body had come, and when.
    pub progress: Vec<(Instant, usize)>,
    /// All of it.
    pub whole: Option<Arc<Request>>,
    /// What had come of the body when the program closed the connection in its middle.
    pub cut: Option<Vec<u8>>,
    /// Whether a check has taken it.
    pub taken: bool,
}

impl Server {
    /// Listens at a free port of 127.0.0.1.
    pub fn start() -> io::Result<Self> {
        let listener = listen_anywhere()?;
        let address = listener.local_addr()?;
        let state = State { listening: true, ..State::default() };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        let accepting = shared.clone();
        thread::Builder::new().name("accepts".to_owned()).spawn(move || connection::accept(&accepting, listener, address))?;
        Ok(Self { address, shared })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it has seen.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }

    /// Gives the lock back until something has changed, for a few milliseconds at most.
    pub fn wait<'s>(&'s self, state: MutexGuard<'s, State>) -> MutexGuard<'s, State> {
        self.shared.changed.wait_timeout(state, TICK).unwrap_or_else(PoisonError::into_inner).0
    }

    /// The connection of this number, to be written to.
    pub fn connection(&self, connection: usize) -> Connection<'_> {
        Connection::new(&self.shared, connection)
    }

    /// Stops to read a POST after this many bytes, head included; `None` reads on.
    pub fn hold_posts_at(&self, bytes: Option<usize>) {
        self.shared.change(|state| state.hold_at = bytes);
        // Whoever is reading has looked before.
        thread::sleep(TICK * 4);
    }

    /// Stops listening, and resets every connection.
    pub fn vanish(&self) {
        let count = {
            let mut state = self.state();
            state.listening = false;
            state.connections.len()
        };
        for connection in 0..count {
            self.connection(connection).reset();
        }
        // The listener goes within a tick.
        thread::sleep(TICK * 4);
    }

    /// Listens again at the same port.
    pub fn come_back(&self) {
        self.shared.change(|state| state.listening = true);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.change(|state| {
            state.ended = true;
            state.connections.iter_mut().for_each(ConnectionState::abandon);
        });
    }
}

impl State {
    /// How many connections have been made.
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// Whether neither side has closed the connection of this call.
    pub fn is_open(&self, call: &Call) -> bool {
        self.connections.get(call.connection).is_some_and(ConnectionState::is_open)
    }

    /// Whether a connection that the server has closed, or its half, has brought something that is still to be noted.
    pub fn is_behind(&self) -> bool {
        self.connections.iter().any(ConnectionState::is_behind)
    }

    /// The first connection on which reading stopped in a POST, as [`Server::hold_posts_at`] says.
    pub fn held(&self) -> Option<usize> {
        self.connections.iter().position(|line| line.held && line.is_open())
    }

    /// Whether the program has closed this connection.
    pub fn closed_by_program(&self, connection: usize) -> bool {
        self.connections.get(connection).is_none_or(|line| line.finished)
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.state());
        self.changed.notify_all();
        result
    }
}
