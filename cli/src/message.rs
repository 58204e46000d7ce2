//! Messages on standard error, with cargo's words and colours. They are coloured on a terminal,
//! unless `NO_COLOR` is set; `CLICOLOR_FORCE=1` colours them elsewhere, too.

use std::fmt::Display;
use std::io;

use anstream::{AutoStream, ColorChoice, eprintln};
use clap::builder::Styles;
use clap::builder::styling::{AnsiColor, Effects, Style};

const ERROR: Style = AnsiColor::BrightRed.on_default().effects(Effects::BOLD);
const WARNING: Style = AnsiColor::BrightYellow.on_default().effects(Effects::BOLD);
const NOTE: Style = AnsiColor::BrightCyan.on_default().effects(Effects::BOLD);
const HEADER: Style = AnsiColor::BrightGreen.on_default().effects(Effects::BOLD);
const PLACEHOLDER: Style = AnsiColor::Cyan.on_default();

/// The maximum width of the help texts, in columns.
pub const HELP_WIDTH: usize = 100;

/// The styles of the help texts, which are cargo's.
pub const HELP: Styles = Styles::styled()
    .header(HEADER)
    .usage(HEADER)
    .literal(NOTE)
    .placeholder(PLACEHOLDER)
    .error(ERROR)
    .valid(NOTE)
    .invalid(WARNING);

/// Prints what ends the command, or the function's error.
pub fn error(words: impl Display) {
    eprintln!("{ERROR}error{ERROR:#}: {words}");
}

/// Prints what the user should change, although the command continues.
pub fn warning(words: impl Display) {
    eprintln!("{WARNING}warning{WARNING:#}: {words}");
}

/// Prints what the user may want to know.
pub fn note(words: impl Display) {
    eprintln!("{NOTE}note{NOTE:#}: {words}");
}

/// Returns whether standard error is coloured.
pub fn is_coloured() -> bool {
    AutoStream::choice(&io::stderr()) != ColorChoice::Never
}
