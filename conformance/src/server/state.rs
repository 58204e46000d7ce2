//! What the server has seen, as its threads and the checks share it.

use std::net::TcpStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use barelambda_emulator::script::Request;
use rustix::io::ioctl_fionread;

/// How often the threads look whether something has changed for which nobody wakes them.
pub const TICK: Duration = Duration::from_millis(3);

/// The state, and the signal that it has changed.
pub struct Shared {
    pub state: Mutex<State>,
    pub changed: Condvar,
}

/// What the server has seen, and how it is to read on.
#[derive(Default)]
pub struct State {
    /// Every request whose head has come, in that order.
    pub calls: Vec<Call>,
    /// What came that is not HTTP/1.1, in words.
    pub broken: Vec<String>,
    pub connections: Vec<ConnectionState>,
    /// Whether new connections are accepted; otherwise they are refused.
    pub listening: bool,
    /// Reading stops for a POST of which this many bytes have come.
    pub hold_at: Option<usize>,
    pub ended: bool,
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

/// A connection, as its thread and the checks share it.
pub struct ConnectionState {
    /// `None` once the server has closed it.
    pub stream: Option<Arc<TcpStream>>,
    /// Whether the server has closed its sending side.
    pub half_closed: bool,
    /// Whether the program has closed it, or it broke.
    pub finished: bool,
    /// Whether reading has stopped in a POST.
    pub held: bool,
    /// Whether its thread has something in hand that it has not noted yet.
    pub noting: bool,
    /// Whether the thread has let go of the socket.
    pub released: bool,
}

impl ConnectionState {
    /// Whether neither side has closed it, or its half.
    pub fn is_open(&self) -> bool {
        self.stream.is_some() && !self.finished && !self.half_closed
    }

    /// Whether something that the program has sent over it is still to be noted, after the server has closed its sending side.
    pub fn is_behind(&self) -> bool {
        let unread = || self.stream.as_ref().is_some_and(|stream| ioctl_fionread(stream).is_ok_and(|count| count > 0));
        self.half_closed && !self.finished && !self.held && (self.noting || unread())
    }

    /// Closes it without waiting for its thread.
    pub fn abandon(&mut self) {
        self.stream = None;
    }
}

impl State {
    pub fn begin(&mut self, connection: usize, head: Request, begun: Instant) -> usize {
        let head = Arc::new(head);
        self.calls.push(Call { connection, head, begun, progress: Vec::new(), whole: None, cut: None, taken: false });
        self.calls.len() - 1
    }

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
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.state());
        self.changed.notify_all();
        result
    }
}
