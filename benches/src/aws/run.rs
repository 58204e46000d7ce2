//! A run: builds, deploys, measures and removes the functions, and writes the records, even after
//! errors.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;

use cargo_barelambda::error::{Context, Error};
use cargo_barelambda::signals::Signals;

use super::matrix::Variant;
use super::packages::{self, Packaged};
use super::progress::{Plan, Progress, ReportedStart};
use super::stack::{Function, Stack};
use super::starts::{self, Deployed};
use super::tools::Aws;
use crate::figures::Figure;
use crate::record::{Measured, Record, Row};
use crate::{machine, plots, table};

/// The timeout of each function, in seconds.
pub const TIMEOUT: u32 = 10;

/// The shell's exit code for a program that Ctrl-C has ended.
const INTERRUPTED: u8 = 130;

pub struct Run<'a> {
    pub repository: &'a Path,
    /// The directory for zips, Terraform's state and the progress.
    pub work: &'a Path,
    pub records: PathBuf,
    pub plan: &'a Plan,
    pub aws: &'a Aws,
    pub signals: &'a Signals,
    /// The number of variants to measure in parallel.
    pub parallel: usize,
    /// Whether to keep the functions.
    pub keep: bool,
}

/// The packages by architecture and name.
type Packages = BTreeMap<(String, String), Packaged>;

/// Returns one of the figures of a start.
type Part = fn(&ReportedStart) -> f64;

/// The reasons why variants can't be measured, by their names.
type Failed = BTreeMap<String, String>;

impl Run<'_> {
    /// Measures the remaining starts, and writes the records unless it was interrupted.
    pub fn all(&self, progress: Progress) -> Result<ExitCode, Error> {
        let packages =
            packages::build(self.repository, &self.work.join("zips"), &self.plan.variants)?;
        let stack = Stack::at(
            self.work.join("stack"),
            self.repository,
            self.aws.clone(),
            self.parallel.max(4),
        )?;
        let progress = Mutex::new(progress);
        let measured = if self.signals.received() {
            Ok(Failed::new())
        } else {
            self.deploy_and_measure(&stack, &packages, &progress)
        };
        let removed = self.remove(&stack);
        let progress = progress.into_inner().context("failed to unlock the progress")?;
        let failed = match (measured, removed) {
            (Ok(failed), Ok(())) => failed,
            (Err(error), Ok(())) if !self.signals.received() => return Err(error),
            (Err(error), Ok(())) => {
                eprintln!("{error}");
                Failed::new()
            }
            (Ok(_), Err(left)) => return Err(left),
            (Err(error), Err(left)) => return Err(Error::new(format!("{error}\n{left}"))),
        };
        if self.signals.received() {
            let taken: usize =
                self.plan.variants.iter().map(|variant| progress.starts(variant).len()).sum();
            let all = self.plan.variants.len() * self.plan.starts;
            eprintln!(
                "interrupted after {taken} of {all} cold starts: run the same command to resume"
            );
            return Ok(ExitCode::from(INTERRUPTED));
        }
        for record in self.records(&packages, &progress, &failed) {
            print!("{}", table::show(&record));
            println!("{}", plots::keep(&record, &self.records)?.display());
        }
        if failed.is_empty() {
            progress.finish()?;
            return Ok(ExitCode::SUCCESS);
        }
        eprintln!(
            "failed to measure {} of {} variants: run the same command to retry them",
            failed.len(),
            self.plan.variants.len()
        );
        Ok(ExitCode::FAILURE)
    }

    fn deploy_and_measure(
        &self,
        stack: &Stack,
        packages: &Packages,
        progress: &Mutex<Progress>,
    ) -> Result<Failed, Error> {
        let mut functions = BTreeMap::new();
        let mut deployed = Vec::new();
        {
            let progress = progress.lock().expect("no other thread has panicked with it");
            let run: String =
                progress.date().chars().filter(char::is_ascii_digit).skip(2).collect();
            for variant in
                self.plan.variants.iter().filter(|variant| progress.remaining(variant) > 0)
            {
                let Some(Packaged { package: Ok(package), .. }) = packages.get(&key(variant))
                else {
                    continue;
                };
                // The name has the time, as other runs may use the same account. Its limit is 64
                // characters.
                let name = format!("bench-{run}-{variant}");
                let (architecture, environment) =
                    (variant.architecture.clone(), package.environment.clone());
                let (zip, handler) = (package.zip.clone(), package.handler.clone());
                let function =
                    Function { zip, architecture, memory: variant.memory, handler, environment };
                functions.insert(name.clone(), function);
                deployed.push(Deployed {
                    name,
                    variant,
                    environment: package.environment.clone(),
                    expected: package.expected,
                });
            }
        }
        if functions.is_empty() {
            return Ok(Failed::new());
        }
        eprintln!("deploying {} functions", functions.len());
        let run = progress.lock().expect("no other thread has panicked with it").date().to_owned();
        let not_deployed = stack.apply(&functions, TIMEOUT, &run, self.signals)?;
        let (mut failed, mut queue) = (Failed::new(), VecDeque::new());
        for function in deployed {
            match not_deployed.get(&function.name) {
                Some(why) => {
                    eprintln!("{}: {why}", function.variant);
                    failed.insert(function.variant.to_string(), why.clone());
                }
                None => queue.push_back(function),
            }
        }
        failed.extend(self.measure(queue, progress)?);
        Ok(failed)
    }

    /// Measures variants in parallel. An error of one doesn't affect the others.
    fn measure(
        &self,
        queue: VecDeque<Deployed>,
        progress: &Mutex<Progress>,
    ) -> Result<Failed, Error> {
        let workers = self.parallel.min(queue.len());
        let queue = Mutex::new(queue);
        let worker = || {
            let mut failed = Failed::new();
            while !self.signals.received() {
                let next = queue.lock().expect("no thread has panicked with it").pop_front();
                let Some(deployed) = next else { break };
                if let Err(error) =
                    starts::measure(&deployed, self.aws, self.work, progress, self.signals)
                {
                    eprintln!("{}: {error}", deployed.variant);
                    failed.insert(deployed.variant.to_string(), error.to_string());
                }
            }
            failed
        };
        let ended: Vec<_> = thread::scope(|scope| {
            let workers: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
            workers.into_iter().map(thread::ScopedJoinHandle::join).collect()
        });
        let mut failed = Failed::new();
        for worker in ended {
            failed.extend(
                worker.map_err(|_| {
                    Error::new("a measuring thread panicked: see its message above")
                })?,
            );
        }
        Ok(failed)
    }

    fn remove(&self, stack: &Stack) -> Result<(), Error> {
        if self.keep {
            eprintln!("keeping the functions. To remove them, run {}", stack.removal());
            return Ok(());
        }
        eprintln!(
            "removing the functions{}",
            if self.signals.received() { " after the interruption" } else { "" }
        );
        stack.destroy()
    }

    /// Returns a record for each architecture.
    fn records(&self, packages: &Packages, progress: &Progress, failed: &Failed) -> Vec<Record> {
        let facts = machine::described(self.repository);
        let mut records: Vec<Record> = Vec::new();
        for variant in &self.plan.variants {
            let name = if variant.architecture == "arm64" { "aarch64" } else { "x86_64" };
            if !records.iter().any(|record| record.architecture == name) {
                let mut record =
                    Record::new(format!("aws-{}", self.aws.region), name, progress.date());
                // The other facts are about this machine, which isn't measured.
                record.machine = facts
                    .iter()
                    .filter(|(name, _)| ["commit", "compiler"].contains(&name.as_str()))
                    .map(owned)
                    .collect();
                record.machine.insert("region".into(), self.aws.region.clone());
                if let Some(endpoint) = &self.aws.endpoint {
                    record.machine.insert("not AWS".into(), format!("a mock at {endpoint}"));
                }
                record.settings.insert("starts".into(), self.plan.starts.to_string());
                records.push(record);
            }
            let record = records
                .iter_mut()
                .find(|record| record.architecture == name)
                .expect("it was created above");
            record.rows.push(row(
                variant,
                packages.get(&key(variant)),
                progress.starts(variant),
                failed.get(&variant.to_string()),
            ));
        }
        records
    }
}

