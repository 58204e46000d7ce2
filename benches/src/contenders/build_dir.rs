//! Builds contenders in the target directory.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cargo_barelambda::architecture::Architecture;
use cargo_barelambda::error::{Context, Error};
use cargo_barelambda::project::Project;

pub struct BuildDir<'a> {
    pub repository: &'a Path,
    pub architecture: Architecture,
    /// The repository's project.
    pub project: Project,
}

impl<'a> BuildDir<'a> {
    /// Changes the current directory to the repository.
    pub fn new(repository: &'a Path, architecture: Architecture) -> Result<Self, Error> {
        env::set_current_dir(repository).context(repository.display())?;
        Ok(Self { repository, architecture, project: Project::read(&[])? })
    }

    /// Returns a directory for other packages in the repository's target directory.
    pub fn folder(&self, name: &str) -> PathBuf {
        self.project.target_folder.join("peers").join(name)
    }

    /// Returns the target with the C library `libc`, which is `gnu` or `musl`.
    pub fn target(&self, libc: &str) -> String {
        self.architecture.triple().replace("musl", libc)
    }

    /// Builds the program of the package in `benches/peers/PACKAGE`, which has the same name. Runs
    /// cargo outside the repository, whose configuration is for bare programs. Each `way` of
    /// building has its own directory.
    pub fn cargo(
        &self,
        package: &str,
        way: &str,
        libc: &str,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Result<PathBuf, Error> {
        let manifest = self.repository.join("benches/peers").join(package).join("Cargo.toml");
        let (folder, target) = (self.folder(&format!("{package}-{way}")), self.target(libc));
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command
            .args([
                "build",
                "--release",
                "--locked",
                "--quiet",
                "--target",
                &target,
                "--manifest-path",
            ])
            .arg(manifest);
        command.arg("--target-dir").arg(&folder).args(arguments).current_dir("/");
        command.env("RUSTUP_TOOLCHAIN", self.toolchain()?).envs(variables.iter().copied());
        if libc == "musl" {
            // C code must not link the machine's libc, so use Rust's linker.
            let name = format!("CARGO_TARGET_{}_LINKER", target.to_uppercase().replace('-', "_"));
            command.env(name, "rust-lld");
        }
        succeed(&mut command)?;
        Ok(folder.join(target).join("release").join(package))
    }

    /// Returns the version of Rust that builds the repository.
    fn toolchain(&self) -> Result<OsString, Error> {
        let file = self.repository.join("rust-toolchain.toml");
        let text = std::fs::read_to_string(&file).context(file.display())?;
        let channel = text.lines().find_map(|line| line.strip_prefix("channel = "));
        channel
            .map(|channel| channel.trim_matches('"').into())
            .ok_or_else(|| Error::new(format!("{} has no channel", file.display())))
    }
}

/// Runs a command, and returns its output. If it fails, the last lines of its output are the error.
pub fn succeed(command: &mut Command) -> Result<String, Error> {
    const LINES: usize = 4;
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().context(&name)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let words = [output.stdout, output.stderr]
        .map(|words| String::from_utf8_lossy(&words).into_owned())
        .concat();
    let lines: Vec<&str> = words.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = lines[lines.len().saturating_sub(LINES)..].join(" / ");
    Err(Error::new(format!("{name} failed ({}): {last}", output.status)))
}
