//! Compares times, measured in rounds of random order.

use std::time::Duration;

use barelambda_bench::rounds::shuffled;

/// Returns the median times of the contenders in each of several runs. A run calls `time` with each
/// contender's index `rounds` times, in random order, so that other load on the machine affects all
/// contenders of a run alike.
pub fn runs(
    contenders: usize,
    runs: usize,
    rounds: usize,
    mut time: impl FnMut(usize) -> Duration,
) -> Vec<Vec<Duration>> {
    (0..runs)
        .map(|_| {
            let mut times = vec![Vec::new(); contenders];
            for index in shuffled(contenders, rounds) {
                times[index].push(time(index));
            }
            times.into_iter().map(median).collect()
        })
        .collect()
}

/// Returns the ratio of the first of two contenders to the second in the median run, and their
/// times.
pub fn middle(runs: &[Vec<Duration>], [first, second]: [usize; 2]) -> (f64, Duration, Duration) {
    let mut ratios: Vec<_> = runs
        .iter()
        .map(|times| {
            (times[first].as_secs_f64() / times[second].as_secs_f64(), times[first], times[second])
        })
        .collect();
    ratios.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
    ratios[ratios.len() / 2]
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
