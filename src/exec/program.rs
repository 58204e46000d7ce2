//! The handler that runs a program.

use super::error::ProgramError;
use super::launch::{self, ARGS_BUFFER, Settings};
use super::settings::Mode;
use super::stderr_log::StderrLog;
use super::stdout::Stdout;
use super::supervise::{Outcome, supervise};
use crate::error::Error;
use crate::handler::{Handler, Invocation, Response};
use crate::log::{self, Level};
use crate::runtime_api::invocation::InvocationHead;
use crate::sys::exit;
use crate::sys::process::{self, Child, End, Ready, Signal};

/// A handler that runs a program.
pub struct Program {
    settings: Settings,
    /// With `lines`, the running process.
    child: Child,
    /// Whether this process can start children.
    is_prepared: bool,
    stderr_log: StderrLog,
}

impl Program {
    /// Creates a handler for the program that the environment names. If the program can't be
    /// executed or a variable has an invalid value, this reports a failed initialisation and ends
    /// the process.
    ///
    /// # Errors
    /// Never returns an error. The `Result` is for `entry!`, which expects a fallible initialiser.
    pub fn from_environment() -> Result<Self, Error> {
        if launch::is_nested() {
            // The Runtime API belongs to the bootstrap that has started this one, which reports
            // the exit.
            log::line(Level::Fatal, None, b"the handler starts its own bootstrap again", 0, b"");
            exit(1);
        }
        let settings =
            Settings::from_environment().unwrap_or_else(|error| error.end_initialization());
        let mut program = Self {
            settings,
            child: Child::NONE,
            is_prepared: false,
            stderr_log: StderrLog::new(settings.format),
        };
        if settings.mode == Mode::Lines {
            program.start_early();
        }
        Ok(program)
    }

    /// Starts the program during the initialisation.
    // Not inlined: a caller would touch all pages of the buffer, even if it doesn't start the
    // program.
    #[inline(never)]
    fn start_early(&mut self) {
        self.start(None, &mut [0; ARGS_BUFFER]).unwrap_or_else(|error| error.end_initialization());
    }

    /// # Errors
    /// Returns [`ProgramError::CannotExecute`].
    fn start(
        &mut self,
        invocation: Option<&InvocationHead<'_>>,
        buffer: &mut [u8],
    ) -> Result<(), ProgramError<'static>> {
        // Only before the first child: this makes 66 system calls, which would delay the first GET
        // /next.
        if !self.is_prepared {
            process::prepare();
            self.is_prepared = true;
        }
        self.child = launch::start(invocation, buffer)?;
        Ok(())
    }

    /// Ensures that a process is running for this invocation.
    ///
    /// # Errors
    /// Returns [`ProgramError::CannotExecute`].
    fn ready(
        &mut self,
        invocation: &InvocationHead<'_>,
        buffer: &mut [u8],
    ) -> Result<(), ProgramError<'static>> {
        // Other processes may hold the stdout of one that has ended.
        let state =
            if self.child.is_some() { self.child.wait(false, Some(0)) } else { Ready::default() };
        if state.ended || state.output {
            let count = self.child.output.read(&mut [0]).unwrap_or_default();
            // The process has ended, or has written outside an invocation. Its further output can't
            // be trusted, and isn't this invocation's.
            let end = self.end(invocation);
            let what: &[u8] = match end {
                _ if count > 0 => {
                    b"the program wrote to stdout between two invocations, and was ended"
                }
                End::Exit(_) => b"the program ended between two invocations: exit status",
                End::Signal(_) => b"the program ended between two invocations: signal",
            };
            let (End::Exit(number) | End::Signal(number)) = end;
            log::line(Level::Warn, Some(invocation), what, number.into(), b"");
            // The next process starts with an empty log.
            self.stderr_log.begin();
        }
        if !self.child.is_some() {
            let invocation =
                if self.settings.mode == Mode::Process { Some(invocation) } else { None };
            self.start(invocation, buffer)?;
        }
        Ok(())
    }

    /// Kills the process and its group, logs the rest of their stderr, and returns how the process
    /// ended.
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
        let mut terminator: &[u8] = b"";
        if mode == Mode::Lines {
            payload.iter_mut().filter(|byte| **byte == b'\n').for_each(|byte| *byte = b' ');
            terminator = b"\n";
        }
        let mut output = Stdout::new(responder, self.settings.streams);
        let outcome = supervise(
            &mut self.child,
            mode,
            [payload, terminator],
            &mut output,
            &mut self.stderr_log,
            &invocation,
        );
        let is_error = output.is_error();
        let end = if matches!(outcome, Outcome::Line) {
            self.stderr_log.read_all(&mut self.child.errors, &invocation);
            End::Exit(0)
        } else {
            self.end(&invocation)
        };
        self.child.reap_others();
        let error = match outcome {
            Outcome::Ended if end == End::Exit(0) && mode == Mode::Process => {
                return output.finish();
            }
            Outcome::Line if !is_error => return output.finish(),
            Outcome::SendFailed(error) => return Err(error),
            Outcome::Line => None,
            Outcome::Closed => Some(ProgramError::Closed),
            Outcome::Ended if is_error => None,
            Outcome::Ended => Some(ProgramError::Ended(end)),
            Outcome::Timeout => Some(ProgramError::Timeout),
            Outcome::TooLarge => Some(ProgramError::TooLarge),
            Outcome::Lines => Some(ProgramError::UnaskedLine),
        };
        let (written, buffer) = output.into_parts();
        Ok(error.unwrap_or(ProgramError::Reported(written)).responded(&self.stderr_log, buffer))
    }
}