fn row(
    variant: &Variant,
    packaged: Option<&Packaged>,
    starts: &[ReportedStart],
    failed: Option<&String>,
) -> Row {
    let (title, ours, note) =
        packaged.map_or((variant.contender.as_str(), false, ""), |of| (of.title, of.ours, of.note));
    let mut row = Row::new(variant.row(), format!("{title}, {} MB", variant.memory), ours, note);
    row.memory_mb = Some(variant.memory);
    let cannot = || match packaged {
        Some(Packaged { package: Err(why), .. }) => Some(why.clone()),
        Some(_) => None,
        None => Some("it wasn't built".to_owned()),
    };
    row.missing = match failed {
        Some(why) if !starts.is_empty() => {
            Some(format!("after {} cold starts: {why}", starts.len()))
        }
        Some(why) => Some(why.clone()),
        None if starts.is_empty() => {
            Some(cannot().unwrap_or_else(|| "it wasn't measured".to_owned()))
        }
        None => None,
    };
    if row.missing.is_none() {
        let figures: [(Figure, Part); 4] = [
            (Figure::AwsInit, |start| start.init),
            (Figure::AwsDuration, |start| start.duration),
            (Figure::AwsBilled, |start| start.billed),
            (Figure::AwsMemory, |start| start.memory),
        ];
        row.figures = figures
            .into_iter()
            .map(|(figure, of)| (figure, Measured::Samples(starts.iter().map(of).collect())))
            .collect();
    }
    row
}

fn key(variant: &Variant) -> (String, String) {
    (variant.architecture.clone(), variant.contender.clone())
}

fn owned((name, value): (&String, &String)) -> (String, String) {
    (name.clone(), value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_its_figures_or_a_reason() {
        let variant =
            Variant { contender: "echo".into(), memory: 128, architecture: "arm64".into() };
        let packaged = |package| Packaged { title: "echo", ours: true, note: "", package };
        let none = packaged(Err("it is a script".into()));
        let starts = [
            ReportedStart { init: 9.0, duration: 1.0, billed: 10.0, memory: 13.0 },
            ReportedStart { init: 8.0, duration: 2.0, billed: 10.0, memory: 14.0 },
        ];
        let complete = row(&variant, Some(&none), &starts, None);
        assert_eq!(
            (complete.name.as_str(), complete.memory_mb, complete.ours, &complete.missing),
            ("echo-128", Some(128), true, &None)
        );
        assert_eq!(complete.samples(Figure::AwsInit), Some(&[9.0, 8.0][..]));
        assert_eq!(complete.samples(Figure::AwsMemory), Some(&[13.0, 14.0][..]));
        let words = |starts, failed: Option<&String>| {
            row(&variant, Some(&none), starts, failed).missing.unwrap_or_default()
        };
        assert_eq!(words(&[], None), "it is a script");
        assert_eq!(words(&starts, Some(&"it hangs".to_owned())), "after 2 cold starts: it hangs");
        assert_eq!(row(&variant, None, &[], None).missing.as_deref(), Some("it wasn't built"));
    }
}
