//! Warm cycles: the time from sending an event, through its response, to the next GET /next.

use std::time::{Duration, Instant};

use cargo_barelambda::error::Error;

use crate::launch::{Event, Running};

/// The duration of a sample, which has several consecutive cycles, so that short cycles are
/// measured for as long as long ones.
const SAMPLE: Duration = Duration::from_millis(5);

/// The maximum number of consecutive cycles.
const MOST: u32 = 99;

/// The number of cycles before the first sample, which warm up caches, buffers and compilers.
const WARM_UP: u32 = 5;

/// Runs the first cycles, and returns the number of cycles in a sample.
pub fn warm_up(running: &mut Running<'_>, event: &Event) -> Result<u32, Error> {
    let mut fastest = Duration::MAX;
    for _ in 0..WARM_UP {
        fastest = fastest.min(one(running, event)?);
    }
    let count = SAMPLE.as_nanos() / fastest.as_nanos().max(1);
    Ok((count as u32).clamp(1, MOST))
}

/// Returns one sample: the median of `count` cycles, so that noise in one of them doesn't count.
pub fn sample(running: &mut Running<'_>, event: &Event, count: u32) -> Result<Duration, Error> {
    let mut cycles: Vec<Duration> =
        (0..count).map(|_| one(running, event)).collect::<Result<_, _>>()?;
    cycles.sort_unstable();
    Ok(cycles[cycles.len() / 2])
}

fn one(running: &mut Running<'_>, event: &Event) -> Result<Duration, Error> {
    let [begin, end]: [Instant; 2] = running.cycle(event)?;
    Ok(end - begin)
}
