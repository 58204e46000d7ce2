//! Supervises a program, from the event to the response or the end.

use super::settings::Mode;
use super::stderr_log::StderrLog;
use super::stdout::{Progress, Stdout};
use crate::error::Error;
use crate::runtime_api::invocation::InvocationHead;
use crate::sys::clock;
use crate::sys::pipe::PIPE_CAPACITY;
use crate::sys::process::{Child, Signal};

/// How the supervision ended.
pub enum Outcome {
    /// The program wrote a line.
    Line,
    /// The program wrote more than one line, or one before it had received the whole event.
    Lines,
    /// The program closed stdout without a line.
    Closed,
    /// The process ended.
    Ended,
    /// The process was stopped, and ended.
    Timeout,
    TooLarge,
    /// The response couldn't be sent.
    SendFailed(Error),
}

/// The time for a process to exit after it has closed its stdout, in milliseconds.
const EXIT_GRACE_MS: u64 = 100;

/// Writes the program's input, and reads its output and its log.
pub fn supervise(
    child: &mut Child,
    mode: Mode,
    mut input: [&[u8]; 2],
    output: &mut Stdout<'_>,
    stderr_log: &mut StderrLog,
    invocation: &InvocationHead<'_>,
) -> Outcome {
    let mut deadline = Deadline::of(invocation);
    loop {
        let has_input = input.iter().any(|part| !part.is_empty());
        if !has_input && mode == Mode::Process {
            child.input.close();
        }
        let ready = child.wait(has_input, deadline.enforce(child));
        if ready.errors {
            stderr_log.read(&mut child.errors, invocation);
        }
        if ready.output
            && let Some(outcome) = outcome(output.read(&mut child.output, mode), has_input)
        {
            return outcome;
        }
        if ready.input {
            child.input.write(&mut input);
        }
        if ready.ended {
            break;
        }
        if mode == Mode::Lines
            && !child.output.is_open()
            && !child.wait(false, Some(EXIT_GRACE_MS)).ended
        {
            return Outcome::Closed;
        }
    }
    // Only processes that have left the group can still write, and their output isn't awaited.
    child.signal(Signal::Kill);
    let mut left = PIPE_CAPACITY;
    while left > 0 {
        let progress = output.read(&mut child.output, mode);
        match progress {
            Progress::More(0) => break,
            Progress::More(count) => left = left.saturating_sub(count),
            _ => {
                if let Some(outcome) = outcome(progress, false) {
                    return outcome;
                }
            }
        }
    }
    if deadline.has_passed() { Outcome::Timeout } else { Outcome::Ended }
}

/// Returns the outcome, if the supervision has ended. `has_input` says whether a part of the event
/// is unsent.
fn outcome(progress: Progress, has_input: bool) -> Option<Outcome> {
    match progress {
        Progress::More(_) => None,
        Progress::Line { has_more } => {
            Some(if has_more || has_input { Outcome::Lines } else { Outcome::Line })
        }
        Progress::TooLarge => Some(Outcome::TooLarge),
        Progress::SendFailed(error) => Some(Outcome::SendFailed(error)),
    }
}

/// The deadline of a process, in milliseconds since 1970.
struct Deadline {
    /// The signals and their times, in their order.
    signals: [(Signal, u64); 2],
    sent: usize,
}

impl Deadline {
    /// The longest time between the first signal and the deadline, in milliseconds.
    const GRACE: u64 = 1000;

    fn of(invocation: &InvocationHead<'_>) -> Self {
        let now = clock::now_ms();
        let deadline =
            invocation.deadline_ms().filter(|deadline| *deadline > now).unwrap_or(u64::MAX);
        let grace = ((deadline - now) / 10).min(Self::GRACE);
        Self {
            signals: [(Signal::Terminate, deadline - grace), (Signal::Kill, deadline - grace / 2)],
            sent: 0,
        }
    }

    /// Sends the signals that are due. Returns the time until the next one, in milliseconds.
    fn enforce(&mut self, child: &Child) -> Option<u64> {
        while let Some((signal, at)) = self.signals.get(self.sent) {
            let left = at.saturating_sub(clock::now_ms());
            if left > 0 {
                return Some(left);
            }
            match signal {
                Signal::Terminate => child.signal(Signal::Terminate),
                Signal::Kill => child.kill(),
            }
            self.sent += 1;
        }
        None
    }

    const fn has_passed(&self) -> bool {
        self.sent > 0
    }
}
