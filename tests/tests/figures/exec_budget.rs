//! What a supervised child costs: the binary `exec` against `echo`, against a loop that does nothing but start the same script, and against
//! bash with curl. Each figure is a ratio of times taken in turn, is printed, and has to keep its bound.
//!
//! `cargo suite --full --show --only figures exec_budget` shows the table. There is one test, so nothing is measured while
//! something else runs.

use std::env;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use barelambda_emulator::script::message;
use barelambda_tests::budgets::{Budgets, Measured};
use barelambda_tests::compared::{middle, runs};
use barelambda_tests::exec::write;
use barelambda_tests::exec_measured::{Running, exec};
use barelambda_tests::measured::{Peer, Server};
use barelambda_tests::programs::{Architecture, example};
use barelambda_tests::{cargo, tools};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The figures' part of budgets.toml.
const PART: &str = "exec-against";

/// Of 59 bytes, as the small events elsewhere.
const EVENT: &[u8] = br#"{"order":12345,"items":[{"name":"bolts, M6","count":2000}]}"#;

/// Builtins alone, so that nothing but the shell is started: what an invocation costs beside it then counts most.
const HANDLER: &[u8] = b"#!/bin/sh\nIFS= read -r event\nprintf '{\"event\":%s}\\n' \"$event\"\n";

/// How many invocations in a row are timed together where one takes microseconds: few, so that most rows end before something else gets the
/// processor.
const IN_A_ROW: u32 = 10;

#[test]
#[ignore = "needs curl; run `bash .ci/full`"]
fn every_figure_keeps_its_bound() {
    let folder = cargo::scratch("exec_budget");
    let programs = Programs { folder: &folder, exec: &exec(), echo: &example("echo", Architecture::X86_64) };
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
    /// All have the same environment but for `more`.
    fn command(&self, server: &Server, program: &Path, handler: &str, more: &[(&str, &str)]) -> Command {
        let mut command = server.command(program);
        command.envs(self.environment(handler)).envs(more.iter().copied());
        command
    }

    fn environment(&self, handler: &str) -> [(&'static str, std::ffi::OsString); 3] {
        let path = env::var_os("PATH").expect("there is a PATH");
        [("PATH", path), ("LAMBDA_TASK_ROOT", self.folder.into()), ("_HANDLER", handler.into())]
    }
}

/// From just before the start of the process to its first GET /next.
fn start(programs: &Programs<'_>) -> Measured {
    let server = Server::new();
    let started = [programs.exec, programs.echo];
    let runs = runs(2, 9, 500, |index| server.start_time(programs.command(&server, started[index], "handler.sh", &[])));
    let (ratio, exec, echo) = middle(&runs, [0, 1]);
    println!("start to the first /next: {} µs, and {} µs of `echo`", exec.as_micros(), echo.as_micros());
    figure("start-against-echo", ratio)
}

/// One invocation of the script, as the server sees it: from the event that is sent to the answer that has come. The bare loop has no server:
/// its time begins with the pipes and ends when the script has been waited for.
fn children(programs: &Programs<'_>) -> [Measured; 2] {
    let servers = [Server::new(), Server::new()];
    let mut exec = Running::start(&servers[0], programs.command(&servers[0], programs.exec, "handler.sh", &[]));
    let mut bash = BashAndCurl::start(&servers[1], programs);
    let wanted = [b"{\"event\":", EVENT, b"}\n"].concat();
    let reply = message::next("8476a536-e9f4-11e8-9739-2dfe598c3fcd", EVENT).bytes();
    let runs = runs(3, 9, 60, |index| match index {
        0 => {
            let start = Instant::now();
            exec.peer.send(&reply);
            let answer = exec.peer.expect_next();
            let time = start.elapsed();
            assert!(holds(&answer, &wanted), "not the answer: {}", answer.escape_ascii());
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
    println!("an invocation of handler.sh: {} µs, and {} µs of the bare loop", child.as_micros(), bare.as_micros());
    println!("the same by bash and curl: {} µs, and {} µs of `exec`", curl.as_micros(), against.as_micros());
    [figure("child-against-bare-loop", of_loop), figure("bash-and-curl-against-child", of_bash)]
}

/// Invocations per second of `cat`, line by line, against those of `echo`, when each 202 comes with the next event. All take part on one
/// processor, as in a function of less than 1,769 MB: with two, the figure is that of the scheduler, who wakes an idle one or does not.
fn lines(programs: &Programs<'_>) -> Measured {
    let allowed = sched_getaffinity(None).expect("a thread has its processors");
    let mut one = CpuSet::new();
    one.set((0..CpuSet::MAX_CPU).find(|processor| allowed.is_set(*processor)).expect("a thread has a processor"));
    // What this thread starts inherits it.
    sched_setaffinity(None, &one).expect("the processor is one of its own");
    let server = Server::new();
    let mut running = [(programs.exec, [("BARELAMBDA_MODE", "lines")].as_slice()), (programs.echo, &[])]
        .map(|(program, more)| Running::start(&server, programs.command(&server, program, "/bin/cat", more)));
    let reply = message::next("8476a536-e9f4-11e8-9739-2dfe598c3fcd", EVENT).bytes();
    let following = [message::accepted(), reply.clone()].concat();
    let runs = runs(2, 9, 200, |index| {
        let peer = &mut running[index].peer;
        let start = Instant::now();
        for number in 0..IN_A_ROW {
            peer.send(if number == 0 { &reply } else { &following });
            let answer = peer.expect_next();
            assert!(holds(&answer, EVENT), "not the answer: {}", answer.escape_ascii());
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

/// The bare loop: pipes, vfork and execve (as std does), the event written, the answer read, the process waited for.
fn run(program: &Path, programs: &Programs<'_>, event: &[u8]) -> Vec<u8> {
    let mut command = Command::new(program);
    command.env_clear().envs(programs.environment("handler.sh"));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the script can be started");
    child.stdin.take().expect("it is a pipe").write_all(event).expect("the script reads");
    let mut answer = Vec::new();
    child.stdout.take().expect("it is a pipe").read_to_end(&mut answer).expect("the script writes");
    assert!(child.wait().expect("it is our child").success(), "the script fails");
    answer
}

/// The loop of bash and curl, with its connection that waits for an event.
struct BashAndCurl<'a> {
    server: &'a Server,
    running: Running,
    /// In place of that of `running`, from the second invocation on.
    waiting: Option<Peer>,
}

impl<'a> BashAndCurl<'a> {
    fn start(server: &'a Server, programs: &Programs<'_>) -> Self {
        tools::curl();
        let bootstrap = cargo::root().join("benches/peers/bash-curl/bootstrap");
        let running = Running::start(server, programs.command(server, &bootstrap, "handler.sh", &[]));
        Self { server, running, waiting: None }
    }

    /// Ends when the loop waits for the next event, so that it does nothing while others are measured.
    fn invoke(&mut self, reply: &[u8], wanted: &[u8]) -> Duration {
        let waiting = self.waiting.as_mut().unwrap_or(&mut self.running.peer);
        let start = Instant::now();
        waiting.send(reply);
        let mut poster = self.server.accept();
        let mut answer = Vec::new();
        // curl leaves out line breaks.
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

fn holds(answer: &[u8], wanted: &[u8]) -> bool {
    answer.starts_with(b"POST ") && answer.windows(wanted.len()).any(|window| window == wanted)
}
