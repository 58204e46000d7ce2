//! The binary `exec`, the programs that it runs, and what the kernel says of them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use barelambda_emulator::Options;

use crate::cargo;
use crate::programs::Architecture;

/// A handler that runs its event as a script for the shell.
pub const SHELL: &str = "#!/bin/sh\neval \"$(cat)\"\n";

/// How long something may take that is to happen soon.
const SOON: Duration = Duration::from_secs(10);

/// The binary, built as the README says.
pub fn bootstrap(architecture: Architecture) -> PathBuf {
    let arguments = ["--release", "--package", "barelambda", "--bin", "exec", "--features", "exec", "--target", architecture.target()];
    let built = cargo::build(cargo::root(), &arguments);
    let [program] = &built[..] else { panic!("cargo has built {built:?}") };
    program.clone()
}

/// A folder with the program `handler`. `name` names the test.
pub fn task(name: &str, program: &str) -> PathBuf {
    let folder = cargo::scratch(&format!("exec-{name}"));
    write(&folder.join("handler"), program, 0o755);
    folder
}

/// Writes a program, with these rights.
pub fn write(path: &Path, program: &str, mode: u32) {
    fs::write(path, program).expect("a program can be written");
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("its rights can be set");
}

/// What makes the emulator run `exec` with this program as the handler.
pub fn options(name: &str, program: &str) -> Options {
    options_for(name, program, Architecture::X86_64)
}

/// The same for either processor. The program itself runs on this one.
pub fn options_for(name: &str, program: &str, architecture: Architecture) -> Options {
    let mut options = Options::new(bootstrap(architecture)).env("LAMBDA_TASK_ROOT", task(name, program));
    options.handler = "handler".to_owned();
    options.runner = architecture.runner();
    options
}

/// The example of this name that is run by `exec`: its folder.
pub fn example(name: &str) -> PathBuf {
    cargo::root().join("examples").join(name)
}

/// Waits until `look` finds something.
///
/// # Panics
/// When that takes long.
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + SOON;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what} does not happen");
        thread::sleep(Duration::from_millis(5));
    }
}

/// A process, as /proc/PID/stat describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its id.
    pub id: u32,
    /// `Z` for one that has ended and has not been waited for.
    pub state: char,
    /// The id of its parent.
    pub parent: u32,
    /// The id of its process group.
    pub group: u32,
}

impl Process {
    /// The process with this id; none when it has gone.
    pub fn of(id: u32) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name in parentheses may hold spaces.
        let (_, fields) = text.rsplit_once(") ")?;
        let mut fields = fields.split(' ');
        let state = fields.next()?.chars().next()?;
        Some(Self { id, state, parent: fields.next()?.parse().ok()?, group: fields.next()?.parse().ok()? })
    }

    /// All processes of this machine.
    pub fn all() -> impl Iterator<Item = Self> {
        let entries = fs::read_dir("/proc").expect("/proc can be read");
        entries.filter_map(|entry| Self::of(entry.ok()?.file_name().to_str()?.parse().ok()?))
    }

    /// The children of a process.
    pub fn children(parent: u32) -> Vec<Self> {
        Self::all().filter(|process| process.parent == parent).collect()
    }

    /// Waits until it has gone, and has been waited for.
    pub fn wait_for_its_end(id: u32) {
        eventually(&format!("the end of the process {id}"), || Self::of(id).is_none().then_some(()));
    }
}

/// How many descriptors a process has open.
pub fn descriptors(id: u32) -> usize {
    fs::read_dir(format!("/proc/{id}/fd")).expect("the process is there").count()
}
