//! Calendar dates.

/// Returns the year, month and day that is `days` after 1970-01-01, until 2^28 days later: the
/// algorithm of Neri and Schneider, [Euclidean affine functions and their application to calendar
/// algorithms](https://doi.org/10.1002/spe.3172), in which years begin in March.
pub const fn date(days: u64) -> (u64, u64, u64) {
    /// The days from 0000-03-01 to 1970-01-01.
    const DAYS_TO_1970: u32 = 719_468;
    let quarters = 4 * (days as u32 + DAYS_TO_1970) + 3;
    let (century, rest) = (quarters / 146_097, quarters % 146_097);
    let product = 2_939_745 * (rest | 3) as u64;
    let year = 100 * century + (product >> 32) as u32;
    let day_of_year = product as u32 / 2_939_745 / 4;
    let months = 2141 * day_of_year + 197_913;
    let (month, day) = (months >> 16, (months & 0xffff) / 2141 + 1);
    // The 13th and 14th months are January and February of the next year.
    let (year, month) = if day_of_year >= 306 { (year + 1, month - 12) } else { (year, month) };
    (year as u64, month as u64, day as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 9999-12-31.
    const LAST_DAY: u64 = 2_932_896;

    #[test]
    fn every_day_until_the_year_10000() {
        let (mut year, mut month, mut day) = (1970, 1, 1);
        for days in 0..=LAST_DAY {
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
