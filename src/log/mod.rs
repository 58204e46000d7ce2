//! The function's log, on stderr: the runtime's own messages, and, with the feature `log`, the records of the crate `log`.
//!
//! Without the feature, a message is a plain line. With it, all lines have a time, a level and the request id, in the format that
//! `AWS_LAMBDA_LOG_FORMAT` names. So have the lines of programs in C, without the runtime's own.

#[cfg(any(feature = "log", feature = "capi"))]
mod formatted;
#[cfg(not(feature = "log"))]
mod plain;
#[cfg(any(feature = "log", feature = "capi"))]
mod settings;
#[cfg(any(feature = "log", feature = "capi"))]
mod timestamp;

use crate::error::Error;

#[cfg(feature = "capi")]
pub(crate) use formatted::Lossy;
#[cfg(any(feature = "log", feature = "capi"))]
pub(crate) use formatted::record;
#[cfg(feature = "log")]
pub(crate) use formatted::{line, panicked};
#[cfg(not(feature = "log"))]
pub(crate) use plain::{line, panicked};
#[cfg(any(feature = "log", feature = "capi"))]
pub(crate) use settings::{Format, threshold};

/// How grave a message is, by Lambda's names; the gravest first. The numbers are those of the crate `log`, which has no FATAL.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// The process ends.
    Fatal = 0,
    Error = 1,
    Warn = 2,
    #[cfg(any(feature = "log", feature = "capi"))]
    Info = 3,
    #[cfg(any(feature = "log", feature = "capi"))]
    Debug = 4,
    #[cfg(any(feature = "log", feature = "capi"))]
    Trace = 5,
}

/// Writes what went wrong.
pub(crate) fn error(level: Level, error: Error) {
    line(level, None, error.message_bytes(), error.number().unwrap_or_default(), error.path().as_bytes());
}
