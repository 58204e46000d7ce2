//! `bench sizes`: prints the size of each crate and function, for each example and each Cargo
//! feature.

mod map;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use cargo_barelambda::architecture::Architecture;
use cargo_barelambda::error::{Context, Error};
use cargo_barelambda::project::{Project, Target, TargetKind, cargo};
use clap::{Arg, ArgAction, ArgMatches, Command as Subcommand, value_parser};

use crate::contenders::succeed;
use crate::figures::grouped;
use map::Part;

/// The smallest example, with which the features are measured.
const SMALLEST: &str = "hello";

const EXPLANATION: &str = "\
Links each example again with a linker map, and adds up its sections. `constants` is read-only data, such as strings and tables. Inlined \
code counts for the function that it is inlined into.";

pub fn command() -> Subcommand {
    Subcommand::new("sizes")
        .about("Print the size of each crate and function, for each example, and of each Cargo feature")
        .arg(
            Arg::new("names")
                .value_name("EXAMPLE")
                .num_args(0..)
                .help("Examples to measure [default: all examples, exec, and each feature]"),
        )
        .arg(
            Arg::new("arch")
                .long("arch")
                .value_name("ARCH")
                .value_parser(["x86_64", "arm64"])
                .help("Target architecture [default: this machine's]"),
        )
        .arg(
            Arg::new("functions")
                .long("functions")
                .value_name("N")
                .default_value("10")
                .value_parser(value_parser!(usize))
                .help("Number of functions to print for each example, largest first"),
        )
        .arg(Arg::new("features").long("features").action(ArgAction::SetTrue).help("Print only the size of each feature"))
        .after_help(EXPLANATION)
}

pub fn run(matches: &ArgMatches, repository: &Path) -> Result<ExitCode, Error> {
    let architecture = matches
        .get_one::<String>("arch")
        .map_or(Architecture::host(), |name| Architecture::from_lambda(name));
    let project = Project::of(repository)?;
    let names: Vec<&String> = matches.get_many("names").into_iter().flatten().collect();
    let functions = *matches.get_one("functions").expect("it has a default");
    let targets: Vec<&Target> = match &names[..] {
        [] => project
            .targets()
            .iter()
            .filter(|target| !target.for_host && target.package == "barelambda")
            .collect(),
        names => names.iter().map(|name| project.target(Some(name))).collect::<Result<_, _>>()?,
    };
    if !matches.get_flag("features") {
        for target in &targets {
            let linked = link(&project, target, architecture, &[])?;
            print!("{}", linked.shown(&target.name, functions));
        }
    }
    if names.is_empty() {
        print!("{}", features(&project, architecture)?);
    }
    Ok(ExitCode::SUCCESS)
}

/// Formats the size of the smallest example with each feature of the library.
fn features(project: &Project, architecture: Architecture) -> Result<String, Error> {
    let target = project.target(Some(SMALLEST))?;
    let metadata = succeed(
        Command::new(cargo())
            .args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"])
            .arg(&target.manifest),
    )?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)
        .context("failed to parse the output of `cargo metadata`")?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let library = packages.into_iter().find(|package| package["name"] == "barelambda");
    let names = library
        .and_then(|library| library["features"].as_object())
        .into_iter()
        .flat_map(|features| features.keys());
    let alone = link(project, target, architecture, &[])?.size;
    let mut shown =
        format!("`{SMALLEST}` with a feature that it doesn't use: unused code is mostly removed\n");
    shown += &format!("  {:<16} {:>9}\n", "none", grouped(alone as f64));
    // With `std` the example isn't a bare program, and doesn't link.
    for name in names.filter(|name| !["default", "std"].contains(&name.as_str())) {
        let size = link(project, target, architecture, &[name])?.size;
        shown += &format!(
            "  {name:<16} {:>9}  {:+}\n",
            grouped(size as f64),
            size as i64 - alone as i64
        );
    }
    Ok(shown)
}

/// The size of a program, and of its parts.
struct Linked {
    size: u64,
    parts: Vec<Part>,
}

fn link(
    project: &Project,
    target: &Target,
    architecture: Architecture,
    more: &[&str],
) -> Result<Linked, Error> {
    let features: Vec<&str> =
        target.required_features.iter().map(String::as_str).chain(more.iter().copied()).collect();
    let folder = project.target_folder.join("sizes").join(if features.is_empty() {
        "default".to_owned()
    } else {
        features.join("-")
    });
    fs::create_dir_all(&folder).context(folder.display())?;
    let map = folder.join(format!("{}-{architecture}.map", target.name));
    let mut command = Command::new(cargo());
    command.args(["rustc", "--quiet", "--release", "--manifest-path"]).arg(&target.manifest);
    command.args(["--target", architecture.triple(), "--target-dir"]).arg(&folder);
    command.args([
        if target.kind == TargetKind::Example { "--example" } else { "--bin" },
        &target.name,
    ]);
    if !features.is_empty() {
        command.args(["--features", &features.join(",")]);
    }
    // The flags are in the repository's configuration.
    command.current_dir(&project.root).arg("--").arg(format!("-Clink-arg=-Map={}", map.display()));
    // Cargo doesn't track the map, so remove the program to link it again.
    if !map.is_file() {
        let _ = fs::remove_file(program(&folder, target, architecture));
    }
    succeed(&mut command)?;
    let file = program(&folder, target, architecture);
    let size = file.metadata().context(file.display())?.len();
    let text = fs::read_to_string(&map).context(map.display())?;
    Ok(Linked { size, parts: map::parts(&text) })
}

fn program(folder: &Path, target: &Target, architecture: Architecture) -> PathBuf {
    let folder = folder.join(architecture.triple()).join("release");
    if target.kind == TargetKind::Example {
        folder.join("examples").join(&target.name)
    } else {
        folder.join(&target.name)
    }
}

impl Linked {
    fn shown(&self, name: &str, functions: usize) -> String {
        let total = |parts: &[&Part]| parts.iter().map(|part| part.size).sum::<u64>();
        let mut crates: BTreeMap<&str, Vec<&Part>> = BTreeMap::new();
        self.parts.iter().for_each(|part| crates.entry(&part.owner).or_default().push(part));
        let mut crates: Vec<(&str, u64)> =
            crates.iter().map(|(name, parts)| (*name, total(parts))).collect();
        let known: u64 = crates.iter().map(|(_, size)| size).sum();
        crates.push(("headers, gaps", self.size.saturating_sub(known)));
        crates.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
        let mut largest: Vec<&Part> =
            self.parts.iter().filter(|part| part.owner != map::CONSTANTS).collect();
        largest.sort_by_key(|part| std::cmp::Reverse(part.size));
        let mut shown = format!("{name}: {} bytes\n", grouped(self.size as f64));
        for (owner, size) in crates {
            shown += &format!(
                "  {:>7}  {:>4.1} %  {owner}\n",
                grouped(size as f64),
                size as f64 * 100.0 / self.size as f64
            );
        }
        for part in largest.into_iter().take(functions) {
            shown += &format!("  {:>7}          {}\n", grouped(part.size as f64), part.name);
        }
        shown + "\n"
    }
}
