//! `new`: creates a function from a template, in a directory that can be built, tested, packaged
//! and deployed as it is.

mod files;
mod templates;

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};

use clap::{Arg, ArgMatches, Command, value_parser};

use crate::error::{Context, Error};
use files::File;
use templates::Template;

const EXAMPLES: &str = "\
Examples:
  cargo barelambda new greeter
  cargo barelambda new api --template function-url
  cargo barelambda new orders --template c --path ../barelambda

Templates:
  hello           the smallest function: a constant response
  json            typed JSON input and output
  function-url    a web service with a function URL
  sqs-batch       a batch of messages with partial failures
  stream          server-sent events
  std             a static program with std: threads, files, sockets
  c               a function in C, without libc
  shell           a shell script that runs for each event

The directory must not exist, or must be empty: no file is overwritten.";

/// The names that cargo rejects for a package: keywords, and crates that every program links.
const RESERVED: &str = "abstract alloc as async await barelambda become box break const continue core crate do dyn else enum extern false \
    final fn for gen if impl in let loop macro match mod move mut override priv proc_macro pub ref return self serde static std struct super \
    test trait true try type typeof unsafe unsized use virtual where while yield";

/// The maximum length of a Lambda function's name, in characters
/// ([CreateFunction](https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html)).
const LONGEST_NAME: usize = 64;

pub fn command() -> Command {
    Command::new("new")
        .about("Create a function: source, test, event and Terraform stack")
        .arg(
            Arg::new("NAME")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("Directory to create; its last component is the function's name"),
        )
        .arg(
            Arg::new("template")
                .long("template")
                .short('t')
                .value_name("TEMPLATE")
                .value_parser(templates::NAMES)
                .default_value("hello")
                .help("Template to copy"),
        )
        .arg(
            Arg::new("path")
                .long("path")
                .value_name("CHECKOUT")
                .value_parser(value_parser!(PathBuf))
                .help("Depend on barelambda in this clone of its repository; required until it is published"),
        )
        .after_help(EXAMPLES)
}

pub fn run(matches: &ArgMatches) -> Result<ExitCode, Error> {
    let given: &PathBuf = matches.get_one("NAME").expect("it is required");
    let folder = std::path::absolute(given).context(given.display())?;
    let name = name(given)?;
    let template =
        Template::named(matches.get_one::<String>("template").expect("it has a default"));
    let checkout = matches.get_one::<PathBuf>("path").map(|path| checkout(path)).transpose()?;
    let files = template.files(name, checkout.as_deref())?;
    write(&folder, &files)?;

    eprintln!("Created {} from the template `{}`. Next:\n", given.display(), template.name());
    for command in next_commands(given, template, checkout.as_deref()) {
        eprintln!("  {command}");
    }
    if let Some(outer) = configured(&folder) {
        eprintln!(
            "\nwarning: cargo also applies the flags in {}, which makes the program larger: move the directory out of that one",
            outer.display()
        );
    }
    if checkout.is_none() {
        eprintln!(
            "\nnote: barelambda isn't published yet: the function builds only with `--path CHECKOUT`, a clone of its repository"
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the last component of the path, if it is a valid name of a package and of a Lambda
/// function.
fn name(path: &Path) -> Result<&str, Error> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_fit = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.len() <= LONGEST_NAME
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if !is_fit {
        return Err(Error::new(format!(
            "invalid function name `{}`: expected a letter, then letters, digits, `-` and `_`, at most {LONGEST_NAME} characters",
            path.display()
        )));
    }
    if RESERVED.split(' ').any(|reserved| reserved.trim() == name) {
        return Err(Error::new(format!("invalid function name `{name}`: it is reserved in Rust")));
    }
    Ok(name)
}

/// Returns the absolute path of a clone of barelambda's repository.
fn checkout(path: &Path) -> Result<PathBuf, Error> {
    let full = path.canonicalize().context(format!("--path {}", path.display()))?;
    let manifest = fs::read_to_string(full.join("Cargo.toml")).unwrap_or_default();
    if !manifest.lines().any(|line| line == "name = \"barelambda\"") {
        return Err(Error::new(format!(
            "--path {}: no package `barelambda`: expected a clone of its repository",
            path.display()
        )));
    }
    Ok(full)
}

/// Creates the directory with all its files atomically: writes them to a temporary directory next
/// to it first, and renames that.
fn write(folder: &Path, files: &[File]) -> Result<(), Error> {
    let shown = folder.display();
    // If the directory can't be read, the error of the renaming is more useful.
    let is_taken = folder.symlink_metadata().is_ok()
        && !fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    if is_taken {
        return Err(Error::new(format!("{shown} already exists and isn't an empty directory")));
    }
    let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) else {
        return Err(Error::new(format!("cannot create {shown}")));
    };
    fs::create_dir_all(parent).context(parent.display())?;
    let beside = parent.join(format!(".{}.{}", name.display(), process::id()));
    // It must be new: a link of this name would lead elsewhere.
    fs::create_dir(&beside).context(beside.display())?;
    write_files(&beside, files)
        .and_then(|()| fs::rename(&beside, folder).context(&shown))
        .inspect_err(|_| {
            // The first error is the one to report.
            let _ = fs::remove_dir_all(&beside);
        })
}

fn write_files(folder: &Path, files: &[File]) -> Result<(), Error> {
    for file in files {
        let path = folder.join(file.path);
        let parent = path.parent().expect("the path has a parent");
        fs::create_dir_all(parent).context(parent.display())?;
        fs::write(&path, &file.contents).context(path.display())?;
        if file.executable {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755))
                .context(path.display())?;
        }
    }
    Ok(())
}

/// Returns the cargo configuration in a parent directory that already has the flags for bare
/// programs: that of a clone.
fn configured(folder: &Path) -> Option<PathBuf> {
    let mut configurations =
        folder.ancestors().skip(1).map(|above| above.join(".cargo/config.toml"));
    configurations
        .find(|path| fs::read_to_string(path).is_ok_and(|text| text.contains("-Tbarelambda.x")))
}

/// Returns the commands to run next, one for each line.
fn next_commands(folder: &Path, template: Template, checkout: Option<&Path>) -> Vec<String> {
    let mut commands = Vec::new();
    let path = env::var_os("PATH").unwrap_or_default();
    let is_installed =
        env::split_paths(&path).any(|folder| folder.join("cargo-barelambda").is_file());
    if let Some(checkout) = checkout.filter(|_| !is_installed) {
        commands.push(format!("cargo install --path {}", checkout.join("cli").display()));
    }
    commands.push(format!("cd {}", folder.display()));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["a", "my-function", "x_1", "deep/er/name", "/abs/x"] {
            assert!(name(Path::new(good)).is_ok(), "{good}");
        }
        for bad in [
            "",
            "1a",
            "a b",
            "ä",
            "-a",
            "a.b",
            "..",
            "/",
            "test",
            "barelambda",
            "fn",
            &"x".repeat(65),
        ] {
            assert!(name(Path::new(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_checkout_is_distinguished_from_other_folders() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        assert_eq!(checkout(root).unwrap(), root.canonicalize().unwrap());
        assert!(
            checkout(Path::new(env!("CARGO_MANIFEST_DIR")))
                .unwrap_err()
                .to_string()
                .contains("no package `barelambda`")
        );
        assert!(
            checkout(Path::new("/nowhere/at/all"))
                .unwrap_err()
                .to_string()
                .starts_with("--path /nowhere/at/all: ")
        );
    }
}
