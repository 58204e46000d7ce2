//! The cost of a supervised child: the binary `exec` compared with `echo`, with a loop that only
//! starts the same script, and with bash and curl. Each figure is a ratio of times that alternate,
//! and is compared with its bound.
//!
//! `cargo suite --full --show --only figures exec_budget` shows the table. All figures are in one
//! test so that nothing else runs while one is measured.

use std::env;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use barelambda_emulator::script::message;
use barelambda_tests::budgets::{Budgets, Measured};
use barelambda_tests::compared::{middle, runs};
use barelambda_tests::exec::{bootstrap, write};
use barelambda_tests::exec_measured::Running;
use barelambda_tests::measured::{Peer, Server};
use barelambda_tests::programs::{Architecture, example};
use barelambda_tests::{cargo, tools};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The table of the figures in budgets.toml.
const PART: &str = "exec-against";

/// 59 bytes, like the small events elsewhere.
const EVENT: &[u8] = br#"{"order":12345,"items":[{"name":"bolts, M6","count":2000}]}"#;

/// A script with only builtins, which starts no other process, so that the runtime's own cost has
/// the most weight.
const HANDLER: &[u8] = b"#!/bin/sh\nIFS= read -r event\nprintf '{\"event\":%s}\\n' \"$event\"\n";

/// The number of invocations that are timed together where one lasts microseconds. It's small so
/// that most of them complete before another process gets the processor.
const IN_A_ROW: u32 = 10;

#[test]
#[ignore = "needs curl; run `bash .ci/full`"]
fn every_figure_keeps_its_bound() {
    let folder = cargo::scratch("exec_budget");
    let native = Architecture::X86_64;
    let programs =
        Programs { folder: &folder, exec: &bootstrap(native), echo: &example("echo", native) };
    write(&folder.join("handler.sh"), HANDLER, 0o755);
    let mut figures = vec![start(&programs)];
    figures.extend(children(&programs));
    figures.push(lines(&programs));
    Budgets::read().hold(&[PART.to_owned()], &figures);
}

struct Programs<'a> {
    /// `LAMBDA_TASK_ROOT`.
    folder: &'a Path,
    exec: &'a Path,
    echo: &'a Path,
}

impl Programs<'_> {
    /// Returns a command. All have the same environment, except for `more`.
    fn command(
        &self,
        server: &Server,
        program: &Path,
        handler: &str,
        more: &[(&str, &str)],
    ) -> Command {
        let mut command = server.command(program);
        command.envs(self.environment(handler)).envs(more.iter().copied());
        command
    }

    fn environment(&self, handler: &str) -> [(&'static str, std::ffi::OsString); 3] {
        let path = env::var_os("PATH").expect("PATH is set");
        [("PATH", path), ("LAMBDA_TASK_ROOT", self.folder.into()), ("_HANDLER", handler.into())]
    }
}

/// Measures the time from just before the start of the process to its first GET /next.
fn start(programs: &Programs<'_>) -> Measured {
    let server = Server::new();
    let started = [programs.exec, programs.echo];
    let runs = runs(2, 9, 500, |index| {
        server.start_time(programs.command(&server, started[index], "handler.sh", &[]))
    });
    let (ratio, exec, echo) = middle(&runs, [0, 1]);
    println!(
        "start to the first /next: {} µs, and {} µs of `echo`",
        exec.as_micros(),
        echo.as_micros()
    );
    figure("start-against-echo", ratio)
}

/// Measures one invocation of the script from the server's view: from sending the event to
/// receiving the response. The bare loop has no server. Its time begins before the pipes are made
/// and ends when the script has been reaped.
fn children(programs: &Programs<'_>) -> [Measured; 2] {
    let servers = [Server::new(), Server::new()];
    let mut exec = Running::start(
        &servers[0],
        programs.command(&servers[0], programs.exec, "handler.sh", &[]),
    );
    let mut bash = BashAndCurl::start(&servers[1], programs);
    let wanted = [b"{\"event\":", EVENT, b"}\n"].concat();
    let reply = message::next("8476a536-e9f4-11e8-9739-2dfe598c3fcd", EVENT).bytes();
    let runs = runs(3, 9, 60, |index| match index {
        0 => {
            let start = Instant::now();
            exec.peer.send(&reply);
            let answer = exec.peer.expect_next();
            let time = start.elapsed();
            assert!(has(&answer, &wanted), "unexpected response: {}", answer.escape_ascii());
            exec.peer.send(&message::accepted());
            time
        }
        1 => {
            let start = Instant::now();
            let answer = run(&programs.folder.join("handler.sh"), programs, EVENT);
            let time = start.elapsed();
            assert_eq!(answer, wanted);
            time
        }
        _ => bash.invoke(&reply, &wanted),
    });
    let (of_loop, child, bare) = middle(&runs, [0, 1]);
    let (of_bash, curl, against) = middle(&runs, [2, 0]);
    println!(
        "an invocation of handler.sh: {} µs, and {} µs of the bare loop",
        child.as_micros(),
        bare.as_micros()
    );
    println!(
        "the same by bash and curl: {} µs, and {} µs of `exec`",
        curl.as_micros(),
        against.as_micros()
    );
    [figure("child-against-bare-loop", of_loop), figure("bash-and-curl-against-child", of_bash)]
}

