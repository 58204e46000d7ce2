//! The function's log on stderr: the runtime's messages; with the feature `log`, the records of the
//! crate `log`; with `exec`, the stderr of a program.
//!
//! Each line has a time, a level and the request id, in the format of `AWS_LAMBDA_LOG_FORMAT`,
//! except for the runtime's messages in programs without the features `log` and `exec`: as text,
//! they have the request id alone, and without the feature `json-log`, they are always text.

mod formatted;
#[cfg(feature = "log")]
mod record;
mod runtime_line;
mod settings;
mod timestamp;

#[cfg(test)]
mod tests;

use crate::error::Numbered;

#[cfg(feature = "exec")]
pub(crate) use formatted::program_line;
pub(crate) use formatted::text;
#[cfg(feature = "log")]
pub(crate) use record::record;
pub(crate) use runtime_line::{failed, line};
pub(crate) use settings::{Format, threshold};

/// The longest line, in bytes, with its line break.
const LINE: usize = crate::sys::stderr::PIPE_BUF;

/// The most bytes that are logged of a request id or a tenant id, escaped. Lambda's have 36 bytes,
/// and at most 256.
const ID: usize = 512;

/// Marks where a message was truncated.
const CUT: &str = "…[cut]";

/// The severity of a message, by Lambda's names, most severe first. The numbers are those of the
/// crate `log`, which doesn't have FATAL.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// The process ends.
    Fatal = 0,
    Error = 1,
    Warn = 2,
    Info = 3,
    Debug = 4,
    Trace = 5,
}

/// Writes an error, followed by `rest` unless it is empty.
pub(crate) fn error(level: Level, error: Numbered, rest: &[u8]) {
    line(level, None, error.message(), error.number, rest);
}
