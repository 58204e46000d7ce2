//! The flags of bare programs, which a crate has in its `.cargo/config.toml`. Cargo drops them if
//! `RUSTFLAGS` or `CARGO_ENCODED_RUSTFLAGS` is set, and doesn't find them from another directory,
//! so the tool passes those that are missing.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::project::{Project, Target};

/// The configuration of this repository, which `cargo barelambda new` copies.
const CONFIG: &str = include_str!("../../../.cargo/config.toml");

/// What makes the linker use barelambda's script. A crate that has it has all flags.
pub const SCRIPT: &str = "-Tbarelambda.x";

/// The variable that tells the compiler's wrapper to add the missing flags.
const WANTED: &str = "BARELAMBDA_FLAGS";

/// Adds the flags and the profile to a command of cargo that builds this target for musl, as far as
/// they are missing.
pub fn add(cargo: &mut Command, project: &Project, target: &Target) {
    if !target.uses_barelambda() {
        cargo.env_remove(WANTED);
        return;
    }
    cargo.env(WANTED, "1");
    if !has_profile(&project.root) {
        for (key, value) in profile() {
            let variable =
                format!("CARGO_PROFILE_RELEASE_{}", key.to_uppercase().replace('-', "_"));
            if env::var_os(variable).is_none() {
                cargo.arg("--config").arg(format!("profile.release.{key}={value}"));
            }
        }
    }
}

/// Adds the missing flags to the arguments of a compiler that is called for a musl target.
pub fn complete(arguments: &mut Vec<OsString>) {
    if env::var_os(WANTED).is_none() {
        return;
    }
    if let Some(target) = musl_target(arguments) {
        let missing = missing(arguments, &target);
        arguments.extend(missing);
    }
}

/// Returns the target that is compiled for, if it is one for musl.
fn musl_target(arguments: &[OsString]) -> Option<String> {
    let mut values = arguments.windows(2).filter(|pair| pair[0] == "--target");
    let target = values.next()?[1].to_str()?;
    target.ends_with("-linux-musl").then(|| target.to_owned())
}

/// Returns the flags whose option isn't among the arguments. An option that is set to another value
/// is the user's choice.
fn missing(arguments: &[OsString], target: &str) -> Vec<OsString> {
    let given: Vec<&str> = codegen_options(arguments).collect();
    let is_given = |flag: &str| {
        let Some(option) = flag.strip_prefix("-C") else { return false };
        match option.split_once('=') {
            Some(("link-args", _)) => given.iter().any(|given| given.contains(SCRIPT)),
            Some((key, _)) => given.iter().any(|given| given.split('=').next() == Some(key)),
            None => given.contains(&option),
        }
    };
    flags(target).into_iter().filter(|flag| !is_given(flag)).map(OsString::from).collect()
}

/// Returns the values of `-C`, which may be separate arguments.
fn codegen_options(arguments: &[OsString]) -> impl Iterator<Item = &str> {
    let after = |at: usize| at.checked_sub(1).and_then(|before| arguments.get(before));
    arguments.iter().enumerate().filter_map(move |(at, argument)| {
        let text = argument.to_str()?;
        let is_value =
            after(at).is_some_and(|before| ["-C", "--codegen"].iter().any(|name| before == name));
        if is_value { Some(text) } else { text.strip_prefix("-C").filter(|text| !text.is_empty()) }
    })
}

/// Returns the flags of the configuration for a target, with its linker.
fn flags(target: &str) -> Vec<String> {
    let sections =
        ["[target.'cfg(target_env = \"musl\")']".to_owned(), format!("[target.{target}]")];
    let mut flags = Vec::new();
    let mut applies = false;
    for line in CONFIG.lines() {
        if line.starts_with('[') {
            applies = sections.iter().any(|section| section == line);
        } else if applies {
            // Every second part is in quotation marks.
            let strings = line.split('"').skip(1).step_by(2);
            match line.strip_prefix("linker = ") {
                Some(_) => flags.extend(strings.map(|name| format!("-Clinker={name}"))),
                None => flags.extend(strings.map(str::to_owned)),
            }
        }
    }
    flags
}

/// Returns the settings of the configuration's release profile, as TOML.
fn profile() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = CONFIG.lines().skip_while(|line| *line != "[profile.release]");
    lines.filter_map(|line| line.split_once(" = "))
}

/// Returns whether the user has settings for the release profile, in the manifest of the workspace
/// or in a configuration of cargo.
fn has_profile(root: &Path) -> bool {
    let folder = env::current_dir().unwrap_or_default();
    let home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")));
    let of_folders = folder.ancestors().map(|folder| folder.join(".cargo"));
    let configurations = of_folders
        .chain(home)
        .flat_map(|folder| ["config.toml", "config"].map(|name| folder.join(name)));
    [root.join("Cargo.toml")]
        .into_iter()
        .chain(configurations)
        .any(|path| fs::read_to_string(path).is_ok_and(|text| text.contains("profile.release")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<OsString> {
        text.split(' ').map(OsString::from).collect()
    }

    const X86_64: &str = "x86_64-unknown-linux-musl";

    const ALL: [&str; 6] = [
        "-Clinker=rust-lld",
        "-Clink-self-contained=no",
        "-Crelocation-model=pic",
        "-Cjump-tables=no",
        "-Cpanic=abort",
        "-Clink-args=-Tbarelambda.x -no-pie -znosectionheader -zmax-page-size=64",
    ];

    #[test]
    fn the_flags_and_the_profile_are_those_of_the_configuration() {
        assert_eq!(flags(X86_64), ALL);
        // A target may have more.
        assert_eq!(flags("aarch64-unknown-linux-musl")[..ALL.len()], ALL);
        let profile: Vec<_> = profile().collect();
        assert_eq!(profile, [("opt-level", "\"z\""), ("lto", "true"), ("codegen-units", "1")]);
    }

    #[test]
    fn only_missing_flags_are_added() {
        assert_eq!(missing(&words("rustc -D warnings"), X86_64), ALL);
        // As cargo passes a configuration's.
        let mut given = words("rustc -C linker=rust-lld -C opt-level=z");
        given.extend(ALL[1..].iter().map(OsString::from));
        assert_eq!(missing(&given, X86_64), [""; 0]);
        let missing =
            missing(&words("-Cpanic=abort -C relocation-model=static -Cjump-tables"), X86_64);
        assert_eq!(missing, [ALL[0], ALL[1], ALL[5]]);
    }

    #[test]
    fn they_are_for_musl_targets() {
        let musl = musl_target(&words("rustc --target aarch64-unknown-linux-musl"));
        assert_eq!(musl.as_deref(), Some("aarch64-unknown-linux-musl"));
        for other in
            ["rustc --target x86_64-unknown-linux-gnu", "rustc --crate-name build_script_build"]
        {
            assert_eq!(musl_target(&words(other)), None, "{other}");
        }
    }
}
