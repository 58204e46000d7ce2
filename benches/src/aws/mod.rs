//! `bench aws`: measures cold starts on AWS, from Lambda's REPORT lines.

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

use crate::contenders::Group;
use crate::prices::Prices;
use progress::{Plan, Progress};
use run::Run;
use tools::Aws;

const EXAMPLES: &str = "\
Examples:
  cargo bare bench aws                                        everything, at 128 and 1769 MB, on arm64 and x86_64
  cargo bare bench aws --matrix echo,lambda-runtime-musl-small
  cargo bare bench aws --matrix echo:128:arm64 --matrix json:128,512:arm64 --starts 100

This costs money: it prints an estimate and asks before it starts. It needs the AWS CLI and Terraform 1.9 or later, and uses the AWS CLI's \
credentials and region. It removes everything that it creates, even after errors and Ctrl-C. The same command resumes an interrupted run.

Exit codes: 0 success, 1 some variants can't be measured, 130 interrupted, 3 any other error.";

pub fn command() -> Command {
    Command::new("aws")
        .about("Measure cold starts on AWS: deploy each variant, cold-start it repeatedly, and read Lambda's REPORT lines")
        .arg(
            Arg::new("matrix")
                .long("matrix")
                .value_name("NAMES[:MEMORY[:ARCHITECTURES]]")
                .action(ArgAction::Append)
                .default_value("all")
                .help(
                    "What to measure, as comma-separated lists: contenders or `all`, MB, architectures [all:128,1769:arm64,x86_64]; may be \
                     repeated. The others are compared with the first",
                ),
        )
        .arg(
            Arg::new("starts")
                .long("starts")
                .value_name("N")
                .default_value("30")
                .value_parser(value_parser!(u32).range(1..=10_000))
                .help("Number of cold starts of each variant"),
        )
        .arg(
            Arg::new("parallel")
                .long("parallel")
                .value_name("N")
                .default_value("4")
                .value_parser(value_parser!(u32).range(1..=100))
                .help("Number of variants to measure in parallel"),
        )
        .arg(flag("yes", "Don't ask for confirmation"))
        .arg(flag("keep", "Don't remove the functions"))
        .arg(flag("fresh", "Discard the progress of an interrupted run"))
        .arg(file("records", "FOLDER", "Directory for the records [default: benches/record in the repository]"))
        .arg(file("prices", "FILE", "File with the prices [default: benches/prices.toml in the repository]"))
        .arg(file("work", "FOLDER", "Directory for zips, Terraform's state and the progress [default: bench-aws in the target directory]"))
        .arg(Arg::new("endpoint-url").long("endpoint-url").value_name("URL").help("URL to call instead of AWS, for tests"))
        .after_help(EXAMPLES)
}

pub fn run(matches: &ArgMatches, repository: &Path) -> Result<ExitCode, Error> {
    let path = |name: &str| matches.get_one::<PathBuf>(name).cloned();
    let number =
        |name: &str| matches.get_one::<u32>(name).copied().expect("it has a default") as usize;
    let parts = matches.get_many::<String>("matrix").into_iter().flatten().map(String::as_str);
    let variants = matrix::variants(parts, &Group::Echo.names())?;
    let prices =
        Prices::read(&path("prices").unwrap_or_else(|| repository.join("benches/prices.toml")))?;
    let aws = Aws::configured(matches.get_one::<String>("endpoint-url").cloned())?;
    let work = match path("work") {
        Some(folder) => folder,
        None => Project::read(&[])?.target_folder.join("bench-aws"),
    };
    let work = std::path::absolute(&work).context(work.display())?;
    fs::create_dir_all(&work).context(work.display())?;
    let _lock = locked(&work)?;

    let plan = Plan {
        variants,
        starts: number("starts"),
        region: aws.region.clone(),
        endpoint: aws.endpoint.clone(),
    };
    let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let progress = Progress::resume(&work, plan.clone(), now, matches.get_flag("fresh"))?;
    let identity = aws.call(&["sts", "get-caller-identity"])?;
    let account = identity["Account"].as_str().unwrap_or("unknown");
    let remaining: Vec<_> = plan
        .variants
        .iter()
        .map(|variant| (variant, progress.remaining(variant)))
        .filter(|(_, starts)| *starts > 0)
        .collect();
    eprintln!(
        "in {}, account {account}: {}",
        aws.region,
        cost::estimate(&prices, &remaining, f64::from(run::TIMEOUT))
    );
    if !matches.get_flag("yes") && !confirmed()? {
        return Err(Error::new("not confirmed: no function was deployed"));
    }
    // From now on, a signal doesn't exit the program before it has cleaned up.
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

/// Locks the directory until the file is closed.
fn locked(work: &Path) -> Result<File, Error> {
    let file = work.join("lock");
    let lock = File::create(&file).context(file.display())?;
    lock.try_lock().context(format!("{}: is another run using this directory?", file.display()))?;
    Ok(lock)
}

fn confirmed() -> Result<bool, Error> {
    if !io::stdin().is_terminal() {
        return Err(Error::new("standard input isn't a terminal: pass --yes to confirm"));
    }
    eprint!("Continue? [y/N] ");
    io::stderr().flush().context("failed to write to standard error")?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).context("failed to read standard input")?;
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
        let folder =
            std::env::temp_dir().join(format!("barelambda-bench-lock-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder can be made");
        let lock = locked(&folder).expect("no other run has it");
        let words = locked(&folder).unwrap_err().to_string();
        assert!(words.contains("is another run using this directory?"), "{words}");
        drop(lock);
        assert!(locked(&folder).is_ok());
        fs::remove_dir_all(&folder).expect("it is ours");
    }
}
