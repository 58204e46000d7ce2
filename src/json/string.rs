//! The inside of strings ([RFC 8259, section 7](https://www.rfc-editor.org/rfc/rfc8259#section-7)).
//!
//! A string of a text that may be changed is unescaped where it lies. What a [`RawJson`](super::RawJson) holds is read later, more than
//! once, and must not change then: so its strings are unescaped when it is captured. One that had escapes stands between [`OPEN`] and
//! [`CLOSE`] from then on, which are no bytes of UTF-8. A second [`CLOSE`] stands where the string ended.

/// What stands before a string that was unescaped, in place of the quotation mark.
pub(super) const OPEN: u8 = 0xfe;
/// What stands behind it.
pub(super) const CLOSE: u8 = 0xff;

/// The place of the first quotation mark, backslash or control character from `at` on; the length if there is none. Eight at a time: it is
/// here that most of the time goes.
#[inline(never)]
pub(super) fn plain(text: &[u8], mut at: usize) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let (words, rest) = text.get(at..).unwrap_or_default().as_chunks();
    for word in words {
        let word = u64::from_le_bytes(*word);
        // A control character, or a quotation mark, is below 0x21 when this bit of it is turned: no other character is. The subtraction
        // borrows from a byte's highest bit if the byte is below, and sometimes if it stands behind such a one.
        let quote_or_control = (word ^ (EACH * 2)).wrapping_sub(EACH * 0x21);
        let backslash = (word ^ (EACH * b'\\' as u64)).wrapping_sub(EACH);
        let found = (quote_or_control | backslash) & !word & (EACH << 7);
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    at + rest.iter().take_while(|&&byte| byte >= b' ' && byte != b'"' && byte != b'\\').count()
}

/// `text`, if it is UTF-8. One function for all, in which the large result of `core`'s is made a small one: 110 bytes less than without.
pub(super) fn checked(text: &[u8]) -> Option<&str> {
    str::from_utf8(text).ok()
}

/// Puts the character for which the escape at `read` stands at `write`. `None` if it stands for none.
pub(super) fn escape(text: &mut [u8], read: &mut usize, write: &mut usize) -> Option<()> {
    const NAMES: &[u8; 8] = b"\"\\/bfnrt";
    const VALUES: &[u8; 8] = b"\"\\/\x08\x0c\n\r\t";
    let name = *text.get(*read + 1)?;
    let mut length = 2;
    let mut character = if name == b'u' {
        length = 6;
        code_unit(text, *read)?
    } else {
        u32::from(*VALUES.get(NAMES.iter().position(|&known| known == name)?)?)
    };
    if character & !0x7ff == 0xd800 {
        let low = code_unit(text, *read + length)?.wrapping_sub(0xdc00);
        let high = character - 0xd800;
        if high >= 0x400 || low >= 0x400 {
            return None;
        }
        character = 0x1_0000 + (high << 10) + low;
        length = 12;
    }
    let (count, mark) = match character {
        0..0x80 => (1, 0),
        0x80..0x800 => (2, 0xc0),
        0x800..0x1_0000 => (3, 0xe0),
        _ => (4, 0xf0),
    };
    // No escape is shorter than its character.
    if let [first, others @ ..] = text.get_mut(*write..*write + count)? {
        for byte in others.iter_mut().rev() {
            *byte = 0x80 | character as u8 & 0x3f;
            character >>= 6;
        }
        *first = mark | character as u8;
    }
    *read += length;
    *write += count;
    Some(())
}

/// The UTF-16 code unit of the `\uXXXX` at `at`.
fn code_unit(text: &[u8], at: usize) -> Option<u32> {
    let escape: &[u8; 6] = text.get(at..)?.first_chunk()?;
    let [b'\\', b'u', digits @ ..] = escape else { return None };
    digits.iter().try_fold(0, |unit, &digit| Some(unit << 4 | (digit as char).to_digit(16)?))
}
