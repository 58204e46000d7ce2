//! Builds a function with cargo. Every subcommand that needs a program builds it here.

pub(crate) mod flags;
mod messages;
mod no_std;

use std::fs::{self, File};
use std::io::{BufReader, Write as _};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode, Stdio};

use crate::architecture::Architecture;
use crate::arguments;
use crate::cargo_options::{self, CargoOptions};
use crate::error::{Context, Error};
use crate::number::grouped;
use crate::project::{Project, Target, TargetKind, cargo};
use crate::{message, rustc_wrapper, toolchain};
use clap::{Arg, ArgMatches, Command, value_parser};
use messages::Messages;
use no_std::StdUse;

const EXAMPLES: &str = "\
Examples:
  cargo barelambda build hello
  cargo barelambda build hello --arch x86_64 --output bootstrap

Prints the path of the program to standard output. Builds are reproducible: with the same toolchain, \
the same source compiles to the same bytes in any directory, for any user and on any machine.";

pub fn command() -> Command {
    Command::new("build")
        .about("Build a function in release mode, reproducibly")
        .arg(arguments::name())
        .arg(arguments::architecture(
            "Target architecture; `host` is this machine's [default: arm64, as of `package`]",
        ))
        .args(cargo_options::arguments(None))
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
    let options = CargoOptions::of(matches);
    let project = cargo_options::project(matches)?;
    let target = cargo_options::target(&project, matches, arguments::named(matches))?;
    let wanted = arguments::wanted_architecture(matches)
        .or((!target.for_host).then_some(Architecture::DEPLOYED));
    let mut program = build(&project, target, wanted, &options)?;
    if let Some(output) = matches.get_one::<PathBuf>("output") {
        write_file(output, &fs::read(&program).context(program.display())?, 0o755)?;
        program.clone_from(output);
    }
    let size = program.metadata().context(program.display())?.len();
    if !options.quiet {
        eprintln!("{}: {} bytes", target.name, grouped(size));
    }
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
    options: &CargoOptions,
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
    command.args(["build", "--release", "--message-format"]);
    command.arg(if message::is_coloured() { "json-diagnostic-rendered-ansi" } else { "json" });
    options.talk(&mut command);
    let folder = project.target_folder.join("barelambda");
    // The configuration may set a build directory elsewhere.
    command.arg("--target-dir").arg(&folder).env("CARGO_BUILD_BUILD_DIR", &folder);
    options.select(&mut command, &target.manifest, &target.required_features);
    let triple = (!target.for_host).then(|| architecture.triple());
    if let Some(triple) = triple {
        toolchain::ensure_installed(triple)?;
        command.args(["--target", triple]);
        flags::add(&mut command, project, target);
    }
    command.args([
        if target.kind == TargetKind::Example { "--example" } else { "--bin" },
        &target.name,
    ]);
    rustc_wrapper::install(&mut command)?;
    let mut cargo = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("failed to start cargo")?;
    let stdout = cargo.stdout.take().expect("stdout is a pipe");
    let messages = Messages::read(BufReader::new(stdout), target, triple);
    let status = cargo.wait().context("failed to wait for cargo")?;
    let messages = messages.context("failed to read cargo's messages")?;
    if !status.success() {
        if let Some(words) = explanation(&messages.std_use, target, architecture, options) {
            message::note(words);
        }
        return Err(Error::new(format!(
            "failed to build `{}`: see cargo's errors above",
            target.name
        )));
    }
    let executable = messages.executable;
    executable.ok_or_else(|| Error::new(format!("cargo built no executable for `{}`", target.name)))
}

/// Returns why a bare program can't be built with std, if that is the reason.
fn explanation(
    std_use: &StdUse,
    target: &Target,
    architecture: Architecture,
    options: &CargoOptions,
) -> Option<String> {
    if target.for_host || !target.uses_barelambda() {
        return None;
    }
    let tree = std_use.linked_by(target).and_then(|by| {
        let mut command = process::Command::new(cargo());
        command.args(["tree", "--edges", "normal", "--target", architecture.triple()]);
        options.select(&mut command, &target.manifest, &target.required_features);
        let output = command.args(["--invert", by]).stdin(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    });
    std_use.explanation(target, tree.as_deref())
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
