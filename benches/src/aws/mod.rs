//! `bench aws`: cold starts on AWS itself, as its REPORT lines tell them.

mod cost;
mod matrix;
mod packages;
mod progress;
mod report;
mod run;
mod stack;
mod starts;
mod tools;

use std::fs::{self, File};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use cargo_barelambda::error::{Context, Error};
use cargo_barelambda::project::Project;
use cargo_barelambda::signals::Signals;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::contenders;
use crate::prices::Prices;
use progress::{Plan, Progress};
use run::Run;
use tools::Aws;

const EXAMPLES: &str = "\
Examples:
  cargo bare bench aws                                        everything, at 128 and 1769 MB, on arm64 and x86_64
  cargo bare bench aws --matrix echo,lambda-runtime-musl-small
  cargo bare bench aws --matrix echo:128:arm64 --matrix json:128,512:arm64 --starts 100

This costs money: it says how much before it starts, and asks. It takes the AWS CLI and Terraform 1.9 or later, with the credentials and the
region that the AWS CLI has. Everything that it makes is removed in the end, after errors and Ctrl-C, too. An interrupted run goes on with the
same command. Exit codes: 0 all is measured, 1 not all could be, 130 interrupted, 3 anything else.";

pub fn command() -> Command {
    Command::new("aws")
        .about("Measures cold starts on AWS: deploys each variant, starts it cold again and again, and reads Lambda's REPORT lines")
        .arg(
            Arg::new("matrix")
                .long("matrix")
                .value_name("NAMES[:MEMORY[:ARCHITECTURES]]")
                .action(ArgAction::Append)
                .default_value("all")
                .help(
                    "What to measure, each part a list with commas: contenders or `all`, MB [all:128,1769:arm64,x86_64]; may be repeated. \
                     The first one is what the others are compared with",
                ),
        )
        .arg(
            Arg::new("starts")
                .long("starts")
                .value_name("N")
                .default_value("30")
                .value_parser(value_parser!(u32).range(1..=10_000))
                .help("Cold starts of each variant"),
        )
        .arg(
            Arg::new("parallel")
                .long("parallel")
                .value_name("N")
                .default_value("4")
                .value_parser(value_parser!(u32).range(1..=100))
                .help("How many variants are measured at once"),
        )
        .arg(flag("yes", "Do not ask before it costs something"))
        .arg(flag("keep", "Leave the functions where they are"))
        .arg(flag("fresh", "Forget what an interrupted run has measured"))
        .arg(file("records", "FOLDER", "Where the records go [default: benches/record in the repository]"))
        .arg(file("prices", "FILE", "The prices [default: benches/prices.toml in the repository]"))
        .arg(file(
            "work",
            "FOLDER",
            "What is kept meanwhile: zips, Terraform's state, the progress [default: bench-aws in the target folder]",
        ))
        .arg(Arg::new("endpoint-url").long("endpoint-url").value_name("URL").help("Where to send all calls in place of AWS: for tests"))
        .after_help(EXAMPLES)
}

pub fn run(matches: &ArgMatches, repository: &Path) -> Result<ExitCode, Error> {
    let path = |name: &str| matches.get_one::<PathBuf>(name).cloned();
    let number = |name: &str| matches.get_one::<u32>(name).copied().expect("it has a default") as usize;
    let parts = matches.get_many::<String>("matrix").into_iter().flatten().map(String::as_str);
    let variants = matrix::variants(parts, &contenders::names())?;
    let prices = Prices::read(&path("prices").unwrap_or_else(|| repository.join("benches/prices.toml")))?;
    let aws = Aws::configured(matches.get_one::<String>("endpoint-url").cloned())?;
    let work = match path("work") {
        Some(folder) => folder,
        None => Project::read()?.target_folder.join("bench-aws"),
    };
    let work = std::path::absolute(&work).context(work.display())?;
    fs::create_dir_all(&work).context(work.display())?;
    let _lock = locked(&work)?;

    let plan = Plan { variants, starts: number("starts"), region: aws.region.clone(), endpoint: aws.endpoint.clone() };
    let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let progress = Progress::resume(&work, plan.clone(), now, matches.get_flag("fresh"))?;
    let identity = aws.call(&["sts", "get-caller-identity"])?;
    let account = identity["Account"].as_str().unwrap_or("unknown");
    let remaining: Vec<_> =
        plan.variants.iter().map(|variant| (variant, progress.remaining(variant))).filter(|(_, starts)| *starts > 0).collect();
    eprintln!("in {}, account {account}: {}", aws.region, cost::estimate(&prices, &remaining, f64::from(run::TIMEOUT)));
    if !matches.get_flag("yes") && !confirmed()? {
        return Err(Error::new("not confirmed: nothing was deployed"));
    }
    // From here on nothing ends it before it has cleaned up.
    let signals = Signals::catch()?;
    let run = Run {
        repository,
        work: &work,
        records: path("records").unwrap_or_else(|| repository.join("benches/record")),
        plan: &plan,
        aws: &aws,
        signals: &signals,
        parallel: number("parallel"),
        keep: matches.get_flag("keep"),
    };
    run.all(progress)
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

fn file(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).value_parser(value_parser!(PathBuf)).help(help)
}

/// Keeps other runs from this folder as long as the file is open.
fn locked(work: &Path) -> Result<File, Error> {
    let file = work.join("lock");
    let lock = File::create(&file).context(file.display())?;
    lock.try_lock().context(format!("{}: is another run using this folder?", file.display()))?;
    Ok(lock)
}

fn confirmed() -> Result<bool, Error> {
    if !io::stdin().is_terminal() {
        return Err(Error::new("there is no terminal to ask for a confirmation: --yes gives it"));
    }
    eprint!("Go on? [y/N] ");
    io::stderr().flush().context("stderr")?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).context("stdin")?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn a_folder_is_locked_once() {
        let folder = std::env::temp_dir().join(format!("barelambda-bench-lock-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder can be made");
        let lock = locked(&folder).expect("it is free");
        let words = locked(&folder).unwrap_err().to_string();
        assert!(words.contains("is another run using this folder?"), "{words}");
        drop(lock);
        assert!(locked(&folder).is_ok());
        fs::remove_dir_all(&folder).expect("it is ours");
    }
}
