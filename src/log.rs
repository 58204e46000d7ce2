//! The runtime's own messages, on stderr, which is the function's log.

use crate::buffer::Cursor;
use crate::error::Error;
use crate::sys::stderr;

/// The longest line, in bytes; what does not fit is left out.
const LINE: usize = 2048;

/// Writes what went wrong, and what the runtime does about it.
pub(crate) fn error(error: Error, then: &str) {
    let mut buffer = [0; LINE];
    let mut line = begin(&mut buffer, error.message());
    if let Some(number) = error.number() {
        line.push(b" ");
        line.push_number(number.into());
    }
    end(line, then.as_bytes());
}

/// Writes that the Runtime API did not answer with success, and how it explained that.
pub(crate) fn status(status: u16, body: &[u8]) {
    let mut buffer = [0; LINE];
    let mut line = begin(&mut buffer, "the Runtime API answered with status ");
    line.push_number(status.into());
    line.push(b": ");
    end(line, body.strip_suffix(b"\n").unwrap_or(body));
}

/// Writes where the program panicked, and why.
pub(crate) fn panic(file: &str, number: u32, message: &str) {
    let mut buffer = [0; LINE];
    let mut line = begin(&mut buffer, "panicked at ");
    line.push(file.as_bytes());
    line.push(b":");
    line.push_number(number.into());
    line.push(b": ");
    end(line, message.as_bytes());
}

fn begin<'b>(buffer: &'b mut [u8], text: &str) -> Cursor<'b> {
    let mut line = Cursor::new(buffer);
    line.push(b"barelambda: ");
    line.push(text.as_bytes());
    line
}

fn end(mut line: Cursor<'_>, text: &[u8]) {
    line.push(text);
    line.push(b"\n");
    stderr::write(line.into_written());
}
