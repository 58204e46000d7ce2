//! The test programs, and the tests in them.

use std::collections::HashMap;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::options::Options;

/// The program whose tests measure. They run alone, after all others.
pub const FIGURES: &str = "figures";

/// The programs with the slowest tests, which start first.
const FIRST: [&str; 5] = ["sources", "terraform", "tool", "rie", "c"];

/// An executable that cargo built for tests.
#[derive(Debug)]
pub struct Program {
    /// The target's name. An example's has the prefix `examples/`.
    pub name: String,
    path: PathBuf,
    /// The package's folder, which is the current folder of its tests.
    folder: PathBuf,
}

impl Program {
    /// Returns a command that runs the program like `cargo test`, with these arguments.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.path);
        command.args(arguments).current_dir(&self.folder).env("CARGO_MANIFEST_DIR", &self.folder);
        command.stdin(Stdio::null());
        command
    }
}

/// A test of a program.
#[derive(Debug)]
pub struct Test<'a> {
    pub program: &'a Program,
    pub name: String,
    /// Why it is ignored.
    pub ignored: Option<String>,
    /// Whether this run leaves it out.
    pub skipped: bool,
}

impl Test<'_> {
    /// Returns `PROGRAM::TEST`.
    pub fn full_name(&self) -> String {
        format!("{}::{}", self.program.name, self.name)
    }
}

/// Returns a command for the cargo that started this program.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    command.current_dir(root()).stdin(Stdio::null());
    // `cargo run` sets them for this program, and the compiler would see them in every crate.
    for (name, _) in
        env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARGO_PKG_"))
    {
        command.env_remove(name);
    }
    command.env_remove("CARGO_MANIFEST_DIR").env_remove("CARGO_MANIFEST_PATH");
    command
}

/// Returns the repository's root.
pub fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).expect("the package is two folders below the root")
}

/// The targets of bare programs, which the tests build.
const TARGETS: [&str; 2] = ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"];

/// Checks that the toolchain has the targets that rust-toolchain.toml names: rustup installs them
/// with the toolchain, but not when another project has installed the same toolchain before.
pub fn check_targets() -> Result<(), String> {
    let missing: Vec<&str> = TARGETS.into_iter().filter(|target| !has(target)).collect();
    match missing.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "the toolchain lacks {}: run `rustup toolchain install` in this folder",
            missing.join(" and ")
        )),
    }
}

fn has(target: &str) -> bool {
    let output = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", target])
        .current_dir(root())
        .output();
    output.is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir())
}

/// Builds every test program. Returns them and the build time.
pub fn build(options: &Options) -> Result<(Vec<Program>, Duration), String> {
    let begin = Instant::now();
    let mut command = cargo();
    command.args(["test", "--no-run", "--message-format", "json-render-diagnostics"]);
    match (&options.package, &options.only[..]) {
        (Some(package), _) => command.args(["--package", package]),
        (None, []) => command.arg("--workspace"),
        // Only this package's test programs can be selected by name.
        (None, only) => command
            .args(["--package", "barelambda-tests"])
            .args(only.iter().flat_map(|name| ["--test", name])),
    };
    command.args(&options.features);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cannot start cargo: {error}"))?;
    if !output.status.success() {
        return Err("the tests don't build".to_owned());
    }
    let messages = output
        .stdout
        .split(|&byte| byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok());
    let mut programs: Vec<Program> = messages.filter_map(|message| program(&message)).collect();
    programs.sort_by_key(|program| {
        (
            FIRST.iter().position(|name| *name == program.name).unwrap_or(FIRST.len()),
            program.name.clone(),
        )
    });
    Ok((programs, begin.elapsed()))
}

/// Returns the test program that a message of cargo describes.
fn program(message: &Value) -> Option<Program> {
    let path = message["executable"].as_str()?.into();
    if message["profile"]["test"] != true {
        return None;
    }
    let folder = Path::new(message["manifest_path"].as_str()?).parent()?.to_owned();
    let (target, kind) =
        (message["target"]["name"].as_str()?, message["target"]["kind"][0].as_str()?);
    let name = match kind {
        "test" => target.to_owned(),
        "example" => format!("examples/{target}"),
        _ => target.replace('_', "-"),
    };
    Some(Program { name, path, folder })
}

/// Returns the tests of all programs.
pub fn tests<'a>(programs: &'a [Program], options: &Options) -> Result<Vec<Test<'a>>, String> {
    let mut all = Vec::new();
    for program in programs {
        let names = names(&lines(program, &["--list", "--format", "terse"])?);
        let ignored = self::names(&lines(program, &["--list", "--format", "terse", "--ignored"])?);
        let reasons = reasons(program, &ignored)?;
        for name in names {
            let ignored =
                ignored.contains(&name).then(|| reasons.get(&name).cloned().unwrap_or_default());
            all.push(Test { program, name, ignored, skipped: false });
        }
    }
    let is_wanted = |test: &Test| {
        options.filters.is_empty()
            || options.filters.iter().any(|filter| test.full_name().contains(filter))
    };
    all.retain(is_wanted);
    for test in &mut all {
        test.skipped = options.skip(test.ignored.as_deref());
    }
    // A run of one kind doesn't list the other tests.
    all.retain(|test| !(options.long && test.skipped || options.ignored && test.ignored.is_none()));
    Ok(all)
}

/// Returns the tests in the order in which they start: in turns, one of each program, because the
/// tests of a program often wait for the same build. Those that measure are last.
pub fn in_turns(tests: Vec<Test<'_>>) -> Vec<Test<'_>> {
    let mut turns: HashMap<&str, usize> = HashMap::new();
    let mut tests: Vec<_> = tests
        .into_iter()
        .map(|test| {
            let turn = turns.entry(&test.program.name).or_default();
            *turn += 1;
            ((test.program.name == FIGURES, *turn), test)
        })
        .collect();
    // The sort is stable, so the slowest programs are first in each turn.
    tests.sort_by_key(|(place, _)| *place);
    tests.into_iter().map(|(_, test)| test).collect()
}

fn names(lines: &str) -> Vec<String> {
    lines.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

/// Returns why tests are ignored. The harness prints the reasons when it runs without `--ignored`.
fn reasons(program: &Program, ignored: &[String]) -> Result<HashMap<String, String>, String> {
    if ignored.is_empty() {
        return Ok(HashMap::new());
    }
    let mut arguments = vec!["--exact"];
    arguments.extend(ignored.iter().map(String::as_str));
    let lines = lines(program, &arguments)?;
    let reasons =
        lines.lines().filter_map(|line| line.strip_prefix("test ")?.split_once(" ... ignored, "));
    Ok(reasons.map(|(name, reason)| (name.to_owned(), reason.to_owned())).collect())
}

/// Runs a program, and returns its standard output.
fn lines(program: &Program, arguments: &[&str]) -> Result<String, String> {
    let output = program.command(arguments).output();
    let output =
        output.map_err(|error| format!("cannot start {}: {error}", program.path.display()))?;
    if !output.status.success() {
        return Err(format!(
            "{} {}: {}",
            program.path.display(),
            arguments.join(" "),
            output.status
        ));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| format!("{} writes bytes that aren't UTF-8", program.path.display()))
}
