//! Writes the measured starts to a file, so that the same command resumes an interrupted run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use cargo_barelambda::build::write_file;
use cargo_barelambda::error::{Context, Error};
use serde::{Deserialize, Serialize};

use super::matrix::Variant;

const FILE: &str = "progress.json";

/// The values of a cold start's REPORT line: times in milliseconds, memory in MB.
#[derive(Copy, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportedStart {
    pub init: f64,
    pub duration: f64,
    pub billed: f64,
    pub memory: f64,
}

/// What to measure, and in which region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub variants: Vec<Variant>,
    /// The number of starts of each variant.
    pub starts: usize,
    pub region: String,
    pub endpoint: Option<String>,
}

/// A run, which several calls of the command may share.
#[derive(Debug)]
pub struct Progress {
    file: PathBuf,
    kept: Kept,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    plan: Plan,
    /// The start of the run: `2026-11-22T10:00:00Z`.
    date: String,
    /// The starts by the name of the variant.
    taken: BTreeMap<String, Taken>,
}

/// The measured starts of a variant.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Taken {
    /// The CodeSha256 of the measured function.
    code: String,
    starts: Vec<ReportedStart>,
}

impl Progress {
    /// Resumes the run in this directory, or starts a new one.
    ///
    /// # Errors
    /// The interrupted run has another plan, unless `forget` discards it.
    pub fn resume(folder: &Path, plan: Plan, date: String, forget: bool) -> Result<Self, Error> {
        let file = folder.join(FILE);
        if forget || !file.exists() {
            return Ok(Self { file, kept: Kept { plan, date, taken: BTreeMap::new() } });
        }
        let text = fs::read_to_string(&file).context(file.display())?;
        let kept: Kept = serde_json::from_str(&text)
            .context(format!("{} is invalid (--fresh discards it)", file.display()))?;
        if kept.plan != plan {
            let Plan { variants, starts, region, endpoint } = &kept.plan;
            let architectures: BTreeSet<&str> =
                variants.iter().map(|variant| variant.architecture.as_str()).collect();
            return Err(Error::new(format!(
                "{} is from an unfinished run with other settings ({} variants on {}, --starts {starts}, {region}{}): finish it with the same \
                 command, or discard it with --fresh",
                file.display(),
                variants.len(),
                architectures.into_iter().collect::<Vec<_>>().join(" and "),
                endpoint.as_ref().map(|endpoint| format!(" at {endpoint}")).unwrap_or_default(),
            )));
        }
        Ok(Self { file, kept })
    }

    /// Returns the start of the run.
    pub fn date(&self) -> &str {
        &self.kept.date
    }

    pub fn starts(&self, variant: &Variant) -> &[ReportedStart] {
        self.kept.taken.get(&variant.to_string()).map(|taken| &taken.starts[..]).unwrap_or_default()
    }

    /// Returns how many starts of a variant aren't measured yet.
    pub fn remaining(&self, variant: &Variant) -> usize {
        self.kept.plan.starts.saturating_sub(self.starts(variant).len())
    }

    /// Adds a start, and writes the file. Drops the variant's starts with other code, and returns
    /// their number.
    pub fn add(
        &mut self,
        variant: &Variant,
        code: &str,
        start: ReportedStart,
    ) -> Result<usize, Error> {
        let taken = self.kept.taken.entry(variant.to_string()).or_default();
        let mut dropped = 0;
        if taken.code != code {
            dropped = taken.starts.len();
            *taken = Taken { code: code.to_owned(), starts: Vec::new() };
        }
        taken.starts.push(start);
        let json =
            serde_json::to_vec_pretty(&self.kept).context("failed to serialise the progress")?;
        write_file(&self.file, &json, 0o644)?;
        Ok(dropped)
    }

    /// Removes the file.
    pub fn finish(self) -> Result<(), Error> {
        match fs::remove_file(&self.file) {
            // No function was deployed, so the file was never written.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            removed => removed.context(self.file.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(starts: usize) -> Plan {
        let variant =
            |memory| Variant { contender: "echo".into(), memory, architecture: "arm64".into() };
        Plan {
            variants: vec![variant(128), variant(1769)],
            starts,
            region: "eu-central-1".into(),
            endpoint: None,
        }
    }

    #[test]
    fn the_same_plan_is_resumed_and_another_is_refused() {
        let folder =
            std::env::temp_dir().join(format!("barelambda-bench-progress-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder can be made");
        let resume = |starts, date: &str, forget| {
            Progress::resume(&folder, plan(starts), date.into(), forget)
        };
        let (small, large) = (&plan(3).variants[0], &plan(3).variants[1]);
        let start = ReportedStart { init: 9.5, duration: 1.25, billed: 11.0, memory: 13.0 };

        let mut progress = resume(3, "first", false).expect("there is none yet");
        assert_eq!([small, large].map(|variant| progress.remaining(variant)), [3, 3]);
        assert_eq!(progress.add(small, "one", start).expect("it can be written"), 0);
        assert_eq!(progress.add(small, "one", start).expect("it can be written"), 0);

        let mut progress = resume(3, "second", false).expect("it is the same plan");
        assert_eq!(
            (progress.date(), progress.starts(small), progress.remaining(large)),
            ("first", &[start; 2][..], 3)
        );
        assert_eq!(
            progress.add(small, "two", start).expect("it can be written"),
            2,
            "of other code"
        );
        assert_eq!(progress.remaining(small), 2);

        let words = resume(4, "third", false).unwrap_err().to_string();
        assert!(
            words.contains("2 variants on arm64, --starts 3, eu-central-1")
                && words.contains("--fresh"),
            "{words}"
        );
        assert_eq!(resume(4, "third", true).expect("the old one is forgotten").remaining(small), 4);

        progress.finish().expect("the file is there");
        assert_eq!(resume(3, "fourth", false).expect("there is none").date(), "fourth");
        fs::remove_dir_all(&folder).expect("it is ours");
    }
}
