//! Times that are compared, in rounds of random order.

use std::time::Duration;

use barelambda_bench::rounds::shuffled;

/// The median times of the contenders in each of several runs. In a run `time`, which is given a contender's index, times each of them
/// `rounds` times: what else the machine does shifts all of a run, and now and then one.
pub fn runs(contenders: usize, runs: usize, rounds: usize, mut time: impl FnMut(usize) -> Duration) -> Vec<Vec<Duration>> {
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

/// The run in the middle, by the ratio of the first of two contenders to the second; with that ratio.
pub fn middle(runs: &[Vec<Duration>], [first, second]: [usize; 2]) -> (f64, Duration, Duration) {
    let mut ratios: Vec<_> =
        runs.iter().map(|times| (times[first].as_secs_f64() / times[second].as_secs_f64(), times[first], times[second])).collect();
    ratios.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
    ratios[ratios.len() / 2]
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
