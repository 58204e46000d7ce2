//! `bench`: builds and runs the benchmark, which is a separate package so that the tool's first
//! build stays small.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::{self, ExitCode};

use clap::{Arg, ArgMatches, Command, value_parser};

use crate::error::{Context, Error};
use crate::project::cargo;

/// The subcommands that don't measure, for which the profile `dev` builds the benchmark in a
/// fraction of the time of `measure`.
const READERS: [&str; 4] = ["compare", "cost", "publish", "sizes"];

pub fn command() -> Command {
    // The benchmark parses its arguments itself, including --help.
    let words = Arg::new("words")
        .num_args(0..)
        .trailing_var_arg(true)
        .allow_hyphen_values(true)
        .value_parser(value_parser!(OsString));
    Command::new("bench")
        .about("Compare barelambda with other runtimes, on this machine or on AWS (in a clone of the repository)")
        .disable_help_flag(true)
        .arg(words.hide(true))
}

pub fn run(matches: &ArgMatches) -> Result<ExitCode, Error> {
    let tool = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = tool.parent().unwrap_or(tool).join("benches/Cargo.toml");
    if !manifest.is_file() {
        return Err(Error::new(format!(
            "the benchmark is part of the repository, and there is no {}: run `cargo bare bench` in a clone",
            manifest.display()
        )));
    }
    let words: Vec<&OsString> = matches.get_many("words").into_iter().flatten().collect();
    let clone = manifest.parent().and_then(Path::parent).unwrap_or(&manifest);
    let is_help = words.iter().any(|word| ["-h", "--help"].iter().any(|help| word == help));
    if !is_help && !is_here(clone)? {
        return Err(Error::new(format!(
            "the benchmark measures barelambda's repository, and this directory isn't in the clone that this tool was built from: run \
             `cargo bare bench` in {}",
            clone.display()
        )));
    }
    let mut command = process::Command::new(cargo());
    command.args(["run", "--quiet", "--manifest-path"]).arg(manifest);
    if !words.first().is_some_and(|word| READERS.iter().any(|reader| *word == reader)) {
        command.args(["--profile", "measure"]);
    }
    command.arg("--").args(words);
    let status = command.status().context("failed to start cargo")?;
    // A process that a signal has ended, such as that of Ctrl-C, has no code.
    Ok(ExitCode::from(status.code().map_or(130, |code| code as u8)))
}

/// Returns whether the current directory is in the clone.
fn is_here(clone: &Path) -> Result<bool, Error> {
    let here = env::current_dir().context("failed to get the current directory")?;
    Ok(here.starts_with(clone.canonicalize().context(clone.display())?))
}
