//! The arguments that every subcommand which runs a function shares, and what they come to.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use barelambda_emulator::Options;
use clap::{Arg, ArgAction, ArgMatches, value_parser};

use crate::build;
use crate::error::Error;
use crate::program::{Architecture, Program};
use crate::project::Project;

/// The arguments, to be added to a subcommand's own.
pub fn arguments() -> Vec<Arg> {
    vec![
        Arg::new("bootstrap")
            .long("bootstrap")
            .value_name("PATH")
            .value_parser(value_parser!(PathBuf))
            .help("Run this file as it is: nothing is built"),
        architecture("Build for this architecture; a foreign one runs through qemu [default: this machine's]"),
        features().conflicts_with("bootstrap"),
        environment(),
        Arg::new("timeout")
            .long("timeout")
            .value_name("SECONDS")
            .value_parser(seconds)
            .default_value("30")
            .help("Kill the function when an invocation takes longer"),
        Arg::new("memory")
            .long("memory")
            .value_name("MB")
            .value_parser(value_parser!(u32).range(128..=10_240))
            .default_value("128")
            .help("The memory size that the function is told; it is not enforced"),
    ]
}

/// The name of what is built, for subcommands whose only word it is.
pub fn name() -> Arg {
    Arg::new("EXAMPLE").help(
        "The example to build; in a package of your own, a binary or the package's name, which may be left out when there \
         is one",
    )
}

/// The name that is given.
pub fn named(matches: &ArgMatches) -> Option<&str> {
    matches.get_one::<String>("EXAMPLE").map(String::as_str)
}

/// `--arch`, by Lambda's names.
pub fn architecture(help: &'static str) -> Arg {
    Arg::new("arch").long("arch").value_name("ARCH").value_parser(["x86_64", "arm64"]).help(help)
}

/// The architecture that is given.
pub fn wanted_architecture(matches: &ArgMatches) -> Option<Architecture> {
    matches.get_one::<String>("arch").map(|name| Architecture::from_lambda(name))
}

/// `--features`.
pub fn features() -> Arg {
    Arg::new("features").long("features").short('F').value_name("FEATURES").action(ArgAction::Append).help("Cargo features to build with")
}

/// The features that are given.
pub fn wanted_features(matches: &ArgMatches) -> Vec<String> {
    matches.get_many("features").into_iter().flatten().cloned().collect()
}

/// `--env`, for every subcommand that starts a program.
pub fn environment() -> Arg {
    Arg::new("env")
        .long("env")
        .short('e')
        .value_name("NAME=VALUE")
        .value_parser(variable)
        .action(ArgAction::Append)
        .help("Set a variable of the function's environment")
}

/// Builds what the arguments name, or takes the file that they name, and says how the emulator is to run it.
pub fn prepare(matches: &ArgMatches) -> Result<(Program, Options), Error> {
    let wanted = wanted_architecture(matches);
    let (name, path) = match matches.get_one::<PathBuf>("bootstrap") {
        Some(path) => ("bootstrap".to_owned(), path.clone()),
        None => {
            let project = Project::read()?;
            let target = project.target(named(matches))?;
            (target.name.clone(), build::build(&project, target, wanted, &wanted_features(matches))?)
        }
    };
    let program = Program::check(&path, wanted)?;
    let mut options = Options::new(&program.path);
    options.function_name = name.clone();
    options.handler = name;
    options.runner = program.runner.clone();
    // Of a program under qemu the figures would be qemu's.
    options.measure = program.runner.is_none();
    options.environment = matches.get_many("env").into_iter().flatten().cloned().collect();
    options.timeout = *matches.get_one("timeout").expect("it has a default");
    options.memory_size = *matches.get_one("memory").expect("it has a default");
    Ok((program, options))
}

fn variable(text: &str) -> Result<(OsString, OsString), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.into(), value.into())),
        _ => Err("it has the form NAME=VALUE".to_owned()),
    }
}

/// A time limit.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "it is a number of seconds".to_owned())?;
    // Lambda's own limit is 15 minutes.
    if (0.001..=900.0).contains(&seconds) {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err("it is between 0.001 and 900 seconds".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_and_seconds() {
        assert_eq!(variable("A=b=c").unwrap(), ("A".into(), "b=c".into()));
        assert_eq!(variable("A=").unwrap(), ("A".into(), "".into()));
        assert!(variable("A").is_err() && variable("=b").is_err());
        assert_eq!(seconds("0.5").unwrap(), Duration::from_millis(500));
        for wrong in ["", "x", "0", "-1", "901", "NaN", "inf"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
