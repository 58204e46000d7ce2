//! Builds a function with cargo, and installs the target that it takes.

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::failure::{During, Failure};
use crate::program::Architecture;
use crate::project::{Kind, Target, cargo};

/// Builds the target in release mode, and gives the path of its program.
pub fn build(target: &Target, wanted: Option<Architecture>, features: &[String]) -> Result<PathBuf, Failure> {
    let host = Architecture::host();
    let architecture = wanted.unwrap_or(host);
    if target.for_host && architecture != host {
        return Err(Failure::new(format!("`{}` is a program for this machine: it is built for {host} only", target.name)));
    }
    let mut command = Command::new(cargo());
    command.args(["build", "--release", "--message-format", "json-render-diagnostics", "--manifest-path"]);
    command.arg(&target.manifest);
    if !target.for_host {
        ensure_installed(architecture.triple())?;
        command.args(["--target", architecture.triple()]);
    }
    command.args([if target.kind == Kind::Example { "--example" } else { "--bin" }, &target.name]);
    let features: Vec<&str> = features.iter().chain(&target.required_features).map(String::as_str).collect();
    if !features.is_empty() {
        command.args(["--features", &features.join(",")]);
    }
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().during("cargo cannot be started")?;
    if !output.status.success() {
        return Err(Failure::new(format!("`{}` could not be built: cargo's words are above", target.name)));
    }
    let lines = output.stdout.split(|&byte| byte == b'\n');
    let executable = lines.filter_map(|line| executable(line, target)).next_back();
    executable.ok_or_else(|| Failure::new(format!("cargo has built no program for `{}`", target.name)))
}

/// The program that a line of cargo's messages speaks of, if it is the target's.
fn executable(line: &[u8], target: &Target) -> Option<PathBuf> {
    let message: Value = serde_json::from_slice(line).ok()?;
    let kind = if target.kind == Kind::Example { "example" } else { "bin" };
    let is_it = message["reason"] == "compiler-artifact"
        && message["target"]["name"] == target.name.as_str()
        && message["target"]["kind"][0] == kind;
    if is_it { message["executable"].as_str().map(PathBuf::from) } else { None }
}

/// Installs the target for the toolchain in use, unless it is there.
fn ensure_installed(triple: &str) -> Result<(), Failure> {
    if is_installed(triple)? {
        return Ok(());
    }
    eprintln!("The target {triple} is not installed for this toolchain. Running `rustup target add {triple}`:");
    // rustup writes to stdout as well, which is the answer's here.
    let status = Command::new("rustup").args(["target", "add", triple]).stdin(Stdio::null()).stdout(io::stderr()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::new(format!("`rustup target add {triple}` failed ({status})"))),
        Err(error) => Err(Failure::new(format!(
            "the target {triple} is missing, and rustup, which would install it, cannot be started ({error}): \
             install Rust through rustup, or the target's standard library by the means that installed this toolchain"
        ))),
    }
}

fn is_installed(triple: &str) -> Result<bool, Failure> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let output = Command::new(&rustc)
        .args(["--print", "target-libdir", "--target", triple])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .during(format!("{} cannot be started", rustc.display()))?;
    if !output.status.success() {
        return Err(Failure::new(format!("rustc does not know the target {triple} ({})", output.status)));
    }
    let folder = String::from_utf8(output.stdout).during("the path of the target's libraries")?;
    // The folder alone may be left behind by a target that was removed.
    let mut files = std::fs::read_dir(folder.trim()).into_iter().flatten();
    Ok(files.next().is_some())
}
