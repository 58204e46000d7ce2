//! Arguments that several subcommands share.

use std::ffi::OsString;
use std::time::Duration;

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, ArgMatches};

use crate::architecture::Architecture;

/// Returns the argument that names what to build.
pub fn name() -> Arg {
    Arg::new("EXAMPLE").conflicts_with_all(["bin", "example"]).help(
        "The example to build, or in your own package a binary or the package's name (optional if \
         there is only one target)",
    )
}

/// Returns the name to build, if there is one.
pub fn named(matches: &ArgMatches) -> Option<&str> {
    matches.get_one::<String>("EXAMPLE").map(String::as_str)
}

/// Returns `--arch`, which takes Lambda's names.
pub fn architecture(help: &'static str) -> Arg {
    let names = [
        PossibleValue::new("x86_64").alias("amd64"),
        PossibleValue::new("arm64").alias("aarch64"),
        PossibleValue::new("host"),
    ];
    Arg::new("arch").long("arch").value_name("ARCH").value_parser(names).help(help)
}

/// Returns the architecture of `--arch`, if there is one.
pub fn wanted_architecture(matches: &ArgMatches) -> Option<Architecture> {
    matches.get_one::<String>("arch").map(|name| Architecture::from_lambda(name))
}

/// Returns `--env`, for the subcommands that start a program.
pub fn environment() -> Arg {
    Arg::new("env")
        .long("env")
        .short('e')
        .value_name("NAME=VALUE")
        .value_parser(variable)
        .action(ArgAction::Append)
        .help("Set an environment variable of the function")
}

/// Parses a variable and its value.
pub fn variable(text: &str) -> Result<(OsString, OsString), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.into(), value.into())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}

/// Parses a time limit.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "expected a number of seconds".to_owned())?;
    // Lambda's limit is 15 minutes.
    if (0.001..=900.0).contains(&seconds) {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err("expected 0.001 to 900 seconds".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn architectures_have_aliases() {
        let command = clap::Command::new("test").arg(architecture("Architecture"));
        for (name, expected) in [
            ("x86_64", Architecture::X86_64),
            ("amd64", Architecture::X86_64),
            ("arm64", Architecture::Aarch64),
            ("aarch64", Architecture::Aarch64),
            ("host", Architecture::host()),
        ] {
            let matches = command.clone().try_get_matches_from(["test", "--arch", name]).unwrap();
            assert_eq!(wanted_architecture(&matches), Some(expected), "{name}");
        }
    }

    #[test]
    fn variables_and_seconds() {
        assert_eq!(variable("A=b=c").unwrap(), ("A".into(), "b=c".into()));
        assert_eq!(variable("A=").unwrap(), ("A".into(), "".into()));
        assert!(variable("A").is_err() && variable("=b").is_err());
        assert_eq!(seconds("0.5").unwrap(), Duration::from_millis(500));
        for wrong in ["", "x", "0", "-1", "901", "NaN", "inf"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
