//! The shell commands in the documents. A block that can't run in a clone, or that runs for
//! minutes, has a comment above it: `<!-- not run: REASON -->` or `<!-- long: REASON -->`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;
use std::{env, fs};

use barelambda_tests::{cargo, packages, tools};

/// A block of shell commands in a document.
struct Block {
    /// The place as `FILE:LINE`.
    place: String,
    when: When,
    commands: String,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum When {
    Always,
    Long,
    Never,
}

/// Returns the blocks of all documents except templates, whose commands are for the functions made
/// from them.
///
/// # Panics
/// A comment above a block has no reason, or isn't known.
fn blocks() -> Vec<Block> {
    let files = files("*.md").into_iter().filter(|file| !file.starts_with("cli/templates/"));
    files.flat_map(|file| blocks_of(&file)).collect()
}

fn blocks_of(file: &str) -> Vec<Block> {
    let text = fs::read_to_string(cargo::root().join(file))
        .unwrap_or_else(|error| panic!("{file}: {error}"));
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    let starts =
        lines.iter().enumerate().filter(|(_, line)| **line == "```sh").map(|(index, _)| index);
    let block = |start: usize| {
        let place = format!("{file}:{}", start + 1);
        let above = start.checked_sub(1).map_or("", |above| lines[above]);
        let commands: Vec<&str> =
            lines[start + 1..].iter().copied().take_while(|line| *line != "```").collect();
        Block { when: when(above, &place), place, commands: commands.join("\n") }
    };
    starts.map(block).collect()
}

/// Parses the line above a block.
fn when(above: &str, place: &str) -> When {
    let Some(comment) = above.strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->")) else {
        return When::Always;
    };
    match comment.trim().split_once(": ") {
        Some(("long", reason)) if !reason.is_empty() => When::Long,
        Some(("not run", reason)) if !reason.is_empty() => When::Never,
        _ => panic!(
            "{place}: {above:?} is neither `<!-- long: REASON -->` nor `<!-- not run: REASON -->`"
        ),
    }
}

/// Returns the files of the repository that git tracks.
fn files(pattern: &str) -> Vec<String> {
    let output = Command::new("git")
        .args(["ls-files", pattern])
        .current_dir(cargo::root())
        .output()
        .expect("git can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("paths are UTF-8").lines().map(str::to_owned).collect()
}

/// A copy of the repository, outside it, so that its configuration isn't applied twice. What cargo
/// builds in it stays in the target folder of the tests.
struct Copy {
    home: PathBuf,
}

impl Copy {
    fn make() -> Self {
        let home = env::temp_dir().join(format!("barelambda-documents-{}", std::process::id()));
        let root = home.join("barelambda");
        for file in files("*") {
            let to = root.join(&file);
            fs::create_dir_all(to.parent().expect("a file is in a folder"))
                .expect("a folder can be made");
            let from = cargo::root().join(&file);
            match fs::read_link(&from) {
                Ok(target) => std::os::unix::fs::symlink(target, &to).expect("a link can be made"),
                Err(_) => {
                    _ = fs::copy(&from, &to).unwrap_or_else(|error| panic!("{file}: {error}"))
                }
            }
        }
        let target = cargo::target_folder().join("barelambda-tests/documents");
        fs::create_dir_all(&target).expect("a folder can be made");
        std::os::unix::fs::symlink(target, root.join("target")).expect("a link can be made");
        Self { home }
    }

    /// Runs commands in the copy, with the tool installed. Returns their output if they fail.
    fn run(&self, commands: &str) -> Option<String> {
        let tool = packages::tool(Path::new("/"));
        let folders = [Path::new(tool.get_program()), &tools::aws()]
            .map(|tool| tool.parent().expect("the tool is in a folder").to_owned());
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths(folders.into_iter().chain(env::split_paths(&path)))
            .expect("folders of PATH have no colon");
        let mut command = Command::new("/bin/bash");
        command
            .args(["-euo", "pipefail", "-c", commands])
            .current_dir(self.home.join("barelambda"))
            .env("PATH", path);
        command.env_remove("CARGO_TARGET_DIR").stdin(Stdio::null());
        let output = command.output().expect("the shell can be started");
        let words = [output.stdout, output.stderr].concat();
        (!output.status.success())
            .then(|| format!("{}: {}", output.status, String::from_utf8_lossy(&words)))
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // If this fails, only a temporary folder remains.
        let _ = fs::remove_dir_all(&self.home);
    }
}

fn run_all(when: When) {
    let copy = Copy::make();
    let mut failures = Vec::new();
    for block in blocks().iter().filter(|block| block.when == when) {
        let begin = Instant::now();
        let words = copy.run(&block.commands);
        println!("{:>6.1} s  {}", begin.elapsed().as_secs_f64(), block.place);
        if let Some(words) = words {
            failures.push(format!("{}:\n{}\n{words}", block.place, block.commands));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn a_block_that_is_not_run_has_a_reason() {
    let blocks = blocks();
    for when in [When::Always, When::Long, When::Never] {
        assert!(blocks.iter().any(|block| block.when == when), "{when:?}");
    }
}

#[test]
#[ignore = "needs qemu-user-static, make, RIE and the AWS CLI; run `bash .ci/full`"]
fn every_block_runs() {
    run_all(When::Always);
}

#[test]
#[ignore = "long; run `bash .ci/long`"]
fn every_long_block_runs() {
    run_all(When::Long);
}
