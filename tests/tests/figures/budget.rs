//! The budgets: what each program may cost, by `budgets.toml`. Each figure is printed, and each has to keep its bound.
//!
//! `cargo suite --full --show --only figures figures::budget` shows the table. There is one test, so nothing is measured while
//! something else runs.

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

/// The event of programs that need none of their own: 59 bytes.
const SMALL: &[u8] = br#"{"Records":[{"count":2000,"name":"bolts M6","price":1234}]}"#;

/// As long as Lambda's.
const REQUEST_ID: &str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";

/// How many starts of each program make a median, and how many such pairs of medians are taken: what else the machine does shifts both
/// of a pair, and now and then one.
const ROUNDS: usize = 100;
const RUNS: usize = 9;

/// How many processes the memory is read of.
const PROCESSES: usize = 40;

/// How many invocations are counted together.
const INVOCATIONS: usize = 20;

#[test]
#[ignore = "needs qemu-user-static, strace and valgrind; run `bash .ci/full`"]
fn every_figure_keeps_its_bound() {
    let budgets = Budgets::read();
    // Those of `exec_budget` are ratios, and no program's.
    let names: Vec<String> = budgets.programs().into_iter().filter(|name| name != "exec-against").collect();
    let programs: Vec<Program> = names.iter().map(|name| Program::new(name, &budgets)).collect();
    let mut figures = Vec::new();
    for program in &programs {
        figures.extend(program.sizes());
        figures.extend(program.system_calls());
        figures.extend(program.instructions());
        figures.extend(program.memory());
    }
    let file = |name: &str| programs.iter().find(|program| program.name == name).map(|program| program.files[0].as_path());
    figures.push(coalesced(file("echo").expect("budgets.toml has it")));
    figures.push(streaming(file("stream").expect("budgets.toml has it")));
    figures.extend(starts(&programs));
    budgets.hold(&names, &figures);
}

struct Program {
    name: String,
    /// Its files, by architecture.
    files: [PathBuf; 2],
    /// The answer to GET /next.
    event: Vec<u8>,
    environment: Vec<(&'static str, PathBuf)>,
}

impl Program {
    /// Built as `cargo barelambda build` does, which gives the same bytes on every machine; the one in C by its Makefile.
    fn new(name: &str, budgets: &Budgets) -> Self {
        let files = Architecture::ALL.map(|architecture| match name {
            "c-echo" => c_programs::example("echo", Way::Freestanding(architecture)),
            _ => {
                let arch = if architecture == Architecture::Aarch64 { "arm64" } else { "x86_64" };
                let (path, _) = packages::succeed(cargo::root(), &["build", name, "--arch", arch]);
                PathBuf::from(path.trim())
            }
        });
        let [x86_64, aarch64] = files;
        let files = [aligned(&x86_64, name), aarch64];
        let file = |file: &str| {
            fs::read(cargo::root().join(file)).unwrap_or_else(|error| panic!("budgets.toml names {file} as an event: {error}"))
        };
        let text = budgets.word(name, "event").map(|text| text.as_bytes().to_vec());
        let event = text.or(budgets.word(name, "event-file").map(file)).unwrap_or(SMALL.to_vec());
        let environment = if name == "exec" { vec![("_HANDLER", PathBuf::from("/bin/cat"))] } else { Vec::new() };
        Self { name: name.to_owned(), files, event: message::next(REQUEST_ID, event).bytes(), environment }
    }

    /// In an environment of the server's address, and what it cannot do without; in the root, as the shell script
    /// that starts valgrind adds PWD.
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
        let size = |file: &Path| fs::metadata(file).expect("it has been built").len() as f64;
        let [x86_64, aarch64] = &self.files;
        vec![self.figure("size", size(x86_64)), figure_of(&self.name, "aarch64", "size", size(aarch64))]
    }

    /// By strace: of the first process, when the 202 and the next event come one after the other; of the invocations the most.
    fn system_calls(&self) -> Vec<Measured> {
        let trace = cargo::scratch("budget").join("trace");
        let server = Server::new();
        let calls = server.system_calls(&self.command(&server), &self.event, 1 + INVOCATIONS, &trace);
        let to_next = self.figure("syscalls-to-next", syscalls::to_first_next(&calls).len() as f64);
        let warm = syscalls::by_invocation(&calls);
        assert_eq!(warm.len(), INVOCATIONS, "of {}", self.name);
        let most = warm.iter().map(|calls| calls.len()).max().unwrap_or(0) as f64;
        vec![to_next, self.figure("syscalls-per-invocation", most)]
    }

