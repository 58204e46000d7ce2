//! A very long run of one process, with injected faults.
//!
//! `BARELAMBDA_SOAK` is the number of invocations. `BARELAMBDA_SOAK_SEED` selects other ones.

use std::env;

use barelambda_tests::programs::{Architecture, example};
use barelambda_tests::soak;

/// The default number of invocations, which run for some seconds.
const INVOCATIONS: u64 = 100_000;

#[test]
fn every_invocation_has_exactly_one_response_despite_faults() {
    let number = |name: &str, or: u64| {
        env::var(name)
            .map_or(or, |text| text.parse().unwrap_or_else(|_| panic!("{name} isn't a number")))
    };
    let count = number("BARELAMBDA_SOAK", INVOCATIONS);
    let report =
        soak::run(&example("echo", Architecture::X86_64), count, number("BARELAMBDA_SOAK_SEED", 1));
    println!("{report}");
    assert_eq!(report.answered, count);
    assert!(report.faulty * 10 >= count, "too few faults");
    assert!(report.faults.iter().all(|count| *count > 0), "a kind of fault is missing");
    assert_eq!(report.peak_kib[1], report.peak_kib[0], "memory has grown");
    assert_eq!(report.descriptors[1], report.descriptors[0], "descriptors have leaked");
}
