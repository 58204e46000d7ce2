//! The function's log, on stderr: the runtime's own messages; with the feature `log`, the records of the crate `log`; with `exec`, what a
//! program writes there.
//!
//! Without either, a message is a plain line. With one, all lines have a time, a level and the request id, in the format that
//! `AWS_LAMBDA_LOG_FORMAT` names. So have the lines of programs in C, without the runtime's own.

mod formatted;
#[cfg(not(formatted_log))]
mod plain;
#[cfg(feature = "log")]
mod record;
mod settings;
mod timestamp;

#[cfg(test)]
mod tests;

use crate::error::Error;

#[cfg(formatted_log)]
pub(crate) use formatted::{line, panicked};
#[cfg(not(formatted_log))]
pub(crate) use plain::{line, panicked};

pub(crate) use formatted::{foreign, text};
#[cfg(feature = "log")]
pub(crate) use record::record;
pub(crate) use settings::{Format, threshold};

/// How grave a message is, by Lambda's names; the gravest first. The numbers are those of the crate `log`, which has no FATAL.
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

/// Writes what went wrong.
pub(crate) fn error(level: Level, error: Error) {
    line(level, None, error.message_bytes(), error.number().unwrap_or_default(), error.path().as_bytes());
}
