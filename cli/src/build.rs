//! Builds a function with cargo: the one way in which every subcommand does it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode, Stdio};

use clap::{Arg, ArgMatches, Command, value_parser};
use serde_json::Value;

use crate::error::{Context, Error};
use crate::function;
use crate::number::grouped;
use crate::program::Architecture;
use crate::project::{Kind, Project, Target, cargo};
use crate::{rustc_wrapper, toolchain};

const EXAMPLES: &str = "\
Examples:
  cargo barelambda build hello
  cargo barelambda build hello --arch arm64 --output bootstrap

The path of the program goes to standard output. The same source gives the same bytes in any folder, for any user and on any machine
with the same toolchain.";

pub fn command() -> Command {
    Command::new("build")
        .about("Build a function in release mode, the same bytes wherever it is built")
        .arg(function::name())
        .arg(function::architecture("Build for this architecture [default: this machine's]"))
        .arg(function::features())
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
    let target = project.target(function::named(matches))?;
    let mut program = build(&project, target, function::wanted_architecture(matches), &function::wanted_features(matches))?;
    if let Some(output) = matches.get_one::<PathBuf>("output") {
        write_file(output, &fs::read(&program).context(program.display())?, 0o755)?;
        program.clone_from(output);
    }
    let size = program.metadata().context(program.display())?.len();
    eprintln!("{}: {} bytes", target.name, grouped(size));
    println!("{}", program.display());
    Ok(ExitCode::SUCCESS)
}

/// Builds the target in release mode, and gives the path of its program.
///
/// It is built in a folder of its own, `barelambda` in the target directory: cargo does not see that the compiler is called in another
/// way than by `cargo build` (see `rustc_wrapper.rs`), so the two must not take each other's files for their own, and a program does not
/// change under the feet of whoever has built it with `cargo build`.
pub fn build(project: &Project, target: &Target, wanted: Option<Architecture>, features: &[String]) -> Result<PathBuf, Error> {
    let host = Architecture::host();
    let architecture = wanted.unwrap_or(host);
    if target.for_host && architecture != host {
        return Err(Error::new(format!("`{}` is a program for this machine: it is built for {host} only", target.name)));
    }
    let mut command = process::Command::new(cargo());
    command.args(["build", "--release", "--message-format", "json-render-diagnostics", "--manifest-path"]);
    let folder = project.target_folder.join("barelambda");
    // The configuration may name another folder for what is not the result.
    command.arg(&target.manifest).arg("--target-dir").arg(&folder).env("CARGO_BUILD_BUILD_DIR", &folder);
    if !target.for_host {
        toolchain::ensure_installed(architecture.triple())?;
        command.args(["--target", architecture.triple()]);
    }
    command.args([if target.kind == Kind::Example { "--example" } else { "--bin" }, &target.name]);
    let features: Vec<&str> = features.iter().chain(&target.required_features).map(String::as_str).collect();
    if !features.is_empty() {
        command.args(["--features", &features.join(",")]);
    }
    rustc_wrapper::install(&mut command)?;
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().context("cargo cannot be started")?;
    if !output.status.success() {
        return Err(Error::new(format!("`{}` could not be built: cargo's words are above", target.name)));
    }
    let lines = output.stdout.split(|&byte| byte == b'\n');
    let executable = lines.filter_map(|line| executable(line, target)).next_back();
    executable.ok_or_else(|| Error::new(format!("cargo has built no program for `{}`", target.name)))
}

/// Writes a file, with its folders, so that it is there as a whole or not at all: beside its place first.
pub fn write_file(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Error> {
    let shown = path.display();
    if path.is_dir() {
        return Err(Error::new(format!("{shown} is a folder: name a file in it")));
    }
    let Some(name) = path.file_name() else {
        return Err(Error::new(format!("{shown} is not the name of a file")));
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).context(folder.display())?;
    let beside = folder.join(format!(".{}.{}", name.display(), process::id()));
    let written = fs::write(&beside, bytes)
        .and_then(|()| fs::set_permissions(&beside, fs::Permissions::from_mode(mode)))
        .and_then(|()| fs::rename(&beside, path));
    written.context(shown).inspect_err(|_| {
        // It may not even be there; the error that counts is the first one.
        let _ = fs::remove_file(&beside);
    })
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
