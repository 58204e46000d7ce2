//! `cargo barelambda bench`: cold starts, warm cycles, sizes and counts of barelambda and of what its users would use instead, side by side.

mod aws;
mod cold;
mod contenders;
mod counts;
mod events;
mod figures;
mod launch;
mod machine;
mod measure;
mod record;
mod request;
mod rounds;
mod run;
mod server;
mod table;
mod warm;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(code) = cargo_barelambda::compile() {
        return code;
    }
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the repository");
    let matches = run::command().subcommand(aws::command()).get_matches();
    let ended = match matches.subcommand() {
        Some(("aws", matches)) => aws::run(matches, repository),
        None => run::run(&matches, repository),
        Some(_) => unreachable!("clap knows the subcommands"),
    };
    ended.unwrap_or_else(|failure| {
        eprintln!("error: {failure}");
        ExitCode::from(3)
    })
}
