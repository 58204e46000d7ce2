//! A server of the Runtime API that is controlled by a check. It accepts connections, and reads and
//! records all requests. The check decides what is sent, and when, and what happens to the
//! connection.
//!
//! One thread accepts, and each connection has a thread that reads. They share one [`State`] with
//! the check, protected by one lock.

mod connection;
mod state;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use barelambda_emulator::script::listen_anywhere;

pub use connection::Connection;
pub use state::{Call, State};

use state::{ConnectionState, Shared, TICK};

/// A server with a port that only its program knows.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Server {
    /// Listens at a free port of 127.0.0.1.
    pub fn start() -> io::Result<Self> {
        let listener = listen_anywhere()?;
        let address = listener.local_addr()?;
        let state = State { listening: true, ..State::default() };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        let accepting = shared.clone();
        thread::Builder::new()
            .name("accepts".to_owned())
            .spawn(move || connection::accept(&accepting, listener, address))?;
        Ok(Self { address, shared })
    }

    /// Returns the address where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Locks the state.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }

    /// Unlocks the state until it has changed, for a few milliseconds at most.
    pub fn wait<'s>(&'s self, state: MutexGuard<'s, State>) -> MutexGuard<'s, State> {
        self.shared.changed.wait_timeout(state, TICK).unwrap_or_else(PoisonError::into_inner).0
    }

    /// Returns the connection with this index.
    pub fn connection(&self, connection: usize) -> Connection<'_> {
        Connection::new(&self.shared, connection)
    }

    /// Stops reading a POST after this many bytes, head included. `None` continues.
    pub fn hold_posts_at(&self, bytes: Option<usize>) {
        self.shared.change(|state| state.hold_at = bytes);
        // A reading thread may have checked the old value already.
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
        // The listener is dropped within a tick.
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
