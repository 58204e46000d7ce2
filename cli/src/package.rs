//! A deployment package: a zip with the program as `bootstrap`, and what is included.

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

use crate::error::{Context, Error};
use crate::number::grouped;
use crate::program::Architecture;
use crate::project::Project;
use crate::{build, function};
use contents::Entry;

/// What Lambda takes in a direct upload: "50 MB (zipped, when uploaded through the Lambda API or SDKs)", in bytes.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const ZIPPED_LIMIT: u64 = 50 * 1024 * 1024;

/// What Lambda unpacks: "250 MB … (unzipped)", in bytes. The layers of the function count too, and are not known here.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const UNZIPPED_LIMIT: u64 = 250 * 1024 * 1024;

const EXAMPLES: &str = "\
Examples:
  cargo barelambda package hello
  cargo barelambda package hello --arch x86_64 --output hello.zip
  cargo barelambda package exec --include handler.sh --include data
  cargo barelambda package --bootstrap build/bootstrap --arch x86_64

Standard output gets one line: the zip, its size, and the CodeSha256 that Lambda will show for it. The same content gives the same zip.";

pub fn command() -> Command {
    Command::new("package")
        .about("Build a function, and make the zip that Lambda takes, the same bytes every time")
        .arg(function::name().conflicts_with("bootstrap"))
        .arg(function::architecture("The function's architecture").default_value("arm64"))
        .arg(function::features().conflicts_with("bootstrap"))
        .arg(
            Arg::new("bootstrap")
                .long("bootstrap")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("Package this file as it is: nothing is built"),
        )
        .arg(
            Arg::new("include")
                .long("include")
                .value_name("PATH")
                .value_parser(value_parser!(PathBuf))
                .action(ArgAction::Append)
                .help("Add a file, or a folder and all that is in it; absolute paths, and those with .., lose all but their last part"),
        )
        .arg(
            Arg::new("output")
                .long("output")
                .short('o')
                .value_name("ZIP")
                .value_parser(value_parser!(PathBuf))
                .help("Where to write the zip [default: dist/NAME-ARCH.zip in the workspace; with --bootstrap, in this folder]"),
        )
        .after_help(EXAMPLES)
}

pub fn run(matches: &ArgMatches) -> Result<ExitCode, Error> {
    let architecture = function::wanted_architecture(matches).unwrap_or(Architecture::Aarch64);
    // What is wrong with them is known before anything is built.
    let included = contents::gather(matches.get_many::<PathBuf>("include").into_iter().flatten())?;
    let (program, named) = program(matches, architecture)?;
    let bootstrap = bootstrap::checked(&program, architecture)?;
    let contents: Vec<Entry> = [bootstrap].into_iter().chain(included).collect();
    let unzipped = contents.iter().map(|entry| entry.size).sum();
    within(unzipped, UNZIPPED_LIMIT, "unpacked")?;
    contents.iter().filter_map(|entry| entry.warning(architecture)).for_each(|words| eprintln!("warning: {words}"));

    let zip = archive::zip(&contents)?;
    let size = zip.len() as u64;
    within(size, ZIPPED_LIMIT, "as a zip")?;
    let path = matches.get_one::<PathBuf>("output").cloned().unwrap_or(named);
    build::write_file(&path, &zip, 0o644)?;
    println!("{}: {} bytes, CodeSha256 {}", shown(&path).display(), grouped(size), STANDARD.encode(Hash::hash(&zip)));
    Ok(ExitCode::SUCCESS)
}

/// The bytes of the zip with this file as `bootstrap`, whatever it is, and what is included. For measurements: nothing is checked.
pub fn zipped(bootstrap: Option<&Path>, included: &[PathBuf]) -> Result<Vec<u8>, Error> {
    let bootstrap = bootstrap.map(|path| Entry::file(bootstrap::NAME.to_owned(), path)).transpose()?;
    let contents: Vec<Entry> = bootstrap.into_iter().chain(contents::gather(included.iter())?).collect();
    archive::zip(&contents)
}

/// The program, and what its package is called unless the user says otherwise.
fn program(matches: &ArgMatches, architecture: Architecture) -> Result<(PathBuf, PathBuf), Error> {
    let zip = |name: &str| format!("{name}-{architecture}.zip");
    if let Some(program) = matches.get_one::<PathBuf>("bootstrap") {
        let folder = env::current_dir().context("the current folder")?;
        let name = folder.file_name().map_or_else(|| "bootstrap".into(), |name| name.to_string_lossy());
        return Ok((program.clone(), folder.join("dist").join(zip(&name))));
    }
    let project = Project::read()?;
    let target = project.target(function::named(matches))?;
    if target.for_host {
        return Err(Error::new(format!(
            "`{}` is a program for this machine: it is linked dynamically with the libraries that are here, and Lambda has others. \
             Package one that is built for musl",
            target.name
        )));
    }
    let program = build::build(&project, target, Some(architecture), &function::wanted_features(matches))?;
    Ok((program, project.root.join("dist").join(zip(&target.name))))
}

fn within(size: u64, limit: u64, how: &str) -> Result<(), Error> {
    if size <= limit {
        return Ok(());
    }
    Err(Error::new(format!(
        "the package is {} bytes {how}, and Lambda takes {} at most: include less, or make a container image",
        grouped(size),
        grouped(limit)
    )))
}

/// A path as it is shortest from here.
fn shown(path: &Path) -> &Path {
    let here = env::current_dir().ok();
    here.and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path)
}
