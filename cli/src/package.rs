//! `package`: creates a deployment package, a zip with the program as `bootstrap` and the included
//! files.

mod archive;
mod bootstrap;
mod contents;

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use hmac_sha256::Hash;

use crate::architecture::Architecture;
use crate::cargo_options::{self, CargoOptions};
use crate::error::{Context, Error};
use crate::number::grouped;
use crate::{arguments, build, message, notices};
use contents::Entry;

/// The limit of a direct upload, in bytes: "50 MB (zipped, when uploaded through the Lambda API or
/// SDKs)".
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const ZIPPED_LIMIT: u64 = 50 * 1024 * 1024;

/// The limit of the unzipped package, in bytes: "250 MB … (unzipped)". It includes the function's
/// layers, which are unknown here.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const UNZIPPED_LIMIT: u64 = 250 * 1024 * 1024;

/// The name of the file that --notices adds.
const NOTICES: &str = "THIRD-PARTY-NOTICES.txt";

const EXAMPLES: &str = "\
Examples:
  cargo barelambda package hello
  cargo barelambda package hello --arch x86_64 --output hello.zip
  cargo barelambda package exec --include handler.sh --include ../common/data=data
  cargo barelambda package hello --notices
  cargo barelambda package --bootstrap build/bootstrap --arch x86_64

Prints one line to standard output: the path of the zip, its size, and the CodeSha256 that Lambda \
will show. Zips are reproducible: the same content results in the same bytes.";

pub fn command() -> Command {
    Command::new("package")
        .about("Build a function and create its deployment package, a reproducible zip")
        .arg(arguments::name().conflicts_with("bootstrap"))
        .arg(arguments::architecture("Architecture of the function [default: arm64]"))
        .arg(
            Arg::new("bootstrap")
                .long("bootstrap")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("Package this executable instead of building one"),
        )
        .arg(
            Arg::new("include")
                .long("include")
                .value_name("PATH[=NAME]")
                .value_parser(value_parser!(PathBuf))
                .action(ArgAction::Append)
                .help(
                    "Add a file or a directory as NAME [default: its relative path; of an absolute \
                     path, or one with .., its last component]",
                ),
        )
        .arg(
            Arg::new("notices")
                .long("notices")
                .action(ArgAction::SetTrue)
                .conflicts_with("bootstrap")
                .help("Add the licences of all linked packages as THIRD-PARTY-NOTICES.txt"),
        )
        .arg(
            Arg::new("output")
                .long("output")
                .short('o')
                .value_name("ZIP")
                .value_parser(value_parser!(PathBuf))
                .help(
                    "Path of the zip [default: dist/NAME-ARCH.zip in the workspace, or with \
                     --bootstrap in this directory, where NAME is the program's]",
                ),
        )
        .args(cargo_options::arguments(Some("bootstrap")))
        .after_help(EXAMPLES)
}

pub fn run(matches: &ArgMatches) -> Result<ExitCode, Error> {
    let architecture = arguments::wanted_architecture(matches).unwrap_or(Architecture::DEPLOYED);
    // Errors of the included files are reported before anything is built.
    let included = contents::gather(matches.get_many::<PathBuf>("include").into_iter().flatten())?;
    if let Some(other) =
        included.iter().find(|entry| matches.get_flag("notices") && entry.name == NOTICES)
    {
        return Err(Error::new(format!(
            "{} conflicts with --notices, which adds a file of that name",
            other.path.display()
        )));
    }
    let (program, notices, named) = program(matches, architecture)?;
    let bootstrap = bootstrap::checked(&program, architecture)?;
    let notices = notices.map(|path| Entry::file(NOTICES.to_owned(), &path)).transpose()?;
    let contents: Vec<Entry> = [bootstrap].into_iter().chain(notices).chain(included).collect();
    let unzipped = contents.iter().map(|entry| entry.size).sum();
    within(unzipped, UNZIPPED_LIMIT, "unzipped")?;
    contents.iter().filter_map(|entry| entry.warning(architecture)).for_each(message::warning);

    let zip = archive::zip(&contents)?;
    let size = zip.len() as u64;
    within(size, ZIPPED_LIMIT, "zipped")?;
    let path = matches.get_one::<PathBuf>("output").cloned().unwrap_or(named);
    build::write_file(&path, &zip, 0o644)?;
    println!(
        "{}: {} bytes, CodeSha256 {}",
        shown(&path).display(),
        grouped(size),
        STANDARD.encode(Hash::hash(&zip))
    );
    Ok(ExitCode::SUCCESS)
}

/// Returns the zip with this file as `bootstrap`, and the included files, without any checks. The
/// benchmark uses it.
pub fn zipped(bootstrap: Option<&Path>, included: &[PathBuf]) -> Result<Vec<u8>, Error> {
    let bootstrap =
        bootstrap.map(|path| Entry::file(contents::BOOTSTRAP.to_owned(), path)).transpose()?;
    let contents: Vec<Entry> =
        bootstrap.into_iter().chain(contents::gather(included.iter())?).collect();
    archive::zip(&contents)
}

/// Returns the path of the program, that of its notices if they are wanted, and the default path of
/// its package.
fn program(
    matches: &ArgMatches,
    architecture: Architecture,
) -> Result<(PathBuf, Option<PathBuf>, PathBuf), Error> {
    let zip = |name: &str| format!("{name}-{architecture}.zip");
    if let Some(program) = matches.get_one::<PathBuf>("bootstrap") {
        let folder = env::current_dir().context("failed to get the current directory")?;
        let name = program.file_stem().unwrap_or(program.as_os_str()).to_string_lossy();
        return Ok((program.clone(), None, folder.join("dist").join(zip(&name))));
    }
    let project = cargo_options::project(matches)?;
    let target = cargo_options::target(&project, matches, arguments::named(matches))?;
    if target.for_host {
        return Err(Error::new(format!(
            "`{}` is linked dynamically with this machine's libraries, which Lambda doesn't have: package a program that is built for \
             musl",
            target.name
        )));
    }
    let options = CargoOptions::of(matches);
    let notices = match matches.get_flag("notices") {
        true => {
            let text = notices::of(target, architecture, &options)?;
            let name = format!("barelambda/notices/{}-{architecture}.txt", target.name);
            let path = project.target_folder.join(name);
            build::write_file(&path, text.as_bytes(), 0o644)?;
            Some(path)
        }
        false => None,
    };
    let program = build::build(&project, target, Some(architecture), &options)?;
    Ok((program, notices, project.root.join("dist").join(zip(&target.name))))
}

fn within(size: u64, limit: u64, how: &str) -> Result<(), Error> {
    if size <= limit {
        return Ok(());
    }
    Err(Error::new(format!(
        "the package is {} bytes {how}, and Lambda's limit is {}: include fewer files, or create a container image",
        grouped(size),
        grouped(limit)
    )))
}

/// Returns the path relative to the current directory, if it is in there.
fn shown(path: &Path) -> &Path {
    let here = env::current_dir().ok();
    here.and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path)
}
