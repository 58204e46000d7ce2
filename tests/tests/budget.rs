//! The budget: what the program may cost. Each figure is printed, and each has to keep its bound.
//!
//! `cargo test --package barelambda-tests --test budget -- --nocapture` shows the table. The program is `echo`, the same file that
//! the other tests put every fault to. There is one test, so nothing is measured while something else runs.

use std::fs;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use barelambda_emulator::script::{Script, Step, message};
use barelambda_tests::emulated::pattern;
use barelambda_tests::measured::Server;
use barelambda_tests::programs::{self, Architecture};
use barelambda_tests::scripted::{run_command, the_end};
use barelambda_tests::{cargo, syscalls};

/// What was reached on x86_64 and on aarch64; ARCHITECTURE.md, "Where the bytes are", says what was tried to come closer to 8,192.
const SIZE_BYTES: [f64; 2] = [11_200.0, 12_544.0];
/// Of the examples with typed data, on x86_64.
const TYPED_BYTES: [(&str, f64); 2] = [("json", 16_384.0), ("function_url", 24_576.0)];
/// Of the example that streams, on x86_64.
const STREAM_BYTES: f64 = 15_832.0;
const SYSCALLS_TO_FIRST_NEXT: f64 = 4.0;
const SYSCALLS_PER_INVOCATION: f64 = 3.0;
const SYSCALLS_WHEN_COALESCED: f64 = 2.0;
const INSTRUCTIONS_TO_FIRST_NEXT: f64 = 2500.0;
const INSTRUCTIONS_PER_INVOCATION: f64 = 8000.0;
const PEAK_MEMORY_KIB: f64 = 28.0;
/// Of `stream`, behind 200 MB in one answer.
const STREAM_PEAK_MEMORY_KIB: f64 = 64.0;
const MINOR_FAULTS: f64 = 5.0;
const START_AGAINST_FLOOR: f64 = 1.05;

/// What "small" means: the size of the events.
const SMALL: usize = 59;

/// How many starts of each program make a median, and how many such pairs of medians are taken: what else the machine does shifts both
/// of a pair, and now and then one.
const ROUNDS: usize = 300;
const RUNS: usize = 9;

/// How many processes the memory is read of.
const PROCESSES: usize = 40;

/// How many invocations are counted together.
const INVOCATIONS: usize = 100;

#[test]
fn every_figure_keeps_its_bound() {
    let rows = [sizes(), syscalls(), instructions(), memory(), start()].concat();
    println!("\n{:<58} {:>9} {:>9}", "echo", "figure", "bound");
    for row in &rows {
        println!("{:<58} {:>9} {:>9}  {}", row.what, shown(row.figure), shown(row.bound), if row.holds() { "" } else { "TOO MUCH" });
    }
    println!();
    let broken: Vec<_> = rows.iter().filter(|row| !row.holds()).map(|row| row.what.as_str()).collect();
    assert!(broken.is_empty(), "these break their bound, in the table above: {broken:?}");
}

#[derive(Clone)]
struct Row {
    what: String,
    figure: f64,
    bound: f64,
}

impl Row {
    fn new(what: impl Into<String>, figure: f64, bound: f64) -> Self {
        Self { what: what.into(), figure, bound }
    }

    /// A zero is no figure: nothing here can cost nothing.
    fn holds(&self) -> bool {
        self.figure > 0.0 && self.figure <= self.bound
    }
}

/// The files as they are built.
fn sizes() -> Vec<Row> {
    let size = |architecture| fs::metadata(programs::example("echo", architecture)).expect("it has been built").len();
    let row = |(architecture, bound)| Row::new(format!("size, {architecture:?}, bytes"), size(architecture) as f64, bound);
    let typed = |(name, bound)| {
        let program = programs::example_with_features(name, Architecture::X86_64, &[]);
        Row::new(format!("size of `{name}`, X86_64, bytes"), fs::metadata(program).expect("it has been built").len() as f64, bound)
    };
    let stream = fs::metadata(programs::example("stream", Architecture::X86_64)).expect("it has been built").len();
    let stream = Row::new("size of `stream`, X86_64, bytes", stream as f64, STREAM_BYTES);
    Architecture::ALL.into_iter().zip(SIZE_BYTES).map(row).chain(TYPED_BYTES.into_iter().map(typed)).chain([stream]).collect()
}

/// The most system calls, by strace, of a scripted conversation. In its first half the 202 and the next event come one after the
/// other, in the second half together.
fn syscalls() -> Vec<Row> {
    let event = message::next("r-1", pattern(SMALL)).bytes();
    let together = [message::accepted(), event.clone()].concat();
    let apart = Step::SendSplit(together.clone(), vec![message::accepted().len()]);
    let mut steps = vec![Step::Expect, Step::Send(event)];
    for reply in [apart, Step::Send(together)] {
        for _ in 0..INVOCATIONS {
            steps.extend([Step::Expect, Step::Expect, reply.clone()]);
        }
    }
    steps.extend([Step::Expect, Step::Expect, Step::Send(message::accepted()), the_end()]);

    let trace = cargo::scratch("budget").join("trace");
    run_command(Script::new().connection(steps), |address| {
        let mut command: Command = syscalls::traced(&programs::example("echo", Architecture::X86_64), &trace);
        command.env("AWS_LAMBDA_RUNTIME_API", address.to_string());
        command
    });
    let calls = syscalls::read(&trace);
    let warm = syscalls::by_invocation(&calls);
    assert_eq!(warm.len(), 2 * INVOCATIONS);
    let most = |some: &[&[String]]| some.iter().map(|calls| calls.len()).max().unwrap_or(0) as f64;
    vec![
        Row::new("system calls to the first /next, execve included", syscalls::to_first_next(&calls).len() as f64, SYSCALLS_TO_FIRST_NEXT),
        Row::new("system calls per warm invocation", most(&warm[..INVOCATIONS]), SYSCALLS_PER_INVOCATION),
        Row::new("the same, the 202 and the next event together", most(&warm[INVOCATIONS..]), SYSCALLS_WHEN_COALESCED),
    ]
}

