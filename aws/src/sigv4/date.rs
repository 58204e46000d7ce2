//! The time of a signature, which the header `x-amz-date` repeats.

use barelambda::bytes::cursor::Cursor;
use barelambda::bytes::date::date;

/// A time in UTC, in the basic format of ISO 8601 with seconds: `20150830T123600Z`.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Timestamp([u8; 16]);

/// The last second of the year 9999. The format has four digits for the year.
const LAST: u64 = 253_402_300_799;

impl Timestamp {
    /// Creates a timestamp of seconds since 1970-01-01 UTC. A time after the year 9999 becomes the
    /// last second of that year.
    pub fn at(seconds: u64) -> Self {
        let seconds = seconds.min(LAST);
        let (year, month, day) = date(seconds / 86_400);
        let mut text = [0; 16];
        let mut cursor = Cursor::new(&mut text);
        let parts = [
            (year / 100, ""),
            (year % 100, ""),
            (month, ""),
            (day, "T"),
            (seconds / 3600 % 24, ""),
            (seconds / 60 % 60, ""),
            (seconds % 60, "Z"),
        ];
        for (number, end) in parts {
            cursor.push(&[b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]);
            cursor.push(end.as_bytes());
        }
        Self(text)
    }

    /// Returns the 16 characters.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Returns the first eight characters: the year, the month and the day.
    pub fn day(&self) -> &str {
        self.as_str().get(..8).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_times() {
        for (seconds, text) in [
            (0, "19700101T000000Z"),
            (1_440_938_160, "20150830T123600Z"),
            (951_868_799, "20000229T235959Z"),
            (951_868_800, "20000301T000000Z"),
            (LAST, "99991231T235959Z"),
            (LAST + 1, "99991231T235959Z"),
            (u64::MAX, "99991231T235959Z"),
        ] {
            let timestamp = Timestamp::at(seconds);
            assert_eq!(timestamp.as_str(), text);
            assert_eq!(timestamp.day(), &text[..8]);
        }
    }
}
