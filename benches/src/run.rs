//! `bench` without a subcommand: builds the contenders, measures them, prints the table, and writes
//! the record with its plots.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Instant, SystemTime};

use cargo_barelambda::architecture::Architecture;
use cargo_barelambda::error::{Context, Error};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::contenders::{self, Contender, Group};
use crate::measure::{Plan, measure};
use crate::processors::Reserved;
use crate::record::Record;
use crate::{machine, plots, table};

const EXAMPLES: &str = "\
Examples:
  cargo bare bench                        everything: six minutes after the build
  cargo bare bench --quick                fewer rounds: under two minutes after the build
  cargo bare bench --rows floor,echo,json
  cargo bare bench calls                  programs that write to DynamoDB
  cargo bare bench compare benches/record/x86_64/A benches/record/x86_64/B

Builds the contenders first, the other runtimes as their documentation recommends. A contender that can't be built on \
this machine is shown as missing. Starts with a dropped page cache need root. Run nothing else on the machine meanwhile.";

pub fn command() -> Command {
    Command::new("cargo bare bench")
        .bin_name("cargo bare bench")
        .about("Compare barelambda with other runtimes: cold starts, warm cycles, sizes, system calls, instructions and memory")
        .args_conflicts_with_subcommands(true)
        .args(arguments(Group::Echo))
        .after_help(EXAMPLES)
}

/// Returns the options of a run with the contenders of a group.
pub fn arguments(group: Group) -> [Arg; 4] {
    [
        Arg::new("quick").long("quick").action(ArgAction::SetTrue).help("Run fewer rounds"),
        Arg::new("rows").long("rows").value_name("NAMES").value_delimiter(',').help(format!(
            "Measure only these rows, and compare the others with the first. Possible values: {}",
            group.names().join(", ")
        )),
        Arg::new("records")
            .long("records")
            .value_name("FOLDER")
            .value_parser(value_parser!(PathBuf))
            .help("Directory for the record [default: benches/record in the repository]"),
        Arg::new("no-record")
            .long("no-record")
            .action(ArgAction::SetTrue)
            .conflicts_with("records")
            .help("Don't write the record and its plots"),
    ]
}

pub fn run(matches: &ArgMatches, repository: &Path) -> Result<ExitCode, Error> {
    let plan = if matches.get_flag("quick") { Plan::QUICK } else { Plan::FULL };
    let contenders = built(matches, repository, Group::Echo)?;
    let began = Instant::now();
    let mut record = begun("local", repository);
    record.settings = plan.settings();
    record.settings.insert("processors, warm".to_owned(), Reserved::new()?.described());
    record.rows = with_scratch(|scratch| measure(&contenders, &plan, scratch))?;
    print!("{}", table::show(&record));
    keep(matches, repository, &record)?;
    eprintln!("measured in {} s", began.elapsed().as_secs());
    Ok(ExitCode::SUCCESS)
}

/// Builds the contenders that the arguments ask for.
pub fn built(
    matches: &ArgMatches,
    repository: &Path,
    group: Group,
) -> Result<Vec<Contender>, Error> {
    let wanted: Vec<String> = matches.get_many("rows").into_iter().flatten().cloned().collect();
    let mut said = |what: &str| eprintln!("{what}");
    contenders::build(repository, Architecture::host(), group, &wanted, &mut said)
}

/// Returns a record that begins now.
pub fn begun(place: &str, repository: &Path) -> Record {
    let date = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let mut record = Record::new(place, std::env::consts::ARCH, date);
    record.machine = machine::described(repository);
    record
}

/// Passes a folder for temporary files on, and removes it.
pub fn with_scratch<T>(work: impl FnOnce(&Path) -> Result<T, Error>) -> Result<T, Error> {
    let scratch = std::env::temp_dir().join(format!("barelambda-bench-{}", std::process::id()));
    fs::create_dir_all(&scratch).context(scratch.display())?;
    let done = work(&scratch);
    // The temporary files aren't needed.
    let _ = fs::remove_dir_all(&scratch);
    done
}

/// Writes the record with its plots, and prints its directory, unless the arguments forbid it.
pub fn keep(matches: &ArgMatches, repository: &Path, record: &Record) -> Result<(), Error> {
    if !matches.get_flag("no-record") {
        let records = matches
            .get_one("records")
            .cloned()
            .unwrap_or_else(|| repository.join("benches/record"));
        println!("{}", plots::keep(record, &records)?.display());
    }
    Ok(())
}
