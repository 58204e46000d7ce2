//! Functions that `cargo barelambda new` makes, in folders outside the repository because its cargo
//! configuration would apply inside it.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use crate::c_programs::run;
use crate::packages;
use crate::{cargo, programs};

/// The templates that cargo builds.
pub const CRATES: [&str; 6] = ["hello", "json", "function-url", "sqs-batch", "stream", "std"];

/// The templates that `make` builds.
pub const MADE: [&str; 2] = ["c", "shell"];

/// A new function. Dropping it removes its folder.
#[derive(Debug)]
pub struct NewFunction {
    home: PathBuf,
    name: String,
    is_crate: bool,
}

impl NewFunction {
    /// Makes a function from a template, in an empty folder of this test. It depends on this
    /// repository.
    ///
    /// # Panics
    /// The tool fails.
    pub fn make(test: &str, template: &str, name: &str) -> Self {
        let home = home(test);
        let root = cargo::root().to_str().expect("the path is UTF-8");
        packages::succeed(&home, &["new", name, "--template", template, "--path", root]);
        let function = Self { home, name: name.to_owned(), is_crate: CRATES.contains(&template) };
        if function.is_crate {
            // The repository's versions make a registry unnecessary.
            fs::copy(cargo::root().join("Cargo.lock"), function.folder().join("Cargo.lock"))
                .expect("a file can be copied");
        } else {
            std::os::unix::fs::symlink(root, function.home.join("bare lambda"))
                .expect("a link can be made");
        }
        function
    }

    /// Returns the function's folder.
    pub fn folder(&self) -> PathBuf {
        self.home.join(&self.name)
    }

    /// Runs the function's tests by `cargo test` or `make test`, and returns their output.
    pub fn test(&self) -> String {
        if self.is_crate { self.run("cargo", &["test"]) } else { self.run_make(&["test"]) }
    }

    /// Returns the response to `events/event.json` in a cold start. `architecture` is Lambda's
    /// name.
    pub fn invoke(&self, architecture: &str) -> String {
        if self.is_crate {
            self.run(
                "cargo",
                &["barelambda", "invoke", "--arch", architecture, "--file", "events/event.json"],
            )
        } else {
            self.run_make(&["--silent", "invoke", &format!("ARCH={architecture}")])
        }
    }

    /// Makes the deployment package, and returns its path.
    pub fn package(&self, architecture: &str) -> PathBuf {
        if self.is_crate {
            self.run("cargo", &["barelambda", "package", "--arch", architecture]);
        } else {
            self.run_make(&["package", &format!("ARCH={architecture}")]);
        }
        let zip = self.folder().join(format!("dist/{}-{architecture}.zip", self.name));
        assert!(zip.is_file(), "{} is missing", zip.display());
        zip
    }

    /// Runs `make` with a path of the repository that has a blank.
    fn run_make(&self, arguments: &[&str]) -> String {
        self.run("make", &[&[r"BARELAMBDA=../bare\ lambda"], arguments].concat())
    }

    /// Runs a command in the function's folder as a user would, with the tool installed. Returns
    /// its standard output.
    ///
    /// # Panics
    /// The command fails.
    pub fn run<A: AsRef<OsStr>>(&self, program: &str, arguments: &[A]) -> String {
        let mut command = Command::new(program);
        cargo::without_package(&mut command);
        command.args(arguments).current_dir(self.folder()).stdin(Stdio::null()).envs(environment());
        run(&mut command)
    }
}

impl Drop for NewFunction {
    fn drop(&mut self) {
        // If this fails, only a temporary folder remains.
        let _ = fs::remove_dir_all(&self.home);
    }
}

/// Makes an empty folder outside the repository, with a blank in its path.
///
/// # Panics
/// The folder can't be made.
pub fn home(test: &str) -> PathBuf {
    let home = env::temp_dir().join(format!("barelambda new-{test}-{}", std::process::id()));
    fs::create_dir(&home).unwrap_or_else(|error| panic!("{}: {error}", home.display()));
    home
}

/// Returns variables that name one target folder for all functions, so that barelambda is built
/// once, and that let cargo find the tool.
fn environment() -> [(&'static str, OsString); 3] {
    let tool = packages::tool(Path::new("/"));
    let beside =
        Path::new(tool.get_program()).parent().expect("the tool is in a folder").to_owned();
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([beside].into_iter().chain(env::split_paths(&path)))
        .expect("folders of PATH have no colon");
    [
        ("CARGO_TARGET_DIR", cargo::shared_target_folder().into()),
        // The functions are new each time.
        ("CARGO_INCREMENTAL", "0".into()),
        ("PATH", path),
    ]
}

/// Returns Lambda's name of an architecture.
pub const fn lambda_name(architecture: programs::Architecture) -> &'static str {
    match architecture {
        programs::Architecture::X86_64 => "x86_64",
        programs::Architecture::Aarch64 => "arm64",
    }
}
