//! Each check passes with the reference runtime, and fails with a mutant of it.

mod table;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use barelambda_conformance::{Options, Target, Totals, Verdict, checks, run, run_one};

use table::MUTANTS;

const REFERENCE: &str = env!("CARGO_BIN_EXE_reference-runtime");

/// How many checks run at once.
const JOBS: usize = 12;

#[test]
fn the_reference_passes_every_check() {
    let mut options = Options::new(REFERENCE);
    options.jobs = JOBS;
    // This only turns a hang into a failure: the machine may be busy.
    options.target.patience = Duration::from_secs(120);
    let report = run(&options, |_| {});
    let all = Totals { passed: checks().len(), ..Totals::default() };
    assert_eq!(report.totals(), all, "{}", report.table());
}

#[test]
fn every_mutant_is_seen() {
    let next = AtomicUsize::new(0);
    let unseen = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..JOBS {
            scope.spawn(|| {
                while let Some((check, defect)) = MUTANTS.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    let found = checks()
                        .iter()
                        .find(|known| known.name == *check)
                        .unwrap_or_else(|| panic!("no check named {check}"));
                    let checked = run_one(found, &mutant(defect));
                    println!("{check} with {defect}: {}", checked.seen().unwrap_or("passed"));
                    if !matches!(checked.outcome, Err(Verdict::Failed(_))) {
                        unseen
                            .lock()
                            .unwrap()
                            .push(format!("{check} with {defect}: {:?}", checked.outcome));
                    }
                }
            });
        }
    });
    let unseen = unseen.into_inner().unwrap();
    assert!(unseen.is_empty(), "{} mutants are not seen:\n{}", unseen.len(), unseen.join("\n"));
}

#[test]
fn every_check_has_a_mutant_and_a_name_of_its_own() {
    let names: BTreeSet<&str> = checks().iter().map(|check| check.name).collect();
    assert_eq!(names.len(), checks().len());
    assert!(names.len() >= 80, "{} checks", names.len());
    let covered: BTreeSet<&str> = MUTANTS.iter().map(|(check, _)| *check).collect();
    assert_eq!(names.symmetric_difference(&covered).collect::<Vec<_>>(), [&""; 0]);
}

#[test]
fn every_check_is_named_explained_and_sourced() {
    for check in checks() {
        let kebab = check
            .name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        assert!(kebab && !check.source.is_empty(), "{}", check.name);
        assert!(
            check.requires.ends_with('.') && !check.requires.contains(". "),
            "{} is not one sentence: {}",
            check.name,
            check.requires
        );
    }
}

/// A handler that only echoes neither fails nor passes.
#[test]
fn an_echo_alone_is_not_applicable() {
    let mut target = mutant("only-echoes");
    target.patience = Duration::from_secs(120);
    for name in [
        "error-path",
        "panic-is-no-answer",
        "exit-ends-the-process",
        "large-413-then-on",
        "context-arn",
        "stream-content",
        "init-error-body",
    ] {
        let check = checks().iter().find(|check| check.name == name).unwrap();
        let outcome = run_one(check, &target).outcome;
        assert!(matches!(outcome, Err(Verdict::NotApplicable(_))), "{name}: {outcome:?}");
    }
}

fn mutant(defect: &str) -> Target {
    let mut target = Options::new(REFERENCE).target;
    target.environment = vec![("MUTANT".into(), defect.into())];
    // A mutant that hangs is seen after this time. One that is slow on a busy machine is seen, too.
    target.patience = Duration::from_secs(2);
    target
}
