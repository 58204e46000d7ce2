//! The targets of a package.

use std::path::PathBuf;

use serde_json::Value;

/// A target that cargo builds into a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub name: String,
    pub kind: TargetKind,
    pub package: String,
    pub manifest: PathBuf,
    pub required_features: Vec<String>,
    /// The command that prepares the local AWS for it: its entry in
    /// `[package.metadata.barelambda.setup]`.
    pub setup: Option<String>,
    /// Whether it is an ordinary program for this machine: one of
    /// `[package.metadata.barelambda] host-examples`.
    pub for_host: bool,
    /// The dependencies of its package, except those of its build script.
    pub dependencies: Vec<Dependency>,
}

/// A dependency, as the manifest of a package declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    pub name: String,
    /// The version requirement.
    pub requirement: String,
    pub features: Vec<String>,
    /// Whether its feature `default` is enabled.
    pub default_features: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetKind {
    Example,
    Binary,
}

impl Target {
    /// Returns whether the package depends on barelambda, or is part of its repository.
    pub fn uses_barelambda(&self) -> bool {
        const OURS: [&str; 2] = ["barelambda", "barelambda-aws"];
        self.package == OURS[0]
            || self.dependencies.iter().any(|dependency| OURS.contains(&dependency.name.as_str()))
    }
}

/// Returns the targets of a package that are programs.
pub(super) fn targets_of(package: &Value) -> Vec<Target> {
    let host_examples = strings(&package["metadata"]["barelambda"]["host-examples"]);
    let targets = package["targets"].as_array().map(Vec::as_slice).unwrap_or_default();
    let dependencies = dependencies_of(package);
    targets
        .iter()
        .filter_map(|target| {
            let kind = match &strings(&target["kind"])[..] {
                [kind] if kind == "example" => TargetKind::Example,
                [kind] if kind == "bin" => TargetKind::Binary,
                _ => return None,
            };
            let name = text(&target["name"]).to_owned();
            Some(Target {
                for_host: host_examples.contains(&name),
                setup: package["metadata"]["barelambda"]["setup"][&name]
                    .as_str()
                    .map(str::to_owned),
                name,
                kind,
                package: text(&package["name"]).to_owned(),
                manifest: text(&package["manifest_path"]).into(),
                required_features: strings(&target["required-features"]),
                dependencies: dependencies.clone(),
            })
        })
        .collect()
}

fn dependencies_of(package: &Value) -> Vec<Dependency> {
    let listed = package["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
    let linked = listed.iter().filter(|dependency| dependency["kind"] != "build");
    linked
        .map(|dependency| Dependency {
            name: text(&dependency["name"]).to_owned(),
            requirement: text(&dependency["req"]).to_owned(),
            features: strings(&dependency["features"]),
            default_features: dependency["uses_default_features"] != false,
        })
        .collect()
}

/// Returns a string, or an empty one for another type.
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Returns the strings of an array.
pub fn strings(value: &Value) -> Vec<String> {
    let values = value.as_array().map(Vec::as_slice).unwrap_or_default();
    values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
