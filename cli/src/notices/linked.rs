//! The packages that are linked into a program, as `cargo tree` and `cargo metadata` list them.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::architecture::Architecture;
use crate::cargo_options::CargoOptions;
use crate::error::{Context, Error};
use crate::project::{Target, TargetKind, cargo, strings, text};

/// A package with its licence.
#[derive(Debug)]
pub struct Package {
    pub name: String,
    pub version: String,
    pub authors: Vec<String>,
    /// `license` of its manifest.
    pub licence: Option<String>,
    /// The path of its `license-file`.
    pub licence_file: Option<PathBuf>,
    /// The folders that may have the texts of its licences, in this order.
    pub folders: Vec<PathBuf>,
}

impl fmt::Display for Package {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.name, self.version)
    }
}

/// Returns the packages that are linked into a target, sorted by name, without those of the user
/// that declare no licence.
///
/// # Errors
/// cargo fails, or a package that isn't the user's declares no licence.
pub fn packages(
    target: &Target,
    architecture: Architecture,
    options: &CargoOptions,
) -> Result<Vec<Package>, Error> {
    let listed = metadata(target)?;
    let known = listed["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let root = Path::new(text(&listed["workspace_root"]));
    let mut linked = Vec::new();
    for (name, version) in tree(target, architecture, options)? {
        let is_it = |package: &&Value| package["name"] == *name && package["version"] == *version;
        let package = known
            .iter()
            .find(is_it)
            .ok_or_else(|| Error::new(format!("`cargo metadata` doesn't list {name} {version}")))?;
        linked.extend(of(package, root)?);
    }
    Ok(linked)
}

/// Returns a package of the metadata, or `None` for a package of the user without a licence.
fn of(package: &Value, root: &Path) -> Result<Option<Package>, Error> {
    let folder = Path::new(text(&package["manifest_path"])).parent().unwrap_or(root).to_owned();
    let is_by_path = package["source"].is_null();
    let of = Package {
        name: text(&package["name"]).to_owned(),
        version: text(&package["version"]).to_owned(),
        authors: strings(&package["authors"]),
        licence: package["license"].as_str().map(str::to_owned),
        licence_file: package["license_file"].as_str().map(|path| folder.join(path)),
        // The packages of a workspace often share its texts.
        folders: if is_by_path && folder.starts_with(root) {
            vec![folder, root.to_owned()]
        } else {
            vec![folder]
        },
    };
    match (&of.licence, &of.licence_file) {
        (None, None) if is_by_path => Ok(None),
        (None, None) => Err(Error::new(format!(
            "the package {of} declares no licence: its Cargo.toml has neither `license` nor `license-file`"
        ))),
        _ => Ok(Some(of)),
    }
}

/// Returns the names and versions of the packages that are linked into the target.
fn tree(
    target: &Target,
    architecture: Architecture,
    options: &CargoOptions,
) -> Result<BTreeSet<(String, String)>, Error> {
    let mut command = Command::new(cargo());
    // Procedural macros run in the compiler.
    let edges = match target.kind {
        TargetKind::Example => "normal,dev,no-proc-macro",
        TargetKind::Binary => "normal,no-proc-macro",
    };
    command.args(["tree", "--prefix", "none", "--format", "{p}", "--edges", edges]);
    options.select(&mut command, &target.manifest, &target.required_features);
    if !target.for_host {
        command.args(["--target", architecture.triple()]);
    }
    let output = succeed(&mut command, "tree")?;
    // A line is `NAME vVERSION`, in some cases with a source, and with (*) if it is repeated.
    let words = |line: &str| {
        let (name, rest) = line.split_once(" v")?;
        Some((name.to_owned(), rest.split(' ').next()?.to_owned()))
    };
    let lines = output.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| {
            words(line)
                .ok_or_else(|| Error::new(format!("unexpected line of `cargo tree`: {line}")))
        })
        .collect()
}

fn metadata(target: &Target) -> Result<Value, Error> {
    let mut command = Command::new(cargo());
    command.args(["metadata", "--format-version", "1", "--all-features", "--manifest-path"]);
    command.arg(&target.manifest);
    serde_json::from_str(&succeed(&mut command, "metadata")?)
        .context("failed to parse the output of `cargo metadata`")
}

/// Runs cargo, and returns its standard output.
fn succeed(command: &mut Command, name: &str) -> Result<String, Error> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("failed to start cargo")?;
    if !output.status.success() {
        return Err(Error::new(format!("`cargo {name}` failed ({})", output.status)));
    }
    String::from_utf8(output.stdout).context(format!("the output of `cargo {name}`"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_package_of_a_registry_needs_a_licence_and_one_by_path_does_not() {
        let package = |source: Value, licence: Value| {
            let package = json!({
                "name": "p", "version": "1.2.3", "manifest_path": "/w/p/Cargo.toml", "authors": ["A", "B"],
                "source": source, "license": licence, "license_file": null,
            });
            of(&package, Path::new("/w")).map_err(|error| error.to_string())
        };
        assert_eq!(
            package(json!("registry+x"), Value::Null).unwrap_err(),
            "the package p 1.2.3 declares no licence: its Cargo.toml has neither `license` nor `license-file`"
        );
        assert!(package(Value::Null, Value::Null).unwrap().is_none());
        let folders = |source| package(source, json!("MIT")).unwrap().unwrap().folders;
        assert_eq!(folders(Value::Null), [Path::new("/w/p"), Path::new("/w")]);
        assert_eq!(folders(json!("registry+x")), [Path::new("/w/p")]);
    }
}
