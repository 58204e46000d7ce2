//! The conformance suite's function in C: every check passes, without libc on both architectures, and with musl.

use barelambda_conformance::{Options, checks, run};
use barelambda_tests::c_programs::{Way, example};
use barelambda_tests::programs::Architecture;

/// One after the other: the checks of one are run several at once as it is.
#[test]
fn the_c_library_passes_every_check() {
    for way in [Way::Freestanding(Architecture::X86_64), Way::Freestanding(Architecture::Aarch64), Way::Musl] {
        let mut options = Options::new(example("conformance", way));
        options.target.runner = way.architecture().runner().unwrap_or_default();
        let report = run(&options, |_| {});
        println!("{way:?}: {}", report.table().lines().last().unwrap_or_default());
        let others: Vec<_> = report.checked.iter().filter_map(|checked| Some((checked.check.name, checked.seen()?))).collect();
        assert!(report.totals().passed == checks().len(), "{way:?}: {others:#?}");
    }
}
