//! `cargo bench`: runs `cargo bare bench` with the same arguments, such as `cargo bench --
//! --quick`.

use std::env;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let words: Vec<_> = env::args_os().skip(1).collect();
    // `cargo bench` passes this, but `cargo test --benches` doesn't: then nothing is measured.
    if !words.iter().any(|word| word == "--bench") {
        return ExitCode::SUCCESS;
    }
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/Cargo.toml");
    let mut command = Command::new(cargo);
    command
        .args(["run", "--quiet", "--manifest-path", manifest, "--"])
        .args(words.iter().filter(|word| *word != "--bench"));
    match command.status() {
        Ok(status) => ExitCode::from(status.code().map_or(130, |code| code as u8)),
        Err(error) => {
            eprintln!("error: failed to start cargo: {error}");
            ExitCode::from(3)
        }
    }
}
