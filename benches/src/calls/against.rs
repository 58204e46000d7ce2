//! The processor times of barelambda-aws compared with those of AWS's SDK for Rust, in one run.

use std::fmt::Write as _;

use crate::figures::Figure;
use crate::record::{Record, quantile};
use crate::table::ratio_shown;

const OURS: &str = "put-item";

/// The SDK as documented, and in the configuration that needs the least time.
const THEIRS: [&str; 2] = ["lambda-runtime-sdk", "lambda-runtime-sdk-ring"];

/// The compared figures, with the names of the ratios to the first of `THEIRS` in budgets.toml.
pub const FIGURES: [(Figure, &str); 3] = [
    (Figure::CallCpuRsa, "cpu-to-answer-rsa-against-sdk"),
    (Figure::CallCpuEcdsa, "cpu-to-answer-ecdsa-against-sdk"),
    (Figure::CallWarmCpu, "cpu-warm-call-against-sdk"),
];

/// The samples of two rows.
pub struct Compared<'a> {
    figure: Figure,
    /// The name of the other row.
    other: &'static str,
    ours: &'a [f64],
    theirs: &'a [f64],
}

impl<'a> Compared<'a> {
    /// Returns the samples of a figure, and those of the SDK as documented, unless one of the rows
    /// has none.
    pub fn of(record: &'a Record, figure: Figure) -> Option<Self> {
        Self::with(record, figure, THEIRS[0])
    }

    fn with(record: &'a Record, figure: Figure, other: &'static str) -> Option<Self> {
        let samples = |name| record.row(name)?.samples(figure);
        Some(Self { figure, other, ours: samples(OURS)?, theirs: samples(other)? })
    }

    /// Returns the ratio of the minima, which other work on the machine affects least.
    pub fn least(&self) -> f64 {
        self.ratio(0.0)
    }

    fn ratio(&self, part: f64) -> f64 {
        quantile(self.ours, part) / quantile(self.theirs, part)
    }
}

/// Returns a line for each figure and each row of the SDK.
pub fn show(record: &Record) -> String {
    let pairs = THEIRS.into_iter().flat_map(|other| FIGURES.map(|(figure, _)| (figure, other)));
    let compared = pairs.filter_map(|(figure, other)| Compared::with(record, figure, other));
    compared.fold(String::new(), |mut shown, compared| {
        let Compared { figure, other, .. } = compared;
        let of = |samples, part| figure.unit().show(quantile(samples, part));
        let _ = writeln!(
            shown,
            "{figure}: {} ({}) against {} ({}) of `{other}`, minimum (median): {} × ({} ×)",
            of(compared.ours, 0.0),
            of(compared.ours, 0.5),
            of(compared.theirs, 0.0),
            of(compared.theirs, 0.5),
            ratio_shown(compared.least()),
            ratio_shown(compared.ratio(0.5)),
        );
        shown
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plots::fixture;
    use crate::record::Measured;

    #[test]
    fn minima_and_medians_are_compared() {
        let mut record = fixture::calls();
        let samples = Measured::Samples(vec![5000.0, 1000.0, 2000.0]);
        record.rows[0].figures.insert(Figure::CallCpuRsa, samples);
        let shown = show(&record);
        assert_eq!(
            shown.lines().next(),
            Some(
                "CPU to first response, RSA: 1.00 ms (2.00 ms) against 28.8 ms (32.0 ms) of \
                 `lambda-runtime-sdk`, minimum (median): 0.035 × (0.062 ×)"
            )
        );
        assert_eq!(shown.lines().count(), FIGURES.len());
        record.rows.pop();
        assert_eq!(show(&record), "");
    }
}
