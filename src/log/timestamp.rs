//! The timestamp of a line ([RFC 3339, section
//! 5.6](https://www.rfc-editor.org/rfc/rfc3339#section-5.6)).

use crate::bytes::cursor::Cursor;

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

/// Returns the year, month and day that is `days` after 1970-01-01.
///
/// Years are counted from March, so that the leap day is the last day of its year and the months
/// begin on the same days of every year. The months have 31, 30, 31, 30 and 31 days, repeatedly:
/// 153 days in five months. The calendar repeats after 400 years, with 97 leap days.
const fn date(days: u64) -> (u64, u64, u64) {
    const YEAR: u64 = 365;
    const FOUR_YEARS: u64 = 4 * YEAR + 1;
    const CENTURY: u64 = 25 * FOUR_YEARS - 1;
    const CYCLE: u64 = 4 * CENTURY + 1;
    /// The days from 0000-03-01 to 1970-01-01.
    const DAYS_TO_1970: u64 = 719_468;

    let days = days + DAYS_TO_1970;
    let day_of_cycle = days % CYCLE;
    // After subtracting the leap days before it, each day is in the same year as if every year had
    // 365 days.
    let leap_days =
        day_of_cycle / (FOUR_YEARS - 1) - day_of_cycle / CENTURY + day_of_cycle / (CYCLE - 1);
    let year = (day_of_cycle - leap_days) / YEAR;
    let day_of_year = day_of_cycle - (year * YEAR + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let year = days / CYCLE * 400 + year;
    if month < 10 { (year, month + 3, day) } else { (year + 1, month - 9, day) }
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

    #[test]
    fn every_day_until_the_year_10000() {
        let (mut year, mut month, mut day) = (1970, 1, 1);
        for days in 0..=LAST_MS / DAY {
            assert_eq!(date(days), (year, month, day), "{days}");
            let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let length = match month {
                2 if is_leap => 29,
                2 => 28,
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            (year, month, day) = match (month, day) {
                (12, 31) => (year + 1, 1, 1),
                _ if day == length => (year, month + 1, 1),
                _ => (year, month, day + 1),
            };
        }
        assert_eq!((year, month, day), (10_000, 1, 1));
    }
}
