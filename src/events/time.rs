//! Timestamps that are numbers: seconds, milliseconds or microseconds since 1970, possibly with a
//! fraction or an exponent.

use core::fmt;
use core::time::Duration;

use crate::json::RawJson;

/// A timestamp that is a number in the event: the time since 1970 in seconds, with or without a
/// fraction, or in milliseconds or microseconds.
///
/// Its size tells the unit. DynamoDB's streams send seconds, and the same changes have milliseconds
/// or microseconds if they come by Kinesis. As seconds, milliseconds would be after the year 2554;
/// those before August 1970 are read as seconds.
#[derive(Copy, Clone, Default)]
pub struct Timestamp<'a> {
    number: RawJson<'a>,
}

impl Timestamp<'_> {
    /// Returns the time since 1970-01-01 UTC, truncated to nanoseconds, as [`now`](crate::now)
    /// does. Returns `None` if it is missing from the event, before 1970 or after the year 2554.
    /// This doesn't parse floating point, which would link many KiB.
    pub fn since_epoch(&self) -> Option<Duration> {
        since_epoch(self.number.text())
    }
}

/// Formats the time since 1970-01-01 UTC.
impl fmt::Debug for Timestamp<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.since_epoch(), f)
    }
}

impl<'a> From<RawJson<'a>> for Timestamp<'a> {
    fn from(number: RawJson<'a>) -> Self {
        Self { number }
    }
}

/// Parses `text`, a decimal number, truncated to nanoseconds. Its unit is the largest one with
/// which it isn't more than 584 years: seconds, milliseconds, microseconds or nanoseconds. Returns
/// `None` if it is negative, too large, or not a number.
fn since_epoch(text: &[u8]) -> Option<Duration> {
    let mut value = 0u64;
    // The power of ten by which the value is too small for nanoseconds.
    let mut power = 9i32;
    let mut is_fraction = false;
    for (place, byte) in text.iter().enumerate() {
        match byte {
            // Further digits are less than a nanosecond.
            b'0'..=b'9' if is_fraction && value > u64::MAX / 10 - 1 => {}
            b'0'..=b'9' => {
                value = value.checked_mul(10)?.checked_add(u64::from(byte - b'0'))?;
                power -= i32::from(is_fraction);
            }
            b'.' => is_fraction = true,
            b'e' | b'E' if place > 0 => {
                let exponent = str::from_utf8(text.get(place + 1..)?).ok()?;
                power = power.checked_add(exponent.parse::<i16>().ok()?.into())?;
                break;
            }
            _ => return None,
        }
    }
    let nanoseconds = (0..4).find_map(|unit| scaled(value, power - 3 * unit))?;
    Some(Duration::from_nanos(nanoseconds))
}

/// Returns `value` times ten to the power of `power`, or `None` if it exceeds 64 bits.
fn scaled(value: u64, power: i32) -> Option<u64> {
    let factor = 10u64.checked_pow(power.unsigned_abs());
    if power >= 0 {
        value.checked_mul(factor?)
    } else {
        Some(factor.map_or(0, |factor| value / factor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form_of_number() {
        for (text, nanoseconds) in [
            ("0", 0),
            ("1727177640", 1_727_177_640_000_000_000),
            ("1727177640.987", 1_727_177_640_987_000_000),
            ("1.727177640987E9", 1_727_177_640_987_000_000),
            ("1.727177640987e+9", 1_727_177_640_987_000_000),
            ("17271776409870e-4", 1_727_177_640_987_000_000),
            ("1727177640.98765432199999999999999999", 1_727_177_640_987_654_321),
            ("0.0000000019", 1),
            ("1e-400", 0),
            ("1727177580123", 1_727_177_580_123_000_000),
            ("1727177580123.5", 1_727_177_580_123_500_000),
            ("1.727177580123E12", 1_727_177_580_123_000_000),
            ("1727177580123456", 1_727_177_580_123_456_000),
            ("1727177580123456789", 1_727_177_580_123_456_789),
            ("18446744073", 18_446_744_073_000_000_000),
            ("18446744074", 18_446_744_074_000_000),
        ] {
            assert_eq!(
                since_epoch(text.as_bytes()),
                Some(Duration::from_nanos(nanoseconds)),
                "{text}"
            );
        }
    }

    #[test]
    fn rejects_what_is_not_a_time() {
        for text in ["-1", "\"1\"", "true", "1e20", "99999999999999999999", "1e99999", "{}"] {
            assert_eq!(since_epoch(text.as_bytes()), None, "{text}");
        }
    }
}
