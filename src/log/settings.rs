//! The log settings in the environment ([AWS: advanced logging controls][aws]).
//!
//! [aws]: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html

#[cfg(feature = "log")]
use ::log::LevelFilter;

use super::Level;
use crate::bytes::name::is_name;
use crate::sys::env;

/// The format of a line.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// The time, the request id, the level and the message, separated by spaces.
    Text,
    /// A JSON object.
    Json,
}

impl Format {
    /// Returns the format in `AWS_LAMBDA_LOG_FORMAT`: JSON, case-insensitively, and text for any
    /// other value or none.
    pub(crate) fn from_environment() -> Self {
        Self::named(env::var(b"AWS_LAMBDA_LOG_FORMAT").unwrap_or_default())
    }

    fn named(name: &[u8]) -> Self {
        if is_name(name, b"JSON") { Self::Json } else { Self::Text }
    }
}

/// Returns the least severe level that is logged: the one in `AWS_LAMBDA_LOG_LEVEL`,
/// case-insensitively, and INFO for any other value or none.
pub(crate) fn threshold() -> Level {
    Level::named(env::var(b"AWS_LAMBDA_LOG_LEVEL").unwrap_or_default()).unwrap_or(Level::Info)
}

impl Level {
    pub(crate) const ALL: [Self; 6] =
        [Self::Fatal, Self::Error, Self::Warn, Self::Info, Self::Debug, Self::Trace];

    /// Returns Lambda's name of the level.
    #[inline(never)]
    pub(super) fn name(self) -> &'static [u8] {
        // A table of slices is 100 bytes larger.
        const NAMES: &[u8] = b"FATALERRORWARN INFO DEBUGTRACE";
        let start = 5 * self as usize;
        match NAMES.get(start..start + 5) {
            Some([name @ .., b' ']) | Some(name) => name,
            None => b"",
        }
    }

    fn named(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|level| is_name(name, level.name()))
    }
}

#[cfg(feature = "log")]
impl From<::log::Level> for Level {
    fn from(level: ::log::Level) -> Self {
        match level {
            ::log::Level::Error => Self::Error,
            ::log::Level::Warn => Self::Warn,
            ::log::Level::Info => Self::Info,
            ::log::Level::Debug => Self::Debug,
            ::log::Level::Trace => Self::Trace,
        }
    }
}

#[cfg(feature = "log")]
impl From<Level> for LevelFilter {
    /// The crate `log` doesn't have FATAL, so that level turns its records off.
    fn from(level: Level) -> Self {
        match level {
            Level::Fatal => Self::Off,
            Level::Error => Self::Error,
            Level::Warn => Self::Warn,
            Level::Info => Self::Info,
            Level::Debug => Self::Debug,
            Level::Trace => Self::Trace,
        }
    }
}

#[cfg(all(test, feature = "log"))]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_json_or_text() {
        for json in ["JSON", "json", "Json"] {
            assert_eq!(Format::named(json.as_bytes()), Format::Json, "{json}");
        }
        for text in ["Text", "text", "", "JSON ", "JSONL", "xml"] {
            assert_eq!(Format::named(text.as_bytes()), Format::Text, "{text}");
        }
    }

    #[test]
    fn every_level_has_lambdas_name_and_the_number_of_the_crate_log() {
        let names = ["FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE"];
        for (number, (level, name)) in Level::ALL.into_iter().zip(names).enumerate() {
            assert_eq!((level as usize, level.name()), (number, name.as_bytes()));
            assert_eq!(Level::named(name.as_bytes()), Some(level));
            assert_eq!(Level::named(name.to_ascii_lowercase().as_bytes()), Some(level));
            #[cfg(feature = "log")]
            assert_eq!(LevelFilter::from(level) as usize, number);
        }
        #[cfg(feature = "log")]
        for level in ::log::Level::iter() {
            assert_eq!(Level::from(level).name(), level.as_str().as_bytes());
        }
        for unknown in ["", "OFF", "WARNING", "INFO ", "3"] {
            assert_eq!(Level::named(unknown.as_bytes()), None, "{unknown}");
        }
    }
}
