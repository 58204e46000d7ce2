//! Clocks and sleep.

use rustix::thread::{NanosleepRelativeResult, nanosleep};
use rustix::time::Timespec;

/// Returns the time since 1970-01-01 UTC, in milliseconds.
pub fn now_ms() -> u64 {
    // Linux doesn't accept a time before 1970.
    let [seconds, nanoseconds] = now();
    seconds.wrapping_mul(1000).wrapping_add(nanoseconds / 1_000_000)
}

// Without libc, rustix's function opens /proc/self/auxv to find the vDSO, which costs 8 KB of code,
// and musl's does about as much. The system call costs 30 bytes of code, and at most half a
// microsecond more.
#[cfg(target_env = "musl")]
#[allow(unsafe_code)]
fn now() -> [u64; 2] {
    use super::arch;

    const CLOCK_REALTIME: usize = 0;
    let mut time = [0; 2];
    // SAFETY: clock_gettime writes two 64-bit numbers, and `time` has room for them. It can't fail
    // with these arguments.
    unsafe {
        arch::writing_syscall(
            arch::CLOCK_GETTIME,
            CLOCK_REALTIME,
            (&raw mut time).expose_provenance(),
            0,
            0,
        )
    };
    time
}

#[cfg(not(target_env = "musl"))]
fn now() -> [u64; 2] {
    extern crate std;

    let now =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    [now.as_secs(), now.subsec_nanos().into()]
}

/// Sleeps for `ms` milliseconds. A signal doesn't shorten the sleep.
pub fn sleep_ms(ms: u32) {
    let mut left =
        Timespec { tv_sec: i64::from(ms / 1000), tv_nsec: i64::from(ms % 1000) * 1_000_000 };
    while let NanosleepRelativeResult::Interrupted(rest) = nanosleep(&left) {
        left = rest;
    }
}
