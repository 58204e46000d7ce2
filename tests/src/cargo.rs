//! Runs cargo in a test.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;

use serde_json::Value;

/// Returns the repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in the workspace")
}

/// Returns a command for the cargo that runs the tests.
pub fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    without_package(&mut command);
    command.current_dir(folder).stdin(Stdio::null());
    command
}

/// Removes the variables that cargo and `cargo suite` set for a program that they run. Some build
/// scripts, such as that of ring, read them, so cargo would run these again.
pub fn without_package(command: &mut Command) {
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_PKG_") {
            command.env_remove(name);
        }
    }
    command.env_remove("CARGO_MANIFEST_DIR").env_remove("CARGO_MANIFEST_PATH");
}

/// Runs `cargo build` with these arguments in `folder`, once for all tests. Returns the executables
/// that cargo built.
///
/// # Panics
/// The build fails. The message has cargo's output.
pub fn build(folder: &Path, arguments: &[&str]) -> Vec<PathBuf> {
    build_with(folder, arguments, &[])
}

/// As [`build`], with more environment variables, which must be the same for all builds of a
/// folder.
pub fn build_with(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Vec<PathBuf> {
    once(&format!("cargo build {} in {}", arguments.join(" "), folder.display()), || {
        let mut command = cargo(folder);
        command.envs(environment.iter().copied());
        command.args(["build", "--message-format", "json-render-diagnostics"]).args(arguments);
        let output = command.output().expect("cargo can be started");
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "cargo build {} failed:\n{words}", arguments.join(" "));
        let lines = output.stdout.split(|&byte| byte == b'\n');
        let messages = lines.filter_map(|line| serde_json::from_slice::<Value>(line).ok());
        messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from)).collect()
    })
}

/// Creates files once for all tests of a process, and of all processes of a `cargo suite`, which
/// sets a folder for this purpose. `what` must differ for different files.
///
/// # Panics
/// The folder can't be used. If `make` panics, each test that needs the files tries again.
pub fn once(what: &str, make: impl FnOnce() -> Vec<PathBuf>) -> Vec<PathBuf> {
    static MADE: Mutex<BTreeMap<String, Arc<OnceLock<Vec<PathBuf>>>>> = Mutex::new(BTreeMap::new());
    // The lock isn't held while files are created because `make` may call `once` for others.
    let made = Arc::clone(
        MADE.lock().expect("nothing panics while it is held").entry(what.to_owned()).or_default(),
    );
    let paths = made.get_or_init(|| match env::var_os("BARELAMBDA_BUILDS") {
        Some(folder) => once_for_all(Path::new(&folder), what, make),
        None => make(),
    });
    paths.clone()
}

/// Runs `make` while holding a lock on this folder, which excludes other tests.
pub fn with_lock<T>(folder: &Path, make: impl FnOnce() -> T) -> T {
    std::fs::create_dir_all(folder).expect("a folder can be created");
    let lock = File::create(folder.join("lock")).expect("a lock can be created");
    lock.lock().expect("a file can be locked");
    make()
}

/// Creates the files in the first process while it holds a lock, and writes their paths to a list
/// for the others.
fn once_for_all(folder: &Path, what: &str, make: impl FnOnce() -> Vec<PathBuf>) -> Vec<PathBuf> {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    let list = folder.join(format!("{:016x}", hasher.finish()));
    let lock = File::create(list.with_extension("lock")).expect("a lock can be created");
    lock.lock().expect("a file can be locked");
    if let Ok(list) = std::fs::read_to_string(&list) {
        return list.lines().map(PathBuf::from).collect();
    }
    let paths = make();
    let lines: String = paths
        .iter()
        .map(|path| format!("{}\n", path.to_str().expect("the path is UTF-8")))
        .collect();
    std::fs::write(&list, lines).expect("a list can be written");
    paths
}

/// Returns the target folder of the workspace.
pub fn target_folder() -> &'static Path {
    Path::new(
        metadata()["target_directory"].as_str().expect("the metadata name the target directory"),
    )
}

/// Returns the target folder of all builds outside the workspace or with other features, so that
/// dependencies with the same features are built once.
pub fn shared_target_folder() -> PathBuf {
    target_folder().join("barelambda-tests/shared")
}

/// Returns the features that an example of the root package requires.
///
/// # Panics
/// There is no such example.
pub fn required_features(example: &str) -> Vec<&'static str> {
    let packages = metadata()["packages"].as_array().expect("the metadata list the packages");
    let root = packages
        .iter()
        .find(|package| package["name"] == "barelambda")
        .expect("the root package is one of them");
    let targets = root["targets"].as_array().expect("a package has targets");
    let is_it = |target: &&Value| target["name"] == example && target["kind"][0] == "example";
    let target = targets.iter().find(is_it).unwrap_or_else(|| panic!("no example named {example}"));
    let features = target["required-features"].as_array().map(Vec::as_slice).unwrap_or_default();
    features.iter().filter_map(Value::as_str).collect()
}

/// Returns the folder with the sources of a dependency of this package, for files in it.
///
/// # Panics
/// There is no such dependency.
pub fn dependency(name: &str) -> PathBuf {
    let output = cargo(root())
        .args(["metadata", "--locked", "--format-version", "1"])
        .output()
        .expect("cargo can be started");
    let metadata: Value =
        serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let manifest = metadata["packages"]
        .as_array()
        .and_then(|packages| packages.iter().find(|package| package["name"] == name))
        .and_then(|package| package["manifest_path"].as_str())
        .unwrap_or_else(|| panic!("no dependency named {name}"));
    Path::new(manifest).parent().expect("a manifest is in a folder").to_owned()
}

fn metadata() -> &'static Value {
    static METADATA: OnceLock<Value> = OnceLock::new();
    METADATA.get_or_init(|| {
        let output = cargo(root())
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .output()
            .expect("cargo can be started");
        serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON")
    })
}

/// Creates an empty folder for one test, in the target directory. `name` must differ for each
/// folder of a test.
pub fn scratch(name: &str) -> PathBuf {
    let folder = target_folder().join("barelambda-tests").join(program()).join(test()).join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("an old scratch folder can be removed");
    }
    std::fs::create_dir_all(&folder).expect("a scratch folder can be created");
    folder
}

/// Returns the name of the running test program, without the hash that cargo appends.
fn program() -> String {
    let path = env::current_exe().expect("the program has a path");
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.rsplit_once('-').map_or(&*name, |(name, _)| name).to_owned()
}

/// Returns the path of the running test. The test harness names the thread after it.
fn test() -> PathBuf {
    match thread::current().name() {
        None | Some("main") => PathBuf::from(process::id().to_string()),
        Some(name) => name.split("::").collect(),
    }
}
