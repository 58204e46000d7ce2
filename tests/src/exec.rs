//! The binary `exec`, the programs that it runs, and their state in /proc.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use barelambda_emulator::Options;

use crate::cargo;
use crate::programs::Architecture;
use crate::waiting::eventually;

/// A handler that runs its event as a shell script.
pub const SHELL: &str = "#!/bin/sh\neval \"$(cat)\"\n";

/// Builds the binary with plain cargo, and returns its path.
pub fn bootstrap(architecture: Architecture) -> PathBuf {
    let arguments = [
        "--release",
        "--package",
        "barelambda",
        "--bin",
        "exec",
        "--features",
        "exec",
        "--target",
        architecture.target(),
    ];
    let built = cargo::build(cargo::root(), &arguments);
    let [program] = &built[..] else { panic!("expected one program: {built:?}") };
    program.clone()
}

/// Makes a folder with the program `handler`. `name` is the test's name.
pub fn task(name: &str, program: &str) -> PathBuf {
    let folder = cargo::scratch(&format!("exec-{name}"));
    write(&folder.join("handler"), program, 0o755);
    folder
}

/// Writes a program with these permissions.
pub fn write(path: &Path, program: impl AsRef<[u8]>, mode: u32) {
    fs::write(path, program).expect("a program can be written");
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .expect("its permissions can be set");
}

/// Returns the emulator's options to run `exec` with this program as the handler.
pub fn options(name: &str, program: &str) -> Options {
    options_for(name, program, Architecture::X86_64)
}

/// Like [`options`], with `exec` for this architecture. The program itself runs on this machine.
pub fn options_for(name: &str, program: &str, architecture: Architecture) -> Options {
    let mut options =
        Options::new(bootstrap(architecture)).env("LAMBDA_TASK_ROOT", task(name, program));
    options.handler = "handler".to_owned();
    options.runner = architecture.runner();
    options
}

/// Returns the folder of an example that `exec` runs.
pub fn example(name: &str) -> PathBuf {
    cargo::root().join("examples").join(name)
}

/// A process, as /proc/PID/stat describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its id.
    pub id: u32,
    /// The state: `Z` is a zombie.
    pub state: char,
    /// The id of its parent.
    pub parent: u32,
    /// The id of its process group.
    pub group: u32,
}

impl Process {
    /// Returns the process with this id, unless it has been reaped.
    pub fn of(id: u32) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name in parentheses may contain spaces.
        let (_, fields) = text.rsplit_once(") ")?;
        let mut fields = fields.split(' ');
        let state = fields.next()?.chars().next()?;
        Some(Self {
            id,
            state,
            parent: fields.next()?.parse().ok()?,
            group: fields.next()?.parse().ok()?,
        })
    }

    /// Returns all processes of this machine.
    pub fn all() -> impl Iterator<Item = Self> {
        let entries = fs::read_dir("/proc").expect("/proc can be read");
        entries.filter_map(|entry| Self::of(entry.ok()?.file_name().to_str()?.parse().ok()?))
    }

    /// Returns the children of a process.
    pub fn children(parent: u32) -> Vec<Self> {
        Self::all().filter(|process| process.parent == parent).collect()
    }

    /// Returns whether no process has this id, or its process is a zombie.
    pub fn has_exited(id: u32) -> bool {
        Self::of(id).is_none_or(|process| process.state == 'Z')
    }

    /// Waits until the process has exited and has been reaped.
    pub fn wait_for_its_end(id: u32) {
        eventually(&format!("process {id} exits"), || Self::of(id).is_none().then_some(()));
    }
}

/// Returns the number of open descriptors of a process.
pub fn descriptors(id: u32) -> usize {
    fs::read_dir(format!("/proc/{id}/fd")).expect("the process is running").count()
}
