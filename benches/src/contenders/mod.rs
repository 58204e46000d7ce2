//! Who takes part: each contender is built for this machine, or is missing, with the reason.

mod build_dir;
mod interpreted;
mod lambda_runtime;
mod minlambda;
mod ours;
mod scripts;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use cargo_barelambda::error::Error;
use cargo_barelambda::program::Architecture;

use crate::events::Answer;
use build_dir::BuildDir;
pub use build_dir::succeed;

/// A row of the benchmark.
pub struct Contender {
    /// Unique, without blanks.
    pub name: &'static str,
    /// For people.
    pub title: &'static str,
    /// Whether it is one of this project, other than the floor.
    pub ours: bool,
    /// Versions, flags, and what it lacks.
    pub note: &'static str,
    /// What is run, or why it is missing.
    pub program: Result<Ready, String>,
}

/// What is run, and what is deployed.
pub struct Ready {
    /// The program and its arguments.
    pub command: Vec<OsString>,
    /// What it needs besides Lambda's own variables, which it may replace.
    pub environment: Vec<(OsString, OsString)>,
    /// What a deployment package has: the file `bootstrap`,
    pub bootstrap: Option<PathBuf>,
    /// and files or folders beside it.
    pub included: Vec<PathBuf>,
    /// Whether it is run by an interpreter.
    pub interpreted: bool,
    /// Why callgrind cannot count what an invocation costs it.
    pub uncounted: Option<&'static str>,
    pub answer: Answer,
}

/// A contender before it is built.
struct Entry {
    name: &'static str,
    title: &'static str,
    ours: bool,
    note: &'static str,
    build: fn(&BuildDir<'_>) -> Result<Ready, Error>,
}

/// All of them, in the order of the table.
fn entries() -> impl Iterator<Item = &'static Entry> {
    [ours::ENTRIES, lambda_runtime::ENTRIES, minlambda::ENTRIES, interpreted::ENTRIES, scripts::ENTRIES].into_iter().flatten()
}

/// Their names, in the order of the table.
pub fn names() -> Vec<&'static str> {
    entries().map(|entry| entry.name).collect()
}

/// Builds those that are wanted, in the order in which they are named, or all of them. `said` is told which one is being built.
///
/// One that cannot be built is in the list, with the reason.
///
/// # Errors
/// A name that no contender has.
pub fn build(
    repository: &Path,
    architecture: Architecture,
    wanted: &[String],
    said: &mut dyn FnMut(&str),
) -> Result<Vec<Contender>, Error> {
    let named = |name: &String| {
        entries()
            .find(|entry| entry.name == name)
            .ok_or_else(|| Error::new(format!("there is no row `{name}`. Rows: {}", names().join(", "))))
    };
    let chosen: Vec<&Entry> = if wanted.is_empty() { entries().collect() } else { wanted.iter().map(named).collect::<Result<_, _>>()? };
    let build_dir = BuildDir::new(repository, architecture)?;
    let made = chosen.into_iter().map(|entry| {
        said(entry.name);
        let Entry { name, title, ours, note, build } = *entry;
        Contender { name, title, ours, note, program: build(&build_dir).map_err(|error| error.to_string()) }
    });
    Ok(made.collect())
}

impl Ready {
    /// A program that is all there is to deploy, and answers with the bytes of the event.
    fn alone(program: PathBuf) -> Self {
        Self {
            command: vec![program.clone().into()],
            environment: Vec::new(),
            bootstrap: Some(program),
            included: Vec::new(),
            interpreted: false,
            uncounted: None,
            answer: Answer::Same,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_name_of_its_own_and_says_what_it_is() {
        let mut names = names();
        for entry in entries() {
            assert!(!entry.title.is_empty() && !entry.note.is_empty(), "{}", entry.name);
            assert!(entry.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'), "{}", entry.name);
        }
        assert_eq!(names[..2], ["floor", "echo"]);
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
