//! Any program as the handler, run as a supervised child: the binary `exec`, or `entry!(init = Program::from_environment)`.
//!
//! # What runs
//! | variable | |
//! |---|---|
//! | `_HANDLER` | the program, which is not this one, relative to `LAMBDA_TASK_ROOT` unless it begins with `/`: the function's setting "handler". A script needs its `#!` line |
//! | `BARELAMBDA_ARGS` | its arguments, with blanks between them; there are no quotation marks |
//! | `BARELAMBDA_MODE` | `process`, the default: a process for each invocation; `lines`: one process, which answers a line with a line |
//! | `BARELAMBDA_RESPONSE` | `buffered`, the default: the answer is sent when it is whole; `stream`: it is sent as it comes (not with `lines`) |
//! | `BARELAMBDA_CONTENT_TYPE` | the content type of answers; `application/json` otherwise, and `application/octet-stream` for streams |
//!
//! A program that cannot be executed, or a value that is not in this table, is an error of the initialisation.
//!
//! # A process for each invocation
//! The event is on stdin, and stdin ends behind it. What the program writes to stdout is the answer if its exit status is 0. It need not read
//! all of its event. The environment is that of the function, and besides `_X_AMZN_TRACE_ID` and the context:
//! `BARELAMBDA_REQUEST_ID`, `BARELAMBDA_INVOCATION_ID`, `BARELAMBDA_DEADLINE_MS`, `BARELAMBDA_FUNCTION_ARN`, `BARELAMBDA_TENANT_ID`,
//! `BARELAMBDA_CLIENT_CONTEXT` and `BARELAMBDA_COGNITO_IDENTITY`; what Lambda did not send is not set.
//!
//! The answer is what has been written when the process ends, even if others still have its stdout open. Then all that is left of its
//! process group is killed. A process that has left the group (`setsid`) lives on, frozen and thawed with the function; nobody reads what it
//! writes to its former stdout and stderr.
//!
//! # A line for a line
//! With `BARELAMBDA_MODE=lines` the program is started once, during the initialisation. For each invocation it gets the event as one line
//! (line breaks, which are only blanks in JSON, become spaces), and answers with one line, without what belongs to others: a
//! program that buffers its output has to flush it. The context is not passed. A line `!TYPE MESSAGE` is an error: JSON never begins with `!`.
//!
//! A program that ends, that does not answer in time, whose line is too long, or that writes more than was asked for, is ended
//! with its group, and started anew for the next invocation: at most once for each. An end between two invocations is logged, as a
//! warning of the next one.
//!
//! # Errors
//! | type | |
//! |---|---|
//! | `Function.ExitStatus` | the program ended with a status other than 0, or, with `lines`, without an answer; the message has the status, and the last lines of stderr |
//! | `Function.Signal` | it was ended by a signal, which the message names, with the last lines of stderr |
//! | `Function.Timeout` | it was stopped shortly before the deadline; the message has the last line of stderr |
//! | `Function.ResponseSizeTooLarge` | it wrote more than 6,291,556 bytes, and was killed |
//! | `Function.CannotExecute` | it could not be executed |
//! | `Function.NoAnswer` | with `lines`: it closed stdout without an answer, and lived on |
//! | `Function.UnaskedLine` | with `lines`: it wrote more than one line, or one before it had been given all of an event |
//! | TYPE | it said so: with `lines`, or by a `!TYPE MESSAGE` on stdout and a status other than 0 |
//!
//! With `stream`, what went out before is not taken back: the error follows it, in the trailers.
//!
//! # The deadline
//! A tenth of the invocation's time before its deadline, at most a second, the process group gets SIGTERM, and half of that later SIGKILL. A
//! deadline that is not there, or has passed before, is none. While a stream waits for a slow reader, nobody looks at the clock.
//!
//! # The log
//! stderr is the log: each line in the format that `AWS_LAMBDA_LOG_FORMAT` names, with the level INFO and the request id; in JSON, a line
//! that is an object already stays as it is. Longer lines than 2,048 bytes are split. With `lines`, what is written between two invocations
//! has the request id of the next one.

mod failure;
mod launch;
mod stderr_log;
mod stdout;
mod supervise;

use crate::error::Error;
use crate::handler::{Context, Event, Handler, Responded, Responder};
use crate::log::{self, Level};
use crate::sys::process::{self, Child, End, Signal};
use failure::Failure;
use launch::{LAUNCH, Mode, Settings};
use stderr_log::Transcript;
use stdout::Output;
use supervise::{Outcome, supervise};

/// A handler that runs a program.
pub struct Program {
    settings: Settings,
    /// With `lines`, the process that answers.
    child: Child,
    /// Whether this process is prepared for children.
    is_prepared: bool,
    transcript: Transcript,
}

