//! This program as cargo's `RUSTC_WRAPPER`: rustc, with arguments that do not depend on where things lie.
//!
//! Two things make the same source give other bytes in another folder:
//!
//! - **Paths in panic messages, and in debug information.** cargo names the source files of dependencies, be they from a registry, from git
//!   or from a folder outside of the workspace, by absolute paths.
//! - **`-C metadata`**, a hash that the names of symbols and every `TypeId` are made of. For a dependency outside of the workspace cargo
//!   hashes its absolute path, and what depends on it inherits that.
//!
//! The first could be had by flags in cargo's configuration; for the second there is no flag, as rustc adds a second `-C metadata` to the
//! first. So both are done here, where rustc is called, one package at a time: cargo says in the environment which one it is.
//! The names are those of RFC 3127 (cargo's `trim-paths`, which is unstable, and leaves `-C metadata` alone).

use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use hmac_sha256::Hash;

use crate::error::{Context, Error};

/// cargo's variable that names a program to call in place of rustc, with rustc's path as its first argument.
const WRAPPER: &str = "RUSTC_WRAPPER";

/// Set for this program when it is the wrapper: the wrapper that the user has set, which it calls on, or nothing.
const CHAINED: &str = "BARELAMBDA_CHAINED_RUSTC_WRAPPER";

/// Makes this program the wrapper of what a cargo is going to call. A wrapper in the environment is called by it in turn; one in
/// cargo's configuration (`build.rustc-wrapper`) is not.
pub fn install(cargo: &mut Command) -> Result<(), Error> {
    let this = env::current_exe().context("the path of this program")?;
    cargo.env(CHAINED, env::var_os(WRAPPER).unwrap_or_default());
    cargo.env(WRAPPER, this);
    Ok(())
}

/// Whether this program has been started as the wrapper.
pub fn is_wanted() -> bool {
    env::var_os(CHAINED).is_some()
}

/// Becomes the compiler. The words are all of the command line. It returns only when that fails.
pub fn run(words: &[OsString]) -> Error {
    let chained = env::var_os(CHAINED).filter(|chained| !chained.is_empty());
    let mut words = chained.into_iter().chain(words.iter().skip(1).cloned());
    let Some(program) = words.next() else {
        return Error::new(format!("{CHAINED} is set, and no compiler is named: cargo does both"));
    };
    let mut arguments: Vec<OsString> = words.collect();
    if let Some(package) = Package::of_environment() {
        package.adjust(&mut arguments);
    }
    let error = Command::new(&program).args(arguments).env_remove(CHAINED).exec();
    Error::new(format!("{} cannot be started: {error}", program.display()))
}

/// The package that is compiled, as cargo describes it to the compiler.
struct Package {
    name: OsString,
    version: OsString,
    folder: OsString,
    /// Where its build script writes, if it has one.
    generated: Option<OsString>,
    /// Where the compiler runs: the root of the workspace, for the packages in it.
    current: OsString,
}

impl Package {
    fn of_environment() -> Option<Self> {
        Some(Self {
            name: env::var_os("CARGO_PKG_NAME")?,
            version: env::var_os("CARGO_PKG_VERSION")?,
            folder: env::var_os("CARGO_MANIFEST_DIR")?,
            generated: env::var_os("OUT_DIR"),
            current: env::current_dir().ok()?.into(),
        })
    }

    /// Replaces the hash, and adds the new names of folders. What is not the compilation of a crate, such as a question for the version,
    /// stays as it is.
    fn adjust(&self, arguments: &mut Vec<OsString>) {
        let Some(at) = arguments.iter().position(|argument| argument.as_bytes().starts_with(b"metadata=")) else { return };
        arguments[at] = format!("metadata={}", self.hash(arguments)).into();
        let mut name = self.name.clone();
        name.push("-");
        name.push(&self.version);
        let generated = Path::new(&name).join("out");
        // Of several that fit, rustc takes the last.
        let mut map = |from: &OsStr, to: &OsStr| {
            let mut argument = OsString::from("--remap-path-prefix=");
            argument.push(from);
            argument.push("=");
            argument.push(to);
            arguments.push(argument);
        };
        map(&self.current, OsStr::new("."));
        map(&self.folder, &name);
        if let Some(folder) = &self.generated {
            map(folder, generated.as_os_str());
        }
    }

    /// What tells this crate from all others that a program may link: of each package in a version there is one, as Cargo.lock cannot hold
    /// two; of its crates no two have the same name, type and features. (From two registries there can be two. rustc refuses to link them.)
    fn hash(&self, arguments: &[OsString]) -> String {
        let mut hash = Hash::new();
        let mut add = |word: &OsStr| {
            hash.update(word.as_bytes());
            hash.update(b"\0");
        };
        add(&self.name);
        add(&self.version);
        for (at, argument) in arguments.iter().enumerate() {
            if ["--crate-name", "--crate-type", "--cfg", "--target"].iter().any(|option| argument == option) {
                add(argument);
                arguments.get(at + 1).into_iter().for_each(|value| add(value));
            } else if argument == "--test" {
                add(argument);
            }
        }
        hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
