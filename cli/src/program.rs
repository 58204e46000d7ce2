//! The program that a subcommand runs: which processor it is for, and how it is run on this
//! machine.

use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::architecture::Architecture;
use crate::error::{Context, Error};
use crate::executable::{self, FileKind};

/// A program that can be run on this machine.
#[derive(Debug)]
pub struct Program {
    pub path: PathBuf,
    /// The file's size in bytes.
    pub size: u64,
    /// The command that runs it: the emulator of a foreign architecture.
    pub runner: Option<Vec<OsString>>,
}

impl Program {
    /// Checks that the file exists, is executable, and is built for `wanted` if that is `Some`.
    pub fn check(path: &Path, wanted: Option<Architecture>) -> Result<Self, Error> {
        let mut program = Self::of_any_processor(path)?;
        let shown = path.display();
        let mut start = Vec::new();
        File::open(path)
            .and_then(|file| file.take(executable::HEAD as u64).read_to_end(&mut start))
            .context(&shown)?;
        let architecture = match executable::kind(&start)
            .map_err(|words| Error::new(format!("{shown} {words}")))?
        {
            FileKind::Script => None,
            FileKind::Elf(architecture) => Some(architecture),
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

    /// Checks that the file exists and is executable, but not which processor it is built for.
    pub fn of_any_processor(path: &Path) -> Result<Self, Error> {
        let shown = path.display();
        let metadata = path.metadata().context(&shown)?;
        if !metadata.is_file() {
            return Err(Error::new(format!("{shown} is not a file")));
        }
        if metadata.permissions().mode() & 0o111 == 0 {
            return Err(Error::new(format!("{shown} is not executable: run `chmod +x {shown}`")));
        }
        // A file name without a slash would be searched for in PATH.
        let path = std::path::absolute(path).context(&shown)?;
        Ok(Self { path, size: metadata.len(), runner: None })
    }
}

/// Returns the emulator that runs programs of a foreign architecture.
fn emulator(architecture: Architecture) -> Result<PathBuf, Error> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let names = architecture.emulators();
    let candidates =
        names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    candidates.into_iter().find(|candidate| candidate.is_file()).ok_or_else(|| {
        Error::new(format!(
            "running a program for {architecture} needs {}, which isn't in PATH: on Debian and Ubuntu, run \
             `apt-get install qemu-user-static`",
            names[0]
        ))
    })
}
