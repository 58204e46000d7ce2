//! The subcommands that run a function: their arguments, the program, and what runs beside it.

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::sync::Arc;

use barelambda_emulator::{Emulator, Options};
use clap::{Arg, ArgAction, ArgMatches, value_parser};

use crate::arguments::{architecture, environment, seconds, wanted_architecture};
use crate::build;
use crate::cargo_options::{self, CargoOptions};
use crate::error::Error;
use crate::local_aws::{self, LocalAws};
use crate::program::Program;
use crate::project::{Target, TargetKind};
use crate::signals::AtEnd;

/// Returns the shared arguments.
pub fn arguments() -> Vec<Arg> {
    let own = [
        Arg::new("bootstrap")
            .long("bootstrap")
            .value_name("PATH")
            .value_parser(value_parser!(PathBuf))
            .help("Run this executable instead of building one"),
        architecture("Target architecture; qemu runs a foreign one [default: this machine's]"),
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
        Arg::new("raw")
            .long("raw")
            .action(ArgAction::SetTrue)
            .help("Accept events that Lambda refuses, as they aren't JSON"),
    ];
    let cargos = cargo_options::arguments(Some("bootstrap"));
    own.into_iter().chain(local_aws::arguments()).chain(cargos).collect()
}

/// A program with everything that is needed to start it.
pub struct Function {
    pub program: Program,
    pub options: Options,
    local_aws: Option<LocalAws>,
}

/// Builds the target that the arguments name, or checks the file that they name. `name` is the
/// value of EXAMPLE.
pub fn prepare(matches: &ArgMatches, name: Option<&str>) -> Result<Function, Error> {
    let wanted = wanted_architecture(matches);
    let (name, path, local_aws) = match matches.get_one::<PathBuf>("bootstrap") {
        Some(path) => ("bootstrap".to_owned(), path.clone(), LocalAws::wanted(matches, None)?),
        None => {
            let project = cargo_options::project(matches)?;
            let target = cargo_options::target(&project, matches, name)?;
            check_handler(target, matches)?;
            // A missing server is reported before anything is built.
            let local_aws = LocalAws::wanted(matches, Some((&project, target)))?;
            let path = build::build(&project, target, wanted, &CargoOptions::of(matches))?;
            (target.name.clone(), path, local_aws)
        }
    };
    let program = Program::check(&path, wanted)?;
    let mut options = Options::new(&program.path);
    options.function_name = name.clone();
    options.handler = name;
    options.runner = program.runner.clone();
    options.raw_payloads = matches.get_flag("raw");
    // Under qemu, the measurements would be those of qemu.
    options.measure = program.runner.is_none();
    options.environment = matches.get_many("env").into_iter().flatten().cloned().collect();
    options.timeout = *matches.get_one("timeout").expect("it has a default");
    options.memory_size = *matches.get_one("memory").expect("it has a default");
    Ok(Function { program, options, local_aws })
}

/// A function that can be invoked.
pub struct Running {
    pub emulator: Arc<Emulator>,
    /// The variables with which the AWS CLI calls the local AWS, as the arguments of `export`.
    pub local_aws: Option<String>,
}

impl Function {
    /// Starts the local AWS, if there is one, and the emulator. They end with `at_end`.
    pub fn start(mut self, at_end: &AtEnd) -> Result<Running, Error> {
        let local_aws = match self.local_aws {
            Some(local_aws) => Some(local_aws.start(&mut self.options, at_end)?),
            None => None,
        };
        let emulator =
            Arc::new(Emulator::start(self.options).map_err(|error| not_started(&error))?);
        let ended = emulator.clone();
        at_end.add(move || ended.shutdown());
        Ok(Running { emulator, local_aws })
    }
}

fn not_started(error: &io::Error) -> Error {
    let words = format!("failed to start the emulator: {error}");
    if error.kind() != ErrorKind::AddrInUse {
        return Error::new(words);
    }
    let option = if words.contains("the function's URL") { "--url" } else { "--port" };
    Error::new(format!(
        "{words}: choose another port with {option} PORT, or a free one with {option} 0"
    ))
}

/// Checks that the bootstrap for any program knows which program.
fn check_handler(target: &Target, matches: &ArgMatches) -> Result<(), Error> {
    let is_set = matches
        .get_many::<(OsString, OsString)>("env")
        .into_iter()
        .flatten()
        .any(|(name, _)| name == "_HANDLER");
    if is_set
        || target.kind != TargetKind::Binary
        || (target.package != "barelambda" || target.name != "exec")
    {
        return Ok(());
    }
    Err(Error::new(
        "`exec` runs the program that _HANDLER names, in the folder LAMBDA_TASK_ROOT: pass both, such as \
         --env LAMBDA_TASK_ROOT=\"$PWD\" --env _HANDLER=handler.sh",
    ))
}
