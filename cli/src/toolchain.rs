//! The Rust toolchain in use, and the targets that it has.

use std::env;
use std::ffi::OsString;
use std::io;
use std::process::{Command, Stdio};

use crate::error::{Context, Error};

/// Installs the target for the toolchain in use, unless it is there.
pub fn ensure_installed(triple: &str) -> Result<(), Error> {
    if is_installed(triple)? {
        return Ok(());
    }
    eprintln!("The target {triple} is not installed for this toolchain. Running `rustup target add {triple}`:");
    // rustup writes to stdout as well, which is the answer's here.
    let status = Command::new("rustup").args(["target", "add", triple]).stdin(Stdio::null()).stdout(io::stderr()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Error::new(format!("`rustup target add {triple}` failed ({status})"))),
        Err(error) => Err(Error::new(format!(
            "the target {triple} is missing, and rustup, which would install it, cannot be started ({error}): \
             install Rust through rustup, or the target's standard library by the means that installed this toolchain"
        ))),
    }
}

fn is_installed(triple: &str) -> Result<bool, Error> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let output = Command::new(&rustc)
        .args(["--print", "target-libdir", "--target", triple])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context(format!("{} cannot be started", rustc.display()))?;
    if !output.status.success() {
        return Err(Error::new(format!("rustc does not know the target {triple} ({})", output.status)));
    }
    let folder = String::from_utf8(output.stdout).context("the path of the target's libraries")?;
    // The folder alone may be left behind by a target that was removed.
    let mut files = std::fs::read_dir(folder.trim()).into_iter().flatten();
    Ok(files.next().is_some())
}
