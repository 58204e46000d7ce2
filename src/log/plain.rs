//! The runtime's messages as plain lines.

use super::Level;
use crate::bytes::cursor::Cursor;
use crate::runtime_api::invocation::InvocationHead;
use crate::sys::stderr;

/// The longest line, in bytes. The rest is truncated.
const LINE: usize = 2048;
const END: &[u8] = b"\n";

/// Writes one line: `text`, then `number` unless it is zero, then `rest` unless it is empty.
pub(crate) fn line(
    _: Level,
    _: Option<&InvocationHead<'_>>,
    text: &[u8],
    number: u32,
    rest: &[u8],
) {
    let mut buffer = [0; LINE];
    let mut line = Cursor::new(&mut buffer);
    line.push(b"barelambda: ");
    line.push(text);
    if number > 0 {
        line.push(b" ");
        line.push_number(number.into());
    }
    if !rest.is_empty() {
        line.push_cut(b": ", END.len());
        line.push_cut(rest, END.len());
    }
    line.push(END);
    stderr::write(line.into_written());
}

/// Writes that the program has panicked. `body` is the error response that the caller receives.
pub(crate) fn panicked(_: Option<&InvocationHead<'_>>, body: &[u8], _: (&str, u32), _: &str) {
    line(Level::Fatal, None, b"panicked", 0, body);
}
