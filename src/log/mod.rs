//! The function's log on stderr: the runtime's messages; with the feature `log`, the records of the
//! crate `log`; with `exec`, the stderr of a program.
//!
//! Without these features, a message is a plain line. With one of them, each line has a time, a
//! level and the request id, in the format of `AWS_LAMBDA_LOG_FORMAT`. The lines of C programs
//! always have this format, but the runtime's messages in them don't.

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

pub(crate) use formatted::{program_line, text};
#[cfg(feature = "log")]
pub(crate) use record::record;
pub(crate) use settings::{Format, threshold};

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

/// Writes an error.
pub(crate) fn error(level: Level, error: Error) {
    line(
        level,
        None,
        error.message_bytes(),
        error.number().unwrap_or_default(),
        error.path().as_bytes(),
    );
}
