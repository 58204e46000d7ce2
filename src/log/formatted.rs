//! Log lines with a time, a level and the request id, as text or JSON.

use super::settings::Format;
use super::{CUT, ID, LINE, Level, timestamp};
use crate::bytes::cursor::Cursor;
use crate::bytes::json_escape::{escape_cut, push_cut};
use crate::bytes::utf8::lossy;
use crate::runtime_api::invocation::InvocationHead;
use crate::sys::{clock, stderr};

/// Marks where the `Display` implementation of a value failed.
pub(super) const NOT_SHOWN: &str = "…[not shown]";

/// Writes a line. Invalid UTF-8 becomes U+FFFD.
pub(crate) fn text(
    format: Format,
    level: Level,
    invocation: Option<&InvocationHead<'_>>,
    message: &[u8],
) {
    Line::new(format, level, invocation).log(|line| line.push_lossy(message));
}

/// Writes a line that a program has written, with the level INFO. In JSON, a line that is an object
/// is written unchanged.
#[cfg(feature = "exec")]
pub(crate) fn program_line(
    format: Format,
    invocation: Option<&InvocationHead<'_>>,
    message: &[u8],
) {
    let mut buffer = [0; LINE];
    let mut cursor = Cursor::new(&mut buffer);
    if format == Format::Json && message.starts_with(b"{") && cursor.push(message) {
        // Reading changes strings in place, so it needs another copy.
        let is_object = crate::json::from_slice::<serde::de::IgnoredAny>(cursor.written_mut());
        cursor.truncate(0);
        if is_object.is_ok() && cursor.push(message) && cursor.push(b"\n") {
            stderr::write(cursor.into_written());
            return;
        }
    }
    text(format, Level::Info, invocation, message);
}

/// A line without its message.
pub(super) struct Line<'a> {
    pub(super) format: Format,
    pub(super) now_ms: u64,
    pub(super) level: Level,
    /// Empty if there is none.
    pub(super) request_id: &'a [u8],
    /// Empty if there is none.
    pub(super) tenant_id: &'a [u8],
}

impl<'a> Line<'a> {
    /// Creates a line with the current time.
    pub(super) fn new(
        format: Format,
        level: Level,
        invocation: Option<&InvocationHead<'a>>,
    ) -> Self {
        Self {
            format,
            now_ms: clock::now_ms(),
            level,
            request_id: invocation.map(InvocationHead::request_id).unwrap_or_default(),
            // Only JSON has the tenant id, and finding it costs a search of the head.
            tenant_id: invocation
                .filter(|_| format == Format::Json)
                .and_then(InvocationHead::tenant_id)
                .unwrap_or_default(),
        }
    }

    /// Writes the line to stderr.
    pub(super) fn log(&self, message: impl FnOnce(&mut Text<'_, '_>)) {
        let mut buffer = [0; LINE];
        stderr::write(self.write(&mut buffer, message));
    }

    /// Writes the line into `buffer`, which has at least [`LINE`] bytes.
    pub(super) fn write<'b>(
        &self,
        buffer: &'b mut [u8],
        message: impl FnOnce(&mut Text<'_, '_>),
    ) -> &'b [u8] {
        let mut cursor = Cursor::new(buffer);
        let end = self.begin(&mut cursor);
        message(&mut Text {
            cursor: &mut cursor,
            format: self.format,
            reserve: NOT_SHOWN.len() + end.len(),
            is_cut: false,
        });
        cursor.push(end.as_bytes());
        cursor.into_written()
    }

    /// Writes the part before the message, and returns the part after it.
    pub(super) fn begin(&self, cursor: &mut Cursor<'_>) -> &'static str {
        match self.format {
            Format::Text => {
                timestamp::push(cursor, self.now_ms);
                cursor.push(b" ");
                push_id(cursor, if self.request_id.is_empty() { b"-" } else { self.request_id });
                cursor.push(b" ");
                cursor.push(self.level.name());
                cursor.push(b" ");
                "\n"
            }
            Format::Json => {
                begin_json(cursor, self.now_ms, self.level);
                if !self.request_id.is_empty() {
                    cursor.push(REQUEST_ID);
                    push_id(cursor, self.request_id);
                }
                if !self.tenant_id.is_empty() {
                    cursor.push(b"\",\"tenantId\":\"");
                    let reserve = cursor.room().saturating_sub(ID);
                    let mut text = Text { cursor, format: self.format, reserve, is_cut: false };
                    text.push_lossy(self.tenant_id);
                }
                cursor.push(b"\",\"message\":\"");
                "\"}\n"
            }
        }
    }
}

/// What a line of JSON has between its level and its request id.
pub(super) const REQUEST_ID: &[u8] = b"\",\"requestId\":\"";

/// Writes a line of JSON up to its level. The closing quote is missing.
pub(super) fn begin_json(cursor: &mut Cursor<'_>, now_ms: u64, level: Level) {
    cursor.push(b"{\"timestamp\":\"");
    timestamp::push(cursor, now_ms);
    cursor.push(b"\",\"level\":\"");
    cursor.push(level.name());
}

/// Writes a request id, which has been checked and so needs no escapes.
pub(super) fn push_id(cursor: &mut Cursor<'_>, id: &[u8]) {
    cursor.push(id.get(..ID).unwrap_or(id));
}

/// Appends text until `reserve` bytes are left. Then it appends a mark and ignores the rest.
pub(super) struct Text<'a, 'b> {
    cursor: &'a mut Cursor<'b>,
    format: Format,
    /// At least the length of the longest mark.
    reserve: usize,
    is_cut: bool,
}

impl Text<'_, '_> {
    /// Appends text, and returns whether all of it fit.
    pub(super) fn push(&mut self, text: &str) -> bool {
        self.push_bytes(text.as_bytes())
    }

    /// Appends like [`push`](Self::push), for bytes that are UTF-8.
    fn push_bytes(&mut self, text: &[u8]) -> bool {
        let fits = match self.format {
            _ if self.is_cut => return false,
            Format::Text => push_in_one_line(self.cursor, text, self.reserve),
            Format::Json => escape_cut(self.cursor, text, self.reserve),
        };
        if !fits {
            self.is_cut = true;
            self.mark(CUT);
        }
        fits
    }

    /// Appends text with lossy UTF-8 decoding.
    fn push_lossy(&mut self, text: &[u8]) {
        lossy(text, &mut |piece| _ = self.push_bytes(piece));
    }

    pub(super) const fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Appends a mark, for which `reserve` leaves space.
    pub(super) fn mark(&mut self, mark: &str) {
        self.cursor.push(mark.as_bytes());
    }
}

/// Writes as much of `text` as leaves `reserve` bytes free, without splitting a character. Returns
/// whether all of it fit. CloudWatch makes an event of each line, so line breaks become carriage
/// returns, as in the text format of Lambda's own runtimes.
fn push_in_one_line(cursor: &mut Cursor<'_>, text: &[u8], reserve: usize) -> bool {
    push_cut(cursor, text, reserve, |cursor, byte| {
        _ = cursor.push(&[if byte == b'\n' { b'\r' } else { byte }])
    })
}
