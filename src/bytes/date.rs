//! Calendar dates.

/// Returns the year, month and day that is `days` after 1970-01-01.
///
/// Years are counted from March, so that the leap day is the last day of its year and the months
/// begin on the same days of every year. The months have 31, 30, 31, 30 and 31 days, repeatedly:
/// 153 days in five months. The calendar repeats after 400 years, with 97 leap days.
pub const fn date(days: u64) -> (u64, u64, u64) {
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
