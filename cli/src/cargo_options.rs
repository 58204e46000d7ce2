//! Cargo's own arguments, as far as the subcommands that build pass them on.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::{Arg, ArgAction, ArgMatches, value_parser};

use crate::error::{Context, Error};
use crate::project::{Choice, Project, Target};

/// The arguments that cargo gets unchanged, in each call that resolves dependencies.
const LOCKS: [(&str, &str); 3] = [
    ("locked", "Assert that Cargo.lock remains unchanged"),
    ("offline", "Run without accessing the network"),
    ("frozen", "Equivalent to both --locked and --offline"),
];

/// How cargo builds: the features, and what it prints.
#[derive(Clone, Debug, Default)]
pub struct CargoOptions {
    pub features: Vec<String>,
    /// `--no-default-features` and `--all-features`.
    feature_words: Vec<OsString>,
    /// `--locked` and its like.
    locks: Vec<OsString>,
    /// The number of `--verbose`.
    verbose: u8,
    pub quiet: bool,
}

/// Returns cargo's arguments. `other` is the argument of the subcommand that names a program which
/// is built already, and conflicts with those that choose what to build.
pub fn arguments(other: Option<&'static str>) -> Vec<Arg> {
    let flag = |name, help| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    let value = |name, value, help| Arg::new(name).long(name).value_name(value).help(help);
    let choosing = [
        value("bin", "NAME", "Build this binary").conflicts_with("example"),
        value("example", "NAME", "Build this example"),
        value("package", "NAME", "Build a target of this package of the workspace"),
        value("manifest-path", "PATH", "Path to Cargo.toml").value_parser(value_parser!(PathBuf)),
        value("features", "FEATURES", "Cargo features to enable")
            .short('F')
            .action(ArgAction::Append),
        flag("no-default-features", "Do not enable the feature `default`"),
        flag("all-features", "Enable all features"),
    ];
    let choosing = choosing.into_iter().map(|argument| match other {
        // `invoke --bootstrap FILE EVENT` has the event as its first word.
        Some(other) => argument.conflicts_with(other),
        None => argument,
    });
    let locks = LOCKS.into_iter().map(|(name, help)| flag(name, help));
    let talking = [
        Arg::new("verbose")
            .long("verbose")
            .short('v')
            .action(ArgAction::Count)
            .help("Print cargo's commands; -vv also prints the output of build scripts"),
        flag("quiet", "Print no messages of cargo, and no sizes and REPORT lines").short('q'),
    ];
    let all = choosing.chain(locks).chain(talking);
    all.map(|argument| argument.help_heading("Cargo's options")).collect()
}

/// Reads the project that the arguments name.
pub fn project(matches: &ArgMatches) -> Result<Project, Error> {
    match matches.get_one::<PathBuf>("manifest-path") {
        Some(path) => {
            // Cargo's paths have no `..` either.
            let path = path.canonicalize().context(path.display())?;
            Project::of_manifest(&path, &locks(matches))
        }
        None => Project::read(&locks(matches)),
    }
}

/// Returns the target of the project that the arguments choose. `name` is the value of EXAMPLE.
pub fn target<'p>(
    project: &'p Project,
    matches: &ArgMatches,
    name: Option<&str>,
) -> Result<&'p Target, Error> {
    let word = |name| matches.get_one::<String>(name).map(String::as_str);
    project.choose(&Choice {
        name,
        binary: word("bin"),
        example: word("example"),
        package: word("package"),
    })
}

impl CargoOptions {
    pub fn of(matches: &ArgMatches) -> Self {
        let features = matches.get_many("features").into_iter().flatten().cloned().collect();
        let set = ["no-default-features", "all-features"];
        let set = set.into_iter().filter(|name| matches.get_flag(name));
        Self {
            features,
            feature_words: set.map(|name| format!("--{name}").into()).collect(),
            locks: locks(matches),
            verbose: matches.get_count("verbose"),
            quiet: matches.get_flag("quiet"),
        }
    }

    /// Adds the manifest and the features to a command of cargo.
    pub fn select(&self, command: &mut Command, manifest: &Path, required_features: &[String]) {
        command.arg("--manifest-path").arg(manifest).args(&self.feature_words).args(&self.locks);
        let features: Vec<&str> =
            self.features.iter().chain(required_features).map(String::as_str).collect();
        if !features.is_empty() {
            command.args(["--features", &features.join(",")]);
        }
    }

    /// Adds `--quiet` and `--verbose`.
    pub fn talk(&self, command: &mut Command) {
        if self.quiet {
            command.arg("--quiet");
        }
        command.args((0..self.verbose).map(|_| "--verbose"));
    }
}

fn locks(matches: &ArgMatches) -> Vec<OsString> {
    let set = LOCKS.into_iter().filter(|(name, _)| matches.get_flag(name));
    set.map(|(name, _)| format!("--{name}").into()).collect()
}
