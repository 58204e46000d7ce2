//! A long run of one process against a server that injects random faults and counts the outcomes.
//!
//! - [`run`] runs it; [`plan`] makes the invocations and chooses the faults.
//! - [`mod@line`] is the server's side of the connection.

use std::fmt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use self::line::{Line, Unwanted};
use self::plan::{Fault, Invocation, Plan};
use crate::child::KilledOnDrop;
use crate::exec::descriptors;
use crate::waiting::LIMIT;

pub mod line;
pub mod plan;

/// After this many invocations the process has touched all memory that it will ever use.
pub const WARM: u64 = 10_000;

/// The interval of progress messages.
const EACH: Duration = Duration::from_secs(20);

/// The results of a soak.
#[derive(Debug)]
pub struct Report {
    pub seed: u64,
    pub invocations: u64,
    /// The invocations with exactly one response, which was their event.
    pub answered: u64,
    /// The responses that were sent again because the first attempt wasn't acknowledged.
    pub sent_again: u64,
    /// The invocations with a fault, and the faults of each kind.
    pub faulty: u64,
    pub faults: [u64; Fault::ALL.len()],
    pub connections: u64,
    pub bytes: u64,
    /// VmHWM in KiB, and the number of open descriptors, after [`WARM`] invocations and at the
    /// end.
    pub peak_kib: [u64; 2],
    pub descriptors: [usize; 2],
    pub time: Duration,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed,
            invocations,
            answered,
            sent_again,
            faulty,
            connections,
            bytes,
            peak_kib,
            descriptors,
            time,
            ..
        } = self;
        let share = *faulty as f64 * 100.0 / *invocations as f64;
        let rate = *invocations as f64 / time.as_secs_f64();
        writeln!(
            f,
            "seed {seed}: {invocations} invocations in {:.1} s, {rate:.0} a second, {bytes} bytes of events",
            time.as_secs_f64()
        )?;
        writeln!(
            f,
            "with exactly one response: {answered}; lost: {}; with two responses: 0",
            invocations - answered
        )?;
        writeln!(
            f,
            "with a fault: {faulty} ({share:.2} %); responses sent again since they weren't acknowledged: {sent_again}; connections: {connections}"
        )?;
        for (fault, count) in Fault::ALL.iter().zip(self.faults) {
            writeln!(f, "  {count:>9} {}", fault.name())?;
        }
        writeln!(
            f,
            "VmHWM: {} KiB after {WARM} invocations, {} KiB at the end",
            peak_kib[0], peak_kib[1]
        )?;
        write!(f, "open descriptors: {} and {}", descriptors[0], descriptors[1])
    }
}

/// Sends `count` invocations to one process of `program`, then a 500, which ends it.
///
/// # Panics
/// An invocation has no response, two responses, or a response that isn't its event; or the process
/// exits too early, or not after the 500.
pub fn run(program: &Path, count: u64, seed: u64) -> Report {
    let (report, status) = run_command(Command::new(program), count, seed);
    assert_eq!(status.code(), Some(1), "exit status");
    report
}

/// Like [`run`], for a program with arguments. Returns the exit status as well.
pub fn run_command(mut command: Command, count: u64, seed: u64) -> (Report, ExitStatus) {
    let mut line = Line::new();
    command.env_clear().env("AWS_LAMBDA_RUNTIME_API", line.address().to_string());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut process = Process(KilledOnDrop::spawn(&mut command));
    let mut plan = Plan::new(seed);
    let mut report = Report {
        seed,
        invocations: count,
        answered: 0,
        sent_again: 0,
        faulty: 0,
        faults: [0; Fault::ALL.len()],
        connections: 0,
        bytes: 0,
        peak_kib: [0; 2],
        descriptors: [0; 2],
        time: Duration::ZERO,
    };
    let start = Instant::now();
    let mut shown = start;
    for number in 0..count {
        if number == WARM {
            line.expect_next(&"before the measurement");
            (report.peak_kib[0], report.descriptors[0]) = process.measured();
        }
        if number % 1024 == 0 && shown.elapsed() > EACH {
            shown = Instant::now();
            eprintln!("{number} invocations, {} s", start.elapsed().as_secs());
        }
        let invocation = plan.invocation(number);
        report.bytes += invocation.len as u64;
        serve(&mut line, &mut plan, &invocation, &mut report);
    }
    line.expect_next(&"at the end");
    (report.peak_kib[1], report.descriptors[1]) = process.measured();
    assert_eq!(process.0.try_wait().expect("the process is a child"), None, "the process exited");
    report.connections = line.connections();
    report.time = start.elapsed();
    line.send(&plan::reply(500, false));
    (report, process.end())
}

