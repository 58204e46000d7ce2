//! The binary `exec`, to be measured: against the blocking server of [`measured`](crate::measured), and looked at in /proc.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use crate::cargo;
use crate::measured::{Peer, Server};
use crate::programs::Architecture;

/// The binary, for this machine's architecture.
///
/// # Panics
/// With cargo's words, when it cannot be built.
pub fn exec() -> PathBuf {
    // In a folder of its own, as features change what else is built.
    let target_folder = cargo::target_folder().join("barelambda-tests/with/exec");
    let target_folder = target_folder.to_str().expect("the path is UTF-8");
    let target = Architecture::X86_64.target();
    let arguments = ["--release", "--package", "barelambda", "--bin", "exec", "--features", "exec", "--target", target];
    let built = cargo::build(cargo::root(), &[&arguments[..], &["--target-dir", target_folder]].concat());
    built.into_iter().find(|path| path.ends_with("exec")).expect("cargo has built it")
}

/// Writes a program into `folder`, with the right to execute it.
pub fn write_program(folder: &Path, name: &str, contents: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, contents).expect("the folder can be written to");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    path
}

/// A process of a bootstrap that has asked for its first event; ended with this.
pub struct Running {
    process: Child,
    /// Where it asks.
    pub peer: Peer,
}

impl Running {
    /// Starts the process, and waits for its first GET /next.
    pub fn start(server: &Server, mut command: Command) -> Self {
        let process = command.spawn().expect("the program can be started");
        // The guard comes first: a server that waits in vain leaves no process behind.
        let guard = Guard(Some(process));
        let mut peer = server.accept();
        peer.expect_next();
        Self { process: guard.release(), peer }
    }

    /// What is behind one of its descriptors.
    pub fn descriptor(&self, number: u32) -> PathBuf {
        fs::read_link(format!("/proc/{}/fd/{number}", self.process.id())).expect("the descriptor is open")
    }

    /// What /proc says of it.
    pub fn state(&self) -> State {
        let id = self.process.id();
        let (peak, _) = barelambda_emulator::measured(id);
        let descriptors = fs::read_dir(format!("/proc/{id}/fd")).expect("the process lives").count();
        let children = children(id);
        let zombies = children.iter().filter(|state| **state == 'Z').count();
        State { peak_kib: peak.expect("the memory can be read"), descriptors, children: children.len(), zombies }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        end(&mut self.process);
    }
}

/// What a process has, at one moment.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// VmHWM.
    pub peak_kib: u64,
    pub descriptors: usize,
    /// Of any state.
    pub children: usize,
    /// Those that have ended, and were not waited for.
    pub zombies: usize,
}

/// Ends the process unless it is released.
struct Guard(Option<Child>);

impl Guard {
    fn release(mut self) -> Child {
        self.0.take().expect("it is released once")
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.as_mut().map(end);
    }
}

fn end(process: &mut Child) {
    // It may have ended by itself, which the measurement has then noticed.
    let _ = process.kill().and_then(|()| process.wait());
}

/// The states of the children of a process, as `stat` has them.
fn children(id: u32) -> Vec<char> {
    let entries = fs::read_dir("/proc").expect("there is /proc");
    let ids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    ids.filter_map(|other| {
        // A process that ends meanwhile is none.
        let stat = fs::read_to_string(format!("/proc/{other}/stat")).ok()?;
        // Behind the name, which may contain anything.
        let mut fields = stat.rsplit_once(") ")?.1.split(' ');
        let state = fields.next()?.chars().next()?;
        (fields.next()?.parse() == Ok(id)).then_some(state)
    })
    .collect()
}
