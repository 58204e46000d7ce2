//! What happens between the runtime and a program, from the event to the answer or the end.

use super::settings::Mode;
use super::stderr_log::StderrLog;
use super::stdout::{Progress, Stdout};
use crate::error::Error;
use crate::runtime_api::invocation::InvocationHead;
use crate::sys::clock;
use crate::sys::pipe::PIPE_CAPACITY;
use crate::sys::process::{Child, Signal};

/// What came of it.
pub enum Outcome {
    /// There is a line.
    Line,
    /// There is more than one line, or one that came before the whole event was given.
    Lines,
    /// There will be no line: stdout is closed.
    Closed,
    /// The process has ended.
    Ended,
    /// The process has been stopped, and has ended.
    Timeout,
    TooLarge,
    /// The answer cannot be sent on.
    Lost(Error),
}

/// How long a process has to end after it has closed its stdout, in milliseconds.
const EXIT_GRACE_MS: u64 = 100;

/// Gives the program its input, and takes what it writes.
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
        let gives = input.iter().any(|part| !part.is_empty());
        if !gives && mode == Mode::Process {
            child.input.close();
        }
        let ready = child.wait(gives, deadline.keep(child));
        if ready.errors {
            stderr_log.read(&mut child.errors, invocation);
        }
        if ready.output
            && let Some(outcome) = outcome(output.read(&mut child.output, mode), gives)
        {
            return outcome;
        }
        if ready.input {
            child.input.write(&mut input);
        }
        if ready.ended {
            break;
        }
        if mode == Mode::Lines && !child.output.is_open() && !child.wait(false, Some(EXIT_GRACE_MS)).ended {
            return Outcome::Closed;
        }
    }
    // From here on nobody writes but those who have left the group, and those are not waited for.
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

/// The outcome, if there is one. `gives` says whether some of the event was still to be given.
fn outcome(progress: Progress, gives: bool) -> Option<Outcome> {
    match progress {
        Progress::More(_) => None,
        Progress::Line { has_more } => Some(if has_more || gives { Outcome::Lines } else { Outcome::Line }),
        Progress::TooLarge => Some(Outcome::TooLarge),
        Progress::Lost(error) => Some(Outcome::Lost(error)),
    }
}

/// When a process is stopped, in milliseconds since 1970.
struct Deadline {
    /// The signals that are still to be sent, the next one last, and when.
    signals: [(Signal, u64); 2],
    sent: usize,
}

impl Deadline {
    /// The longest time between the first signal and the deadline.
    const GRACE: u64 = 1000;

    fn of(invocation: &InvocationHead<'_>) -> Self {
        let now = clock::now_ms();
        let deadline = invocation.deadline_ms().filter(|deadline| *deadline > now).unwrap_or(u64::MAX);
        let grace = ((deadline - now) / 10).min(Self::GRACE);
        Self { signals: [(Signal::Terminate, deadline - grace), (Signal::Kill, deadline - grace / 2)], sent: 0 }
    }

    /// Sends the signals that are due, and gives the time until the next, in milliseconds.
    fn keep(&mut self, child: &Child) -> Option<u64> {
        while let Some((signal, at)) = self.signals.get(self.sent) {
            let left = at.saturating_sub(clock::now_ms());
            if left > 0 {
                return Some(left);
            }
            child.signal(*signal);
            self.sent += 1;
        }
        None
    }

    const fn has_passed(&self) -> bool {
        self.sent > 0
    }
}
