use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::listen::listen_anywhere;
use super::patience::Patience;
use super::runner::run_script;
use super::step::{Act, Step};
use super::transcript::Transcript;

/// The time limit of a step unless [`Script::patience`] sets another.
const PATIENCE: Duration = Duration::from_secs(10);

/// The acts of a server, in order.
#[derive(Clone, Debug, Default)]
pub struct Script {
    acts: Vec<Act>,
    patience: Option<Duration>,
}

impl Script {
    /// Returns an empty script.
    pub fn new() -> Self {
        Self::default()
    }

    /// Accepts one connection, after the end of the previous one, and runs the steps on it.
    #[must_use]
    pub fn connection(mut self, steps: impl Into<Vec<Step>>) -> Self {
        self.acts.push(Act::Connection(steps.into()));
        self
    }

    /// Stops listening for a while, so that connections are refused, and then listens at the same
    /// port again.
    #[must_use]
    pub fn gone(mut self, pause: Duration) -> Self {
        self.acts.push(Act::Gone(pause));
        self
    }

    /// Sets the time limit of each step. Default: 10 s.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Listens at a free port of `127.0.0.1` and runs the script in a thread. The server stops
    /// listening after the last connection.
    pub fn serve(self) -> io::Result<ScriptServer> {
        let listener = listen_anywhere()?;
        let address = listener.local_addr()?;
        let client_gone = Arc::new(AtomicBool::new(false));
        let patience =
            Patience { limit: self.patience.unwrap_or(PATIENCE), client_gone: client_gone.clone() };
        let thread = thread::Builder::new()
            .name("script".to_owned())
            .spawn(move || run_script(&self.acts, listener, address, &patience))?;
        Ok(ScriptServer { address, client_gone, thread })
    }
}

/// A running script.
#[derive(Debug)]
pub struct ScriptServer {
    address: SocketAddr,
    client_gone: Arc<AtomicBool>,
    thread: JoinHandle<Transcript>,
}

impl ScriptServer {
    /// Returns the address where it listens, until the end of the last connection.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for the end of the script.
    pub fn finish(self) -> Transcript {
        self.thread.join().unwrap_or_else(|_| Transcript {
            connections: Vec::new(),
            failure: Some("the script's thread has panicked".to_owned()),
        })
    }

    pub(crate) fn is_over(&self) -> bool {
        self.thread.is_finished()
    }

    /// Shortens the time limit of the steps: the client sends nothing more.
    pub(crate) fn client_has_gone(&self) {
        self.client_gone.store(true, Ordering::Relaxed);
    }
}
