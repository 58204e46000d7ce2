//! Terraform stacks. Each test has a separate folder, so that Terraform writes nothing to the
//! repository.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::{cargo, tools};

/// The folder `terraform/` of this repository, or a copy of it.
pub struct Stack {
    root: PathBuf,
    environment: Vec<(&'static str, OsString)>,
}

impl Stack {
    /// Copies it to a scratch folder. `environment` is Terraform's whole environment, except for
    /// variables that prevent questions and network access.
    pub fn copy(
        name: &str,
        environment: impl IntoIterator<Item = (&'static str, OsString)>,
    ) -> Self {
        let root = cargo::scratch(name);
        copy(&cargo::root().join("terraform"), &root).expect("the stack can be copied");
        Self::at(root, environment)
    }

    /// Uses the stack in this folder without copying it.
    pub fn at(
        root: PathBuf,
        environment: impl IntoIterator<Item = (&'static str, OsString)>,
    ) -> Self {
        let mut init = OsString::from("-backend-config=use_path_style=true -plugin-dir=");
        init.push(tools::terraform_plugins());
        let own = [
            ("CHECKPOINT_DISABLE", "1".into()),
            ("TF_CLI_ARGS", "-no-color".into()),
            ("TF_INPUT", "0".into()),
        ];
        let home = [
            ("HOME", root.clone().into()),
            ("TF_CLI_CONFIG_FILE", "/dev/null".into()),
            ("TF_CLI_ARGS_init", init),
        ];
        Self { root, environment: environment.into_iter().chain(own).chain(home).collect() }
    }

    /// Returns the folder of the root stack.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns Terraform's whole environment, for the root stack.
    pub fn environment(&self) -> impl Iterator<Item = (&'static str, OsString)> {
        self.environment.iter().cloned()
    }

    /// Runs Terraform in a folder of the stack, and returns its exit code and its output.
    pub fn run(&self, folder: &str, arguments: &[&str]) -> (Option<i32>, String) {
        let mut command = Command::new(tools::terraform());
        command
            .current_dir(self.root.join(folder))
            .args(arguments)
            .env_clear()
            .stdin(Stdio::null());
        // Terraform rejects a backend's setting in a module without one.
        let has_backend = folder.is_empty();
        let environment = self.environment.iter().map(|(name, value)| match *name {
            "TF_CLI_ARGS_init" if !has_backend => (
                *name,
                value.to_string_lossy().replace("-backend-config=use_path_style=true ", "").into(),
            ),
            _ => (*name, value.clone()),
        });
        let output = command.envs(environment).output().expect("Terraform can be started");
        let words = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&words).into_owned())
    }

    /// Runs Terraform in a folder of the stack, and returns its output.
    ///
    /// # Panics
    /// Terraform fails. The message has its output.
    pub fn succeed(&self, folder: &str, arguments: &[&str]) -> String {
        let (code, words) = self.run(folder, arguments);
        assert_eq!(code, Some(0), "terraform {arguments:?} in {folder:?}: {words}");
        words
    }

    /// Returns the changes of a plan file, each with its address, its actions, and the attributes
    /// that differ.
    pub fn changes(&self, folder: &str, plan: &str) -> Vec<(String, String, Vec<String>)> {
        let shown = self.succeed(folder, &["show", "-json", plan]);
        let shown: Value = serde_json::from_str(&shown).expect("Terraform shows JSON");
        let changes =
            shown["resource_changes"].as_array().map(Vec::as_slice).unwrap_or_default().iter();
        let changes = changes.filter(|change| change["change"]["actions"][0] != "no-op");
        changes
            .map(|change| {
                (
                    text(&change["address"]),
                    change["change"]["actions"].to_string(),
                    differing(&change["change"]),
                )
            })
            .collect()
    }
}

/// Returns the names of the attributes that change.
fn differing(change: &Value) -> Vec<String> {
    let (before, after, unknown) = (&change["before"], &change["after"], &change["after_unknown"]);
    let names = after.as_object().into_iter().flatten().map(|(name, _)| name);
    let mut names: Vec<_> = names
        .filter(|name| !same(&before[name.as_str()], &after[name.as_str()]))
        .cloned()
        .collect();
    names.extend(
        unknown
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(_, value)| **value == true)
            .map(|(name, _)| name.clone()),
    );
    names.sort();
    names
}

/// Compares two values. Strings that contain JSON are compared as JSON because moto and AWS differ
/// in white space.
fn same(one: &Value, other: &Value) -> bool {
    let parsed =
        |value: &Value| value.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    one == other || parsed(one).is_some_and(|one| parsed(other) == Some(one))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().into()
}

/// Copies a folder. Links become files, and Terraform's working folders are left out.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            if entry.file_name() != ".terraform" {
                copy(&entry.path(), &target)?;
            }
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
