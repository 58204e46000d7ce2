//! `cargo barelambda`: see the library, which the benchmark builds with, too.

use std::process::ExitCode;

fn main() -> ExitCode {
    cargo_barelambda::main()
}
