//! A server of the Runtime API that does nothing by itself: it accepts, reads and notes everything that comes, and a check decides
//! what is sent, and when, and what happens to the connection.
//!
//! A thread accepts; each connection has a thread that reads. What they see lies in one [`State`], behind one lock.

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

/// A server at a port of its own.
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
