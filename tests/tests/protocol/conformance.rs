//! The conformance suite passes with barelambda, on both architectures and as a std program.

use std::path::PathBuf;

use barelambda_conformance::{Options, checks, run};
use barelambda_tests::on_each_architecture;
use barelambda_tests::programs::{Architecture, example_with_features, hosted_example};

fn passes_every_check(program: PathBuf, architecture: Architecture) {
    let mut options = Options::new(program);
    options.target.runner = architecture.runner().unwrap_or_default();
    let report = run(&options, |_| {});
    let totals = report.totals();
    println!("{architecture:?}: {}", report.table().lines().last().unwrap_or_default());
    let others: Vec<_> = report
        .checked
        .iter()
        .filter_map(|checked| Some((checked.check.name, checked.seen()?)))
        .collect();
    assert!(
        totals.passed == checks().len() && totals.passed >= 80,
        "{architecture:?}: {others:#?}"
    );
}

fn our_runtime_passes_every_check(architecture: Architecture) {
    passes_every_check(example_with_features("conformance", architecture, &[]), architecture);
}
on_each_architecture!(our_runtime_passes_every_check);

fn a_static_std_program_passes_every_check(architecture: Architecture) {
    passes_every_check(example_with_features("conformance", architecture, &["std"]), architecture);
}
on_each_architecture!(a_static_std_program_passes_every_check, "long; run `bash .ci/long`");

#[test]
#[ignore = "long; run `bash .ci/long`"]
fn a_std_program_passes_every_check() {
    passes_every_check(hosted_example("conformance", &[]), Architecture::X86_64);
}
