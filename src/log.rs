//! The runtime's own messages, on stderr, which is the function's log.

use crate::buffer::Cursor;
use crate::error::Error;
use crate::sys::stderr;

/// The longest line, in bytes; what does not fit is cut.
const LINE: usize = 2048;
const END: &[u8] = b"\n";

/// Writes what went wrong.
pub(crate) fn error(error: Error) {
    line(error.message(), error.number().unwrap_or_default(), b"");
}

/// Writes one line: `text`, the number unless it is zero, and the rest unless there is none.
pub(crate) fn line(text: &str, number: u32, rest: &[u8]) {
    let mut buffer = [0; LINE];
    let mut line = Cursor::new(&mut buffer);
    line.push(b"barelambda: ");
    line.push(text.as_bytes());
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
