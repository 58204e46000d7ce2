//! The handler that runs a program.

use super::error::ProgramError;
use super::launch::{self, LAUNCH, Settings};
use super::settings::Mode;
use super::stderr_log::StderrLog;
use super::stdout::Stdout;
use super::supervise::{Outcome, supervise};
use crate::error::Error;
use crate::handler::{Handler, Invocation, Response};
use crate::log::{self, Level};
use crate::runtime_api::invocation::InvocationHead;
use crate::sys::process::{self, Child, End, Signal};

/// A handler that runs a program.
pub struct Program {
    settings: Settings,
    /// With `lines`, the process that answers.
    child: Child,
    /// Whether this process is prepared for children.
    is_prepared: bool,
    stderr_log: StderrLog,
}

impl Program {
    /// The program that the environment names. If it cannot be executed, or a variable has a value that it cannot have, that is reported as
    /// an error of the initialisation, and the process ends.
    ///
    /// # Errors
    /// None: it is what `entry!` takes for an initialiser.
    pub fn from_environment() -> Result<Self, Error> {
        let settings = Settings::from_environment().unwrap_or_else(|error| error.end_initialization());
        let mut program = Self { settings, child: Child::NONE, is_prepared: false, stderr_log: StderrLog::new(settings.format) };
        if settings.mode == Mode::Lines {
            program.start_early();
        }
        Ok(program)
    }

    /// Starts the program in the initialisation.
    // Not inlined, as a caller would touch all pages of the buffer even if it does not get here.
    #[inline(never)]
    fn start_early(&mut self) {
        self.start(None, &mut [0; LAUNCH]).unwrap_or_else(|error| error.end_initialization());
    }

    /// # Errors
    /// [`ProgramError::CannotExecute`].
    fn start(&mut self, invocation: Option<&InvocationHead<'_>>, buffer: &mut [u8]) -> Result<(), ProgramError<'static>> {
        // Not before there is a child: it takes 66 system calls, and the first GET /next need not wait for them.
        if !self.is_prepared {
            process::prepare();
            self.is_prepared = true;
        }
        self.child = launch::start(invocation, buffer)?;
        Ok(())
    }

    /// Sees to it that there is a process for this invocation.
    ///
    /// # Errors
    /// [`ProgramError::CannotExecute`].
    fn ready(&mut self, invocation: &InvocationHead<'_>, buffer: &mut [u8]) -> Result<(), ProgramError<'static>> {
        if self.child.is_some()
            && let Some(count) = self.child.output.read(&mut [0])
        {
            // It has written something that belongs to no invocation, or has ended. Whatever comes from it now is not to be trusted, and this
            // invocation has no part in it.
            let how = self.end(invocation);
            let what: &[u8] = match how {
                _ if count > 0 => b"the program wrote to stdout between two invocations, and was ended",
                End::Exit(_) => b"the program ended between two invocations: exit status",
                End::Signal(_) => b"the program ended between two invocations: signal",
            };
            let (End::Exit(number) | End::Signal(number)) = how;
            log::line(Level::Warn, Some(invocation), what, number.into(), b"");
            // What it said is not what the next one says.
            self.stderr_log.begin();
        }
        if !self.child.is_some() {
            let invocation = if self.settings.mode == Mode::Process { Some(invocation) } else { None };
            self.start(invocation, buffer)?;
        }
        Ok(())
    }

    /// Ends the process and its group, logs what they have left on stderr, and gives how the process ended.
    fn end(&mut self, invocation: &InvocationHead<'_>) -> End {
        self.child.signal(Signal::Kill);
        self.stderr_log.read_all(&mut self.child.errors, invocation);
        self.stderr_log.end(invocation);
        self.child.end()
    }
}

impl Handler for Program {
    fn handle<'a>(&mut self, invocation: Invocation<'a>) -> Response<'a> {
        let Invocation { context, event, mut responder } = invocation;
        let invocation = context.invocation;
        let payload = event.into_payload();
        self.stderr_log.begin();
        if let Err(error) = self.ready(&invocation, responder.buffer()) {
            return Ok(error.responded(&self.stderr_log, responder.into_buffer()));
        }
        let mode = self.settings.mode;
        let mut end: &[u8] = b"";
        if mode == Mode::Lines {
            payload.iter_mut().filter(|byte| **byte == b'\n').for_each(|byte| *byte = b' ');
            end = b"\n";
        }
        let mut output = Stdout::new(responder, self.settings.streams);
        let outcome = supervise(&mut self.child, mode, [payload, end], &mut output, &mut self.stderr_log, &invocation);
        let is_error = output.is_error();
        let how = if matches!(outcome, Outcome::Line) {
            self.stderr_log.read_all(&mut self.child.errors, &invocation);
            End::Exit(0)
        } else {
            self.end(&invocation)
        };
        self.child.reap_others();
        let error = match outcome {
            Outcome::Ended if how == End::Exit(0) && mode == Mode::Process => return output.finish(),
            Outcome::Line if !is_error => return output.finish(),
            Outcome::Lost(error) => return Err(error),
            Outcome::Line => None,
            Outcome::Closed => Some(ProgramError::Closed),
            Outcome::Ended if is_error => None,
            Outcome::Ended => Some(ProgramError::Ended(how)),
            Outcome::Timeout => Some(ProgramError::Timeout),
            Outcome::TooLarge => Some(ProgramError::TooLarge),
            Outcome::Lines => Some(ProgramError::UnaskedLine),
        };
        let (written, buffer) = output.into_parts();
        Ok(error.unwrap_or(ProgramError::Said(written)).responded(&self.stderr_log, buffer))
    }
}
