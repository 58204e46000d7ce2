//! The results of the checks, as a table and as JSON.

use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use crate::check::{Check, Group};
use crate::verdict::{CheckResult, Verdict};

/// A check and its result.
pub struct Checked {
    /// The check.
    pub check: Check,
    /// `Ok` when it passed.
    pub outcome: CheckResult,
    /// How long it took.
    pub took: Duration,
}

/// The results of all checks that were run, in the order of the suite.
pub struct Report {
    /// The program under test.
    pub program: PathBuf,
    /// The results.
    pub checked: Vec<Checked>,
    /// How long all checks took.
    pub took: Duration,
}

/// The number of checks for each result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// The runtime meets the requirement.
    pub passed: usize,
    /// The runtime doesn't meet the requirement.
    pub failed: usize,
    /// The handler doesn't do what the check needs.
    pub not_applicable: usize,
    /// The suite itself couldn't continue: the system was out of ports or processes.
    pub unable: usize,
}

impl Checked {
    /// Returns `pass`, `FAIL`, `n/a` or `ERROR`.
    pub fn word(&self) -> &'static str {
        match self.outcome {
            Ok(()) => "pass",
            Err(Verdict::Failed(_)) => "FAIL",
            Err(Verdict::NotApplicable(_)) => "n/a",
            Err(Verdict::Unable(_)) => "ERROR",
        }
    }

    /// Returns what the check observed, unless it passed.
    pub fn seen(&self) -> Option<&str> {
        match &self.outcome {
            Ok(()) => None,
            Err(Verdict::Failed(seen) | Verdict::NotApplicable(seen) | Verdict::Unable(seen)) => {
                Some(seen)
            }
        }
    }

    fn json(&self) -> Value {
        let result = match self.outcome {
            Ok(()) => "pass",
            Err(Verdict::Failed(_)) => "fail",
            Err(Verdict::NotApplicable(_)) => "not applicable",
            Err(Verdict::Unable(_)) => "error",
        };
        json!({
            "name": self.check.name,
            "group": self.check.group.title(),
            "requirement": self.check.requires,
            "source": self.check.source,
            "result": result,
            "seen": self.seen(),
            "milliseconds": self.took.as_millis() as u64,
        })
    }
}

impl Report {
    /// Returns the table, group by group, with what was observed for the checks that didn't pass,
    /// and the totals in the last line.
    pub fn table(&self) -> String {
        let mut text = String::new();
        let mut group: Option<Group> = None;
        let width =
            self.checked.iter().map(|checked| checked.check.name.len()).max().unwrap_or_default();
        for checked in &self.checked {
            let check = &checked.check;
            if group != Some(check.group) {
                group = Some(check.group);
                let _ = writeln!(text, "\n{}", check.group.title());
            }
            let _ = writeln!(
                text,
                "  {:<5} {:<width$}  {}",
                checked.word(),
                check.name,
                check.requires
            );
            if let Some(seen) = checked.seen() {
                let _ = writeln!(text, "        seen: {seen}");
                let _ = writeln!(text, "        source: {}", check.source);
            }
        }
        let _ = writeln!(text, "\n{}", self.total());
        text
    }

    /// Returns the last line of the table.
    pub fn total(&self) -> String {
        let Totals { passed, failed, not_applicable, unable } = self.totals();
        let errors =
            if unable == 0 { String::new() } else { format!(", {unable} could not be run") };
        format!(
            "{} checks in {:.1} s: {passed} passed, {failed} failed, {not_applicable} not applicable{errors}",
            self.checked.len(),
            self.took.as_secs_f64()
        )
    }

    /// Returns the number of checks for each result.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for checked in &self.checked {
            match checked.outcome {
                Ok(()) => totals.passed += 1,
                Err(Verdict::Failed(_)) => totals.failed += 1,
                Err(Verdict::NotApplicable(_)) => totals.not_applicable += 1,
                Err(Verdict::Unable(_)) => totals.unable += 1,
            }
        }
        totals
    }

    /// Returns
    /// `{"program","checks":[{"name","group","requirement","source","result","seen","milliseconds"
    /// }],"totals":{…}}`.
    pub fn json(&self) -> Value {
        let totals = self.totals();
        json!({
            "program": self.program.to_string_lossy(),
            "milliseconds": self.took.as_millis() as u64,
            "checks": self.checked.iter().map(Checked::json).collect::<Vec<_>>(),
            "totals": {
                "checks": self.checked.len(),
                "passed": totals.passed,
                "failed": totals.failed,
                "notApplicable": totals.not_applicable,
                "errors": totals.unable,
            },
        })
    }
}
