//! Escapes text as the content of a JSON string ([RFC 8259, section
//! 7](https://www.rfc-editor.org/rfc/rfc8259#section-7)).

use crate::bytes::cursor::Cursor;

/// The maximum length of an escaped byte, or of a character that isn't escaped.
pub const LONGEST: usize = 6;

/// Writes as much of `text`, escaped, as fits while `reserve` bytes stay free. A character is never
/// split, so up to [`LONGEST`] bytes before the reserve may stay unused. Returns whether all of it
/// was written.
#[inline(never)]
pub fn escape_cut(cursor: &mut Cursor<'_>, text: &[u8], reserve: usize) -> bool {
    push_cut(cursor, text, reserve, |cursor, byte| {
        if must_be_escaped(byte) {
            escape_byte(cursor, byte);
        } else {
            cursor.push(&[byte]);
        }
    })
}

/// Like [`escape_cut`], but `push` writes each byte, as at most [`LONGEST`] bytes.
#[inline(always)]
pub(crate) fn push_cut(
    cursor: &mut Cursor<'_>,
    text: &[u8],
    reserve: usize,
    push: impl Fn(&mut Cursor<'_>, u8),
) -> bool {
    for &byte in text {
        let begins_character = byte & 0b1100_0000 != 0b1000_0000;
        if begins_character && cursor.room() < LONGEST + reserve {
            return false;
        }
        push(cursor, byte);
    }
    true
}

/// Writes `text`, escaped. Returns whether it fits. If it doesn't, a part of it may have been
/// written, and the cursor [is full](Cursor::is_full).
pub fn escape(cursor: &mut Cursor<'_>, text: &str) -> bool {
    escape_utf8(cursor, text.as_bytes())
}

/// Like [`escape`], for bytes that are known to be UTF-8.
pub fn escape_utf8(cursor: &mut Cursor<'_>, text: &[u8]) -> bool {
    let mut rest = text;
    loop {
        let count = rest.iter().take_while(|byte| !must_be_escaped(**byte)).count();
        let (plain, others) = rest.split_at_checked(count).unwrap_or_default();
        cursor.push(plain);
        let [byte, after @ ..] = others else {
            return !cursor.is_full();
        };
        escape_byte(cursor, *byte);
        rest = after;
    }
}

/// Returns whether a byte must be escaped in a string. The bytes of non-ASCII characters needn't
/// be.
pub const fn must_be_escaped(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// Writes the shortest escape of a byte that [must be escaped](must_be_escaped).
#[cold]
fn escape_byte(cursor: &mut Cursor<'_>, byte: u8) {
    /// The digits, and then the letters of the bytes from 8, the backspace, to 13, the carriage
    /// return. 11 doesn't have a letter.
    static SYMBOLS: [u8; 22] = *b"0123456789abcdefbtnufr";
    let letter = match byte {
        8..14 => SYMBOLS[usize::from(byte) + 8],
        0..b' ' => b'u',
        _ => byte,
    };
    let escaped = [b'\\', letter, b'0', b'0', b'0' + (byte >> 4), SYMBOLS[usize::from(byte & 15)]];
    cursor.push(if letter == b'u' { &escaped } else { &escaped[..2] });
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a\"b\\c/\0\t\n\u{1f}\u{7f}\u{e9}\u{1f600}z";
    const ESCAPED: &str = "a\\\"b\\\\c/\\u0000\\t\\n\\u001f\u{7f}\u{e9}\u{1f600}z";

    #[test]
    fn escapes_what_json_requires() {
        let mut buffer = [0; 64];
        let mut cursor = Cursor::new(&mut buffer);
        assert!(escape(&mut cursor, TEXT) && escape(&mut cursor, ""));
        assert_eq!(str::from_utf8(cursor.into_written()), Ok(ESCAPED));
        let mut cursor = Cursor::new(&mut buffer);
        assert!(escape(&mut cursor, "\u{7}\u{8}\t\n\u{b}\u{c}\r\u{e}"));
        assert_eq!(cursor.into_written(), br"\u0007\b\t\n\u000b\f\r\u000e");
        let mut cursor = Cursor::new(&mut buffer);
        assert!(escape_cut(&mut cursor, TEXT.as_bytes(), 0));
        assert_eq!(str::from_utf8(cursor.into_written()), Ok(ESCAPED));
    }

    #[test]
    fn returns_at_every_size_whether_all_of_it_fits() {
        for size in 0..=ESCAPED.len() + 16 {
            let mut buffer = std::vec![0; size];
            let mut cursor = Cursor::new(&mut buffer);
            assert_eq!(escape(&mut cursor, TEXT), size >= ESCAPED.len(), "{size}");
            assert_eq!(cursor.is_full(), size < ESCAPED.len(), "{size}");

            let mut cursor = Cursor::new(&mut buffer);
            let all = escape_cut(&mut cursor, TEXT.as_bytes(), 5);
            assert!(!cursor.is_full() && cursor.room() >= 5.min(size), "{size}");
            let written = str::from_utf8(cursor.into_written()).expect("characters are whole");
            assert!(ESCAPED.starts_with(written), "{size}");
            assert_eq!(all, written == ESCAPED, "{size}");
            assert!(all || written.len() + LONGEST + 5 > size, "{size}");
        }
    }
}
