//! `cargo bare bench`: see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    barelambda_bench::main()
}
