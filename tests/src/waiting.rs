//! Waiting for a state of another process.

use std::thread;
use std::time::{Duration, Instant};

/// The time limit of everything that a test waits for. It only turns a hang into a failure: the
/// machine may be busy, so no test depends on how fast a step is. A program that a test expects to
/// be ended must run longer than this by itself.
pub const LIMIT: Duration = Duration::from_secs(120);

/// Calls `look` until it returns something.
///
/// # Panics
/// That takes longer than [`LIMIT`]. `what` is part of the message.
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + LIMIT;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "timed out: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Calls `attempt` until it returns something, and returns that. An attempt returns `None` if the
/// program was late for a deadline of some seconds, which a busy machine can make it.
///
/// # Panics
/// Ten attempts return nothing.
pub fn in_time<T>(attempt: impl FnMut() -> Option<T>) -> T {
    std::iter::repeat_with(attempt)
        .take(10)
        .find_map(|result| result)
        .expect("one of ten attempts is in time")
}
