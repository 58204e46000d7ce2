//! `cargo barelambda`: builds a function, cold-starts it in a local Lambda, and invokes it or
//! serves it to AWS clients.
//!
//! Each subcommand has its own file. Results go to standard output, and messages to standard error.
//! Exit codes: 0 success, 1 the function failed or the runtime doesn't conform, 2 invalid usage, 3
//! any other error (an unknown example, a failed build), 130 interrupted.

pub mod architecture;
mod arguments;
mod bench;
pub mod build;
pub mod cargo_options;
mod conformance;
mod doctor;
pub mod error;
mod event;
pub mod executable;
mod function;
mod invoke;
mod local_aws;
pub mod message;
mod new;
mod notices;
mod number;
pub mod package;
pub mod program;
pub mod project;
mod rustc_wrapper;
mod serve;
pub mod signals;
mod toolchain;

use std::env::args_os;
use std::ffi::OsString;
use std::process::ExitCode;

use clap::Command;

use crate::error::Error;

/// Runs the program.
pub fn main() -> ExitCode {
    if let Some(code) = compile() {
        return code;
    }
    let matches = command().get_matches_from(arguments(args_os().collect()));
    let ended = match matches.subcommand() {
        Some(("bench", matches)) => bench::run(matches),
        Some(("build", matches)) => build::run(matches),
        Some(("conformance", matches)) => conformance::run_checks(matches),
        Some(("doctor", matches)) => doctor::run(matches),
        Some(("init", matches)) => new::run_init(matches),
        Some(("invoke", matches)) => invoke::run(matches),
        Some(("new", matches)) => new::run(matches),
        Some(("notices", matches)) => notices::run(matches),
        Some(("package", matches)) => package::run(matches),
        Some(("serve", matches)) => serve::run(matches),
        _ => unreachable!("clap requires a subcommand"),
    };
    ended.unwrap_or_else(|error| failed(&error))
}

/// Runs the compiler if cargo has started this program as its wrapper, and returns `None`
/// otherwise.
///
/// Every program that calls [`build::build`] must call this first, as cargo starts it again as the
/// wrapper.
pub fn compile() -> Option<ExitCode> {
    rustc_wrapper::is_wanted()
        .then(|| failed(&rustc_wrapper::run(&args_os().collect::<Vec<OsString>>())))
}

fn failed(error: &Error) -> ExitCode {
    message::error(error);
    ExitCode::from(3)
}

fn command() -> Command {
    Command::new("cargo barelambda")
        .bin_name("cargo barelambda")
        .version(env!("CARGO_PKG_VERSION"))
        .about(
            "Build a function, cold-start it in a local Lambda, and invoke it or serve it to AWS \
             clients",
        )
        .styles(message::HELP)
        .max_term_width(message::HELP_WIDTH)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(bench::command())
        .subcommand(build::command())
        .subcommand(conformance::command())
        .subcommand(doctor::command())
        .subcommand(new::init_command())
        .subcommand(invoke::command())
        .subcommand(new::command())
        .subcommand(notices::command())
        .subcommand(package::command())
        .subcommand(serve::command())
        .after_help(
            "In a clone of barelambda's repository, run `cargo bare` instead: it needs no \
             installation.",
        )
}

/// Removes the name of the subcommand, which cargo passes first to an installed `cargo-barelambda`.
/// The repository's alias, `cargo bare`, doesn't pass it.
fn arguments(mut arguments: Vec<OsString>) -> Vec<OsString> {
    if arguments.get(1).is_some_and(|first| first == "barelambda") {
        arguments.remove(1);
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_are_consistent() {
        command().debug_assert();
    }

    #[test]
    fn the_help_is_at_most_100_columns_wide() {
        let mut command = command();
        command.build();
        let names: Vec<_> =
            command.get_subcommands().map(|one| one.get_name().to_owned()).collect();
        assert!(names.len() > 5);
        for name in names {
            let found = command.find_subcommand_mut(&name).expect("it is listed");
            let help = found.render_long_help().to_string();
            let wide = help.lines().find(|line| line.chars().count() > message::HELP_WIDTH);
            assert_eq!(wide, None, "{name}");
        }
    }

    #[test]
    fn the_subcommands_name_is_removed_once() {
        let given = |words: &[&str]| arguments(words.iter().map(OsString::from).collect());
        assert_eq!(
            given(&["cargo-barelambda", "barelambda", "invoke"]),
            ["cargo-barelambda", "invoke"]
        );
        assert_eq!(
            given(&["cargo-barelambda", "invoke", "barelambda"]),
            ["cargo-barelambda", "invoke", "barelambda"]
        );
    }
}
