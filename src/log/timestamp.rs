//! The timestamp of a line ([RFC 3339, section
//! 5.6](https://www.rfc-editor.org/rfc/rfc3339#section-5.6)).

use crate::bytes::cursor::Cursor;
use crate::bytes::date::date;

const SECOND: u64 = 1000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// The last millisecond of the year 9999. The format has four digits for the year.
const LAST_MS: u64 = 253_402_300_799_999;

/// Writes a time, in milliseconds since 1970-01-01 UTC, as `1970-01-01T00:00:00.000Z`: 24 bytes.
pub(super) fn push(cursor: &mut Cursor<'_>, ms: u64) {
    let ms = ms.min(LAST_MS);
    let (year, month, day) = date(ms / DAY);
    let parts = [
        (year, 1000, b'-'),
        (month, 10, b'-'),
        (day, 10, b'T'),
        (ms % DAY / HOUR, 10, b':'),
        (ms % HOUR / MINUTE, 10, b':'),
        (ms % MINUTE / SECOND, 10, b'.'),
        (ms % SECOND, 100, b'Z'),
    ];
    for (number, mut unit, end) in parts {
        while unit > 0 {
            cursor.push(&[b'0' + (number / unit % 10) as u8]);
            unit /= 10;
        }
        cursor.push(&[end]);
    }
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
        assert_eq!(text(DAY - 1), "1970-01-01T23:59:59.999Z");
        assert_eq!(text(LAST_MS), "9999-12-31T23:59:59.999Z");
        assert_eq!(text(u64::MAX), "9999-12-31T23:59:59.999Z");
    }
}
