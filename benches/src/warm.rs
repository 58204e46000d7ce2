//! Warm cycles: from an event that is sent, over its answer, to the next GET /next.

use std::time::{Duration, Instant};

use cargo_barelambda::failure::Failure;

use crate::launch::{Event, Running};

/// Cycles in a row are a sample together for about this long, so that a short cycle is timed as often as a long one.
const SAMPLE: Duration = Duration::from_millis(4);

/// The most cycles in a row.
const MOST: u32 = 50;

/// Cycles before anything is timed: caches, buffers and compilers come to rest.
const WARM_UP: u32 = 3;

/// How many cycles with this event make a sample of the running contender.
pub fn warm_up(running: &mut Running<'_>, event: &Event) -> Result<u32, Failure> {
    let mut last = Duration::ZERO;
    for _ in 0..WARM_UP {
        last = one(running, event)?;
    }
    let count = SAMPLE.as_nanos() / last.as_nanos().max(1);
    Ok((count as u32).clamp(1, MOST))
}

/// One sample: the mean of `count` cycles.
pub fn sample(running: &mut Running<'_>, event: &Event, count: u32) -> Result<Duration, Failure> {
    let mut sum = Duration::ZERO;
    for _ in 0..count {
        sum += one(running, event)?;
    }
    Ok(sum / count)
}

fn one(running: &mut Running<'_>, event: &Event) -> Result<Duration, Failure> {
    let [begin, end]: [Instant; 2] = running.cycle(event)?;
    Ok(end - begin)
}