    /// User-space instructions, by callgrind. Those of an invocation are the difference between two runs, so that what happens once does
    /// not count.
    fn instructions(&self) -> Vec<Measured> {
        let server = Server::new();
        let count = |invocations| agreed(&self.name, || server.instructions(&self.command(&server), &self.event, invocations)) as f64;
        let mut figures = vec![self.figure("instructions-to-next", count(0))];
        // Valgrind has no processes that share memory with their parent, which the child of `exec` does until it is another program.
        if self.name != "exec" {
            figures.push(self.figure("instructions-per-invocation", (count(1 + INVOCATIONS) - count(1)) / INVOCATIONS as f64));
        }
        figures
    }

    /// Read from /proc of the process when its first answer has arrived. Of several processes, as the kernel puts the stack at a random place
    /// in its page: the most memory, and the median of the faults. One of these is the starter's: it comes before execve, which does not
    /// begin the count anew.
    fn memory(&self) -> Vec<Measured> {
        let server = Server::new();
        let (mut peaks, mut faults): (Vec<_>, Vec<_>) = (0..PROCESSES).map(|_| server.memory(self.command(&server), &self.event)).unzip();
        peaks.sort_unstable();
        faults.sort_unstable();
        // One zero makes the whole measurement a zero.
        let at = |figures: &[u64], place: usize| if figures[0] == 0 { 0.0 } else { figures[place] as f64 };
        vec![self.figure("peak-memory-kib", at(&peaks, PROCESSES - 1)), self.figure("minor-faults", at(&faults, PROCESSES / 2))]
    }
}

/// A copy of a program whose path has a multiple of 16 bytes. It lies on the stack in front of the environment, whose alignment decides on how
/// many instructions it takes to read that.
fn aligned(program: &Path, name: &str) -> PathBuf {
    const ALIGNMENT: usize = 16;
    let folder = cargo::scratch(&format!("budget-{name}")).canonicalize().expect("it has been made");
    let length = folder.join("bootstrap").as_os_str().len();
    // A folder takes a slash, and at least a byte for its name.
    let padding = ALIGNMENT - 1 - length % ALIGNMENT;
    let folder = folder.join("_".repeat(if padding == 0 { ALIGNMENT } else { padding }));
    fs::create_dir(&folder).expect("its parent has been made");
    let copy = folder.join("bootstrap");
    fs::copy(program, &copy).expect("it has been built");
    assert_eq!(copy.as_os_str().len() % ALIGNMENT, 0, "{}", copy.display());
    copy
}

/// What two runs agree on: on a busy machine, one may read a reply in two pieces, or two replies at once.
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
    panic!("no two runs of {name} took the same number of instructions: {counts:?}");
}

fn figure_of(program: &str, architecture: &'static str, figure: &'static str, value: f64) -> Measured {
    Measured { program: program.to_owned(), architecture, figure, value }
}

/// The most system calls of an invocation of `echo`, when the 202 and the next event come together.
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

/// Peak memory of `stream` after 200 MB in one answer.
fn streaming(stream: &Path) -> Measured {
    const BYTES: u64 = 200_000_000;
    let event = message::next(REQUEST_ID, (BYTES / 64).to_string()).bytes();
    let (sent, peak) = Server::new().streamed(stream, &event);
    assert!(sent > BYTES, "{sent} bytes are not all");
    figure_of("stream", "x86_64", "peak-memory-kib-after-200-mb", peak as f64)
}

/// The time from just before the start of each process to its first GET /next, against the same of the floor: medians of rounds in random
/// order, and the middle one of several such comparisons.
fn starts(programs: &[Program]) -> Vec<Measured> {
    let server = Server::new();
    let floor = programs::floor();
    let runs: Vec<Vec<Duration>> = runs(programs.len() + 1, RUNS, ROUNDS, |index| {
        let command = programs.get(index).map_or_else(|| server.command(&floor), |program| program.command(&server));
        server.start_time(command)
    });
    let ratio = |(index, program): (usize, &Program)| program.figure("start-against-floor", middle(&runs, [index, programs.len()]).0);
    programs.iter().enumerate().map(ratio).collect()
}
