//! The budgets: the figures of each program, compared with `budgets.toml`.
//!
//! `cargo suite --full --show --only figures figures::budget` shows the table. All figures are in
//! one test so that nothing else runs while one is measured.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use barelambda_emulator::script::{Script, Step, message};
use barelambda_tests::budgets::{Budgets, Measured};
use barelambda_tests::c_programs::{self, Way};
use barelambda_tests::compared::{middle, runs};
use barelambda_tests::measured::Server;
use barelambda_tests::programs::{self, Architecture};
use barelambda_tests::scripted::{run_command, the_end};
use barelambda_tests::{cargo, packages, syscalls};

/// The event of programs without a custom one: 59 bytes.
const SMALL: &[u8] = br#"{"Records":[{"count":2000,"name":"bolts M6","price":1234}]}"#;

/// A request id of the same length as Lambda's.
const REQUEST_ID: &str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";

/// The number of starts of each program in a median, and the number of pairs of medians. Other load
/// on the machine affects both medians of a pair alike, except in a few runs.
const ROUNDS: usize = 100;
const RUNS: usize = 9;

/// The number of processes whose memory is measured.
const PROCESSES: usize = 40;

/// The number of invocations that are counted together.
const INVOCATIONS: usize = 20;

#[test]
#[ignore = "needs qemu-user-static, strace and valgrind; run `bash .ci/full`"]
fn every_figure_keeps_its_bound() {
    let budgets = Budgets::read();
    // The tables of `aws_budget`, `calls_budget` and `exec_budget`.
    let names: Vec<String> = budgets
        .programs()
        .into_iter()
        .filter(|name| !["aws-dynamodb", "calls-against", "exec-against"].contains(&name.as_str()))
        .collect();
    let programs: Vec<Program> = names.iter().map(|name| Program::new(name, &budgets)).collect();
    let mut figures = Vec::new();
    for program in &programs {
        figures.extend(program.sizes());
        figures.extend(program.system_calls());
        figures.extend(program.instructions());
        figures.extend(program.memory());
    }
    let file = |name: &str| {
        programs
            .iter()
            .find(|program| program.name == name)
            .map(|program| program.files[0].as_path())
    };
    figures.push(coalesced(file("echo").expect("budgets.toml has echo")));
    figures.push(streaming(file("stream").expect("budgets.toml has stream")));
    figures.extend(starts(&programs));
    budgets.hold(&names, &figures);
}

struct Program {
    name: String,
    /// The executables for x86_64 and aarch64.
    files: [PathBuf; 2],
    /// The reply to GET /next.
    event: Vec<u8>,
    environment: Vec<(&'static str, PathBuf)>,
}

impl Program {
    /// Builds a program with `cargo barelambda build`, which produces the same bytes on every
    /// machine, or with the Makefile of the examples in C.
    fn new(name: &str, budgets: &Budgets) -> Self {
        let files = Architecture::ALL.map(|architecture| match name {
            "c-echo" => c_programs::example("echo", Way::Freestanding(architecture)),
            "std_hello" => built("tests/programs/std", name, architecture),
            "alloc_vec" => built("tests/programs/alloc", name, architecture),
            "alloc-function" => built("examples/alloc", name, architecture),
            "smallest-echo" => built_with("", "echo", architecture, &["--no-default-features"]),
            _ => built("", name, architecture),
        });
        let [x86_64, aarch64] = files;
        let files = [aligned(&x86_64, name), aarch64];
        let file = |file: &str| {
            fs::read(cargo::root().join(file))
                .unwrap_or_else(|error| panic!("budgets.toml names {file} as an event: {error}"))
        };
        let text = budgets.word(name, "event").map(|text| text.as_bytes().to_vec());
        let event = text.or(budgets.word(name, "event-file").map(file)).unwrap_or(SMALL.to_vec());
        let environment =
            if name == "exec" { vec![("_HANDLER", PathBuf::from("/bin/cat"))] } else { Vec::new() };
        Self {
            name: name.to_owned(),
            files,
            event: message::next(REQUEST_ID, event).bytes(),
            environment,
        }
    }

