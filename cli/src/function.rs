//! The subcommands that run a function: their arguments, the program and the emulator's options.

use std::path::PathBuf;

use barelambda_emulator::Options;
use clap::{Arg, ArgMatches, value_parser};

use crate::arguments::{
    architecture, environment, features, named, seconds, wanted_architecture, wanted_features,
};
use crate::build;
use crate::error::Error;
use crate::program::Program;
use crate::project::Project;

/// Returns the shared arguments.
pub fn arguments() -> Vec<Arg> {
    vec![
        Arg::new("bootstrap")
            .long("bootstrap")
            .value_name("PATH")
            .value_parser(value_parser!(PathBuf))
            .help("Run this executable instead of building one"),
        architecture("Target architecture; qemu runs a foreign one [default: this machine's]"),
        features().conflicts_with("bootstrap"),
        environment(),
        Arg::new("timeout")
            .long("timeout")
            .value_name("SECONDS")
            .value_parser(seconds)
            .default_value("30")
            .help("Timeout of the function: an invocation that takes longer is killed"),
        Arg::new("memory")
            .long("memory")
            .value_name("MB")
            .value_parser(value_parser!(u32).range(128..=10_240))
            .default_value("128")
            .help("Memory size that the function sees; it isn't enforced"),
    ]
}

/// Builds the target that the arguments name, or checks the file that they name, and returns the
/// program with the emulator's options.
pub fn prepare(matches: &ArgMatches) -> Result<(Program, Options), Error> {
    let wanted = wanted_architecture(matches);
    let (name, path) = match matches.get_one::<PathBuf>("bootstrap") {
        Some(path) => ("bootstrap".to_owned(), path.clone()),
        None => {
            let project = Project::read()?;
            let target = project.target(named(matches))?;
            (
                target.name.clone(),
                build::build(&project, target, wanted, &wanted_features(matches))?,
            )
        }
    };
    let program = Program::check(&path, wanted)?;
    let mut options = Options::new(&program.path);
    options.function_name = name.clone();
    options.handler = name;
    options.runner = program.runner.clone();
    // Under qemu, the measurements would be those of qemu.
    options.measure = program.runner.is_none();
    options.environment = matches.get_many("env").into_iter().flatten().cloned().collect();
    options.timeout = *matches.get_one("timeout").expect("it has a default");
    options.memory_size = *matches.get_one("memory").expect("it has a default");
    Ok((program, options))
}
