//! The server's state, which its threads and the check share.

use std::net::TcpStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use barelambda_emulator::script::Request;
use rustix::io::ioctl_fionread;

/// How often the threads check for changes that don't wake them.
pub const TICK: Duration = Duration::from_millis(3);

/// The state, and the condition variable for its changes.
pub struct Shared {
    pub state: Mutex<State>,
    pub changed: Condvar,
}

/// The requests that the server has received, and how it reads further ones.
#[derive(Default)]
pub struct State {
    /// Every request whose head has arrived, in that order.
    pub calls: Vec<Call>,
    /// Descriptions of received bytes that aren't HTTP/1.1.
    pub malformed: Vec<String>,
    pub connections: Vec<ConnectionState>,
    /// Whether the server listens. Otherwise connections are refused.
    pub listening: bool,
    /// Reading a POST stops after this many bytes.
    pub hold_at: Option<usize>,
    pub ended: bool,
}

/// A request whose head has arrived.
pub struct Call {
    /// The index of its connection.
    pub connection: usize,
    /// The head. The body is in `whole`.
    pub head: Arc<Request>,
    /// When the head arrived.
    pub begun: Instant,
    /// How many bytes of the body had arrived, and when.
    pub progress: Vec<(Instant, usize)>,
    /// The complete request.
    pub whole: Option<Arc<Request>>,
    /// The part of the body that arrived before the program closed the connection.
    pub cut: Option<Vec<u8>>,
    /// Whether the check has handled it.
    pub taken: bool,
}

/// The state of a connection.
pub struct ConnectionState {
    /// `None` once the server has closed it.
    pub stream: Option<Arc<TcpStream>>,
    /// Whether the server has closed its sending side.
    pub half_closed: bool,
    /// Whether the program has closed it, or it broke.
    pub finished: bool,
    /// Whether reading has stopped in a POST.
    pub held: bool,
    /// Whether the reading thread holds bytes that it hasn't recorded yet.
    pub recording: bool,
    /// Whether the reading thread has dropped the socket.
    pub released: bool,
}

impl ConnectionState {
    /// Returns whether neither side has closed its sending side.
    pub fn is_open(&self) -> bool {
        self.stream.is_some() && !self.finished && !self.half_closed
    }

    /// Returns whether bytes of the program are still to be recorded, after the server has closed
    /// its sending side.
    pub fn has_unrecorded(&self) -> bool {
        let unread = || {
            self.stream
                .as_ref()
                .is_some_and(|stream| ioctl_fionread(stream).is_ok_and(|count| count > 0))
        };
        self.half_closed && !self.finished && !self.held && (self.recording || unread())
    }

    /// Closes the connection without waiting for its thread.
    pub fn abandon(&mut self) {
        self.stream = None;
    }
}

impl State {
    pub fn begin(&mut self, connection: usize, head: Request, begun: Instant) -> usize {
        let head = Arc::new(head);
        self.calls.push(Call {
            connection,
            head,
            begun,
            progress: Vec::new(),
            whole: None,
            cut: None,
            taken: false,
        });
        self.calls.len() - 1
    }

    /// Returns how many connections have been made.
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// Returns whether neither side has closed the connection of this call.
    pub fn is_open(&self, call: &Call) -> bool {
        self.connections.get(call.connection).is_some_and(ConnectionState::is_open)
    }

    /// Returns whether bytes are still to be recorded from a connection whose sending side the
    /// server has closed.
    pub fn has_unrecorded(&self) -> bool {
        self.connections.iter().any(ConnectionState::has_unrecorded)
    }

    /// Returns the first connection on which reading has stopped in a POST (see
    /// [`Server::hold_posts_at`](super::Server::hold_posts_at)).
    pub fn held(&self) -> Option<usize> {
        self.connections.iter().position(|line| line.held && line.is_open())
    }

    /// Returns whether the program has closed this connection.
    pub fn closed_by_program(&self, connection: usize) -> bool {
        self.connections.get(connection).is_none_or(|line| line.finished)
    }
}

impl Shared {
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.state());
        self.changed.notify_all();
        result
    }
}