    /// Returns a command with the server's address and the required variables as its environment.
    /// It runs in `/` because valgrind's start script adds PWD to the environment.
    fn command(&self, server: &Server) -> Command {
        let mut command = server.command(&self.files[0]);
        command.current_dir("/");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    fn figure(&self, figure: &'static str, value: f64) -> Measured {
        figure_of(&self.name, "x86_64", figure, value)
    }

    fn sizes(&self) -> Vec<Measured> {
        let size = |file: &Path| fs::metadata(file).expect("the program exists").len() as f64;
        let [x86_64, aarch64] = &self.files;
        vec![
            self.figure("size", size(x86_64)),
            figure_of(&self.name, "aarch64", "size", size(aarch64)),
        ]
    }

    /// Counts system calls with strace, in the first process, when the 202 and the next event
    /// arrive separately. The figure per invocation is the maximum.
    fn system_calls(&self) -> Vec<Measured> {
        let trace = cargo::scratch("budget").join("trace");
        let server = Server::new();
        let calls =
            server.system_calls(&self.command(&server), &self.event, 1 + INVOCATIONS, &trace);
        let to_next = self.figure("syscalls-to-next", syscalls::to_first_next(&calls).len() as f64);
        let warm = syscalls::by_invocation(&calls);
        assert_eq!(warm.len(), INVOCATIONS, "invocations of {}", self.name);
        let most = warm.iter().map(|calls| calls.len()).max().unwrap_or(0) as f64;
        vec![to_next, self.figure("syscalls-per-invocation", most)]
    }

    /// Counts user-space instructions with callgrind. The figure per invocation is the difference
    /// between two runs, so that it excludes what happens once.
    fn instructions(&self) -> Vec<Measured> {
        let server = Server::new();
        let count = |invocations| {
            agreed(&self.name, || {
                server.instructions(&self.command(&server), &self.event, invocations)
            }) as f64
        };
        let mut figures = vec![self.figure("instructions-to-next", count(0))];
        // Valgrind doesn't support vfork, with which `exec` starts its child.
        if self.name != "exec" {
            figures.push(self.figure(
                "instructions-per-invocation",
                (count(1 + INVOCATIONS) - count(1)) / INVOCATIONS as f64,
            ));
        }
        figures
    }

    /// Reads memory and faults from /proc when the first response has arrived. The figures are the
    /// maximum and the median over several processes because the kernel randomizes the stack's
    /// address. One fault comes from the parent, before execve, which doesn't reset the count.
    fn memory(&self) -> Vec<Measured> {
        let server = Server::new();
        let (mut peaks, mut faults): (Vec<_>, Vec<_>) =
            (0..PROCESSES).map(|_| server.memory(self.command(&server), &self.event)).unzip();
        peaks.sort_unstable();
        faults.sort_unstable();
        // A zero means that a figure couldn't be read.
        let at = |figures: &[u64], place: usize| {
            if figures[0] == 0 { 0.0 } else { figures[place] as f64 }
        };
        vec![
            self.figure("peak-memory-kib", at(&peaks, PROCESSES - 1)),
            self.figure("minor-faults", at(&faults, PROCESSES / 2)),
        ]
    }
}

/// Builds a program of the package in `folder` with `cargo barelambda build`.
fn built(folder: &str, name: &str, architecture: Architecture) -> PathBuf {
    built_with(folder, name, architecture, &[])
}

/// As [`built`], with more arguments.
fn built_with(folder: &str, name: &str, architecture: Architecture, more: &[&str]) -> PathBuf {
    let arch = if architecture == Architecture::Aarch64 { "arm64" } else { "x86_64" };
    // A package outside the workspace would have its own target folder, among the sources. A
    // program with other features would replace that with the default ones.
    let target_folder = match more {
        [] => cargo::target_folder().to_path_buf(),
        more => cargo::target_folder().join("barelambda-tests/budget").join(more.concat()),
    };
    let mut command = packages::tool(&cargo::root().join(folder));
    command.args(["build", name, "--arch", arch]).args(more).env("CARGO_TARGET_DIR", target_folder);
    let output = command.output().expect("the tool can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    PathBuf::from(String::from_utf8(output.stdout).expect("the path is UTF-8").trim())
}

/// Copies a program to a path whose length is a multiple of 16 bytes. The path precedes the
/// environment on the stack, and the environment's alignment changes the number of instructions
/// that read it.
fn aligned(program: &Path, name: &str) -> PathBuf {
    const ALIGNMENT: usize = 16;
    let folder =
        cargo::scratch(&format!("budget-{name}")).canonicalize().expect("the folder exists");
    let length = folder.join("bootstrap").as_os_str().len();
    // A folder adds a slash and at least a byte for its name.
    let padding = ALIGNMENT - 1 - length % ALIGNMENT;
    let folder = folder.join("_".repeat(if padding == 0 { ALIGNMENT } else { padding }));
    fs::create_dir(&folder).expect("the parent folder exists");
    let copy = folder.join("bootstrap");
    fs::copy(program, &copy).expect("the program exists");
    assert_eq!(copy.as_os_str().len() % ALIGNMENT, 0, "{}", copy.display());
    copy
}

/// Returns the count that two runs agree on. On a busy machine, a run may read a reply in two
/// pieces, or two replies at once.
fn agreed(name: &str, mut run: impl FnMut() -> u64) -> u64 {
    const MOST: usize = 8;
    let mut counts = Vec::new();
    while counts.len() < MOST {
        let count = run();
        if counts.contains(&count) {
            return count;
        }
        counts.push(count);
    }
    panic!("no two runs of {name} executed the same number of instructions: {counts:?}");
}

fn figure_of(
    program: &str,
    architecture: &'static str,
    figure: &'static str,
    value: f64,
) -> Measured {
    Measured { program: program.to_owned(), architecture, figure, value }
}

/// Returns the maximum of system calls in an invocation of `echo`, when the 202 and the next event
/// arrive together.
fn coalesced(echo: &Path) -> Measured {
    let event = message::next("r-1", SMALL).bytes();
    let together = [message::accepted(), event.clone()].concat();
    let mut steps = vec![Step::Expect, Step::Send(event)];
    for _ in 0..=INVOCATIONS {
        steps.extend([Step::Expect, Step::Expect, Step::Send(together.clone())]);
    }
    steps.extend([Step::Expect, Step::Expect, Step::Send(message::accepted()), the_end()]);
    let trace = cargo::scratch("budget").join("trace");
    run_command(Script::new().connection(steps), |address| {
        let mut command: Command = syscalls::traced(echo, &trace);
        command.env("AWS_LAMBDA_RUNTIME_API", address.to_string());
        command
    });
    let calls = syscalls::read(&trace);
    let warm = syscalls::by_invocation(&calls);
    let most = warm.iter().map(|calls| calls.len()).max().unwrap_or(0);
    figure_of("echo", "x86_64", "syscalls-when-coalesced", most as f64)
}

/// Returns the peak memory of `stream` after 200 MB in one response.
fn streaming(stream: &Path) -> Measured {
    const BYTES: u64 = 200_000_000;
    let event = message::next(REQUEST_ID, (BYTES / 64).to_string()).bytes();
    let (sent, peak) = Server::new().streamed(stream, &event);
    assert!(sent > BYTES, "only {sent} bytes were sent");
    figure_of("stream", "x86_64", "peak-memory-kib-after-200-mb", peak as f64)
}

/// Compares the time from just before the start of each process to its first GET /next with that of
/// the floor: the medians of rounds in random order, and the median of several such comparisons.
/// The std program is compared with `echo`, too.
fn starts(programs: &[Program]) -> Vec<Measured> {
    let server = Server::new();
    let floor = programs::floor();
    let runs: Vec<Vec<Duration>> = runs(programs.len() + 1, RUNS, ROUNDS, |index| {
        let command = programs
            .get(index)
            .map_or_else(|| server.command(&floor), |program| program.command(&server));
        server.start_time(command)
    });
    let place = |name: &str| programs.iter().position(|program| program.name == name);
    let ratio = |(index, program): (usize, &Program)| {
        program.figure("start-against-floor", middle(&runs, [index, programs.len()]).0)
    };
    let against_echo = place("std_hello").zip(place("echo")).map(|(std, echo)| {
        programs[std].figure("start-against-echo", middle(&runs, [std, echo]).0)
    });
    programs.iter().enumerate().map(ratio).chain(against_echo).collect()
}
