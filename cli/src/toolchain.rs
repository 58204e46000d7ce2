//! The targets of the active Rust toolchain.

use std::env;
use std::ffi::OsString;
use std::io;
use std::process::{Command, Stdio};

use crate::error::{Context, Error};

/// Installs the target for the active toolchain if it is missing.
pub fn ensure_installed(triple: &str) -> Result<(), Error> {
    if is_installed(triple)? {
        return Ok(());
    }
    eprintln!(
        "The target {triple} isn't installed for this toolchain. Running `rustup target add {triple}`:"
    );
    // rustup also prints to stdout, which is reserved for the function's response.
    let status = Command::new("rustup")
        .args(["target", "add", triple])
        .stdin(Stdio::null())
        .stdout(io::stderr())
        .status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Error::new(format!("`rustup target add {triple}` failed ({status})"))),
        Err(error) => Err(Error::new(format!(
            "the target {triple} is missing, and rustup can't be started to install it ({error}): install Rust through rustup, or \
             install the target's standard library as you installed this toolchain"
        ))),
    }
}

/// Returns whether the active toolchain has the target.
pub fn is_installed(triple: &str) -> Result<bool, Error> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let output = Command::new(&rustc)
        .args(["--print", "target-libdir", "--target", triple])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context(format!("failed to start {}", rustc.display()))?;
    if !output.status.success() {
        return Err(Error::new(format!(
            "rustc doesn't support the target {triple} ({})",
            output.status
        )));
    }
    let folder = String::from_utf8(output.stdout)
        .context("failed to read the path of the target's libraries")?;
    // The directory may remain, empty, after a target is removed.
    let mut files = std::fs::read_dir(folder.trim()).into_iter().flatten();
    Ok(files.next().is_some())
}
