//! Lines with a time, a level and the request id, as text or as JSON.

use core::fmt::{self, Write};

use super::settings::Format;
#[cfg(feature = "log")]
use super::settings::threshold;
use super::{Level, timestamp};
use crate::buffer::Cursor;
use crate::context::Context;
use crate::escape::escape_cut;
use crate::sys::{clock, stderr};

/// The longest line, in bytes, with its line break.
const LINE: usize = stderr::WHOLE;

/// The most bytes of a request id or a tenant id that are shown. Lambda's are 36 bytes, and 256 at most.
const ID: usize = 1024;

/// Stands where something was cut.
const CUT: &str = "…[cut]";
/// Stands where a value could not be shown, as its own `Display` says.
const NOT_SHOWN: &str = "…[not shown]";

/// Writes a message of the runtime: `text`, the number unless it is zero, and the rest unless there is none.
#[cfg(feature = "log")]
pub(crate) fn line(level: Level, context: Option<&Context<'_>>, text: &[u8], number: u32, rest: &[u8]) {
    let text = str::from_utf8(text).unwrap_or_default();
    own(level, context, format_args!("{}", Message { text, number, rest }));
}

/// Writes that the program has panicked, at `place`: a file and a line.
#[cfg(feature = "log")]
pub(crate) fn panicked(context: Option<&Context<'_>>, _: &[u8], (file, line): (&str, u32), message: &str) {
    own(Level::Fatal, context, format_args!("barelambda: panicked at {file}:{line}: {message}"));
}

/// Writes a line of the runtime, unless its level is not to be logged.
#[cfg(feature = "log")]
fn own(level: Level, context: Option<&Context<'_>>, message: fmt::Arguments<'_>) {
    if level <= threshold() {
        record(Format::from_environment(), level, context, message);
    }
}

/// Writes one line.
pub(crate) fn record(format: Format, level: Level, context: Option<&Context<'_>>, message: fmt::Arguments<'_>) {
    let line = Line {
        format,
        now_ms: clock::now_ms(),
        level,
        request_id: context.map(Context::request_id).unwrap_or_default(),
        // Only JSON shows it, and it has to be looked for.
        tenant_id: context.filter(|_| format == Format::Json).and_then(Context::tenant_id).unwrap_or_default(),
    };
    let mut buffer = [0; LINE];
    stderr::write(line.write(&mut buffer, message));
}

/// A message of the runtime.
#[cfg(feature = "log")]
struct Message<'a> {
    text: &'a str,
    number: u32,
    rest: &'a [u8],
}

#[cfg(feature = "log")]
impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "barelambda: {}", self.text)?;
        if self.number > 0 {
            write!(f, " {}", self.number)?;
        }
        if !self.rest.is_empty() {
            f.write_str(": ")?;
        }
        Lossy(self.rest).fmt(f)
    }
}

/// Text, with a replacement character for what is not UTF-8.
pub(crate) struct Lossy<'a>(pub(crate) &'a [u8]);

impl fmt::Display for Lossy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            f.write_str(chunk.valid())?;
            if !chunk.invalid().is_empty() {
                f.write_char(char::REPLACEMENT_CHARACTER)?;
            }
        }
        Ok(())
    }
}

/// A line, but for its message.
struct Line<'a> {
    format: Format,
    now_ms: u64,
    level: Level,
    /// Empty if there is none.
    request_id: &'a str,
    /// Empty if there is none.
    tenant_id: &'a str,
}

impl Line<'_> {
    /// Writes the line into a buffer, which must have [`LINE`] bytes or more.
    fn write<'b>(&self, buffer: &'b mut [u8], message: fmt::Arguments<'_>) -> &'b [u8] {
        let mut cursor = Cursor::new(buffer);
        let end = match self.format {
            Format::Text => {
                timestamp::push(&mut cursor, self.now_ms);
                cursor.push(b" ");
                self.push_id(&mut cursor, if self.request_id.is_empty() { "-" } else { self.request_id });
                cursor.push(b" ");
                cursor.push(self.level.name().as_bytes());
                cursor.push(b" ");
                "\n"
            }
            Format::Json => {
                cursor.push(b"{\"timestamp\":\"");
                timestamp::push(&mut cursor, self.now_ms);
                cursor.push(b"\",\"level\":\"");
                cursor.push(self.level.name().as_bytes());
                for (name, id) in [("\",\"requestId\":\"", self.request_id), ("\",\"tenantId\":\"", self.tenant_id)] {
                    if !id.is_empty() {
                        cursor.push(name.as_bytes());
                        self.push_id(&mut cursor, id);
                    }
                }
                cursor.push(b"\",\"message\":\"");
                "\"}\n"
            }
        };
        let mut text = Text { cursor: &mut cursor, format: self.format, reserve: NOT_SHOWN.len() + end.len(), is_cut: false };
        let result = text.write_fmt(message);
        if !text.is_cut && result.is_err() {
            cursor.push(NOT_SHOWN.as_bytes());
        }
        cursor.push(end.as_bytes());
        cursor.into_written()
    }

    fn push_id(&self, cursor: &mut Cursor<'_>, id: &str) {
        let reserve = cursor.room().saturating_sub(ID);
        // What was cut ends with a mark, which is the only error.
        let _ = Text { cursor, format: self.format, reserve, is_cut: false }.write_str(id);
    }
}

/// Takes text until `reserve` bytes are left, and then a mark and nothing more.
struct Text<'a, 'b> {
    cursor: &'a mut Cursor<'b>,
    format: Format,
    /// At least the length of the longest mark.
    reserve: usize,
    is_cut: bool,
}

impl fmt::Write for Text<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let fits = match self.format {
            _ if self.is_cut => return Err(fmt::Error),
            Format::Text => push_in_one_line(self.cursor, text, self.reserve),
            Format::Json => escape_cut(self.cursor, text.as_bytes(), self.reserve),
        };
        if fits {
            return Ok(());
        }
        self.is_cut = true;
        self.cursor.push(CUT.as_bytes());
        Err(fmt::Error)
    }
}

/// Writes as much of `text` as leaves `reserve` bytes free, and gives whether that is all of it. A character is never split. CloudWatch
/// makes an event of each line, so that line breaks become carriage returns, as they do in the text format of Lambda's own runtimes.
fn push_in_one_line(cursor: &mut Cursor<'_>, text: &str, reserve: usize) -> bool {
    let room = cursor.room().saturating_sub(reserve);
    let fitting = (0..=room.min(text.len())).rev().find_map(|end| text.get(..end)).unwrap_or_default();
    for piece in fitting.split_inclusive('\n') {
        match piece.strip_suffix('\n') {
            Some(line) => {
                cursor.push(line.as_bytes());
                cursor.push(b"\r");
            }
            None => _ = cursor.push(piece.as_bytes()),
        }
    }
    fitting.len() == text.len()
}

#[cfg(test)]
#[path = "formatted_tests.rs"]
mod tests;
