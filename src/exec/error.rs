//! The errors of a program, as error responses.

use super::settings::path;
use super::stderr_log::StderrLog;
use crate::bytes::header_value::is_sendable;
use crate::bytes::utf8::lossy;
use crate::handler::Responded;
use crate::runtime::final_report::end_initialization;
use crate::runtime_api::answer::{Answer, ErrorBody};
use crate::sys::executable::ITSELF;
use crate::sys::process::End;

#[derive(Copy, Clone)]
pub enum ProgramError<'a> {
    /// The variable has an invalid value, or none: name and value.
    Setting(&'static [u8], &'static [u8]),
    /// The program can't be executed, with the errno.
    CannotExecute(u32),
    /// The program ended.
    Ended(End),
    /// The program closed stdout without a response.
    Closed,
    /// The program was stopped before the deadline.
    Timeout,
    /// The program wrote more than a response may have.
    TooLarge,
    /// The program wrote a line that it wasn't asked for.
    UnaskedLine,
    /// The program reported an error: the line `!TYPE MESSAGE`.
    Reported(&'a [u8]),
}

/// The names of Linux's signals 1 to 31 (signal(7)).
const SIGNALS: &[u8] =
    b"HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU \
    XFSZ VTALRM PROF WINCH IO PWR SYS";

impl<'a> ProgramError<'a> {
    /// Returns the error response, with its body in `buffer`.
    pub fn responded(self, stderr_log: &StderrLog, buffer: &'a mut [u8]) -> Responded<'a> {
        let error_type = self.error_type();
        let mut body = ErrorBody::of_type(error_type, buffer);
        self.push_message(&mut body);
        match self {
            Self::Ended(_) => push_quoted(&mut body, stderr_log.last_lines()),
            Self::Timeout => push_quoted(&mut body, stderr_log.last_line()),
            _ => {}
        }
        Responded { answer: Answer::error("", body.finish()).with_error_type(error_type) }
    }

    /// Reports the error as a failed initialisation, and ends the process.
    pub fn end_initialization(self) -> ! {
        end_initialization(self.error_type(), &|body| self.push_message(body))
    }

    fn error_type(self) -> &'a [u8] {
        match self {
            Self::Setting(..) => b"Function.InvalidSetting",
            Self::CannotExecute(_) => b"Function.CannotExecute",
            Self::Ended(End::Exit(_)) => b"Function.ExitStatus",
            Self::Ended(End::Signal(_)) => b"Function.Signal",
            Self::Closed => b"Function.NoAnswer",
            Self::Timeout => b"Function.Timeout",
            Self::TooLarge => b"Function.ResponseSizeTooLarge",
            Self::UnaskedLine => b"Function.UnaskedLine",
            Self::Reported(line) => match split(line).0 {
                error_type if is_sendable(error_type) && error_type.is_ascii() => error_type,
                _ => b"Function.Unknown",
            },
        }
    }

    fn push_message(self, body: &mut ErrorBody<'_>) {
        match self {
            Self::Setting(name, value) => {
                push(body, name);
                body.push(if value.is_empty() { " is not set" } else { " cannot be " });
                push(body, value);
            }
            Self::CannotExecute(errno) => {
                for part in path() {
                    push(body, part);
                }
                body.push(match errno {
                    2 => " or what its #! line names does not exist: os error ",
                    8 => " is neither an executable for this processor nor a script with a #! line: os error ",
                    13 => " may not be executed: os error ",
                    21 => " is a folder: os error ",
                    ITSELF => " is this bootstrap itself: os error ",
                    _ => " cannot be executed: os error ",
                });
                body.push_number(errno);
            }
            Self::Ended(End::Exit(status)) => {
                body.push("exit status ");
                body.push_number(status.into());
            }
            Self::Ended(End::Signal(signal)) => {
                match SIGNALS.split(|byte| *byte == b' ').nth(usize::from(signal).wrapping_sub(1)) {
                    Some(name) => {
                        body.push("signal SIG");
                        push(body, name);
                    }
                    None => {
                        body.push("signal ");
                        body.push_number(signal.into());
                    }
                }
            }
            Self::Closed => body.push("stdout was closed without an answer"),
            Self::Timeout => body.push("stopped before the deadline"),
            Self::TooLarge => body.push("stdout is larger than 6291556 bytes or its buffer"),
            Self::UnaskedLine => {
                body.push("more than one line was written to stdout, or one that was not asked for")
            }
            Self::Reported(line) => push(body, split(line).1),
        }
    }
}

/// Returns the type and the message of a line `!TYPE MESSAGE`.
fn split(line: &[u8]) -> (&[u8], &[u8]) {
    // `strip_prefix` would link a panic.
    let [b'!', line @ ..] = line.trim_ascii() else {
        return (b"", b"");
    };
    let at = line.iter().position(u8::is_ascii_whitespace).unwrap_or(line.len());
    let (error_type, message) = line.split_at_checked(at).unwrap_or_default();
    (error_type, message.trim_ascii_start())
}

fn push_quoted(body: &mut ErrorBody<'_>, text: &[u8]) {
    if !text.is_empty() {
        body.push(": ");
        push(body, text);
    }
}

fn push(body: &mut ErrorBody<'_>, text: &[u8]) {
    lossy(text, &mut |text| body.push_bytes(text));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};

    fn message(error: ProgramError<'_>) -> String {
        let mut buffer = [0; 1024];
        let mut body = ErrorBody::of_type(b"T", &mut buffer);
        error.push_message(&mut body);
        let text = str::from_utf8(body.finish()).unwrap();
        text.strip_prefix("{\"errorType\":\"T\",\"stackTrace\":[],\"errorMessage\":\"")
            .and_then(|text| text.strip_suffix("\"}"))
            .unwrap()
            .to_string()
    }

    #[test]
    fn an_error_line_has_a_type_and_a_message() {
        for (line, error_type, text) in [
            ("!Function.Sold out of tea\n", "Function.Sold", "out of tea"),
            ("!Function.Sold\tout\n of tea\n\n", "Function.Sold", "out\\n of tea"),
            ("!Function.Sold", "Function.Sold", ""),
            ("! out of tea", "Function.Unknown", "out of tea"),
            ("!", "Function.Unknown", ""),
            ("!Grün x", "Function.Unknown", "x"),
        ] {
            let error = ProgramError::Reported(line.as_bytes());
            assert_eq!(
                (error.error_type(), message(error).as_str()),
                (error_type.as_bytes(), text),
                "{line:?}"
            );
        }
    }

    #[test]
    fn signals_are_named() {
        for (number, name) in [
            (1, "SIGHUP"),
            (9, "SIGKILL"),
            (11, "SIGSEGV"),
            (15, "SIGTERM"),
            (17, "SIGCHLD"),
            (31, "SIGSYS"),
            (34, "34"),
        ] {
            assert_eq!(
                message(ProgramError::Ended(End::Signal(number))),
                std::format!("signal {name}")
            );
        }
        assert_eq!(message(ProgramError::Ended(End::Exit(255))), "exit status 255");
    }
}
