//! Cargo, started from inside a test.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the workspace")
}

/// Cargo itself: the one that runs the tests.
pub fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    command.current_dir(folder).stdin(Stdio::null());
    command
}

/// Builds with these arguments to `cargo build`, in `folder`, and gives the executables that came of it.
///
/// # Panics
/// With cargo's words, when it fails.
pub fn build(folder: &Path, arguments: &[&str]) -> Vec<PathBuf> {
    let output = cargo(folder)
        .args(["build", "--message-format", "json-render-diagnostics"])
        .args(arguments)
        .output()
        .expect("cargo can be started");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo build {} failed:\n{words}", arguments.join(" "));
    let lines = output.stdout.split(|&byte| byte == b'\n');
    let messages = lines.filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from)).collect()
}

/// Where cargo builds the workspace.
pub fn target_folder() -> &'static Path {
    Path::new(metadata()["target_directory"].as_str().expect("the metadata name the target directory"))
}

/// The features that an example of the root package requires.
///
/// # Panics
/// When there is no such example.
pub fn required_features(example: &str) -> Vec<&'static str> {
    let packages = metadata()["packages"].as_array().expect("the metadata list the packages");
    let root = packages.iter().find(|package| package["name"] == "barelambda").expect("the root package is one of them");
    let targets = root["targets"].as_array().expect("a package has targets");
    let is_it = |target: &&Value| target["name"] == example && target["kind"][0] == "example";
    let target = targets.iter().find(is_it).unwrap_or_else(|| panic!("there is no example {example}"));
    let features = target["required-features"].as_array().map(Vec::as_slice).unwrap_or_default();
    features.iter().filter_map(Value::as_str).collect()
}

fn metadata() -> &'static Value {
    static METADATA: OnceLock<Value> = OnceLock::new();
    METADATA.get_or_init(|| {
        let output = cargo(root()).args(["metadata", "--no-deps", "--format-version", "1"]).output().expect("cargo can be started");
        serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON")
    })
}

/// A new, empty folder for one test, in the target directory.
pub fn scratch(name: &str) -> PathBuf {
    let folder = target_folder().join("barelambda-tests").join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("an old scratch folder can be removed");
    }
    std::fs::create_dir_all(&folder).expect("a scratch folder can be made");
    folder
}
