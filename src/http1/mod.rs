//! Bytes to messages and back: the part of HTTP/1.1 ([RFC 9112]) that a client of the Runtime API needs, without any input or output.
//!
//! - [`request`] writes a request line and header section.
//! - [`response`] reads a status line, a header section and a body, the latter in place.
//! - [`framing`] says where in a body the data is.
//!
//! That more bytes are needed is a value, [`Progress::Partial`]; an [`Error`] says what is malformed. Nothing is guessed.
//!
//! [RFC 9112]: https://www.rfc-editor.org/rfc/rfc9112

use crate::error::Error;

pub mod framing;
pub mod request;
pub mod response;

/// The longest header section that is read, in bytes, status line and skipped 1xx responses included. Lambda's own take about 600 bytes;
/// the client context, the only part a caller of the function chooses, adds at most 3,583.
pub const HEAD_LIMIT: usize = 16 * 1024;

/// Whether a message, or a part of one, is all there.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Progress<T> {
    /// It is, and this is it.
    Complete(T),
    /// More bytes are needed.
    Partial,
}

/// The line at the front of `bytes`, without its CR LF; `None` if its end has not come.
///
/// # Errors
/// `malformed`, if there is a control character in it other than a tab, a lone carriage return or line feed included.
fn line(bytes: &[u8], malformed: Error) -> Result<Option<&[u8]>, Error> {
    let mut len = 0;
    loop {
        len = visible(bytes, len);
        match bytes.get(len..) {
            Some([b'\t', ..]) => len += 1,
            Some([b'\r', b'\n', ..]) => return Ok(bytes.get(..len)),
            Some([] | [b'\r']) => return Ok(None),
            _ => return Err(malformed),
        }
    }
}

/// The place of the first byte below the blank, from `at` on; the length if there is none.
fn visible(bytes: &[u8], mut at: usize) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    // Eight at a time: this is where most of the instructions of an invocation were spent.
    while let Some(word) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        let word = u64::from_ne_bytes(*word);
        // The subtraction borrows from a byte's highest bit if the byte is below the blank (and sometimes if it is not, behind such a one).
        if word.wrapping_sub(EACH * 0x20) & !word & (EACH * 0x80) != 0 {
            break;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|&byte| byte >= b' ') {
        at += 1;
    }
    at
}

/// Whether `text`, which has no control characters, is `lowercase` in any case. The latter has lower-case letters, digits and
/// `-`, `/` or `:` alone; so no other visible character becomes one of them when the bit is set that makes a letter lower-case.
pub(crate) fn is_name(text: &[u8], lowercase: &[u8]) -> bool {
    text.len() == lowercase.len() && text.iter().zip(lowercase).all(|(byte, lower)| byte | 0x20 == *lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_control_character_anywhere() {
        for len in 0..40 {
            for at in 0..=len {
                for control in [0, 9, 10, 13, 0x1f] {
                    let mut bytes = std::vec![b' '; len];
                    bytes[at..].fill(0xff);
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte = control;
                    }
                    if let Some(byte) = bytes.last_mut() {
                        *byte = 0;
                    }
                    let expected = bytes.iter().position(|&byte| byte < b' ').unwrap_or(len);
                    assert_eq!(visible(&bytes, 0), expected, "{bytes:?}");
                }
            }
        }
    }
}
