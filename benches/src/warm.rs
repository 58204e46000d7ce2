//! Warm cycles: from an event that is sent, over its answer, to the next GET /next.

use std::time::{Duration, Instant};

use cargo_barelambda::error::Error;

use crate::launch::{Event, Running};

/// Cycles in a row are a sample together for about this long, so that a short cycle is timed as often as a long one.
const SAMPLE: Duration = Duration::from_millis(5);

/// The most cycles in a row.
const MOST: u32 = 99;

/// Cycles before anything is timed: caches, buffers and compilers come to rest.
const WARM_UP: u32 = 5;

/// How many cycles with this event make a sample of the running contender.
pub fn warm_up(running: &mut Running<'_>, event: &Event) -> Result<u32, Error> {
    let mut fastest = Duration::MAX;
    for _ in 0..WARM_UP {
        fastest = fastest.min(one(running, event)?);
    }
    let count = SAMPLE.as_nanos() / fastest.as_nanos().max(1);
    Ok((count as u32).clamp(1, MOST))
}

/// One sample: the median of `count` cycles, as a disturbance of one of them is not the contender's.
pub fn sample(running: &mut Running<'_>, event: &Event, count: u32) -> Result<Duration, Error> {
    let mut cycles: Vec<Duration> = (0..count).map(|_| one(running, event)).collect::<Result<_, _>>()?;
    cycles.sort_unstable();
    Ok(cycles[cycles.len() / 2])
}

fn one(running: &mut Running<'_>, event: &Event) -> Result<Duration, Error> {
    let [begin, end]: [Instant; 2] = running.cycle(event)?;
    Ok(end - begin)
}
