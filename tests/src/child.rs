//! Child processes that don't outlive their test.

use std::ops::{Deref, DerefMut};
use std::process::{Child, Command};

/// A child process. Dropping it kills it, unless it has exited.
pub struct KilledOnDrop(Child);

impl KilledOnDrop {
    /// Starts the process.
    ///
    /// # Panics
    /// The program can't be started.
    pub fn spawn(command: &mut Command) -> Self {
        Self(command.spawn().unwrap_or_else(|error| {
            panic!("can't start {}: {error}", command.get_program().display())
        }))
    }

    /// Kills the process now: a runtime whose connection closes before that connects again, and the
    /// next program's server would accept it.
    pub fn end(self) {}
}

impl Drop for KilledOnDrop {
    fn drop(&mut self) {
        // The only error is that the process has exited, which the test has noticed.
        let _ = self.0.kill().and_then(|()| self.0.wait());
    }
}

impl Deref for KilledOnDrop {
    type Target = Child;

    fn deref(&self) -> &Child {
        &self.0
    }
}

impl DerefMut for KilledOnDrop {
    fn deref_mut(&mut self) -> &mut Child {
        &mut self.0
    }
}
