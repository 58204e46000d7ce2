//! Runs the checks concurrently.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::check::Check;
use crate::checks::checks;
use crate::harness::{Harness, Target};
use crate::report::{Checked, Report};
use crate::verdict::{CheckResult, Verdict};

/// The default time limit of everything that a program is expected to do.
const PATIENCE: Duration = Duration::from_secs(8);

/// The program under test, and which checks are run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The program under test.
    pub target: Target,
    /// How many checks run at once. They wait more than they compute.
    pub jobs: usize,
    /// Runs only the checks whose names contain this text.
    pub only: Option<String>,
}

impl Options {
    /// Returns options for all checks, with at least eight at a time, or one for each processor.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let target = Target {
            program: program.into(),
            runner: Vec::new(),
            environment: Vec::new(),
            patience: PATIENCE,
        };
        Self { target, jobs: processors.max(8), only: None }
    }
}

/// Runs the checks. `seen` is called with each result, in the order in which the checks end.
pub fn run(options: &Options, seen: impl Fn(&Checked) + Sync) -> Report {
    let started = Instant::now();
    let wanted =
        |check: &&Check| options.only.as_ref().is_none_or(|part| check.name.contains(part));
    let checks: Vec<&Check> = checks().iter().filter(wanted).collect();
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..options.jobs.clamp(1, checks.len().max(1)) {
            scope.spawn(|| {
                while let Some(check) = checks.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let checked = run_one(check, &options.target);
                    seen(&checked);
                    results.lock().unwrap_or_else(PoisonError::into_inner).push(checked);
                }
            });
        }
    });
    let mut checked = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    checked.sort_by_key(|checked| checks.iter().position(|check| check.name == checked.check.name));
    Report { program: options.target.program.clone(), checked, took: started.elapsed() }
}

/// Runs one check.
pub fn run_one(check: &Check, target: &Target) -> Checked {
    let started = Instant::now();
    let harness = Harness::new(target);
    let outcome: CheckResult = (check.run)(&harness);
    let outcome = outcome.map_err(|verdict| match (verdict, harness.status_summary()) {
        (Verdict::Failed(seen), Some(words)) => Verdict::Failed(format!("{seen}; {words}")),
        (verdict, _) => verdict,
    });
    Checked { check: *check, outcome, took: started.elapsed() }
}