/// Compares the invocations per second of `cat`, in the mode for lines, with those of `echo`, when
/// each 202 arrives with the next event. All processes share one processor, as in a function with
/// less than 1,769 MB. With two, the figure would depend on whether the scheduler wakes an idle
/// one.
fn lines(programs: &Programs<'_>) -> Measured {
    let allowed = sched_getaffinity(None).expect("a thread has its processors");
    let mut one = CpuSet::new();
    one.set(
        (0..CpuSet::MAX_CPU)
            .find(|processor| allowed.is_set(*processor))
            .expect("a thread has a processor"),
    );
    // Child processes inherit it.
    sched_setaffinity(None, &one).expect("the thread may use the processor");
    let server = Server::new();
    let mut running =
        [(programs.exec, [("BARELAMBDA_MODE", "lines")].as_slice()), (programs.echo, &[])].map(
            |(program, more)| {
                Running::start(&server, programs.command(&server, program, "/bin/cat", more))
            },
        );
    let reply = message::next("8476a536-e9f4-11e8-9739-2dfe598c3fcd", EVENT).bytes();
    let following = [message::accepted(), reply.clone()].concat();
    let runs = runs(2, 9, 200, |index| {
        let peer = &mut running[index].peer;
        let start = Instant::now();
        for number in 0..IN_A_ROW {
            peer.send(if number == 0 { &reply } else { &following });
            let answer = peer.expect_next();
            assert!(has(&answer, EVENT), "unexpected response: {}", answer.escape_ascii());
        }
        let time = start.elapsed() / IN_A_ROW;
        peer.send(&message::accepted());
        time
    });
    let (ratio, echo, cat) = middle(&runs, [1, 0]);
    let [cat, echo] = [cat, echo].map(|time| 1.0 / time.as_secs_f64());
    println!("`cat` line by line: {cat:.0} invocations a second, of the {echo:.0} of `echo`");
    figure("lines-against-echo", ratio)
}

fn figure(name: &'static str, value: f64) -> Measured {
    Measured { program: PART.to_owned(), architecture: "x86_64", figure: name, value }
}

/// Runs the bare loop once: makes pipes, starts the process (std uses vfork and execve), writes the
/// event, reads the response, and waits for the process.
fn run(program: &Path, programs: &Programs<'_>, event: &[u8]) -> Vec<u8> {
    let mut command = Command::new(program);
    command.env_clear().envs(programs.environment("handler.sh"));
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the script can be started");
    child.stdin.take().expect("stdin is a pipe").write_all(event).expect("the script reads");
    let mut answer = Vec::new();
    child
        .stdout
        .take()
        .expect("stdout is a pipe")
        .read_to_end(&mut answer)
        .expect("the script writes");
    assert!(child.wait().expect("the script is a child").success(), "the script fails");
    answer
}

/// The loop of bash and curl, with the connection that waits for an event.
struct BashAndCurl<'a> {
    server: &'a Server,
    running: Running,
    /// Replaces the connection of `running` from the second invocation on.
    waiting: Option<Peer>,
}

impl<'a> BashAndCurl<'a> {
    fn start(server: &'a Server, programs: &Programs<'_>) -> Self {
        tools::curl();
        let bootstrap = cargo::root().join("benches/peers/bash-curl/bootstrap");
        let running =
            Running::start(server, programs.command(server, &bootstrap, "handler.sh", &[]));
        Self { server, running, waiting: None }
    }

    /// Returns when the loop waits for the next event, so that it's idle while others are measured.
    fn invoke(&mut self, reply: &[u8], wanted: &[u8]) -> Duration {
        let waiting = self.waiting.as_mut().unwrap_or(&mut self.running.peer);
        let start = Instant::now();
        waiting.send(reply);
        let mut poster = self.server.accept();
        let mut answer = Vec::new();
        // curl removes line breaks.
        let wanted = wanted.trim_ascii_end();
        while !answer.ends_with(wanted) {
            poster.receive(&mut answer);
        }
        let time = start.elapsed();
        poster.send(&message::accepted());
        let mut next = self.server.accept();
        next.expect_next();
        self.waiting = Some(next);
        time
    }
}

fn has(answer: &[u8], wanted: &[u8]) -> bool {
    answer.starts_with(b"POST ") && answer.windows(wanted.len()).any(|window| window == wanted)
}
