//! Builds the contenders. One that can't be built is missing, with the reason.

mod build_dir;
mod calls;
mod interpreted;
mod lambda_runtime;
mod minlambda;
mod ours;
mod scripts;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use cargo_barelambda::architecture::Architecture;
use cargo_barelambda::error::Error;

use crate::events::ExpectedResponse;
use build_dir::BuildDir;
pub use build_dir::succeed;

/// A row of the benchmark.
pub struct Contender {
    /// Unique, without spaces.
    pub name: &'static str,
    /// The displayed name.
    pub title: &'static str,
    /// Whether it uses barelambda. The floor doesn't.
    pub ours: bool,
    /// Versions, flags and limitations.
    pub note: &'static str,
    /// The program, or the reason why it is missing.
    pub program: Result<Ready, String>,
}

/// A program that is ready to run, and the files to deploy.
#[derive(Clone)]
pub struct Ready {
    /// The program and its arguments.
    pub command: Vec<OsString>,
    /// Additional environment variables, which replace Lambda's.
    pub environment: Vec<(OsString, OsString)>,
    /// The file `bootstrap` of the deployment package.
    pub bootstrap: Option<PathBuf>,
    /// Other files or directories of the deployment package.
    pub included: Vec<PathBuf>,
    /// Whether an interpreter runs it.
    pub interpreted: bool,
    /// Whether it reads the system's root certificates when it calls a server, as it does on
    /// Lambda.
    pub system_roots: bool,
    /// Why callgrind can't count its instructions per invocation.
    pub uncounted: Option<&'static str>,
    pub expected: ExpectedResponse,
}

/// A contender before it is built.
struct Entry {
    name: &'static str,
    title: &'static str,
    ours: bool,
    note: &'static str,
    build: fn(&BuildDir<'_>) -> Result<Ready, Error>,
}

/// The contenders that are compared with each other.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Group {
    /// Those of `bench`, which return their event.
    Echo,
    /// Those of `bench calls`, which write their event to DynamoDB first.
    Calls,
}

impl Group {
    /// Returns the names of all of its contenders, in the order of the table.
    pub fn names(self) -> Vec<&'static str> {
        self.entries().map(|entry| entry.name).collect()
    }

    fn entries(self) -> impl Iterator<Item = &'static Entry> {
        let parts: &[&'static [Entry]] = match self {
            Self::Echo => &[
                ours::ENTRIES,
                lambda_runtime::ENTRIES,
                minlambda::ENTRIES,
                interpreted::ENTRIES,
                scripts::ENTRIES,
            ],
            Self::Calls => &[calls::ENTRIES],
        };
        parts.iter().copied().flatten()
    }
}

/// Builds the `wanted` contenders of a group in this order, or all of them if it is empty. Calls
/// `said` with the name of each before building it. A contender that can't be built is in the list
/// with the reason.
///
/// # Errors
/// No contender of the group has one of the names.
pub fn build(
    repository: &Path,
    architecture: Architecture,
    group: Group,
    wanted: &[String],
    said: &mut dyn FnMut(&str),
) -> Result<Vec<Contender>, Error> {
    let named = |name: &String| {
        group.entries().find(|entry| entry.name == name).ok_or_else(|| {
            Error::new(format!("no row named `{name}`. Rows: {}", group.names().join(", ")))
        })
    };
    let chosen: Vec<&Entry> = if wanted.is_empty() {
        group.entries().collect()
    } else {
        wanted.iter().map(named).collect::<Result<_, _>>()?
    };
    let build_dir = BuildDir::new(repository, architecture)?;
    let made = chosen.into_iter().map(|entry| {
        said(entry.name);
        let Entry { name, title, ours, note, build } = *entry;
        Contender {
            name,
            title,
            ours,
            note,
            program: build(&build_dir).map_err(|error| error.to_string()),
        }
    });
    Ok(made.collect())
}

impl Ready {
    /// A program that is deployed without other files, and responds with the bytes of the event.
    fn alone(program: PathBuf) -> Self {
        Self {
            command: vec![program.clone().into()],
            environment: Vec::new(),
            bootstrap: Some(program),
            included: Vec::new(),
            interpreted: false,
            system_roots: false,
            uncounted: None,
            expected: ExpectedResponse::SameBytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_unique_name_and_a_description() {
        let groups = [Group::Echo, Group::Calls];
        let mut names: Vec<&str> = groups.into_iter().flat_map(Group::names).collect();
        for entry in groups.into_iter().flat_map(Group::entries) {
            assert!(!entry.title.is_empty() && !entry.note.is_empty(), "{}", entry.name);
            assert!(
                entry
                    .name
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
                "{}",
                entry.name
            );
        }
        assert_eq!(names[..2], ["floor", "echo"]);
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
