//! Runs tests in parallel.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::options::Options;
use crate::program::{self, FIGURES, Test};

/// The time limit of a test. The longest tests need a tenth of it on an idle machine.
const LIMIT: Duration = Duration::from_secs(20 * 60);

/// The interval at which a running test is polled.
const TICK: Duration = Duration::from_millis(2);

/// The result of a test.
#[derive(Debug)]
pub struct TestResult {
    pub program: String,
    pub name: String,
    pub time: Duration,
    pub outcome: Outcome,
}

#[derive(Debug)]
pub enum Outcome {
    Passed { count: usize },
    Failed { output: String },
    Ignored { reason: String },
}

/// Runs all tests that aren't skipped. Tests that measure run one by one, after the others.
pub fn all(tests: &[Test], options: &Options) -> Result<Vec<TestResult>, String> {
    let folder = Folder::make()
        .map_err(|error| format!("can't make a folder for the tests' output: {error}"))?;
    // Most tests wait most of the time: for a build, for a process, or for a time limit of AWS's.
    let jobs =
        options.jobs.unwrap_or_else(|| 4 * thread::available_parallelism().map_or(1, usize::from));
    let split = tests.iter().position(|test| test.program.name == FIGURES).unwrap_or(tests.len());
    let (shared, alone) = tests.split_at(split);
    let mut results = some(shared, jobs, &folder.0, options);
    results.extend(some(alone, 1, &folder.0, options));
    if options.is_whole() {
        results.push(documentation()?);
    }
    Ok(results)
}

/// A folder for the output of tests, and for the lists of files that they build only once. Dropping
/// it removes it.
struct Folder(PathBuf);

impl Folder {
    fn make() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("barelambda-suite-{}", std::process::id()));
        fs::create_dir(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // If this fails, only a temporary folder remains.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn some(tests: &[Test], jobs: usize, folder: &Path, options: &Options) -> Vec<TestResult> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(tests.len()));
    thread::scope(|scope| {
        for job in 0..jobs {
            let (next, results) = (&next, &results);
            scope.spawn(move || {
                while let Some(test) = tests.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = one(test, &folder.join(format!("{job}.log")), folder, options);
                    results.lock().expect("no thread panics here").push(result);
                }
            });
        }
    });
    results.into_inner().expect("no thread panics here")
}

fn one(test: &Test, log: &Path, folder: &Path, options: &Options) -> TestResult {
    let begin = Instant::now();
    let outcome = match &test.ignored {
        Some(reason) if test.skipped => Outcome::Ignored { reason: reason.clone() },
        _ => {
            let mut command =
                test.program.command(&["--exact", "--include-ignored", "--nocapture", &test.name]);
            command.env("BARELAMBDA_BUILDS", folder);
            match captured(&mut command, log) {
                Ok(status) => {
                    let output =
                        String::from_utf8_lossy(&fs::read(log).unwrap_or_default()).into_owned();
                    if options.show {
                        println!("---- {}\n{output}", test.full_name());
                    }
                    // The harness also succeeds if it finds no test of that name.
                    match status.success() && output.contains("1 passed") {
                        true => Outcome::Passed { count: 1 },
                        false => Outcome::Failed { output: format!("{output}{status}\n") },
                    }
                }
                Err(error) => Outcome::Failed { output: format!("can't run the test: {error}\n") },
            }
        }
    };
    if let Outcome::Failed { output } = &outcome {
        println!("---- {} failed:\n{output}----", test.full_name());
    }
    TestResult {
        program: test.program.name.clone(),
        name: test.name.clone(),
        time: begin.elapsed(),
        outcome,
    }
}

/// Runs a command with both outputs in a file.
fn captured(command: &mut Command, log: &Path) -> io::Result<ExitStatus> {
    let file = File::create(log)?;
    let mut child = command.stdout(file.try_clone()?).stderr(file).spawn()?;
    let begin = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if begin.elapsed() > LIMIT {
            child.kill()?;
            return child.wait();
        }
        thread::sleep(TICK);
    }
}

/// Runs the examples in the documentation.
fn documentation() -> Result<TestResult, String> {
    let begin = Instant::now();
    let output =
        program::cargo().args(["test", "--workspace", "--doc"]).stderr(Stdio::piped()).output();
    let output = output.map_err(|error| format!("cannot start cargo: {error}"))?;
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    let counts = lines.lines().filter_map(|line| {
        line.strip_prefix("test result: ok. ")?.split(' ').next()?.parse::<usize>().ok()
    });
    let outcome = match output.status.success() {
        true => Outcome::Passed { count: counts.sum() },
        false => Outcome::Failed {
            output: format!("{lines}{}", String::from_utf8_lossy(&output.stderr)),
        },
    };
    if let Outcome::Failed { output } = &outcome {
        println!("---- documentation failed:\n{output}----");
    }
    Ok(TestResult {
        program: "documentation".into(),
        name: "examples".into(),
        time: begin.elapsed(),
        outcome,
    })
}
