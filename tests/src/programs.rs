//! The programs under test.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::{cargo, tools};

/// The architectures of Lambda. The tests run on x86_64.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Architecture {
    /// Programs run directly.
    X86_64,
    /// Programs run through qemu.
    Aarch64,
}

impl Architecture {
    /// Both architectures.
    pub const ALL: [Self; 2] = [Self::X86_64, Self::Aarch64];

    /// Returns the target that bare programs are built for.
    pub const fn target(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64-unknown-linux-musl",
            Self::Aarch64 => "aarch64-unknown-linux-musl",
        }
    }

    /// Returns the command that runs a program of this architecture on this machine, if one is
    /// needed.
    pub fn runner(self) -> Option<Vec<OsString>> {
        match self {
            Self::X86_64 => None,
            Self::Aarch64 => Some(vec![tools::qemu_aarch64().into()]),
        }
    }
}

/// Makes two tests of a function, one for each architecture. The test for aarch64 is ignored
/// because it needs qemu. Other reasons to ignore tests follow the name: the second test's, or
/// both.
#[macro_export]
macro_rules! on_each_architecture {
    ($name:ident) => {
        $crate::on_each_architecture!($name, "needs qemu-user-static; run `bash .ci/full`");
    };
    ($name:ident, $aarch64:literal) => {
        $crate::on_each_architecture!(@ $name, [], [#[ignore = $aarch64]]);
    };
    ($name:ident, $x86_64:literal, $aarch64:literal) => {
        $crate::on_each_architecture!(@ $name, [#[ignore = $x86_64]], [#[ignore = $aarch64]]);
    };
    (@ $name:ident, [$($x86_64:tt)*], [$($aarch64:tt)*]) => {
        mod $name {
            use barelambda_tests::programs::Architecture;

            #[test]
            $($x86_64)*
            fn x86_64() {
                super::$name(Architecture::X86_64);
            }

            #[test]
            $($aarch64)*
            fn aarch64() {
                super::$name(Architecture::Aarch64);
            }
        }
    };
}

/// The examples that are bare programs.
const BARE: [&str; 7] =
    ["conformance", "echo", "faults", "hello", "stateful", "stream", "stream_error"];

/// Builds a bare example with plain cargo, as docs/package-and-deploy.md says, and returns its
/// path.
pub fn example(name: &str, architecture: Architecture) -> PathBuf {
    find(&build_bare(architecture, &["--release"]), name)
}

/// Builds a bare example without the default features for this machine, and returns its path.
pub fn smallest_example(name: &str) -> PathBuf {
    let selected = ["--package", "barelambda", "--example", name, "--no-default-features"];
    Apart::example(name, &selected, Some(Architecture::X86_64)).build()
}

/// Builds a bare example for this machine without optimisation, and returns its path.
pub fn debug_example(name: &str) -> PathBuf {
    find(&build_bare(Architecture::X86_64, &[]), name)
}

/// Builds a bare example with the features that it requires and `more`, and returns its path.
pub fn example_with_features(name: &str, architecture: Architecture, more: &[&str]) -> PathBuf {
    build_with_features(name, Some(architecture), more)
}

/// Builds an example as a std program for this machine, with the features that it requires and
/// `more`, and returns its path.
pub fn hosted_example(name: &str, more: &[&str]) -> PathBuf {
    build_with_features(name, None, more)
}

/// Builds the example `faults` for this machine with the feature that shows the values in panic
/// messages, and returns its path.
pub fn faults_with_panic_messages() -> PathBuf {
    example_with_features("faults", Architecture::X86_64, &["panic-message"])
}

/// Builds the example that is a std program for this machine, and returns its path.
pub fn std_host() -> PathBuf {
    hosted_example("std_host", &[])
}

/// A std program for musl: of `tests/programs/std`, or one of the examples `std-function`,
/// `https-function` and `dynamodb-sdk-function`.
pub fn std_program(name: &str, architecture: Architecture) -> PathBuf {
    let (folder, environment) = match name {
        "std-function" => ("examples/std", &[][..]),
        // It is built without a C compiler.
        "https-function" => ("examples/https", &[("CC", "false")][..]),
        "dynamodb-sdk-function" => ("examples/dynamodb_sdk", C_COMPILERS),
        _ => ("tests/programs/std", &[][..]),
    };
    Apart { environment, ..Apart::package(folder, name, architecture) }.build()
}

/// The compilers of a crate with C code, by the variables of the crate `cc`.
const C_COMPILERS: &[(&str, &str)] = &[
    ("CC_x86_64_unknown_linux_musl", "gcc"),
    ("CC_aarch64_unknown_linux_musl", "aarch64-linux-gnu-gcc"),
];

/// A bare program with a heap: of `tests/programs/alloc`, or the example `alloc-function`.
pub fn alloc_program(name: &str, architecture: Architecture) -> PathBuf {
    let folder = if name == "alloc-function" { "examples/alloc" } else { "tests/programs/alloc" };
    Apart::package(folder, name, architecture).build()
}

/// A bare program without a heap, of `tests/programs/bare`.
pub fn bare_program(name: &str, architecture: Architecture) -> PathBuf {
    Apart::package("tests/programs/bare", name, architecture).build()
}

/// Builds an example of the package that makes calls, and returns its path.
pub fn aws_example(name: &str, architecture: Architecture) -> PathBuf {
    let selected = ["--package", "barelambda-aws", "--example", name];
    Apart::example(name, &selected, Some(architecture)).build()
}

/// A bare program of `tests/programs/aws`, with features of that package.
pub fn aws_program(name: &str, features: &[&str], architecture: Architecture) -> PathBuf {
    let features = features.iter().map(ToString::to_string).collect();
    Apart { features, ..Apart::package("tests/programs/aws", name, architecture) }.build()
}

/// Builds the smallest program with the same first system calls, with which the start is compared,
/// and returns its path.
pub fn floor() -> PathBuf {
    let folder = cargo::root().join("benches/floor");
    let target_folder = cargo::target_folder().join("floor");
    let target_folder = target_folder.to_str().expect("the path is UTF-8");
    find(
        &cargo::build(
            &folder,
            &[
                "--release",
                "--target",
                Architecture::X86_64.target(),
                "--target-dir",
                target_folder,
            ],
        ),
        "floor",
    )
}

/// Builds the conformance suite's function with the official `lambda_runtime` for this machine, and
/// returns its path.
pub fn peer() -> PathBuf {
    let target_folder = cargo::target_folder().join("peers");
    let target_folder = target_folder.to_str().expect("the path is UTF-8");
    let folder = cargo::root().join("benches/peers/lambda_runtime");
    find(
        &cargo::build(&folder, &["--release", "--locked", "--target-dir", target_folder]),
        "lambda_runtime_peer",
    )
}

/// Builds the program that compares reading JSON with serde_json, and returns its path.
pub fn json_bench() -> PathBuf {
    let target_folder = cargo::target_folder().join("json");
    let target_folder = target_folder.to_str().expect("the path is UTF-8");
    find(
        &cargo::build(
            &cargo::root().join("benches/json"),
            &["--release", "--target-dir", target_folder],
        ),
        "json",
    )
}

/// Returns the events of the example `faults`, each with the type and a part of the message of the
/// resulting error.
pub fn faults() -> [(&'static str, &'static str, String); 6] {
    let asked_for_a_panic =
        format!("panicked at {}: the event asked for a panic", panic_place("faults", "panic!("));
    [
        ("\"fail\"", "Function.AskedFor", "the event asked for an error".into()),
        ("\"fail with a value\"", "Function.AskedFor", "asked for an error".into()),
        ("\"panic\"", "Function.Panic", asked_for_a_panic),
        ("\"index\"", "Function.Panic", panic_place("faults", "[100..]")),
        ("\"large\"", "Function.ResponseSizeTooLarge", "6291556 bytes".into()),
        ("\"exit\"", "Runtime.ExitError", "Runtime exited with error: exit status 3".into()),
    ]
}

/// Returns the only line of an example that contains `text`, as `FILE:LINE` like in panic messages.
pub fn panic_place(name: &str, text: &str) -> String {
    let file = format!("examples/{name}.rs");
    let source =
        std::fs::read_to_string(cargo::root().join(&file)).expect("the example can be read");
    let lines: Vec<usize> = source
        .lines()
        .enumerate()
        .filter(|(_, line)| line.contains(text))
        .map(|(index, _)| index + 1)
        .collect();
    let [line] = lines[..] else {
        panic!("expected {text:?} in one line of {file}, found it in lines {lines:?}")
    };
    format!("{file}:{line}")
}

fn build_bare(architecture: Architecture, more: &[&str]) -> Vec<PathBuf> {
    let mut arguments = vec!["--package", "barelambda", "--target", architecture.target()];
    arguments.extend(BARE.iter().flat_map(|name| ["--example", name]));
    arguments.extend(more);
    cargo::build(cargo::root(), &arguments)
}

/// Builds an example with its features and more.
fn build_with_features(name: &str, architecture: Option<Architecture>, more: &[&str]) -> PathBuf {
    let required = cargo::required_features(name);
    let features = required.iter().chain(more).map(ToString::to_string).collect();
    let selected = ["--package", "barelambda", "--example", name];
    Apart { features, ..Apart::example(name, &selected, architecture) }.build()
}

/// A program that is built in [`cargo::shared_target_folder`], as its features or its package
/// aren't those of a plain build of the workspace.
struct Apart<'a> {
    /// The folder of its package or workspace.
    folder: PathBuf,
    name: &'a str,
    /// Arguments that select it.
    selected: Vec<&'a str>,
    features: Vec<String>,
    /// `None` is a std program for this machine.
    architecture: Option<Architecture>,
    /// More environment variables.
    environment: &'a [(&'a str, &'a str)],
}

impl<'a> Apart<'a> {
    /// An example of the workspace.
    fn example(name: &'a str, selected: &[&'a str], architecture: Option<Architecture>) -> Self {
        Self {
            folder: cargo::root().to_owned(),
            name,
            selected: selected.to_vec(),
            features: Vec::new(),
            architecture,
            environment: &[],
        }
    }

    /// A program of a package outside the workspace.
    fn package(folder: &str, name: &'a str, architecture: Architecture) -> Self {
        Self {
            folder: cargo::root().join(folder),
            selected: vec!["--locked", "--bin", name],
            ..Self::example(name, &[], Some(architecture))
        }
    }

    /// Builds the program, and returns the path of a copy, since the next build may replace it.
    fn build(&self) -> PathBuf {
        let target = self.architecture.map(Architecture::target);
        let features = self.features.join(",");
        let target_folder = cargo::shared_target_folder();
        let mut arguments = [&["--release"], &self.selected[..]].concat();
        arguments.extend(["--features", &features, "--target-dir"]);
        arguments.push(target_folder.to_str().expect("the path is UTF-8"));
        arguments.extend(target.into_iter().flat_map(|target| ["--target", target]));
        let with = match self.selected.contains(&"--no-default-features") {
            true => "no-default-features".to_owned(),
            false => format!("with-{}", self.features.join("-")),
        };
        let copies = target_folder.join("programs").join(target.unwrap_or("host")).join(with);
        let what = format!("a copy of {} in {}", arguments.join(" "), self.folder.display());
        let made = cargo::once(&what, || {
            cargo::with_lock(&target_folder, || {
                let built = cargo::build_with(&self.folder, &arguments, self.environment);
                std::fs::create_dir_all(&copies).expect("a folder can be made");
                let copy = copies.join(self.name);
                std::fs::copy(find(&built, self.name), &copy).expect("a program can be copied");
                vec![copy]
            })
        });
        made[0].clone()
    }
}

fn find(built: &[PathBuf], name: &str) -> PathBuf {
    let found = built.iter().find(|path| path.file_name().is_some_and(|file| file == name));
    found.unwrap_or_else(|| panic!("{name} is missing from what cargo built: {built:?}")).clone()
}
