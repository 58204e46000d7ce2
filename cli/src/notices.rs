//! `notices`: the licences of everything that is linked into a function, which most of them require
//! to go with a program.

mod expression;
mod linked;
mod texts;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgMatches, Command, value_parser};

use crate::architecture::Architecture;
use crate::cargo_options::{self, CargoOptions};
use crate::error::{Context, Error};
use crate::project::Target;
use crate::{arguments, build};
use texts::{Notice, Text};

const EXAMPLES: &str = "\
Examples:
  cargo barelambda notices hello
  cargo barelambda notices hello --output NOTICES.txt
  cargo barelambda package hello --notices

Lists the packages that are linked into a program, each with the text of one of the licences that it \
offers: the shortest, as a rule MIT. Packages of your own that declare no licence aren't listed. An \
example may use the package's dev-dependencies, so they are listed, too.";

pub fn command() -> Command {
    Command::new("notices")
        .about("Print the licences of all packages that are linked into a function")
        .arg(arguments::name())
        .arg(arguments::architecture("Architecture of the function [default: arm64]"))
        .args(cargo_options::arguments(None))
        .arg(
            Arg::new("output")
                .long("output")
                .short('o')
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("Write this file instead of standard output"),
        )
        .after_help(EXAMPLES)
}

pub fn run(matches: &ArgMatches) -> Result<ExitCode, Error> {
    let architecture = arguments::wanted_architecture(matches).unwrap_or(Architecture::DEPLOYED);
    let project = cargo_options::project(matches)?;
    let target = cargo_options::target(&project, matches, arguments::named(matches))?;
    let notices = of(target, architecture, &CargoOptions::of(matches))?;
    match matches.get_one::<PathBuf>("output") {
        Some(path) => build::write_file(path, notices.as_bytes(), 0o644)?,
        None => io::stdout()
            .lock()
            .write_all(notices.as_bytes())
            .context("failed to write the notices")?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the notices of a target. The same packages result in the same text on any machine.
///
/// # Errors
/// cargo fails, or a package declares no licence, or one whose text isn't known.
pub fn of(
    target: &Target,
    architecture: Architecture,
    options: &CargoOptions,
) -> Result<String, Error> {
    let packages = linked::packages(target, architecture, options)?;
    // Many packages have the same text, except for the copyright.
    let mut groups = BTreeMap::<Text, Vec<(String, Vec<String>)>>::new();
    let mut add = |name: String, notice: Notice| {
        groups.entry(notice.text).or_default().push((name, notice.copyright));
    };
    for package in &packages {
        for notice in texts::of(package)? {
            add(package.to_string(), notice);
        }
    }
    if !target.for_host {
        for (name, notice) in texts::of_toolchain() {
            add(name.to_owned(), notice);
        }
    }
    Ok(written(&target.name, &groups))
}

fn written(name: &str, groups: &BTreeMap<Text, Vec<(String, Vec<String>)>>) -> String {
    let mut out = format!(
        "Third-party notices of {name}\n\nThe program contains the packages below, each under the terms that follow its name.\n"
    );
    for (text, packages) in groups {
        let _ = writeln!(out, "\n{}\n", "-".repeat(80));
        // Writing to a string can't fail.
        for (package, copyright) in packages {
            let _ = writeln!(out, "{package}");
            for line in copyright {
                let _ = writeln!(out, "    {line}");
            }
        }
        let _ = write!(out, "\n{}\n", text.as_str());
    }
    out
}
