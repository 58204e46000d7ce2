//! `cargo barelambda`: see the library, which the benchmark also uses.

use std::process::ExitCode;

fn main() -> ExitCode {
    cargo_barelambda::main()
}