/// User-space instructions, by callgrind, in an environment of one variable. Those of an invocation are the difference between two runs, so
/// that what happens once does not count.
fn instructions() -> Vec<Row> {
    let echo = programs::example("echo", Architecture::X86_64);
    let event = message::next("8476a536-e9f4-11e8-9739-2dfe598c3fcd", pattern(SMALL)).invocation_id("8476a536-e9f4-11e8-9739-2dfe598c3fce");
    let count = |invocations| Server::new().instructions(&echo, &event.bytes(), invocations) as f64;
    let each = (count(1 + INVOCATIONS) - count(1)) / INVOCATIONS as f64;
    vec![
        Row::new("user instructions to the first /next", count(0), INSTRUCTIONS_TO_FIRST_NEXT),
        Row::new("user instructions per warm invocation", each, INSTRUCTIONS_PER_INVOCATION),
    ]
}

/// Read from /proc of the process when its first answer has arrived. Of several processes, as the kernel puts the stack at a random place
/// in its page: the most memory, and the median of the faults. One of these is the starter's: it comes before execve, which does not
/// begin the count anew.
fn memory() -> Vec<Row> {
    let echo = programs::example("echo", Architecture::X86_64);
    let event = message::next("8476a536-e9f4-11e8-9739-2dfe598c3fcd", pattern(SMALL)).bytes();
    let server = Server::new();
    let (mut peaks, mut faults): (Vec<_>, Vec<_>) = (0..PROCESSES).map(|_| server.memory(&echo, &event)).unzip();
    peaks.sort_unstable();
    faults.sort_unstable();
    // One zero makes the whole measurement a zero.
    let at = |figures: &[u64], place: usize| if figures[0] == 0 { 0.0 } else { figures[place] as f64 };
    vec![
        Row::new("peak memory (VmHWM) after the first answer, most, KiB", at(&peaks, PROCESSES - 1), PEAK_MEMORY_KIB),
        streaming(&server),
        Row::new("minor faults after the first answer, median", at(&faults, PROCESSES / 2), MINOR_FAULTS),
        Row::new("the same, most, less the starter's one", at(&faults, PROCESSES - 1) - 1.0, MINOR_FAULTS),
    ]
}

/// Peak memory of `stream` after 200 MB in one answer.
fn streaming(server: &Server) -> Row {
    const BYTES: u64 = 200_000_000;
    let event = message::next("8476a536-e9f4-11e8-9739-2dfe598c3fcd", (BYTES / 64).to_string()).bytes();
    let (sent, peak) = server.streamed(&programs::example("stream", Architecture::X86_64), &event);
    assert!(sent > BYTES, "{sent} bytes are not all");
    Row::new("peak memory of `stream` after 200 MB, KiB", peak as f64, STREAM_PEAK_MEMORY_KIB)
}

/// The time from just before the start of the process to its first GET /next, against the same of the floor: medians of rounds in random
/// order, and the middle one of several such comparisons.
fn start() -> Vec<Row> {
    let programs = [programs::example("echo", Architecture::X86_64), programs::floor()];
    let server = Server::new();
    let run = |_| {
        let mut times = [Vec::new(), Vec::new()];
        for index in shuffled() {
            times[index].push(server.start_time(&programs[index]));
        }
        let [echo, floor] = times.map(|mut times| {
            times.sort_unstable();
            times[ROUNDS / 2]
        });
        println!("start: {echo:?}, and the floor's {floor:?}");
        (echo.as_secs_f64() / floor.as_secs_f64(), echo, floor)
    };
    let mut runs: Vec<(f64, Duration, Duration)> = (0..RUNS).map(run).collect();
    runs.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
    let (ratio, echo, floor) = runs[RUNS / 2];
    vec![Row::new(format!("start: {} µs, times the floor's {} µs", echo.as_micros(), floor.as_micros()), ratio, START_AGAINST_FLOOR)]
}

/// Each program's index as often as there are rounds, in random order (Fisher-Yates, with xorshift).
fn shuffled() -> Vec<usize> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
    let mut state = since.as_nanos() as u64 | 1;
    let mut order = [[0; ROUNDS], [1; ROUNDS]].concat();
    for last in (1..order.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        order.swap(last, (state % (last as u64 + 1)) as usize);
    }
    order
}

/// Whole numbers as such, ratios with their decimals.
fn shown(figure: f64) -> String {
    if figure.fract() == 0.0 { format!("{figure}") } else { format!("{figure:.3}") }
}
