//! The targets of a project, as `cargo metadata` lists them.

mod target;

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::error::{Context, Error};
use target::targets_of;
pub use target::{Dependency, Target, TargetKind, strings, text};

/// The least similarity of a suggested name to a wrong one, from 0 to 1.
const ALIKE: f64 = 0.6;

/// The package of the current directory, or all members of a workspace without a root package. The
/// examples of the other members belong to the root package of a workspace, too.
#[derive(Debug)]
pub struct Project {
    /// The root directory of the workspace.
    pub root: PathBuf,
    /// Cargo's target directory.
    pub target_folder: PathBuf,
    targets: Vec<Target>,
    /// The examples of the other packages, if the project is the workspace's root package.
    members: Vec<Target>,
    /// The targets of all packages.
    all: Vec<Target>,
}

/// How the user chooses a target: by EXAMPLE, `--bin`, `--example` and `--package`.
#[derive(Debug, Default)]
pub struct Choice<'a> {
    pub name: Option<&'a str>,
    pub binary: Option<&'a str>,
    pub example: Option<&'a str>,
    pub package: Option<&'a str>,
}

impl Project {
    /// Reads the project of the current directory. `more` are further arguments of cargo.
    pub fn read(more: &[OsString]) -> Result<Self, Error> {
        let folder = env::current_dir().context("failed to get the current directory")?;
        let mut command = metadata();
        command.args(more).current_dir(&folder);
        Self::listed(&mut command, &folder)
    }

    /// Reads the project of a directory.
    pub fn of(folder: &Path) -> Result<Self, Error> {
        let mut command = metadata();
        command.current_dir(folder);
        Self::listed(&mut command, folder)
    }

    /// Reads the project with an absolute path of a manifest.
    pub fn of_manifest(manifest: &Path, more: &[OsString]) -> Result<Self, Error> {
        let folder = manifest.parent().unwrap_or(manifest);
        let mut command = metadata();
        command.args(more).arg("--manifest-path").arg(manifest);
        Self::listed(&mut command, folder)
    }

    fn listed(command: &mut Command, folder: &Path) -> Result<Self, Error> {
        let output = command
            .args(["--no-deps", "--format-version", "1"])
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .context("failed to start cargo")?;
        if !output.status.success() {
            return Err(Error::new(format!(
                "`cargo metadata` failed ({}): run this in a package",
                output.status
            )));
        }
        let metadata: Value = serde_json::from_slice(&output.stdout)
            .context("failed to parse the output of `cargo metadata`")?;
        Ok(Self::from_metadata(&metadata, folder))
    }

    /// Returns all targets.
    pub fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// Returns the target that the user chose.
    pub fn choose(&self, choice: &Choice<'_>) -> Result<&Target, Error> {
        let (kind, name) = match (choice.binary, choice.example) {
            (None, None) if choice.package.is_none() => return self.target(choice.name),
            (Some(name), _) => (Some(TargetKind::Binary), Some(name)),
            (None, Some(name)) => (Some(TargetKind::Example), Some(name)),
            (None, None) => (None, choice.name),
        };
        let fits = |target: &&Target| {
            kind.is_none_or(|kind| target.kind == kind)
                && choice.package.is_none_or(|package| target.package == package)
                && name.is_none_or(|name| target.name == name)
        };
        // A binary that needs a feature isn't the default.
        let usual = |target: &&Target| {
            name.is_some()
                || target.kind == TargetKind::Binary && target.required_features.is_empty()
        };
        let fit: Vec<_> = self.all.iter().filter(fits).filter(usual).collect();
        let what = match kind {
            Some(TargetKind::Binary) => "binary",
            Some(TargetKind::Example) => "example",
            None => "target",
        };
        let named = name.map(|name| format!(" named `{name}`")).unwrap_or_default();
        let of = choice.package.map(|package| format!(" of `{package}`")).unwrap_or_default();
        match fit[..] {
            [only] => Ok(only),
            [] => Err(Error::new(format!("no {what}{named}{of}. {}", self.list()))),
            _ => Err(Error::new(format!("several targets{named}{of}: pass --package or --bin"))),
        }
    }

