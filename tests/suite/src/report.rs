//! The closing lines.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::options::Options;
use crate::program::Test;
use crate::run::{Outcome, TestResult};

/// The number of slowest tests in the report.
const SLOWEST: usize = 15;

/// Separates a reason from the command that runs the test.
const RUN: &str = "; run ";

/// Lists the tests, each with the reason if it is ignored.
pub fn list(tests: &[Test]) {
    for test in tests {
        match &test.ignored {
            Some(reason) => println!("{} (ignored, {reason})", test.full_name()),
            None => println!("{}", test.full_name()),
        }
    }
}

/// Prints the results. Returns whether every test passed.
pub fn close(results: &[TestResult], build_time: Duration, options: &Options) -> bool {
    let [passed, failed, ignored] = counts(results);
    println!("\nBuilt in {:.0} s.", build_time.as_secs_f64());
    programs(results);
    slowest(results);
    not_run(results, options);
    let failures = results.iter().filter(|result| matches!(result.outcome, Outcome::Failed { .. }));
    for result in failures {
        println!("failed: {}::{}", result.program, result.name);
    }
    println!("\n{passed} passed, {failed} failed, {ignored} skipped");
    failed == 0 && passed > 0
}

fn counts<'a>(results: impl IntoIterator<Item = &'a TestResult>) -> [usize; 3] {
    results.into_iter().fold([0; 3], |[passed, failed, ignored], result| match result.outcome {
        Outcome::Passed { count } => [passed + count, failed, ignored],
        Outcome::Failed { .. } => [passed, failed + 1, ignored],
        Outcome::Ignored { .. } => [passed, failed, ignored + 1],
    })
}

fn programs(results: &[TestResult]) {
    let mut programs: BTreeMap<&str, Vec<&TestResult>> = BTreeMap::new();
    for result in results {
        programs.entry(&result.program).or_default().push(result);
    }
    println!("\n{:<28}{:>8}{:>8}{:>8}", "program", "passed", "failed", "ignored");
    for (program, results) in programs {
        let [passed, failed, ignored] = counts(results);
        println!("{program:<28}{passed:>8}{failed:>8}{ignored:>8}");
    }
}

fn slowest(results: &[TestResult]) {
    let mut slowest: Vec<&TestResult> = results.iter().collect();
    slowest.sort_by_key(|result| std::cmp::Reverse(result.time));
    println!("\nThe slowest tests:");
    for result in slowest.iter().take(SLOWEST) {
        println!("{:>8.1} s  {}::{}", result.time.as_secs_f64(), result.program, result.name);
    }
}

/// Names the ignored tests by their reasons.
fn not_run(results: &[TestResult], options: &Options) {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for result in results {
        if let Outcome::Ignored { reason } = &result.outcome {
            *reasons.entry(reason).or_default() += 1;
        }
    }
    if reasons.is_empty() {
        return;
    }
    println!("\nNot run:");
    for (reason, count) in reasons {
        let reason = match options.full {
            true => reason.split_once(RUN).map_or(reason, |(needs, _)| needs),
            false => reason,
        };
        println!("{count:>6}  {reason}");
    }
    if !options.full {
        println!(
            "`cargo suite --list` names them. `bash .ci/full` installs what they need, and runs them."
        );
    }
}
