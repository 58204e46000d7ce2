//! The inside of strings ([RFC 8259, section 7](https://www.rfc-editor.org/rfc/rfc8259#section-7)).
//!
//! Strings are unescaped in place. A [`RawJson`](super::RawJson) is read more than once and can't
//! be changed then, so its strings are unescaped when it is captured. A captured string that had
//! escapes is delimited by [`OPEN`] and [`CLOSE`], bytes that don't occur in UTF-8. A second
//! [`CLOSE`] marks where the escaped string ended.

/// Replaces the opening quotation mark of an unescaped string.
pub(super) const OPEN: u8 = 0xfe;
/// Follows an unescaped string.
pub(super) const CLOSE: u8 = 0xff;
/// Fills a string that can't be read. It isn't UTF-8, and not a mark.
pub(super) const UNREADABLE: u8 = 0x80;

/// Returns the index of the first quotation mark, backslash or control character from `at` on, or
/// the length if there is none. It reads eight bytes at a time, because parsing spends most of its
/// time here.
#[inline(never)]
pub(super) fn plain(text: &[u8], mut at: usize) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let (words, rest) = text.get(at..).unwrap_or_default().as_chunks();
    for word in words {
        let word = u64::from_le_bytes(*word);
        // Flipping bit 1 makes control characters and the quotation mark, and no other characters,
        // less than 0x21. The subtraction sets the highest bit of such a byte. The borrow may also
        // set it in the bytes after that one, which doesn't matter: the first counts.
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

/// Returns `text` if it is UTF-8. Sharing this function, which shrinks the large result of
/// `core`'s, saves 110 bytes.
pub(super) fn checked(text: &[u8]) -> Option<&str> {
    str::from_utf8(text).ok()
}

/// Decodes the escape at `read` and writes its character at `write`. Returns `None` if the escape
/// is invalid.
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
    // An escape is never shorter than its character.
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

/// Returns the UTF-16 code unit of the `\uXXXX` at `at`.
fn code_unit(text: &[u8], at: usize) -> Option<u32> {
    let escape: &[u8; 6] = text.get(at..)?.first_chunk()?;
    let [b'\\', b'u', digits @ ..] = escape else { return None };
    digits.iter().try_fold(0, |unit, &digit| Some(unit << 4 | (digit as char).to_digit(16)?))
}
