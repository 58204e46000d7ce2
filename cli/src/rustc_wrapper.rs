//! Makes builds reproducible: this program is cargo's `RUSTC_WRAPPER`, and calls rustc with
//! arguments that don't depend on any directory.
//!
//! Two things make the same source compile to other bytes in another directory:
//!
//! - **Paths in panic messages and in debug information.** Cargo passes absolute paths of the
//!   source files of dependencies from a registry, from git, or from a directory outside the
//!   workspace.
//! - **`-C metadata`**, a hash that is part of symbol names and of every `TypeId`. For a dependency
//!   outside the workspace, cargo hashes its absolute path, and every crate that depends on it
//!   inherits that.
//!
//! Flags in cargo's configuration could change the paths. No flag replaces the hash, as rustc adds
//! a second `-C metadata` to the first. So this wrapper changes both, for each package that cargo
//! names in the environment. It also adds the flags of bare programs that are missing: see
//! `build/flags.rs`. The new paths follow RFC 3127 (cargo's unstable `trim-paths`, which
//! doesn't change `-C metadata`).

use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use hmac_sha256::Hash;

use crate::build::flags;
use crate::error::{Context, Error};

/// Cargo's variable for a program to call instead of rustc, with rustc's path as its first
/// argument.
const WRAPPER: &str = "RUSTC_WRAPPER";

/// The variable that tells this program to be the wrapper. Its value is the user's wrapper, which
/// it calls in turn, or empty.
const CHAINED: &str = "BARELAMBDA_CHAINED_RUSTC_WRAPPER";

/// Makes this program the wrapper of a cargo command. It calls a wrapper in the environment in
/// turn, but not one in cargo's configuration (`build.rustc-wrapper`).
pub fn install(cargo: &mut Command) -> Result<(), Error> {
    let this = env::current_exe().context("failed to get the path of this program")?;
    cargo.env(CHAINED, env::var_os(WRAPPER).unwrap_or_default());
    cargo.env(WRAPPER, this);
    Ok(())
}

/// Returns whether this program has been started as the wrapper.
pub fn is_wanted() -> bool {
    env::var_os(CHAINED).is_some()
}

/// Replaces this process with the compiler, and returns only if that fails. `words` is the whole
/// command line.
pub fn run(words: &[OsString]) -> Error {
    let chained = env::var_os(CHAINED).filter(|chained| !chained.is_empty());
    let mut words = chained.into_iter().chain(words.iter().skip(1).cloned());
    let Some(program) = words.next() else {
        return Error::new(format!("{CHAINED} is set, but the command line has no compiler"));
    };
    let mut arguments: Vec<OsString> = words.collect();
    if let Some(package) = Package::of_environment() {
        package.adjust(&mut arguments);
    }
    let error = Command::new(&program).args(arguments).env_remove(CHAINED).exec();
    Error::new(format!("failed to start {}: {error}", program.display()))
}

/// The package that is compiled, as cargo describes it to the compiler.
struct Package {
    name: OsString,
    version: OsString,
    folder: OsString,
    /// The directory that its build script writes to, if it has one.
    generated: Option<OsString>,
    /// The directory that the compiler runs in: for packages of the workspace, its root.
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

    /// Replaces the hash, and adds the new paths. Arguments that don't compile a crate, such as
    /// `--version`, are left unchanged.
    fn adjust(&self, arguments: &mut Vec<OsString>) {
        let Some(at) =
            arguments.iter().position(|argument| argument.as_bytes().starts_with(b"metadata="))
        else {
            return;
        };
        arguments[at] = format!("metadata={}", self.hash(arguments)).into();
        flags::complete(arguments);
        let mut name = self.name.clone();
        name.push("-");
        name.push(&self.version);
        let generated = Path::new(&name).join("out");
        // If several prefixes match, rustc applies the last.
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

    /// Returns a hash that is unique among the crates that a program links. Cargo.lock has each
    /// version of a package only once, and no two of its crates have the same name, type and
    /// features. (Two registries can have the same version. rustc refuses to link both.)
    fn hash(&self, arguments: &[OsString]) -> String {
        let mut hash = Hash::new();
        let mut add = |word: &OsStr| {
            hash.update(word.as_bytes());
            hash.update(b"\0");
        };
        add(&self.name);
        add(&self.version);
        for (at, argument) in arguments.iter().enumerate() {
            if ["--crate-name", "--crate-type", "--cfg", "--target"]
                .iter()
                .any(|option| argument == option)
            {
                add(argument);
                arguments.get(at + 1).into_iter().for_each(|value| add(value));
            } else if argument == "--test" {
                add(argument);
            }
        }
        hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
