use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::machine::Machine;

/// The machine of one process, shared by the process's requests and by those who wait for its progress.
pub(crate) struct Session {
    machine: Mutex<Machine>,
    changed: watch::Sender<()>,
}

impl Session {
    pub fn new() -> Self {
        Self { machine: Mutex::default(), changed: watch::Sender::new(()) }
    }

    /// Makes a change and wakes everybody who waits.
    pub fn change<T>(&self, change: impl FnOnce(&mut Machine) -> T) -> T {
        let result = change(&mut self.lock());
        self.changed.send_replace(());
        result
    }

    pub fn look<T>(&self, look: impl FnOnce(&Machine) -> T) -> T {
        look(&self.lock())
    }

    /// Waits until `ready` gives something. There is no time limit here: the caller sets one, or means none.
    pub async fn wait_until<T>(&self, mut ready: impl FnMut(&mut Machine) -> Option<T>) -> T {
        // Subscribed before the first look, so that no change falls between the two.
        let mut changed = self.changed.subscribe();
        loop {
            if let Some(result) = ready(&mut self.lock()) {
                return result;
            }
            changed.changed().await.expect("the sender lives in self");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Machine> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
