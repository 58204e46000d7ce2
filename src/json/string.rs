//! The inside of strings ([RFC 8259, section 7](https://www.rfc-editor.org/rfc/rfc8259#section-7)).
//!
//! A string of a text that may be changed is unescaped where it lies. What a [`RawJson`](super::RawJson) holds is read later, more than
//! once, and must not change then: so its strings are unescaped when it is captured. One that had escapes stands between [`OPEN`] and
//! [`CLOSE`] from then on, which are no bytes of UTF-8, and blanks fill the place that it no longer takes.

use crate::buffer::move_down;
use crate::error::Error;
use crate::search::find;

/// What stands before a string that was unescaped, in place of the quotation mark.
pub(super) const OPEN: u8 = 0xfe;
/// What stands behind it.
pub(super) const CLOSE: u8 = 0xff;

/// The place of the first quotation mark, backslash or control character from `at` on; the length if there is none. `high` gets a bit set
/// for bytes that are not ASCII. Eight at a time: it is here that most of the time goes.
pub(super) fn plain(text: &[u8], mut at: usize, high: &mut u64) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = EACH << 7;
    let (words, rest) = text.get(at..).unwrap_or_default().as_chunks();
    for word in words {
        let word = u64::from_le_bytes(*word);
        // A control character, or a quotation mark, is below 0x21 when this bit of it is turned: no other character is. The subtraction
        // borrows from a byte's highest bit if the byte is below, and sometimes if it stands behind such a one.
        let quote_or_control = (word ^ (EACH * 2)).wrapping_sub(EACH * 0x21);
        let backslash = (word ^ (EACH * b'\\' as u64)).wrapping_sub(EACH);
        let found = (quote_or_control | backslash) & !word & HIGH;
        // Bytes behind what was found may be in it as well: that costs a needless check, and nothing else.
        *high |= word & HIGH;
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    for &byte in rest {
        if byte < b' ' || byte == b'"' || byte == b'\\' {
            return at;
        }
        *high |= u64::from(byte) & HIGH;
        at += 1;
    }
    at
}

/// The inside of a string: it ends at `end`, and behind the string comes `next`.
pub(super) struct Inside {
    pub(super) end: usize,
    pub(super) next: usize,
    pub(super) is_ascii: bool,
}

/// Unescapes the string whose inside begins at `start`, in place. The places of errors are counted from 1.
pub(super) fn unescape(text: &mut [u8], start: usize) -> Result<Inside, Error> {
    let mut high = 0;
    let mut write = start;
    let mut read = start;
    loop {
        let end = plain(text, read, &mut high);
        move_down(text, read..end, write);
        write += end - read;
        read = end;
        match text.get(read) {
            Some(b'"') => return Ok(Inside { end: write, next: read + 1, is_ascii: high == 0 }),
            Some(b'\\') => {
                let (length, character) = escape(text, read)?;
                let mut bytes = [0; 4];
                let bytes = character.encode_utf8(&mut bytes).as_bytes();
                // No escape is shorter than its character.
                if let Some(place) = text.get_mut(write..write + bytes.len()) {
                    place.copy_from_slice(bytes);
                }
                high |= u64::from(!character.is_ascii());
                write += bytes.len();
                read += length;
            }
            Some(_) => return Err(Error::JSON_CONTROL_CHARACTER.with(read as u32 + 1)),
            None => return Err(Error::JSON_END.with(read as u32 + 1)),
        }
    }
}

/// Finds the end of a string that was unescaped, or had no escapes, and whose inside begins at `start`.
pub(super) fn unescaped(text: &[u8], start: usize, is_marked: bool) -> Result<Inside, Error> {
    let (end, mark) = if is_marked { (find(text, start, CLOSE, 1), CLOSE) } else { (plain(text, start, &mut 0), b'"') };
    match text.get(end) {
        Some(&byte) if byte == mark => Ok(Inside { end, next: end + 1, is_ascii: false }),
        _ => Err(Error::JSON_UNCHANGEABLE.with(end as u32 + 1)),
    }
}

/// The length of the escape at `at` and the character that it stands for.
fn escape(text: &[u8], at: usize) -> Result<(usize, char), Error> {
    let character = match text.get(at + 1) {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\x08',
        Some(b'f') => '\x0c',
        Some(&byte @ (b'"' | b'\\' | b'/')) => byte as char,
        Some(b'u') => return unicode_escape(text, at),
        Some(_) => return Err(Error::JSON_ESCAPE.with(at as u32 + 1)),
        None => return Err(Error::JSON_END.with(at as u32 + 2)),
    };
    Ok((2, character))
}

/// As [`escape`], for `\uXXXX` and for the two of them that are a surrogate pair.
fn unicode_escape(text: &[u8], at: usize) -> Result<(usize, char), Error> {
    let malformed = Error::JSON_ESCAPE.with(at as u32 + 1);
    let unit = code_unit(text, at).ok_or(malformed)?;
    if let Some(character) = char::from_u32(unit) {
        return Ok((6, character));
    }
    let lone = Error::JSON_SURROGATE.with(at as u32 + 1);
    let low = code_unit(text, at + 6).ok_or(lone)?;
    // Only a high surrogate with a low one gives a character from here.
    if unit >= 0xdc00 || low & !0x3ff != 0xdc00 {
        return Err(lone);
    }
    let character = char::from_u32(0x1_0000 + ((unit & 0x3ff) << 10) + (low & 0x3ff)).ok_or(lone)?;
    Ok((12, character))
}

/// The UTF-16 code unit of the `\uXXXX` at `at`.
fn code_unit(text: &[u8], at: usize) -> Option<u32> {
    let escape: &[u8; 6] = text.get(at..)?.first_chunk()?;
    let [b'\\', b'u', digits @ ..] = escape else { return None };
    digits.iter().try_fold(0, |unit, &digit| Some(unit << 4 | (digit as char).to_digit(16)?))
}
