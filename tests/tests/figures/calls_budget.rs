//! The processor time of a function that writes to DynamoDB, compared with that of the same
//! function with AWS's runtime and SDK for Rust, by `cargo bare bench calls`. It is measured in the
//! long run only, as building the SDK takes minutes.
//!
//! `cargo suite --long --show --only figures calls_budget` shows the table.

use std::path::Path;

use barelambda_bench::calls::against::{Compared, FIGURES};
use barelambda_bench::record::Record;
use barelambda_tests::budgets::{Budgets, Measured};
use barelambda_tests::{cargo, packages};

/// The table of the figures in budgets.toml.
const PART: &str = "calls-against";

#[test]
#[ignore = "long; run `bash .ci/long`"]
fn every_figure_keeps_its_bound() {
    // The tool builds the benchmark with optimized servers.
    let output = packages::tool(cargo::root())
        .args(["bench", "calls", "--quick", "--rows", "put-item,lambda-runtime-sdk", "--records"])
        .arg(cargo::scratch("calls_budget"))
        .output()
        .expect("the benchmark can be started");
    let words = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{words}{}", String::from_utf8_lossy(&output.stderr));
    println!("{words}");
    let folder = words.lines().last().expect("the output names the record");
    let record = Record::read(Path::new(folder)).expect("the record can be read");
    let figures = FIGURES.map(|(figure, name)| Measured {
        program: PART.to_owned(),
        architecture: "x86_64",
        figure: name,
        value: Compared::of(&record, figure)
            .unwrap_or_else(|| panic!("{figure} was measured:\n{words}"))
            .least(),
    });
    Budgets::read().hold(&[PART.to_owned()], &figures);
}
