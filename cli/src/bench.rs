//! `bench`: builds and runs the benchmark, which is a separate package so that the tool's first
//! build stays small.

use std::ffi::OsString;
use std::path::Path;
use std::process::{self, ExitCode};

use clap::{Arg, ArgMatches, Command, value_parser};

use crate::error::{Context, Error};
use crate::project::cargo;

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
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../benches/Cargo.toml");
    if !manifest.is_file() {
        return Err(Error::new(format!(
            "the benchmark is part of the repository, and there is no {}: run `cargo bare bench` in a clone",
            manifest.display()
        )));
    }
    let mut command = process::Command::new(cargo());
    command.args(["run", "--quiet", "--manifest-path"]).arg(manifest).arg("--");
    command.args(matches.get_many::<OsString>("words").into_iter().flatten());
    let status = command.status().context("failed to start cargo")?;
    // A process that a signal has ended, such as that of Ctrl-C, has no code.
    Ok(ExitCode::from(status.code().map_or(130, |code| code as u8)))
}
