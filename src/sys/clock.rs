//! Time.

use rustix::thread::{NanosleepRelativeResult, nanosleep};
use rustix::time::{ClockId, Timespec, clock_gettime};

/// Milliseconds since 1970-01-01 UTC.
pub fn now_ms() -> u64 {
    let now = clock_gettime(ClockId::Realtime);
    u64::try_from(now.tv_sec).unwrap_or_default() * 1000 + now.tv_nsec as u64 / 1_000_000
}

/// Sleeps for `ms` milliseconds, whatever signals come.
pub fn sleep_ms(ms: u32) {
    let mut left = Timespec { tv_sec: i64::from(ms / 1000), tv_nsec: i64::from(ms % 1000) * 1_000_000 };
    while let NanosleepRelativeResult::Interrupted(rest) = nanosleep(&left) {
        left = rest;
    }
}
