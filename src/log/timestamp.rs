//! The timestamp of a line ([RFC 3339, section
//! 5.6](https://www.rfc-editor.org/rfc/rfc3339#section-5.6)).

use crate::bytes::cursor::Cursor;
use crate::bytes::date::date;

/// Writes a time, in milliseconds since 1970-01-01 UTC, as `1970-01-01T00:00:00.000Z`: 24 bytes.
/// Linux has no time after the year 2262.
pub(super) fn push(cursor: &mut Cursor<'_>, ms: u64) {
    /// The values of each digit, below the characters.
    const TEN: u8 = 10;
    const SIX: u8 = 6;
    /// In place of the colon before the minutes.
    const HOURS: u8 = 11;
    let mut text = [
        TEN, TEN, TEN, TEN, b'-', TEN, TEN, b'-', TEN, TEN, b'T', TEN, TEN, HOURS, SIX, TEN, b':',
        SIX, TEN, b'.', TEN, TEN, TEN, b'Z',
    ];
    let mut rest = ms;
    for byte in text.iter_mut().rev() {
        match *byte {
            HOURS => {
                *byte = b':';
                let (year, month, day) = date(rest / 24);
                rest = ((year * 100 + month) * 100 + day) * 100 + rest % 24;
            }
            values @ 1..HOURS => {
                *byte = b'0' + (rest % u64::from(values)) as u8;
                rest /= u64::from(values);
            }
            _ => {}
        }
    }
    cursor.push(&text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    fn text(ms: u64) -> String {
        let mut buffer = [0; 24];
        let mut cursor = Cursor::new(&mut buffer);
        push(&mut cursor, ms);
        assert!(!cursor.is_full());
        str::from_utf8(cursor.into_written()).unwrap().into()
    }

    #[test]
    fn known_times() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (68_169_600, "1972-02-29T00:00:00.000Z"),
            (951_782_400, "2000-02-29T00:00:00.000Z"),
            (951_868_800, "2000-03-01T00:00:00.000Z"),
            (1_795_377_999, "2026-11-22T20:06:39.000Z"),
            (2_147_483_647, "2038-01-19T03:14:07.000Z"),
            (4_107_456_000, "2100-02-28T00:00:00.000Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000Z"),
            (13_574_563_200, "2400-02-29T00:00:00.000Z"),
        ] {
            assert_eq!(text(seconds * 1000), expected);
        }
        assert_eq!(text(1_795_377_999_007), "2026-11-22T20:06:39.007Z");
        assert_eq!(text(86_399_999), "1970-01-01T23:59:59.999Z");
        assert_eq!(text(253_402_300_799_999), "9999-12-31T23:59:59.999Z");
    }
}
