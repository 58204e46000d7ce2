use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::machine::Machine;

/// The machine of one process, shared by its requests and by the tasks that wait for its progress.
pub(crate) struct Session {
    machine: Mutex<Machine>,
    changed: watch::Sender<()>,
}

impl Session {
    pub fn new() -> Self {
        Self { machine: Mutex::default(), changed: watch::Sender::new(()) }
    }

    /// Changes the machine and wakes all waiting tasks.
    pub fn change<T>(&self, change: impl FnOnce(&mut Machine) -> T) -> T {
        let result = change(&mut self.lock());
        self.changed.send_replace(());
        result
    }

    pub fn look<T>(&self, look: impl FnOnce(&Machine) -> T) -> T {
        look(&self.lock())
    }

    /// Waits until `ready` returns a value. The caller sets the time limit, if any.
    pub async fn wait_until<T>(&self, mut ready: impl FnMut(&mut Machine) -> Option<T>) -> T {
        // Subscribing before the first check misses no change.
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
