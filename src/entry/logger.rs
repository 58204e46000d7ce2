//! The logger of the crate `log`.

use super::current::with_current;
use crate::log;

/// Installs this crate's logger in the crate `log`, with the level that the environment selects. A
/// program that has already installed a logger keeps it, and its level.
pub(super) fn set_logger() {
    let logger = match log::Format::from_environment() {
        log::Format::Text => &Logger(log::Format::Text),
        log::Format::Json => &Logger(log::Format::Json),
    };
    if ::log::set_logger(logger).is_ok() {
        ::log::set_max_level(log::threshold().into());
    }
}

/// Writes each record as a line, with the ids of the current invocation of the thread.
struct Logger(log::Format);

impl ::log::Log for Logger {
    fn enabled(&self, metadata: &::log::Metadata<'_>) -> bool {
        metadata.level() <= ::log::max_level()
    }

    fn log(&self, record: &::log::Record<'_>) {
        if self.enabled(record.metadata()) {
            with_current(|current| {
                log::record(self.0, record.level().into(), current, *record.args())
            });
        }
    }

    fn flush(&self) {}
}
