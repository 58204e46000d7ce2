//! The file that is run: what it is, and what it takes to run it here.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::elf;
use crate::error::{Context, Error};

/// The processors that Lambda has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Architecture {
    X86_64,
    Aarch64,
}

/// A file that can be run on this machine.
#[derive(Debug)]
pub struct Program {
    pub path: PathBuf,
    /// The file's size in bytes.
    pub size: u64,
    /// What is put in front of it: the emulator of a foreign processor.
    pub runner: Option<Vec<OsString>>,
}

impl Architecture {
    /// By Lambda's name for it, which clap has checked.
    pub fn from_lambda(name: &str) -> Self {
        if name == "arm64" { Self::Aarch64 } else { Self::X86_64 }
    }

    /// This machine's.
    pub fn host() -> Self {
        if cfg!(target_arch = "aarch64") { Self::Aarch64 } else { Self::X86_64 }
    }

    /// The target that a bare function is built for.
    pub fn triple(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64-unknown-linux-musl",
            Self::Aarch64 => "aarch64-unknown-linux-musl",
        }
    }

    /// By the machine number of an ELF file.
    pub fn of_machine(machine: u16) -> Option<Self> {
        match machine {
            62 => Some(Self::X86_64),
            183 => Some(Self::Aarch64),
            _ => None,
        }
    }

    fn emulators(self) -> [&'static str; 2] {
        match self {
            Self::X86_64 => ["qemu-x86_64-static", "qemu-x86_64"],
            Self::Aarch64 => ["qemu-aarch64-static", "qemu-aarch64"],
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::X86_64 => "x86_64",
            Self::Aarch64 => "arm64",
        })
    }
}

impl Program {
    /// Looks at the file: it must be there, be executable, and be for `wanted` when that is given.
    pub fn check(path: &Path, wanted: Option<Architecture>) -> Result<Self, Error> {
        let mut program = Self::of_any_processor(path)?;
        let shown = path.display();
        let mut start = Vec::new();
        File::open(path).and_then(|file| file.take(elf::HEAD as u64).read_to_end(&mut start)).context(&shown)?;
        let architecture = match elf::kind(&start).map_err(|words| Error::new(format!("{shown} {words}")))? {
            elf::Kind::Script => None,
            elf::Kind::Elf(architecture) => Some(architecture),
        };
        if let (Some(wanted), Some(is)) = (wanted, architecture)
            && wanted != is
        {
            return Err(Error::new(format!("{shown} is built for {is}, not for {wanted}")));
        }
        let foreign = architecture.filter(|&is| is != Architecture::host());
        program.runner = foreign.map(emulator).transpose()?.map(|emulator| vec![emulator.into()]);
        Ok(program)
    }

    /// Looks at the file, which must be there and be executable, and not at what it is for.
    pub fn of_any_processor(path: &Path) -> Result<Self, Error> {
        let shown = path.display();
        let metadata = path.metadata().context(&shown)?;
        if !metadata.is_file() {
            return Err(Error::new(format!("{shown} is not a file")));
        }
        if metadata.permissions().mode() & 0o111 == 0 {
            return Err(Error::new(format!("{shown} is not executable: `chmod +x` makes it so")));
        }
        // A bare file name would be looked up in PATH instead.
        let path = std::path::absolute(path).context(&shown)?;
        Ok(Self { path, size: metadata.len(), runner: None })
    }
}

/// Finds what runs programs of a foreign processor here.
fn emulator(architecture: Architecture) -> Result<PathBuf, Error> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let names = architecture.emulators();
    let candidates = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    candidates.into_iter().find(|candidate| candidate.is_file()).ok_or_else(|| {
        Error::new(format!(
            "running an {architecture} program on this machine takes {}, which is not on the PATH: \
             on Debian and Ubuntu, `apt-get install qemu-user-static`",
            names[0]
        ))
    })
}
