//! `cargo bare bench`: compares cold starts, warm cycles, sizes and counts of barelambda and the
//! runtimes that its users would use instead.
//!
//! - [`contenders`] builds the programs. [`measure`] runs [`cold`] starts, [`warm`] cycles and
//!   [`counts`] in shuffled [`rounds`]. [`launch`] starts the programs, and the [`server`] in the
//!   same process is their Runtime API.
//! - [`calls`] measures programs that call a server over TLS: the [`https`] server of this process.
//! - [`aws`] measures on AWS.
//! - The result is a [`record`] of [`figures`], which [`table`] prints, [`plots`] draws and
//!   [`publish`] writes into the documentation.

pub mod aws;
pub mod calls;
pub mod cold;
pub mod compare;
pub mod contenders;
pub mod cost;
pub mod counts;
pub mod cpu_time;
pub mod events;
pub mod figures;
pub mod https;
pub mod launch;
pub mod machine;
pub mod measure;
pub mod plots;
pub mod prices;
pub mod processors;
pub mod publish;
pub mod record;
pub mod request;
pub mod rounds;
pub mod run;
pub mod samples;
pub mod server;
pub mod sizes;
pub mod spawn;
pub mod table;
pub mod warm;

use std::path::Path;
use std::process::ExitCode;

use cargo_barelambda::message::{HELP, HELP_WIDTH};

/// Runs the program.
pub fn main() -> ExitCode {
    if let Some(code) = cargo_barelambda::compile() {
        return code;
    }
    let repository =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in the repository");
    let matches = run::command()
        .styles(HELP)
        .max_term_width(HELP_WIDTH)
        .subcommand(aws::command())
        .subcommand(calls::command())
        .subcommand(compare::command())
        .subcommand(cost::command())
        .subcommand(sizes::command())
        .subcommand(publish::command())
        .get_matches();
    let ended = match matches.subcommand() {
        Some(("aws", matches)) => aws::run(matches, repository),
        Some(("calls", matches)) => calls::run(matches, repository),
        Some(("compare", matches)) => compare::run(matches),
        Some(("cost", matches)) => cost::run(matches, repository),
        Some(("publish", matches)) => publish::run(matches, repository),
        Some(("sizes", matches)) => sizes::run(matches, repository),
        None => run::run(&matches, repository),
        Some(_) => unreachable!("clap knows the subcommands"),
    };
    ended.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::from(3)
    })
}
