//! The benchmark, which is a package of its own, so that the tool's first build stays light: it is built when it is asked for.

use std::ffi::OsString;
use std::path::Path;
use std::process::{self, ExitCode};

use clap::{Arg, ArgMatches, Command, value_parser};

use crate::error::{Context, Error};
use crate::project::cargo;

pub fn command() -> Command {
    // The benchmark knows its own arguments, --help among them.
    let words = Arg::new("words").num_args(0..).trailing_var_arg(true).allow_hyphen_values(true).value_parser(value_parser!(OsString));
    Command::new("bench")
        .about("Measure barelambda and its peers side by side, here or on AWS; in a checkout of the repository")
        .disable_help_flag(true)
        .arg(words.hide(true))
}

pub fn run(matches: &ArgMatches) -> Result<ExitCode, Error> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../benches/Cargo.toml");
    if !manifest.is_file() {
        return Err(Error::new(format!(
            "the benchmark is built from the repository that this tool was built in, and {} is not there: run it in a checkout",
            manifest.display()
        )));
    }
    let mut command = process::Command::new(cargo());
    command.args(["run", "--quiet", "--manifest-path"]).arg(manifest).arg("--");
    command.args(matches.get_many::<OsString>("words").into_iter().flatten());
    let status = command.status().context("cargo cannot be started")?;
    // Ended by a signal, such as that of Ctrl-C, it has no code.
    Ok(ExitCode::from(status.code().map_or(130, |code| code as u8)))
}