    /// Returns the example, binary or package with this name, or without a name the only target.
    pub fn target(&self, name: Option<&str>) -> Result<&Target, Error> {
        let binaries: Vec<_> =
            self.targets.iter().filter(|target| target.kind == TargetKind::Binary).collect();
        let Some(name) = name else {
            // A binary that needs a feature isn't the default.
            let usual: Vec<_> =
                binaries.into_iter().filter(|binary| binary.required_features.is_empty()).collect();
            return match (&usual[..], &self.targets[..]) {
                ([only], _) => Ok(only),
                ([], [only]) => Ok(only),
                _ => Err(Error::new(format!("several targets: pass one of them. {}", self.list()))),
            };
        };
        if let Some(target) = self.targets.iter().find(|target| target.name == name) {
            return Ok(target);
        }
        let members: Vec<_> = self.members.iter().filter(|target| target.name == name).collect();
        match members[..] {
            [] => {}
            [only] => return Ok(only),
            _ => {
                let packages: Vec<&str> =
                    members.iter().map(|target| target.package.as_str()).collect();
                return Err(Error::new(format!(
                    "several packages have an example named `{name}`: run this in the directory of one of them. Packages: {}",
                    packages.join(", ")
                )));
            }
        }
        let of_package: Vec<_> =
            binaries.into_iter().filter(|target| target.package == name).collect();
        match of_package[..] {
            [only] => Ok(only),
            _ => Err(Error::new(format!(
                "no target named `{name}`{} {}",
                self.suggestion(name),
                self.list()
            ))),
        }
    }

    fn from_metadata(metadata: &Value, folder: &Path) -> Self {
        let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
        let home = |package: &&Value| {
            Path::new(text(&package["manifest_path"])).parent().map(Path::to_owned)
        };
        let holds = |package: &&Value| home(package).is_some_and(|home| folder.starts_with(home));
        let nearest = packages
            .iter()
            .filter(holds)
            .max_by_key(|package| home(package).map(|home| home.components().count()));
        let root = PathBuf::from(text(&metadata["workspace_root"]));
        let (targets, members) = match nearest {
            Some(package) if home(&package).is_some_and(|home| home == root) => {
                let others = packages.iter().filter(|other| other["id"] != package["id"]);
                let examples =
                    others.flat_map(targets_of).filter(|target| target.kind == TargetKind::Example);
                (targets_of(package), examples.collect())
            }
            Some(package) => (targets_of(package), Vec::new()),
            None => (packages.iter().flat_map(targets_of).collect(), Vec::new()),
        };
        let all = packages.iter().flat_map(targets_of).collect();
        let target_folder = text(&metadata["target_directory"]).into();
        Self { root, target_folder, targets, members, all }
    }

    fn suggestion(&self, name: &str) -> String {
        let likeness =
            |target: &&Target| strsim::normalized_damerau_levenshtein(name, &target.name);
        let known = self.targets.iter().chain(&self.members);
        let nearest = known.max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
        match nearest.filter(|target| likeness(target) >= ALIKE) {
            Some(target) => format!("; did you mean `{}`?", target.name),
            None => ".".to_owned(),
        }
    }

    fn list(&self) -> String {
        let of_kind = |targets: &[Target], kind| {
            let of_kind = targets.iter().filter(|target| target.kind == kind);
            of_kind.map(|target| target.name.as_str()).collect::<Vec<_>>().join(", ")
        };
        let lists = [
            ("Examples", of_kind(&self.targets, TargetKind::Example)),
            ("Examples of other packages", of_kind(&self.members, TargetKind::Example)),
            ("Binaries", of_kind(&self.targets, TargetKind::Binary)),
        ];
        let lists: Vec<String> = lists
            .iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(kind, names)| format!("{kind}: {names}"))
            .collect();
        if lists.is_empty() {
            "The package has no examples or binaries".to_owned()
        } else {
            lists.join(". ")
        }
    }
}

fn metadata() -> Command {
    let mut command = Command::new(cargo());
    command.arg("metadata");
    command
}

