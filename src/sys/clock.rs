//! Clocks and sleep.

use super::arch;

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
#[allow(unsafe_code)]
pub fn sleep_ms(ms: u32) {
    const EINTR: i32 = -4;
    // The kernel's `timespec`: seconds and nanoseconds.
    let mut time = [u64::from(ms / 1000), u64::from(ms % 1000 * 1_000_000)];
    let time = (&raw mut time).expose_provenance();
    // SAFETY: nanosleep reads two 64-bit numbers, and replaces them by the time that is left if a
    // signal interrupts it.
    while unsafe { arch::writing_syscall(arch::NANOSLEEP, time, time, 0, 0) } == EINTR {}
}

#[cfg(test)]
mod tests {
    use super::super::socket::tests::interrupted;
    use super::sleep_ms;
    use std::time::{Duration, Instant};

    #[test]
    fn a_signal_does_not_shorten_a_sleep() {
        for ms in [50, 1_010] {
            let start = Instant::now();
            interrupted(|| sleep_ms(ms));
            assert!(start.elapsed() >= Duration::from_millis(ms.into()), "{ms}");
        }
    }
}
