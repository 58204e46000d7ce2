//! `cargo bare bench`: cold starts, warm cycles, sizes and counts of barelambda and of what its users would use instead, side by side.
//!
//! - [`contenders`] builds who takes part; [`measure`] sends them through [`cold`] starts, [`warm`] cycles and [`counts`], in shuffled
//!   [`rounds`], with [`launch`] and the [`server`] in one process.
//! - [`aws`] measures on AWS itself.
//! - What comes of it is a [`record`] of [`figures`], shown by [`table`].

pub mod aws;
pub mod cold;
pub mod compare;
pub mod contenders;
pub mod cost;
pub mod counts;
pub mod events;
pub mod figures;
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
pub mod server;
pub mod sizes;
pub mod spawn;
pub mod table;
pub mod warm;

use std::path::Path;
use std::process::ExitCode;

/// The program.
pub fn main() -> ExitCode {
    if let Some(code) = cargo_barelambda::compile() {
        return code;
    }
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the repository");
    let matches = run::command()
        .subcommand(aws::command())
        .subcommand(compare::command())
        .subcommand(cost::command())
        .subcommand(sizes::command())
        .subcommand(publish::command())
        .get_matches();
    let ended = match matches.subcommand() {
        Some(("aws", matches)) => aws::run(matches, repository),
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
