//! The floor, and the contenders that use barelambda.

use std::path::PathBuf;
use std::process::Command;

use cargo_barelambda::architecture::Architecture;
use cargo_barelambda::build;
use cargo_barelambda::cargo_options::CargoOptions;
use cargo_barelambda::error::Error;
use cargo_barelambda::project::Project;

use super::build_dir::{BuildDir, succeed};
use super::{Entry, Ready};
use crate::events::ExpectedResponse;

pub const ENTRIES: &[Entry] = &[
    Entry {
        name: "floor",
        title: "the floor",
        ours: false,
        note: "A yardstick, not a runtime: the smallest static program that makes the same system calls, without error handling.",
        build: floor,
    },
    Entry {
        name: "echo",
        title: "barelambda, echo",
        ours: true,
        note: "The example `echo`: returns the bytes of the event.",
        build: echo,
    },
    Entry {
        name: "json",
        title: "barelambda, typed JSON",
        ours: true,
        note: "`benches/orders`: deserialises every record of the event, and serialises it again.",
        build: json,
    },
    Entry {
        name: "std",
        title: "barelambda, std",
        ours: true,
        note: "`benches/std_echo`: `echo` as a std program, a static one for musl.",
        build: std_echo,
    },
    Entry {
        name: "c-echo",
        title: "barelambda, echo in C",
        ours: true,
        note: "`examples/c/echo.c` with the C library, freestanding.",
        build: c_echo,
    },
    Entry {
        name: "exec",
        title: "barelambda exec, cat",
        ours: true,
        note: "The binary `exec` with /bin/cat as the handler: a process for each invocation. Instructions and memory are those of `exec` only.",
        build: exec,
    },
];

fn floor(build_dir: &BuildDir<'_>) -> Result<Ready, Error> {
    if build_dir.architecture != Architecture::X86_64 {
        return Err(Error::new("the floor only supports x86_64"));
    }
    let mut ready = in_repository(build_dir, "benches/floor", "floor").map(Ready::alone)?;
    ready.expected = ExpectedResponse::SameBytes;
    Ok(ready)
}

fn echo(build_dir: &BuildDir<'_>) -> Result<Ready, Error> {
    example(build_dir, "echo").map(Ready::alone)
}

fn json(build_dir: &BuildDir<'_>) -> Result<Ready, Error> {
    in_repository(build_dir, "benches/orders", "orders").map(Ready::alone)
}

fn std_echo(build_dir: &BuildDir<'_>) -> Result<Ready, Error> {
    in_repository(build_dir, "benches/std_echo", "std_echo").map(Ready::alone)
}

fn c_echo(build_dir: &BuildDir<'_>) -> Result<Ready, Error> {
    let folder =
        build_dir.project.target_folder.join("peers/c").join(build_dir.architecture.to_string());
    let program = folder.join("echo");
    let mut make = Command::new("make");
    make.arg("-C")
        .arg(build_dir.repository.join("examples/c"))
        .arg(format!("ARCH={}", build_dir.architecture));
    make.arg(format!("BUILD={}", folder.display()))
        .arg(&program)
        .env("CARGO_TARGET_DIR", &build_dir.project.target_folder);
    succeed(&mut make)?;
    Ok(Ready::alone(program))
}

fn exec(build_dir: &BuildDir<'_>) -> Result<Ready, Error> {
    let mut ready = example(build_dir, "exec").map(Ready::alone)?;
    ready.environment = vec![("_HANDLER".into(), "/bin/cat".into())];
    ready.uncounted =
        Some("valgrind doesn't support processes that share memory with their parent");
    Ok(ready)
}

fn example(build_dir: &BuildDir<'_>, name: &str) -> Result<PathBuf, Error> {
    let target = build_dir.project.target(Some(name))?;
    build::build(&build_dir.project, target, Some(build_dir.architecture), &CargoOptions::default())
}

/// Builds a package of the repository that isn't a member of its workspace.
pub fn in_repository(build_dir: &BuildDir<'_>, folder: &str, name: &str) -> Result<PathBuf, Error> {
    let mut project = Project::of(&build_dir.repository.join(folder))?;
    project.target_folder = build_dir.folder(name);
    build::build(
        &project,
        project.target(Some(name))?,
        Some(build_dir.architecture),
        &CargoOptions::default(),
    )
}
