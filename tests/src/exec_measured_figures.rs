//! Figures that have bounds, and times that are compared.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What a figure has to keep.
#[derive(Copy, Clone, Debug)]
pub enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

/// A figure.
#[derive(Clone, Debug)]
pub struct Figure {
    pub what: String,
    pub value: f64,
    pub bound: Bound,
}

impl Figure {
    /// Whether it keeps its bound. A zero is no figure: nothing here can cost nothing.
    pub fn holds(&self) -> bool {
        self.value > 0.0
            && match self.bound {
                Bound::AtMost(bound) => self.value <= bound,
                Bound::AtLeast(bound) => self.value >= bound,
            }
    }
}

/// Prints the table, and fails if a bound is broken.
///
/// # Panics
/// With the figures that break their bound.
pub fn hold(title: &str, figures: &[Figure]) {
    println!("\n{title:<86} {:>8} {:>8}", "figure", "bound");
    for figure in figures {
        let (sign, bound) = match figure.bound {
            Bound::AtMost(bound) => ('≤', bound),
            Bound::AtLeast(bound) => ('≥', bound),
        };
        let verdict = if figure.holds() { "" } else { "BROKEN" };
        println!("{:<86} {:>8.3} {:>8}  {verdict}", figure.what, figure.value, format!("{sign} {bound}"));
    }
    println!();
    let broken: Vec<_> = figures.iter().filter(|figure| !figure.holds()).map(|figure| figure.what.as_str()).collect();
    assert!(broken.is_empty(), "these break their bound, in the table above: {broken:?}");
}

/// The median times of `N` contenders in each of several runs. In a run `time`, which is given a contender's index, times each of them
/// `rounds` times, in random order: what else the machine does shifts all of a run, and now and then one.
pub fn runs<const N: usize>(runs: usize, rounds: usize, mut time: impl FnMut(usize) -> Duration) -> Vec<[Duration; N]> {
    (0..runs)
        .map(|_| {
            let mut times = [const { Vec::new() }; N];
            for index in shuffled(N, rounds) {
                times[index].push(time(index));
            }
            times.map(median)
        })
        .collect()
}

/// The run in the middle, by the ratio of the first of two contenders to the second; with that ratio.
pub fn middle<const N: usize>(runs: &[[Duration; N]], [first, second]: [usize; 2]) -> (f64, Duration, Duration) {
    let mut ratios: Vec<_> =
        runs.iter().map(|times| (times[first].as_secs_f64() / times[second].as_secs_f64(), times[first], times[second])).collect();
    ratios.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
    ratios[ratios.len() / 2]
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Each of `count` indices as often as there are rounds, in random order (Fisher-Yates, with xorshift).
fn shuffled(count: usize, rounds: usize) -> Vec<usize> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
    let mut state = since.as_nanos() as u64 | 1;
    let mut order: Vec<usize> = (0..count).cycle().take(count * rounds).collect();
    for last in (1..order.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        order.swap(last, (state % (last as u64 + 1)) as usize);
    }
    order
}
