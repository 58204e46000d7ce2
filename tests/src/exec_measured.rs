//! Measures the binary `exec` with the blocking server of [`measured`](crate::measured) and with
//! /proc.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::child::KilledOnDrop;
use crate::exec::{Process, descriptors};
use crate::measured::{Peer, Server};

/// A bootstrap's process that has asked for its first event. Dropping it kills it.
pub struct Running {
    process: KilledOnDrop,
    /// Its connection.
    pub peer: Peer,
}

impl Running {
    /// Starts the process and waits for its first GET /next.
    pub fn start(server: &Server, mut command: Command) -> Self {
        let process = KilledOnDrop::spawn(&mut command);
        let mut peer = server.accept();
        peer.expect_next();
        Self { process, peer }
    }

    /// Returns the target of one of its descriptors, such as `pipe:[1]`.
    pub fn descriptor(&self, number: u32) -> PathBuf {
        fs::read_link(format!("/proc/{}/fd/{number}", self.process.id()))
            .expect("the descriptor is open")
    }

    /// Returns its children in any state.
    pub fn children(&self) -> Vec<Process> {
        Process::children(self.process.id())
    }

    /// Returns its state in /proc.
    pub fn state(&self) -> State {
        let id = self.process.id();
        let (peak, _) = barelambda_emulator::measured(id);
        let children = self.children();
        let zombies = children.iter().filter(|child| child.state == 'Z').count();
        State {
            peak_kib: peak.expect("the memory can be read"),
            descriptors: descriptors(id),
            children: children.len(),
            zombies,
        }
    }
}

/// The resources of a process at one moment.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// VmHWM.
    pub peak_kib: u64,
    pub descriptors: usize,
    /// The children in any state.
    pub children: usize,
    /// The children that have exited and were not reaped.
    pub zombies: usize,
}
