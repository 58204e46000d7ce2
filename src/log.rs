//! The runtime's own messages, on stderr, which is the function's log.

use crate::buffer::Decimal;
use crate::error::Error;
use crate::sys::stderr;

/// Writes what went wrong, and what the runtime does about it.
pub(crate) fn error(error: Error, then: &str) {
    let (lead, number) = error.number().unwrap_or_default();
    let number = Decimal::new(u64::from(number));
    let digits = if lead.is_empty() { &[] } else { number.as_bytes() };
    stderr::write(&[b"barelambda: ", error.message().as_bytes(), lead.as_bytes(), digits, then.as_bytes(), b"\n"]);
}

/// Writes that the Runtime API did not answer with success, and how it explained that.
pub(crate) fn status(status: u16, body: &[u8]) {
    stderr::write(&[
        b"barelambda: the Runtime API answered with status ",
        Decimal::new(u64::from(status)).as_bytes(),
        b": ",
        body.trim_ascii(),
        b"\n",
    ]);
}
