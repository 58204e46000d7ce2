//! `doctor`: what the tool uses, whether it is installed, and how to install it.

use std::env;
use std::path::PathBuf;
use std::process::{Command as Process, ExitCode, Stdio};

use clap::{ArgMatches, Command};

use crate::architecture::Architecture;
use crate::error::Error;
use crate::toolchain;

const EXPLANATION: &str = "\
Exit codes: 0 everything that a Rust function needs is there, 1 something of that is missing.";

/// A program that the tool or the generated files start.
struct Need {
    /// Its names, of which one is enough.
    names: &'static [&'static str],
    purpose: &'static str,
    advice: &'static str,
    /// Whether no Rust function can be built without it.
    required: bool,
}

const fn need(
    names: &'static [&'static str],
    required: bool,
    purpose: &'static str,
    advice: &'static str,
) -> Need {
    Need { names, purpose, advice, required }
}

const NEEDS: [Need; 12] = [
    need(&["cargo"], true, "every build", "install Rust through https://rustup.rs"),
    need(&["rustc"], true, "every build", "install Rust through https://rustup.rs"),
    need(&["cc"], true, "build scripts and tests", "apt-get install gcc"),
    need(
        &["rustup"],
        false,
        "installing targets when they are needed",
        "install Rust through https://rustup.rs",
    ),
    need(&["git"], false, "repositories of new functions", "apt-get install git"),
    need(&["make"], false, "the templates c and shell", "apt-get install make"),
    need(&[FOREIGN.1], false, "the template c, packaged for the other architecture", FOREIGN.2),
    need(
        FOREIGN.0,
        false,
        "running functions for the other architecture",
        "apt-get install qemu-user-static",
    ),
    need(
        &["terraform"],
        false,
        "deploying",
        "https://developer.hashicorp.com/terraform/install, 1.10 or later",
    ),
    need(
        &["aws"],
        false,
        "the bucket of Terraform's state, and invoking on AWS",
        "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
    ),
    need(&["moto_server"], false, "--aws moto", "pip install 'moto[server]'"),
    need(&["openssl"], false, "--aws moto", "apt-get install openssl"),
];

/// For the architecture that isn't this machine's: emulators, a C compiler and how to install that.
const FOREIGN: (&[&str], &str, &str) = match Architecture::host() {
    Architecture::X86_64 => (
        &Architecture::Aarch64.emulators(),
        "aarch64-linux-gnu-gcc",
        "apt-get install gcc-aarch64-linux-gnu",
    ),
    Architecture::Aarch64 => (
        &Architecture::X86_64.emulators(),
        "x86_64-linux-gnu-gcc",
        "apt-get install gcc-x86-64-linux-gnu",
    ),
};

pub fn command() -> Command {
    Command::new("doctor")
        .about("Show which programs the tool uses, which are missing, and how to install them")
        .after_help(EXPLANATION)
}

pub fn run(_: &ArgMatches) -> Result<ExitCode, Error> {
    let mut complete = true;
    for need in &NEEDS {
        let found = need.names.iter().find_map(|name| in_path(name));
        complete &= found.is_some() || !need.required;
        match found {
            Some(path) => show(true, need.names[0], &version(&path)),
            None => show(false, need.names[0], &format!("for {}: {}", need.purpose, need.advice)),
        }
    }
    for architecture in [Architecture::X86_64, Architecture::Aarch64] {
        let triple = architecture.triple();
        if toolchain::is_installed(triple).unwrap_or_default() {
            show(true, triple, "installed for this toolchain");
        } else {
            let advice = format!("for functions on {architecture}: rustup target add {triple}");
            show(false, triple, &advice);
        }
    }
    for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        if env::var_os(name).is_some() {
            let words = "set, so plain `cargo build` drops the flags in .cargo/config.toml; this tool adds them";
            show(true, name, words);
        }
    }
    Ok(if complete { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn show(is_there: bool, name: &str, words: &str) {
    println!("{:<8} {name:<27} {words}", if is_there { "ok" } else { "missing" });
}

fn in_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Returns the first line that the program prints as its version, or its path.
fn version(program: &PathBuf) -> String {
    let output = Process::new(program).arg("--version").stdin(Stdio::null()).output();
    let line = output.ok().filter(|output| output.status.success()).and_then(|output| {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines().next().map(str::to_owned).filter(|line| !line.is_empty())
    });
    line.unwrap_or_else(|| program.display().to_string())
}
