//! Functions as `cargo barelambda new` makes them, in folders outside the repository, whose cargo configuration would reach into them.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use crate::c_programs::run;
use crate::packages;
use crate::{cargo, programs};

/// The templates that are crates.
pub const CRATES: [&str; 5] = ["hello", "json", "function-url", "sqs-batch", "stream"];

/// The templates that make builds.
pub const MADE: [&str; 2] = ["c", "shell"];

/// A new function. Its folder goes with it.
#[derive(Debug)]
pub struct NewFunction {
    home: PathBuf,
    name: String,
    is_crate: bool,
}

impl NewFunction {
    /// A function `name` of the template, in an empty folder of this test's own, which depends on this repository.
    ///
    /// # Panics
    /// When the tool fails.
    pub fn make(test: &str, template: &str, name: &str) -> Self {
        let home = home(test);
        let root = cargo::root().to_str().expect("the path is UTF-8");
        packages::succeed(&home, &["new", name, "--template", template, "--path", root]);
        let function = Self { home, name: name.to_owned(), is_crate: CRATES.contains(&template) };
        if function.is_crate {
            // The versions of the repository, so that nothing has to be looked up.
            fs::copy(cargo::root().join("Cargo.lock"), function.folder().join("Cargo.lock")).expect("a file can be copied");
        }
        function
    }

    /// The function's folder.
    pub fn folder(&self) -> PathBuf {
        self.home.join(&self.name)
    }

    /// Its own tests: `cargo test` or `make test`. Gives what they print.
    pub fn test(&self) -> String {
        if self.is_crate { self.run("cargo", &["test"]) } else { self.run("make", &["test"]) }
    }

    /// The answer to `events/event.json` in a cold start, for Lambda's name of an architecture.
    pub fn invoke(&self, architecture: &str) -> String {
        if self.is_crate {
            self.run("cargo", &["barelambda", "invoke", "--arch", architecture, "--file", "events/event.json"])
        } else {
            self.run("make", &["--silent", "invoke", &format!("ARCH={architecture}")])
        }
    }

    /// Its deployment package.
    pub fn package(&self, architecture: &str) -> PathBuf {
        if self.is_crate {
            self.run("cargo", &["barelambda", "package", "--arch", architecture]);
        } else {
            self.run("make", &["package", &format!("ARCH={architecture}")]);
        }
        let zip = self.folder().join(format!("dist/{}-{architecture}.zip", self.name));
        assert!(zip.is_file(), "{} was not made", zip.display());
        zip
    }

    /// Runs a command in the function's folder as its owner would, with the tool installed. Gives what it prints to stdout.
    ///
    /// # Panics
    /// When it fails.
    pub fn run<A: AsRef<OsStr>>(&self, program: &str, arguments: &[A]) -> String {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.folder()).stdin(Stdio::null()).envs(environment());
        run(&mut command)
    }
}

impl Drop for NewFunction {
    fn drop(&mut self) {
        // What is left in a temporary folder harms nobody.
        let _ = fs::remove_dir_all(&self.home);
    }
}

/// An empty folder outside the repository.
///
/// # Panics
/// When it cannot be made.
pub fn home(test: &str) -> PathBuf {
    let home = env::temp_dir().join(format!("barelambda-new-{test}-{}", std::process::id()));
    fs::create_dir(&home).unwrap_or_else(|error| panic!("{}: {error}", home.display()));
    home
}

/// One target folder for all of them, so that barelambda is built once, and the tool where cargo looks for it.
fn environment() -> [(&'static str, OsString); 2] {
    let tool = packages::tool(Path::new("/"));
    let beside = Path::new(tool.get_program()).parent().expect("it lies in a folder").to_owned();
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([beside].into_iter().chain(env::split_paths(&path))).expect("folders of PATH have no colon");
    [("CARGO_TARGET_DIR", cargo::target_folder().join("barelambda-tests/new").into()), ("PATH", path)]
}

/// Lambda's name of an architecture.
pub const fn lambda_name(architecture: programs::Architecture) -> &'static str {
    match architecture {
        programs::Architecture::X86_64 => "x86_64",
        programs::Architecture::Aarch64 => "arm64",
    }
}
