//! The records of the crate `log`, and other formatted arguments.

use core::fmt::{self, Write};

use super::Level;
use super::formatted::{Line, NOT_SHOWN, Text};
use super::settings::Format;
use crate::runtime_api::invocation::InvocationHead;

/// Writes one line.
pub(crate) fn record(
    format: Format,
    level: Level,
    invocation: Option<&InvocationHead<'_>>,
    message: fmt::Arguments<'_>,
) {
    Line::new(format, level, invocation).log(|text| text.push_arguments(message));
}

impl Text<'_, '_> {
    /// Appends the formatted message, and a mark if formatting fails.
    pub(super) fn push_arguments(&mut self, message: fmt::Arguments<'_>) {
        if self.write_fmt(message).is_err() && !self.is_cut() {
            self.mark(NOT_SHOWN);
        }
    }
}

impl fmt::Write for Text<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.push(text) { Ok(()) } else { Err(fmt::Error) }
    }
}