/// Sends one invocation, repeatedly until the server has its response.
fn serve(line: &mut Line, plan: &mut Plan, invocation: &Invocation, report: &mut Report) {
    let mut fault = invocation.fault;
    report.faulty += u64::from(fault.is_some());
    loop {
        if let Some(fault) = fault {
            report.faults[fault as usize] += 1;
        }
        line.expect_next(invocation);
        let answered = send_event(line, plan, invocation, fault)
            && receive_response(line, plan, invocation, fault, report);
        if answered {
            report.answered += 1;
            return;
        }
        fault = plan.further_fault();
    }
}

/// Sends the event, unless the fault prevents it. Returns whether a response can follow.
fn send_event(
    line: &mut Line,
    plan: &mut Plan,
    invocation: &Invocation,
    fault: Option<Fault>,
) -> bool {
    match fault {
        Some(Fault::ClosedBeforeEvent | Fault::ResetBeforeEvent) => {
            line.flush();
            line.hang_up(fault == Some(Fault::ResetBeforeEvent));
            return false;
        }
        Some(Fault::RefusedConnections) => {
            line.flush();
            line.hang_up(false);
            line.refuse(Duration::from_millis(plan.below(5) + 1));
            return false;
        }
        Some(Fault::Idle) => {
            line.flush();
            thread::sleep(Duration::from_millis(plan.below(4) + 1));
        }
        _ => {}
    }
    let (head_len, message) = plan.event(invocation, line.pending(), fault);
    match fault {
        Some(Fault::InHead | Fault::InEvent) => {
            let before = if fault == Some(Fault::InHead) { 0 } else { head_len };
            let end = if fault == Some(Fault::InHead) { head_len } else { message.len() };
            let cut = before + plan.below((end - before) as u64) as usize;
            line.send(&message[..cut]);
            line.hang_up(plan.below(2) == 0);
            return false;
        }
        Some(Fault::Split) => {
            let first = 1 + plan.below(message.len() as u64 - 1) as usize;
            let second = first + plan.below((message.len() - first) as u64) as usize;
            for part in [&message[..first], &message[first..second], &message[second..]] {
                line.send(part);
                thread::yield_now();
            }
        }
        _ => line.send(&message),
    }
    line.asked = false;
    if matches!(fault, Some(Fault::AfterEvent | Fault::CloseOnEvent)) {
        line.hang_up(false);
    }
    fault != Some(Fault::AfterEvent)
}

/// Receives the response. Returns whether the server has accepted it.
fn receive_response(
    line: &mut Line,
    plan: &mut Plan,
    invocation: &Invocation,
    fault: Option<Fault>,
    report: &mut Report,
) -> bool {
    if fault == Some(Fault::InPost) {
        line.receive_up_to(1 + plan.below(200 + invocation.len as u64 / 2) as usize, invocation);
        line.hang_up(plan.below(2) == 0);
        report.sent_again += 1;
        return false;
    }
    line.expect_answer(invocation, plan.data(invocation));
    match fault {
        Some(Fault::PostForgotten) => {
            line.hang_up(plan.below(2) == 0);
            report.sent_again += 1;
            return false;
        }
        Some(Fault::AfterPost) => line.hang_up(plan.below(2) == 0),
        Some(Fault::InReply) => {
            let reply = plan::reply(202, false);
            line.send(&reply[..plan.below(reply.len() as u64) as usize]);
            line.hang_up(false);
        }
        Some(Fault::AfterReply) => {
            line.send(&plan::reply(202, false));
            line.hang_up(false);
        }
        Some(Fault::CloseOnReply) => {
            // The GET /next that was pipelined with the response is lost.
            line.expect_next(invocation);
            line.send(&plan::reply(202, true));
            line.hang_up(false);
        }
        _ => {
            let reply = plan::reply(fault.map_or(202, Fault::status), false);
            line.reply(&reply, plan.below(2) == 0);
        }
    }
    true
}

/// The process.
struct Process(KilledOnDrop);

impl Process {
    /// Returns its VmHWM in KiB and the number of its open descriptors.
    fn measured(&self) -> (u64, usize) {
        let (peak, _) = barelambda_emulator::measured(self.0.id());
        (peak.expect("the memory can be read"), descriptors(self.0.id()))
    }

    /// Waits until it exits.
    fn end(&mut self) -> ExitStatus {
        let limit = Instant::now() + LIMIT;
        loop {
            if let Some(status) = self.0.try_wait().expect("it is our child") {
                return status;
            }
            assert!(Instant::now() < limit, "the process doesn't exit after a 500");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Unwanted for Invocation {
    fn describe(&self) -> String {
        format!("{self:?}")
    }
}

impl Unwanted for &str {
    fn describe(&self) -> String {
        (*self).to_owned()
    }
}
