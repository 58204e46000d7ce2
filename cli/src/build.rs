//! Builds a function with cargo. Every subcommand that needs a program builds it here.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode, Stdio};

use clap::{Arg, ArgMatches, Command, value_parser};
use serde_json::Value;

use crate::architecture::Architecture;
use crate::arguments;
use crate::error::{Context, Error};
use crate::number::grouped;
use crate::project::{Project, Target, TargetKind, cargo};
use crate::{rustc_wrapper, toolchain};

const EXAMPLES: &str = "\
Examples:
  cargo barelambda build hello
  cargo barelambda build hello --arch arm64 --output bootstrap

Prints the path of the program to standard output. Builds are reproducible: with the same toolchain, the
same source compiles to the same bytes in any directory, for any user and on any machine.";

pub fn command() -> Command {
    Command::new("build")
        .about("Build a function in release mode, reproducibly")
        .arg(arguments::name())
        .arg(arguments::architecture("Target architecture [default: this machine's]"))
        .arg(arguments::features())
        .arg(
            Arg::new("output")
                .long("output")
                .short('o')
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("Copy the program to this file, with mode 0755"),
        )
        .after_help(EXAMPLES)
}

pub fn run(matches: &ArgMatches) -> Result<ExitCode, Error> {
    let project = Project::read()?;
    let target = project.target(arguments::named(matches))?;
    let mut program = build(
        &project,
        target,
        arguments::wanted_architecture(matches),
        &arguments::wanted_features(matches),
    )?;
    if let Some(output) = matches.get_one::<PathBuf>("output") {
        write_file(output, &fs::read(&program).context(program.display())?, 0o755)?;
        program.clone_from(output);
    }
    let size = program.metadata().context(program.display())?.len();
    eprintln!("{}: {} bytes", target.name, grouped(size));
    println!("{}", program.display());
    Ok(ExitCode::SUCCESS)
}

/// Builds the target in release mode, and returns the path of its program.
///
/// The build uses a separate directory, `barelambda` in the target directory. Cargo doesn't notice
/// that the compiler is called with other arguments than by `cargo build` (see `rustc_wrapper.rs`),
/// so the two must not share files, and a program that the user has built with `cargo build` must
/// not change.
pub fn build(
    project: &Project,
    target: &Target,
    wanted: Option<Architecture>,
    features: &[String],
) -> Result<PathBuf, Error> {
    let host = Architecture::host();
    let architecture = wanted.unwrap_or(host);
    if target.for_host && architecture != host {
        return Err(Error::new(format!(
            "`{}` is a program for this machine, and can only be built for {host}",
            target.name
        )));
    }
    let mut command = process::Command::new(cargo());
    command.args([
        "build",
        "--release",
        "--message-format",
        "json-render-diagnostics",
        "--manifest-path",
    ]);
    let folder = project.target_folder.join("barelambda");
    // The configuration may set a build directory elsewhere.
    command
        .arg(&target.manifest)
        .arg("--target-dir")
        .arg(&folder)
        .env("CARGO_BUILD_BUILD_DIR", &folder);
    if !target.for_host {
        toolchain::ensure_installed(architecture.triple())?;
        command.args(["--target", architecture.triple()]);
    }
    command.args([
        if target.kind == TargetKind::Example { "--example" } else { "--bin" },
        &target.name,
    ]);
    let features: Vec<&str> =
        features.iter().chain(&target.required_features).map(String::as_str).collect();
    if !features.is_empty() {
        command.args(["--features", &features.join(",")]);
    }
    rustc_wrapper::install(&mut command)?;
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("failed to start cargo")?;
    if !output.status.success() {
        return Err(Error::new(format!(
            "failed to build `{}`: see cargo's errors above",
            target.name
        )));
    }
    let lines = output.stdout.split(|&byte| byte == b'\n');
    let executable = lines.filter_map(|line| executable(line, target)).next_back();
    executable.ok_or_else(|| Error::new(format!("cargo built no executable for `{}`", target.name)))
}

/// Writes a file atomically, and creates its parent directories: writes a temporary file next to it
/// first, and renames that.
pub fn write_file(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Error> {
    let shown = path.display();
    if path.is_dir() {
        return Err(Error::new(format!("{shown} is a directory: expected the path of a file")));
    }
    let Some(name) = path.file_name() else {
        return Err(Error::new(format!("{shown} has no file name")));
    };
    let folder =
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).context(folder.display())?;
    let beside = folder.join(format!(".{}.{}", name.display(), process::id()));
    // It must be new: a link of this name would lead elsewhere.
    let mut file = File::create_new(&beside).context(beside.display())?;
    let written = file
        .write_all(bytes)
        .and_then(|()| file.set_permissions(fs::Permissions::from_mode(mode)))
        .and_then(|()| fs::rename(&beside, path));
    written.context(shown).inspect_err(|_| {
        // The first error is the one to report.
        let _ = fs::remove_file(&beside);
    })
}

/// Returns the executable that a line of cargo's messages names, if it is the target's.
fn executable(line: &[u8], target: &Target) -> Option<PathBuf> {
    let message: Value = serde_json::from_slice(line).ok()?;
    let kind = if target.kind == TargetKind::Example { "example" } else { "bin" };
    let is_it = message["reason"] == "compiler-artifact"
        && message["target"]["name"] == target.name.as_str()
        && message["target"]["kind"][0] == kind;
    if is_it { message["executable"].as_str().map(PathBuf::from) } else { None }
}
