//! `new` and `init`: create a function from a template, in a directory that can be built, tested,
//! packaged and deployed as it is.

mod files;
mod place;
mod templates;
mod write;

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Arg, ArgMatches, Command, value_parser};

use crate::error::Error;
use crate::message;
use templates::Template;

/// The clone that this tool was built from.
const OWN_CLONE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

const NEW_EXAMPLES: &str = "\
Examples:
  cargo barelambda new greeter
  cargo barelambda new api --template function-url
  cargo barelambda new orders --template c --path ../barelambda
";

const NEW_RULE: &str = "The directory must not exist, or must be empty: no file is overwritten. It becomes a git \
     repository, unless it is in one.";

const INIT_EXAMPLES: &str = "\
Examples:
  cargo barelambda init
  cargo barelambda init functions/greeter --name greeter --template json
";

const INIT_RULE: &str = "No file is overwritten: an existing README.md and rust-toolchain.toml remain, .gitignore gets \
     the missing lines, and any other file of the template must not exist. The directory becomes a \
     git repository, unless it is in one.";

const TEMPLATES: &str = "\
Templates:
  hello           the smallest function: a constant response
  json            typed JSON input and output
  function-url    a web service with a function URL
  sqs-batch       a batch of messages with partial failures
  stream          server-sent events
  std             a static program with std: threads, files, sockets
  c               a function in C, without libc
  shell           a shell script that runs for each event
";

pub fn command() -> Command {
    let place = Arg::new("PATH")
        .required(true)
        .value_parser(value_parser!(PathBuf))
        .help("Directory to create; its last component is the function's name");
    Command::new("new")
        .about("Create a function: source, test, event and Terraform stack")
        .arg(place)
        .args(shared_arguments())
        .after_help(format!("{NEW_EXAMPLES}\n{TEMPLATES}\n{NEW_RULE}"))
}

pub fn init_command() -> Command {
    let place = Arg::new("PATH")
        .default_value(".")
        .value_parser(value_parser!(PathBuf))
        .help("Directory of the function; its last component is the function's name");
    Command::new("init")
        .about("Create a function in an existing directory")
        .arg(place)
        .args(shared_arguments())
        .after_help(format!("{INIT_EXAMPLES}\n{TEMPLATES}\n{INIT_RULE}"))
}

fn shared_arguments() -> [Arg; 4] {
    [
        Arg::new("template")
            .long("template")
            .short('t')
            .value_name("TEMPLATE")
            .value_parser(templates::NAMES)
            .default_value("hello")
            .help("Template to copy"),
        Arg::new("name")
            .long("name")
            .value_name("NAME")
            .help("Name of the function [default: that of the directory]"),
        Arg::new("path")
            .long("path")
            .value_name("CLONE")
            .value_parser(value_parser!(PathBuf))
            .help(
                "Depend on barelambda in this clone of its repository, as it isn't on crates.io \
                 yet [default: the clone that this tool was built from]",
            ),
        Arg::new("vcs")
            .long("vcs")
            .value_name("VCS")
            .value_parser(["git", "none"])
            .default_value("git")
            .help("Version control system for which to create a repository"),
    ]
}

pub fn run(matches: &ArgMatches) -> Result<ExitCode, Error> {
    create(matches, write::new)
}

pub fn run_init(matches: &ArgMatches) -> Result<ExitCode, Error> {
    create(matches, write::init)
}

fn create(
    matches: &ArgMatches,
    write: fn(&Path, &[files::File]) -> Result<(), Error>,
) -> Result<ExitCode, Error> {
    let given: &PathBuf = matches.get_one("PATH").expect("it is required or has a default");
    let (folder, name) = place::named(given, matches.get_one("name"))?;
    let template =
        Template::named(matches.get_one::<String>("template").expect("it has a default"));
    let path = matches.get_one::<PathBuf>("path").map(PathBuf::as_path);
    let clone = place::checkout(path, Path::new(OWN_CLONE))?;
    write(&folder, &template.files(&name, &place::from_function(&folder, &clone)))?;
    if matches.get_one::<String>("vcs").is_some_and(|vcs| vcs == "git") {
        write::git_init(&folder);
    }

    eprintln!("Created `{name}` from the template `{}`. Next:\n", template.name());
    for command in next_commands(given, template, &clone) {
        eprintln!("  {command}");
    }
    if let Some(outer) = place::configured(&folder) {
        eprintln!();
        message::warning(format_args!(
            "cargo also applies the flags in {}, which makes the program larger: move the directory out of that one",
            outer.display()
        ));
    }
    if path.is_none() {
        eprintln!();
        message::note(format_args!(
            "barelambda isn't on crates.io yet, so the function depends on the clone in {}",
            clone.display()
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the commands to run next, one for each line.
fn next_commands(folder: &Path, template: Template, clone: &Path) -> Vec<String> {
    let mut commands = Vec::new();
    let path = env::var_os("PATH").unwrap_or_default();
    let is_installed =
        env::split_paths(&path).any(|folder| folder.join("cargo-barelambda").is_file());
    if !is_installed {
        commands.push(format!("cargo install --locked --path {}", quoted(&clone.join("cli"))));
    }
    if folder != Path::new(".") {
        commands.push(format!("cd {}", quoted(folder)));
    }
    let of_template: &[&str] = if template.is_crate() {
        &[
            "cargo test",
            "cargo barelambda invoke --file events/event.json",
            "cargo barelambda package",
        ]
    } else {
        &["make test", "make invoke", "make package"]
    };
    commands.extend(of_template.iter().map(|&command| command.to_owned()));
    commands
        .push("terraform -chdir=terraform init -backend-config=bucket=my-state-bucket".to_owned());
    commands.push("terraform -chdir=terraform apply".to_owned());
    commands
}

/// Returns a path as a word of the shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain =
        |one: char| one.is_alphanumeric() || matches!(one, '/' | '.' | '_' | '-' | '+' | ',' | '@');
    if text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_quoted_for_the_shell() {
        assert_eq!(quoted(Path::new("../my-function")), "../my-function");
        assert_eq!(quoted(Path::new("a b")), "'a b'");
        assert_eq!(quoted(Path::new("it's")), r"'it'\''s'");
    }
}
