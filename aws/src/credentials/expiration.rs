//! The time at which credentials expire.

use core::time::Duration;

/// Parses a time of the form `2026-11-30T22:11:18Z`, also with a fraction of a second, which is
/// dropped. Returns the time since 1970-01-01 UTC, or `None` if the form is another one.
pub(super) fn parse(text: &str) -> Option<Duration> {
    const SHAPE: &[u8; 19] = b"0000-00-00T00:00:00";
    let (time, rest) = text.as_bytes().split_first_chunk::<19>()?;
    let fits = SHAPE.iter().zip(time).all(|(shape, byte)| match shape {
        b'0' => byte.is_ascii_digit(),
        _ => byte == shape,
    });
    let fraction = rest.strip_suffix(b"Z")?;
    let is_fraction = match fraction {
        [] => true,
        [b'.', digits @ ..] => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if !fits || !is_fraction {
        return None;
    }
    let number = |range: core::ops::Range<usize>| text.get(range)?.parse::<u64>().ok();
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    if !(1970..=9999).contains(&year)
        || !(1..=12).contains(&month)
        || !(1..=31).contains(&day)
        || hour > 23
        || minute > 59
        || second > 60
    {
        return None;
    }
    Some(Duration::from_secs(days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second))
}

/// Returns the number of days from 1970-01-01 to a date.
const fn days(year: u64, month: u64, day: u64) -> u64 {
    /// The days from 0000-03-01 to 1970-01-01.
    const DAYS_TO_1970: u64 = 719_468;
    // Years begin in March, so that the leap day is the last day of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    // The months have 31, 30, 31, 30 and 31 days, repeatedly.
    year * 365 + leap_days + (153 * month + 2) / 5 + day - 1 - DAYS_TO_1970
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_times() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T23:59:59Z", 951_868_799),
            ("2026-11-30T22:11:18Z", 1_796_076_678),
            ("2026-11-30T22:11:18.123456Z", 1_796_076_678),
            ("2100-03-01T00:00:00Z", 4_107_542_400),
        ] {
            assert_eq!(parse(text), Some(Duration::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not_a_time() {
        for text in [
            "",
            "2026-11-30",
            "2026-11-30T22:11:18",
            "2026-11-30T22:11:18+01:00",
            "2026-13-30T22:11:18Z",
            "2026-00-30T22:11:18Z",
            "2026-11-32T22:11:18Z",
            "2026-11-30T24:11:18Z",
            "1969-11-30T22:11:18Z",
            "2026-11-30 22:11:18Z",
            "2026-11-30T22:11:18.Z",
            "+026-11-30T22:11:18Z",
            "2026-11-30T22:11:1é",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
