//! `bench calls`: programs that write each event as an item to DynamoDB before they respond. All
//! call the same server, which replies at once.
//!
//! - [`dynamodb`] is that server. [`mod@measure`] starts the contenders, and invokes them.
//! - [`against`] compares the processor times with those of AWS's SDK for Rust.

pub mod against;
pub mod dynamodb;
pub mod measure;

use std::path::Path;
use std::process::ExitCode;

use cargo_barelambda::error::Error;
use clap::{ArgMatches, Command};

use crate::contenders::Group;
use crate::record::CALLS;
use crate::{run, table};
use measure::{Plan, measure};

const EXPLANATION: &str = "\
The server imitates DynamoDB's PutItem over TLS, in two variants: with certificates of RSA and of ECDSA keys. Each \
contender trusts its root alone. A contender that can't be built on this machine is shown as missing.";

pub fn command() -> Command {
    Command::new("calls")
        .about("Compare programs that write to DynamoDB over TLS with AWS's SDKs")
        .args(run::arguments(Group::Calls))
        .after_help(EXPLANATION)
}

pub fn run(matches: &ArgMatches, repository: &Path) -> Result<ExitCode, Error> {
    let plan = if matches.get_flag("quick") { Plan::QUICK } else { Plan::FULL };
    let contenders = run::built(matches, repository, Group::Calls)?;
    let mut record = run::begun(CALLS, repository);
    record.settings = plan.settings();
    record.rows = run::with_scratch(|scratch| measure(&contenders, &plan, scratch))?;
    print!("{}{}", table::show(&record), against::show(&record));
    run::keep(matches, repository, &record)?;
    Ok(ExitCode::SUCCESS)
}
