//! Reads the processor time of another process in nanoseconds. The times in /proc/PID/stat have a
//! resolution of 10 ms, and those in /proc/PID/task end with their thread.

#![allow(unsafe_code)]

use std::time::Duration;
use std::{io, mem};

/// Returns the user and system time of a process since it was created, with all of its threads,
/// those that have exited included
/// ([clock_getcpuclockid(3)](https://man7.org/linux/man-pages/man3/clock_getcpuclockid.3.html)).
///
/// # Errors
/// There is no process with this id, or it has exited.
pub fn cpu_time(process: u32) -> io::Result<Duration> {
    let mut clock: libc::clockid_t = 0;
    // SAFETY: It writes only `clock`, which it may for the time of the call.
    let code = unsafe { libc::clock_getcpuclockid(process.cast_signed(), &raw mut clock) };
    if code != 0 {
        return Err(io::Error::from_raw_os_error(code));
    }
    // SAFETY: All of its fields are integers, for which zeros are valid.
    let mut time: libc::timespec = unsafe { mem::zeroed() };
    // SAFETY: It writes only `time`, which it may for the time of the call. An unknown clock is an
    // error.
    if unsafe { libc::clock_gettime(clock, &raw mut time) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(Duration::new(time.tv_sec.cast_unsigned(), time.tv_nsec as u32))
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};
    use std::time::Instant;

    use super::*;

    #[test]
    fn time_passes_while_a_process_works() {
        let mut child = Command::new("sh").args(["-c", "while :; do :; done"]).spawn().unwrap();
        let (began, first) = (Instant::now(), cpu_time(child.id()).unwrap());
        while cpu_time(child.id()).unwrap() < first + Duration::from_millis(20) {
            assert!(began.elapsed() < Duration::from_secs(60));
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn no_time_passes_while_a_process_waits() {
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        // It waits when its time is the same for a while.
        let mut last = Duration::MAX;
        let began = Instant::now();
        while cpu_time(child.id()).unwrap() != last {
            assert!(began.elapsed() < Duration::from_secs(60));
            last = cpu_time(child.id()).unwrap();
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(last > Duration::ZERO);
        drop(child.stdin.take());
        child.wait().unwrap();
        assert!(cpu_time(child.id()).is_err(), "it has been reaped");
    }
}
