//! The conformance suite passes with the function in C: without libc on both architectures, and
//! with musl.

use barelambda_conformance::{Options, checks, run};
use barelambda_tests::c_programs::{Way, example};
use barelambda_tests::programs::Architecture;

fn passes_every_check(way: Way) {
    let mut options = Options::new(example("conformance", way));
    options.target.runner = way.architecture().runner().unwrap_or_default();
    let report = run(&options, |_| {});
    println!("{way:?}: {}", report.table().lines().last().unwrap_or_default());
    let others: Vec<_> = report
        .checked
        .iter()
        .filter_map(|checked| Some((checked.check.name, checked.seen()?)))
        .collect();
    assert!(report.totals().passed == checks().len(), "{way:?}: {others:#?}");
}

#[test]
#[ignore = "needs make; run `bash .ci/full`"]
fn the_c_library_passes_every_check_without_libc() {
    passes_every_check(Way::Freestanding(Architecture::X86_64));
}

#[test]
#[ignore = "long; run `bash .ci/long`"]
fn the_c_library_passes_every_check_on_aarch64() {
    passes_every_check(Way::Freestanding(Architecture::Aarch64));
}

#[test]
#[ignore = "long; run `bash .ci/long`"]
fn the_c_library_passes_every_check_with_musl() {
    passes_every_check(Way::Musl);
}
