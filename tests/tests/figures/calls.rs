//! The size of the example `dynamodb`, a whole program that calls AWS over TLS. Its memory and its
//! calls are tested by the program `aws`.
//!
//! `cargo suite --full --show --only figures calls` shows the table.

use std::fs;

use barelambda_tests::budgets::{Budgets, Measured};
use barelambda_tests::programs::Architecture;

use crate::budget::built;

const PROGRAM: &str = "dynamodb";

#[test]
#[ignore = "needs minutes to build it twice; run `bash .ci/full`"]
fn the_size_keeps_its_bound() {
    let size = |architecture, name| {
        let program = built("", PROGRAM, architecture);
        let value = fs::metadata(program).expect("the program exists").len() as f64;
        Measured { program: PROGRAM.to_owned(), architecture: name, figure: "size", value }
    };
    let figures = [size(Architecture::X86_64, "x86_64"), size(Architecture::Aarch64, "aarch64")];
    Budgets::read().hold(&[PROGRAM.to_owned()], &figures);
}