impl Program {
    /// The program that the environment names. If it cannot be executed, or a variable has a value that it cannot have, that is reported as
    /// an error of the initialisation, and the process ends.
    ///
    /// # Errors
    /// None: it is what `entry!` takes for an initialiser.
    pub fn from_environment() -> Result<Self, Error> {
        let settings = Settings::from_environment().unwrap_or_else(|failure| failure.end_initialization());
        let mut program = Self { settings, child: Child::NONE, is_prepared: false, transcript: Transcript::new(settings.format) };
        if settings.mode == Mode::Lines {
            program.start_early();
        }
        Ok(program)
    }

    /// Starts the program in the initialisation.
    // Not inlined, as a caller would touch all pages of the buffer even if it does not get here.
    #[inline(never)]
    fn start_early(&mut self) {
        self.start(None, &mut [0; LAUNCH]).unwrap_or_else(|failure| failure.end_initialization());
    }

    /// # Errors
    /// [`Failure::CannotExecute`].
    fn start(&mut self, context: Option<&Context<'_>>, buffer: &mut [u8]) -> Result<(), Failure<'static>> {
        // Not before there is a child: it takes 66 system calls, and the first GET /next need not wait for them.
        if !self.is_prepared {
            process::prepare();
            self.is_prepared = true;
        }
        self.child = launch::start(context, buffer)?;
        Ok(())
    }

    /// Sees to it that there is a process for this invocation.
    ///
    /// # Errors
    /// [`Failure::CannotExecute`].
    fn ready(&mut self, context: &Context<'_>, buffer: &mut [u8]) -> Result<(), Failure<'static>> {
        if self.child.is_some()
            && let Some(count) = self.child.output.read(&mut [0])
        {
            // It has written something that belongs to no invocation, or has ended. Whatever comes from it now is not to be trusted, and this
            // invocation has no part in it.
            let how = self.end(context);
            let what: &[u8] = match how {
                _ if count > 0 => b"the program wrote to stdout between two invocations, and was ended",
                End::Exit(_) => b"the program ended between two invocations: exit status",
                End::Signal(_) => b"the program ended between two invocations: signal",
            };
            let (End::Exit(number) | End::Signal(number)) = how;
            log::line(Level::Warn, Some(context), what, number.into(), b"");
            // What it said is not what the next one says.
            self.transcript.begin();
        }
        if !self.child.is_some() {
            let context = if self.settings.mode == Mode::Process { Some(context) } else { None };
            self.start(context, buffer)?;
        }
        Ok(())
    }

    /// Ends the process and its group, logs what they have left on stderr, and gives how the process ended.
    fn end(&mut self, context: &Context<'_>) -> End {
        self.child.signal(Signal::Kill);
        self.transcript.read_all(&mut self.child.errors, context);
        self.transcript.end(context);
        self.child.end()
    }
}

impl Handler for Program {
    fn handle<'a>(&mut self, event: Event<'a>, mut responder: Responder<'a>) -> Result<Responded<'a>, Error> {
        let context = *event.context();
        let payload = event.into_payload();
        self.transcript.begin();
        if let Err(failure) = self.ready(&context, responder.buffer()) {
            return Ok(failure.responded(&self.transcript, responder.into_buffer()));
        }
        let mode = self.settings.mode;
        let mut end: &[u8] = b"";
        if mode == Mode::Lines {
            payload.iter_mut().filter(|byte| **byte == b'\n').for_each(|byte| *byte = b' ');
            end = b"\n";
        }
        let mut output = Output::new(responder, self.settings.streams);
        let outcome = supervise(&mut self.child, mode, [payload, end], &mut output, &mut self.transcript, &context);
        let is_error = output.is_error();
        let how = if matches!(outcome, Outcome::Line) {
            self.transcript.read_all(&mut self.child.errors, &context);
            End::Exit(0)
        } else {
            self.end(&context)
        };
        self.child.reap_others();
        let failure = match outcome {
            Outcome::Ended if how == End::Exit(0) && mode == Mode::Process => return output.finish(),
            Outcome::Line if !is_error => return output.finish(),
            Outcome::Lost(error) => return Err(error),
            Outcome::Line => None,
            Outcome::Closed => Some(Failure::Closed),
            Outcome::Ended if is_error => None,
            Outcome::Ended => Some(Failure::Ended(how)),
            Outcome::Timeout => Some(Failure::Timeout),
            Outcome::TooLarge => Some(Failure::TooLarge),
            Outcome::Lines => Some(Failure::UnaskedLine),
        };
        let (written, buffer) = output.into_parts();
        Ok(failure.unwrap_or(Failure::Said(written)).responded(&self.transcript, buffer))
    }
}
