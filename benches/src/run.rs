//! `bench` without a subcommand: builds the contenders, measures them, prints the table, and writes
//! the record with its plots.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Instant, SystemTime};

use cargo_barelambda::architecture::Architecture;
use cargo_barelambda::error::Error;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::measure::{Plan, measure};
use crate::processors::Reserved;
use crate::record::Record;
use crate::{contenders, machine, plots, table};

const EXAMPLES: &str = "\
Examples:
  cargo bare bench                        everything: six minutes after the build
  cargo bare bench --quick                fewer rounds: under two minutes after the build
  cargo bare bench --rows floor,echo,json
  cargo bare bench compare benches/record/x86_64/A benches/record/x86_64/B

Builds the contenders first, the other runtimes as their documentation recommends. A contender that can't be built on
this machine is shown as missing. Starts with a dropped page cache need root. Run nothing else on the machine meanwhile.";

pub fn command() -> Command {
    Command::new("cargo bare bench")
        .bin_name("cargo bare bench")
        .about("Compare barelambda with other runtimes: cold starts, warm cycles, sizes, system calls, instructions and memory")
        .args_conflicts_with_subcommands(true)
        .arg(Arg::new("quick").long("quick").action(ArgAction::SetTrue).help("Run fewer rounds"))
        .arg(Arg::new("rows").long("rows").value_name("NAMES").value_delimiter(',').help(format!(
            "Measure only these rows, and compare the others with the first. Possible values: {}",
            contenders::names().join(", ")
        )))
        .arg(
            Arg::new("records")
                .long("records")
                .value_name("FOLDER")
                .value_parser(value_parser!(PathBuf))
                .help("Directory for the record [default: benches/record in the repository]"),
        )
        .arg(
            Arg::new("no-record")
                .long("no-record")
                .action(ArgAction::SetTrue)
                .conflicts_with("records")
                .help("Don't write the record and its plots"),
        )
        .after_help(EXAMPLES)
}

pub fn run(matches: &ArgMatches, repository: &Path) -> Result<ExitCode, Error> {
    let wanted: Vec<String> = matches.get_many("rows").into_iter().flatten().cloned().collect();
    let plan = if matches.get_flag("quick") { Plan::QUICK } else { Plan::FULL };
    let architecture = Architecture::host();
    let contenders =
        contenders::build(repository, architecture, &wanted, &mut |what| eprintln!("{what}"))?;

    let began = Instant::now();
    let date = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let mut record = Record::new("local", std::env::consts::ARCH, date);
    record.machine = machine::described(repository);
    record.settings = plan.settings();
    let scratch = std::env::temp_dir().join(format!("barelambda-bench-{}", std::process::id()));
    record.settings.insert("processors, warm".to_owned(), Reserved::new()?.described());
    let rows = measure(&contenders, &plan, &scratch);
    // The contenders' temporary files aren't needed.
    let _ = std::fs::remove_dir_all(&scratch);
    record.rows = rows?;
    print!("{}", table::show(&record));
    if !matches.get_flag("no-record") {
        let records = matches
            .get_one("records")
            .cloned()
            .unwrap_or_else(|| repository.join("benches/record"));
        println!("{}", plots::keep(&record, &records)?.display());
    }
    eprintln!("measured in {} s", began.elapsed().as_secs());
    Ok(ExitCode::SUCCESS)
}