/// Returns the cargo that has started this program, or the one in PATH.
pub fn cargo() -> PathBuf {
    env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let project = project("/w/inner");
        assert_eq!(project.target(Some("echo")).unwrap().kind, TargetKind::Example);
        assert!(project.target(Some("std_host")).unwrap().for_host);
        let error = project.target(Some("ehco")).unwrap_err().to_string();
        assert_eq!(
            error,
            "no target named `ehco`; did you mean `echo`? Examples: echo, std_host. Examples of other packages: table, echo, twice, twice. Binaries: other"
        );
        let error = project.target(Some("zzzzzz")).unwrap_err().to_string();
        assert_eq!(
            error,
            "no target named `zzzzzz`. Examples: echo, std_host. Examples of other packages: table, echo, twice, twice. Binaries: other"
        );
        assert_eq!(
            project.target(None).unwrap_err().to_string(),
            "several targets: pass one of them. Examples: echo, std_host. Examples of other packages: table, echo, twice, twice. Binaries: other"
        );
    }

    #[test]
    fn the_examples_of_other_packages_are_found_in_the_root_package() {
        let table = project("/w/src").target(Some("table")).unwrap().clone();
        assert_eq!((table.package.as_str(), table.kind), ("calls", TargetKind::Example));
        assert_eq!(table.manifest, Path::new("/w/calls/Cargo.toml"));
        assert_eq!(table.setup.as_deref(), Some("python3 table.py"));
        // The root's own come first, and without a name only they count.
        assert_eq!(project("/w").target(Some("echo")).unwrap().package, "root");
        assert_eq!(
            project("/w/tool").target(Some("table")).unwrap_err().to_string(),
            "no target named `table`. Binaries: tool-bin"
        );
        assert_eq!(
            project("/w").target(Some("twice")).unwrap_err().to_string(),
            "several packages have an example named `twice`: run this in the directory of one of them. Packages: calls, more"
        );
    }

    #[test]
    fn the_nearest_package_counts_and_its_only_binary_needs_no_name() {
        let project = project("/w/tool/src");
        assert_eq!(project.target(None).unwrap().name, "tool-bin");
        assert_eq!(project.target(Some("tool")).unwrap().name, "tool-bin");
        let error = project.target(Some("echo")).unwrap_err().to_string();
        assert_eq!(error, "no target named `echo`. Binaries: tool-bin");
    }

    #[test]
    fn options_choose_among_the_targets_of_all_packages() {
        let project = project("/w");
        let choose = |choice: Choice<'_>| {
            let found = project.choose(&choice).map_err(|error| error.to_string())?;
            Ok::<_, String>(format!("{}/{}", found.package, found.name))
        };
        let none = Choice::default;
        let found = choose(Choice { binary: Some("calls-bin"), ..none() });
        assert_eq!(found.as_deref(), Ok("calls/calls-bin"));
        let found = choose(Choice { example: Some("echo"), package: Some("calls"), ..none() });
        assert_eq!(found.as_deref(), Ok("calls/echo"));
        // As without options, a binary that needs a feature isn't the default.
        let found = choose(Choice { package: Some("calls"), ..none() });
        assert_eq!(found.as_deref(), Ok("calls/calls-bin"));
        let error = choose(Choice { package: Some("root"), ..none() }).unwrap_err();
        assert!(error.starts_with("no target of `root`. Examples: echo"), "{error}");
        let error = choose(Choice { binary: Some("echo"), ..none() }).unwrap_err();
        assert!(error.starts_with("no binary named `echo`. "), "{error}");
        let error = choose(Choice { example: Some("twice"), ..none() }).unwrap_err();
        assert_eq!(error, "several targets named `twice`: pass --package or --bin");
    }

    fn project(folder: &str) -> Project {
        let metadata = json!({"workspace_root": "/w", "packages": [
            {
                "name": "root", "id": "root", "manifest_path": "/w/Cargo.toml",
                "metadata": {"barelambda": {"host-examples": ["std_host"]}},
                "targets": [
                    {"name": "root", "kind": ["lib"]},
                    {"name": "echo", "kind": ["example"]},
                    {"name": "std_host", "kind": ["example"], "required-features": ["std"]},
                    {"name": "other", "kind": ["bin"], "required-features": ["other"]},
                ],
            },
            {
                "name": "tool", "id": "tool", "manifest_path": "/w/tool/Cargo.toml", "metadata": null,
                "targets": [{"name": "tool-bin", "kind": ["bin"]}, {"name": "t", "kind": ["test"]}],
            },
            {
                "name": "calls", "id": "calls", "manifest_path": "/w/calls/Cargo.toml",
                "metadata": {"barelambda": {"setup": {"table": "python3 table.py"}}},
                "targets": [
                    {"name": "table", "kind": ["example"]},
                    {"name": "echo", "kind": ["example"]},
                    {"name": "twice", "kind": ["example"]},
                    {"name": "calls-bin", "kind": ["bin"]},
                ],
            },
            {
                "name": "more", "id": "more", "manifest_path": "/w/more/Cargo.toml", "metadata": {},
                "targets": [{"name": "twice", "kind": ["example"]}],
            },
        ]});
        Project::from_metadata(&metadata, Path::new(folder))
    }
}
