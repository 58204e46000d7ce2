use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use barelambda_conformance::{Checked, Options, Report, checks, kill_all, run};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::arguments;
use crate::error::Error;
use crate::program::Program;
use crate::signals::Signals;

const EXAMPLES: &str = "\
Examples:
  cargo barelambda conformance target/x86_64-unknown-linux-musl/release/examples/conformance
  cargo barelambda conformance ./bootstrap --only stream
  cargo barelambda conformance ./bootstrap --json > report.json
  cargo barelambda conformance --list

The program is any runtime whose handler follows conformance/README.md. Prints the table, or the JSON, \
to standard output.

Exit codes: 0 all checks passed, 1 some checks failed or weren't applicable, 2 invalid usage, 3 any \
other error, such as a missing program.";

pub fn command() -> Command {
    Command::new("conformance")
        .about("Test whether an executable conforms to Lambda's Runtime API")
        .arg(
            Arg::new("PROGRAM")
                .value_parser(value_parser!(PathBuf))
                .required_unless_present("list")
                .help("The executable: a runtime with its handler"),
        )
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("Print the report as JSON"))
        .arg(Arg::new("list").long("list").action(ArgAction::SetTrue).help("Print the names of the checks without running them"))
        .arg(Arg::new("only").long("only").value_name("NAME-PART").help("Run only the checks whose names contain this text"))
        .arg(
            Arg::new("jobs")
                .long("jobs")
                .short('j')
                .value_name("N")
                .value_parser(value_parser!(u16).range(1..=256))
                .help("Number of checks to run in parallel [default: 8, or the number of processors if larger]"),
        )
        .arg(
            Arg::new("patience")
                .long("patience")
                .value_name("SECONDS")
                .value_parser(arguments::seconds)
                .help("Time limit for each thing that a check waits for [default: 8]"),
        )
        .arg(
            Arg::new("runner")
                .long("runner")
                .value_name("COMMAND")
                .help("Command that runs the program, split at spaces [default: qemu for a foreign architecture]"),
        )
        .arg(arguments::environment())
        .arg(
            Arg::new("allow-not-applicable")
                .long("allow-not-applicable")
                .action(ArgAction::SetTrue)
                .help("Exit with 0 even if some checks weren't applicable"),
        )
        .after_help(EXAMPLES)
}

pub fn run_checks(matches: &ArgMatches) -> Result<ExitCode, Error> {
    if matches.get_flag("list") {
        checks().iter().for_each(|check| println!("{}", check.name));
        return Ok(ExitCode::SUCCESS);
    }
    let options = options(matches)?;
    let json = matches.get_flag("json");
    let signals = Signals::end_after(130, kill_all)?;
    let report = run(&options, tell);
    signals.go_on();
    if report.checked.is_empty() {
        return Err(Error::new("no check matches --only: `--list` prints the names of all checks"));
    }
    if json {
        println!("{:#}", report.json());
    } else {
        print!("{}", report.table());
    }
    code(&report, matches.get_flag("allow-not-applicable"))
}

fn options(matches: &ArgMatches) -> Result<Options, Error> {
    let path: &PathBuf = matches.get_one("PROGRAM").expect("clap requires it");
    let given: Option<&String> = matches.get_one("runner");
    let program = match given {
        // The program may be for any processor that the runner supports.
        Some(_) => Program::of_any_processor(path)?,
        None => Program::check(path, None)?,
    };
    let mut options = Options::new(program.path);
    options.target.runner = match given {
        Some(words) => words.split_whitespace().map(OsString::from).collect(),
        None => program.runner.unwrap_or_default(),
    };
    options.target.environment = matches.get_many("env").into_iter().flatten().cloned().collect();
    options.only = matches.get_one::<String>("only").cloned();
    if let Some(&jobs) = matches.get_one::<u16>("jobs") {
        options.jobs = usize::from(jobs);
    }
    if let Some(&patience) = matches.get_one::<Duration>("patience") {
        options.target.patience = patience;
    }
    Ok(options)
}

/// Prints a check that didn't pass as soon as it ends.
fn tell(checked: &Checked) {
    if let Some(seen) = checked.seen() {
        eprintln!("{} {}: {seen}", checked.word(), checked.check.name);
    }
}

fn code(report: &Report, allow_not_applicable: bool) -> Result<ExitCode, Error> {
    let totals = report.totals();
    if totals.unable > 0 {
        return Err(Error::new(format!(
            "failed to run {} checks: see standard output",
            totals.unable
        )));
    }
    let passed = totals.failed == 0 && (allow_not_applicable || totals.not_applicable == 0);
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
