//! The samples of one contender, by figure.

use std::collections::BTreeMap;
use std::time::Duration;

use cargo_barelambda::error::Error;

use crate::figures::Figure;
use crate::record::Measured;

/// The samples of each figure, or the first error.
#[derive(Default)]
pub struct Samples(BTreeMap<Figure, Result<Vec<f64>, String>>);

impl Samples {
    /// Adds a time in microseconds, unless an earlier one has failed.
    pub fn add_time(&mut self, figure: Figure, sample: Result<Duration, &Error>) {
        self.add(figure, sample.map(|time| (time.as_secs_f64() * 1e7).round() / 10.0));
    }

    /// Adds a sample in the figure's unit, unless an earlier one has failed.
    pub fn add(&mut self, figure: Figure, sample: Result<f64, &Error>) {
        let entry = self.0.entry(figure).or_insert(Ok(Vec::new()));
        match (entry.as_mut(), sample) {
            (Ok(samples), Ok(value)) => samples.push(value),
            (Ok(_), Err(error)) => *entry = Err(error.to_string()),
            (Err(_), _) => {}
        }
    }

    pub fn has_failed(&self, figure: Figure) -> bool {
        self.0.get(&figure).is_some_and(Result::is_err)
    }

    /// Returns the figures. One without samples is missing.
    pub fn measured(self) -> impl Iterator<Item = (Figure, Measured)> {
        self.0.into_iter().map(|(figure, samples)| {
            let measured = match samples {
                Ok(samples) if samples.is_empty() => Measured::Missing("not measured".to_owned()),
                Ok(samples) => Measured::Samples(samples),
                Err(why) => Measured::Missing(why),
            };
            (figure, measured)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_replaces_the_samples_of_its_figure() {
        let mut samples = Samples::default();
        samples.add_time(Figure::StartToNext, Ok(Duration::from_nanos(1_234_560)));
        samples.add(Figure::PeakMemory, Ok(24.0));
        samples.add(Figure::PeakMemory, Err(&Error::new("first")));
        samples.add(Figure::PeakMemory, Err(&Error::new("second")));
        samples.add(Figure::PeakMemory, Ok(28.0));
        assert!(samples.has_failed(Figure::PeakMemory) && !samples.has_failed(Figure::StartToNext));
        let measured: BTreeMap<Figure, Measured> = samples.measured().collect();
        assert_eq!(measured[&Figure::StartToNext], Measured::Samples(vec![1234.6]));
        assert_eq!(measured[&Figure::PeakMemory], Measured::Missing("first".into()));
    }
}
