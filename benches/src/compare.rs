//! `bench compare A B`: prints the changes between two records that are larger than noise.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use cargo_barelambda::error::Error;
use clap::{Arg, ArgMatches, Command, value_parser};

use crate::figures::{Figure, Unit};
use crate::record::{Measured, Record, Row, quantile};
use crate::table::ratio_shown;

const EXPLANATION: &str = "\
Compares times as ratios to the first row of their record, so that a faster machine isn't a change. A time has changed if the 95 % \
confidence intervals of the two ratios don't overlap, and the ratios differ by more than 5 %. Sizes have changed if they differ at all, and \
counts and memory if they differ by more than 2 %.

Exit codes: 0 no row of barelambda is worse, 1 a row is worse, 3 the records can't be compared.";

pub fn command() -> Command {
    let record = |name: &'static str, help| {
        Arg::new(name)
            .value_name(name)
            .required(true)
            .value_parser(value_parser!(PathBuf))
            .help(help)
    };
    Command::new("compare")
        .about("Compare two records, ignoring noise")
        .arg(record("A", "The older record, or its directory"))
        .arg(record("B", "The newer record, or its directory"))
        .after_help(EXPLANATION)
}

pub fn run(matches: &ArgMatches) -> Result<ExitCode, Error> {
    let read = |name: &str| Record::read(matches.get_one::<PathBuf>(name).expect("it is required"));
    let comparison = Comparison::new(&read("A")?, &read("B")?)?;
    print!("{comparison}");
    let worse = comparison.changes.iter().any(|change| change.ours && change.after > change.before);
    Ok(if worse { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The differences between two records.
struct Comparison {
    changes: Vec<Change>,
    /// The number of compared figures.
    compared: usize,
    /// Remarks, such as figures that can't be compared, one line each.
    remarks: Vec<String>,
    /// The largest relative difference of a ratio that isn't a change.
    largest_noise: f64,
}

struct Change {
    row: String,
    ours: bool,
    figure: Figure,
    before: f64,
    after: f64,
}

impl Comparison {
    fn new(before: &Record, after: &Record) -> Result<Self, Error> {
        let (Some(first), Some(second)) = (before.rows.first(), after.rows.first()) else {
            return Err(Error::new("a record has no rows"));
        };
        if before.architecture != after.architecture
            || before.place != after.place
            || first.name != second.name
        {
            let of = |record: &Record, row: &Row| {
                format!("{}, {}, relative to {}", record.place, record.architecture, row.name)
            };
            return Err(Error::new(format!(
                "the records can't be compared: {}; and {}",
                of(before, first),
                of(after, second)
            )));
        }
        let mut comparison =
            Self { changes: Vec::new(), compared: 0, remarks: Vec::new(), largest_noise: 0.0 };
        for (what, one, other) in [
            ("machine", &before.machine, &after.machine),
            ("settings", &before.settings, &after.settings),
        ] {
            let differing = one
                .iter()
                .filter(|(name, value)| other.get(*name) != Some(value) && *name != "commit");
            for (name, value) in differing {
                let other = other.get(name).map_or("unknown", String::as_str);
                comparison
                    .remarks
                    .push(format!("{what} differs: {name} was {value}, and is {other}"));
            }
        }
        for row in &before.rows {
            match after.row(&row.name) {
                Some(other) => comparison.add(row, other, [first, second]),
                None => comparison.remarks.push(format!("{}: only in the first record", row.name)),
            }
        }
        let new = after.rows.iter().filter(|row| before.row(&row.name).is_none());
        comparison
            .remarks
            .extend(new.map(|row| format!("{}: only in the second record", row.name)));
        Ok(comparison)
    }

    fn add(&mut self, before: &Row, after: &Row, bases: [&Row; 2]) {
        for (row, other, which) in [(before, after, "second"), (after, before, "first")] {
            if let (None, Some(why)) = (&row.missing, &other.missing) {
                self.remarks.push(format!("{}: missing in the {which} record: {why}", row.name));
            }
        }
        let is_base = before.name == bases[0].name;
        for figure in Figure::ALL {
            let [one, other] = [before, after].map(|row| row.figures.get(&figure));
            match (one, other) {
                // The times are relative to the first row.
                (Some(Measured::Samples(_)), Some(Measured::Samples(_)))
                    if is_base && figure.is_time() => {}
                (Some(Measured::Samples(one)), Some(Measured::Samples(other))) => {
                    self.compare(before, figure, [one, other], bases)
                }
                (Some(Measured::Samples(_)), other) => self.remark(before, figure, "second", other),
                (one, Some(Measured::Samples(_))) => self.remark(before, figure, "first", one),
                _ => {}
            }
        }
    }

    fn remark(&mut self, row: &Row, figure: Figure, which: &str, missing: Option<&Measured>) {
        // There is already a remark if the whole row is missing.
        if let Some(Measured::Missing(why)) = missing {
            self.remarks
                .push(format!("{}, {figure}: missing in the {which} record: {why}", row.name));
        }
    }

    fn compare(&mut self, row: &Row, figure: Figure, samples: [&[f64]; 2], bases: [&Row; 2]) {
        let intervals = [0, 1].map(|index| {
            let own = Interval::of_median(samples[index]);
            if !figure.is_time() {
                return Some(own);
            }
            bases[index].samples(figure).map(|base| own.divided_by(&Interval::of_median(base)))
        });
        // Without a figure of the first row there is no ratio.
        let [Some(before), Some(after)] = intervals else { return };
        self.compared += 1;
        let moved = (after.middle / before.middle - 1.0).abs();
        let meet = before.low <= after.high && after.low <= before.high;
        if moved > slack(figure) && !(figure.is_time() && meet) {
            let (before, after) = (before.middle, after.middle);
            self.changes.push(Change {
                row: row.name.clone(),
                ours: row.ours,
                figure,
                before,
                after,
            });
        } else if figure.is_time() {
            self.largest_noise = self.largest_noise.max(moved);
        }
    }
}

/// Returns the relative difference up to which a figure hasn't changed.
fn slack(figure: Figure) -> f64 {
    match figure.unit() {
        Unit::Bytes => 0.0,
        _ if figure.is_time() => 0.05,
        _ => 0.02,
    }
}

/// A value with its 95 % confidence interval.
#[derive(Copy, Clone, Debug)]
struct Interval {
    low: f64,
    middle: f64,
    high: f64,
}

impl Interval {
    /// Returns the interval of the median by order statistics: the ranks n/2 ± 0.98 √n, for any
    /// distribution.
    fn of_median(samples: &[f64]) -> Self {
        let mut sorted = samples.to_vec();
        sorted.sort_by(f64::total_cmp);
        let count = sorted.len() as f64;
        let reach = 0.98 * count.sqrt();
        let low = (count / 2.0 - reach).floor().max(0.0) as usize;
        let high = ((count / 2.0 + reach).ceil() as usize).min(sorted.len() - 1);
        Self { low: sorted[low], middle: quantile(samples, 0.5), high: sorted[high] }
    }

    fn divided_by(&self, base: &Self) -> Self {
        Self {
            low: self.low / base.high,
            middle: self.middle / base.middle,
            high: self.high / base.low,
        }
    }
}

impl std::fmt::Display for Comparison {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = String::new();
        for Change { row, figure, before, after, .. } in &self.changes {
            let value = |value: f64| {
                if figure.is_time() {
                    format!("{}×", ratio_shown(value))
                } else {
                    figure.unit().show(value)
                }
            };
            let word = if after > before { "worse" } else { "better" };
            let percent = (after / before - 1.0) * 100.0;
            let _ = writeln!(
                shown,
                "{word:<6}  {row:<26}  {:<36}  {:>12} → {:<12} {percent:+.1} %",
                figure.title(),
                value(*before),
                value(*after)
            );
        }
        for remark in &self.remarks {
            let _ = writeln!(shown, "        {remark}");
        }
        let changed = self.changes.len();
        let within = self.compared - changed;
        let _ = writeln!(
            shown,
            "{} figures compared: {changed} changed, {within} unchanged (the largest noise of a time ratio was {:.1} %)",
            self.compared,
            self.largest_noise * 100.0
        );
        formatter.write_str(&shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a record of a machine that is slower by this factor.
    fn record(machine: f64, echo: f64, size: f64) -> Record {
        let mut record = Record::new("local", "x86_64", "2026-11-22T10:00:00Z");
        let spread = |middle: f64| {
            Measured::Samples(
                (-50..=50)
                    .map(|step| machine * middle * (1.0 + f64::from(step) / 1000.0))
                    .collect(),
            )
        };
        let mut floor = Row::new("floor", "floor", false, "");
        floor.figures.insert(Figure::StartToNext, spread(100.0));
        let mut ours = Row::new("echo", "echo", true, "");
        ours.figures.insert(Figure::StartToNext, spread(echo));
        ours.figures.insert(Figure::Size, Measured::exact(size));
        record.rows = vec![floor, ours];
        record
    }

    #[test]
    fn a_slower_machine_is_no_change() {
        let comparison =
            Comparison::new(&record(1.0, 105.0, 11_200.0), &record(3.0, 106.0, 11_200.0))
                .expect("they can be compared");
        assert!(comparison.changes.is_empty() && comparison.compared == 2, "{comparison}");
        assert!((0.009..0.01).contains(&comparison.largest_noise), "{comparison}");
    }

    #[test]
    fn a_time_beyond_noise_and_any_byte_are_changes() {
        let comparison =
            Comparison::new(&record(1.0, 105.0, 11_200.0), &record(1.0, 120.0, 11_192.0))
                .expect("they can be compared");
        let shown = comparison.to_string();
        let words: Vec<Vec<&str>> =
            shown.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(
            words[0],
            ["better", "echo", "size", "11,200", "B", "→", "11,192", "B", "-0.1", "%"]
        );
        assert_eq!(words[1][..2], ["worse", "echo"]);
        assert!(
            shown.contains("1.05× → 1.20×")
                && shown.contains("+14.3 %")
                && shown.contains("2 changed"),
            "{shown}"
        );
    }

    #[test]
    fn few_samples_far_apart_are_no_change() {
        let [mut one, mut other] = [record(1.0, 105.0, 1.0), record(1.0, 105.0, 1.0)];
        one.rows[1]
            .figures
            .insert(Figure::StartToNext, Measured::Samples(vec![90.0, 100.0, 160.0]));
        other.rows[1]
            .figures
            .insert(Figure::StartToNext, Measured::Samples(vec![95.0, 130.0, 150.0]));
        let comparison = Comparison::new(&one, &other).expect("they can be compared");
        assert!(comparison.changes.is_empty(), "{comparison}");
    }

    #[test]
    fn missing_rows_and_figures_are_remarks() {
        let [mut one, mut other] = [record(1.0, 105.0, 1.0), record(1.0, 105.0, 1.0)];
        one.rows[1].figures.insert(Figure::PeakMemory, Measured::exact(28.0));
        other.rows[1].figures.insert(Figure::PeakMemory, Measured::Missing("no /proc".into()));
        other.rows.push(Row::new("node", "node", false, ""));
        one.machine.insert("kernel".into(), "6.1".into());
        let shown = Comparison::new(&one, &other).expect("they can be compared").to_string();
        for words in [
            "echo, peak memory: missing in the second record: no /proc",
            "node: only in the second record",
            "kernel was 6.1, and is unknown",
        ] {
            assert!(shown.contains(words), "{shown}");
        }
    }

    #[test]
    fn other_places_and_bases_cannot_be_compared() {
        let mut other = record(1.0, 105.0, 1.0);
        other.architecture = "aarch64".into();
        let words = Comparison::new(&record(1.0, 105.0, 1.0), &other)
            .err()
            .expect("they differ")
            .to_string();
        assert!(
            words.contains(
                "local, x86_64, relative to floor; and local, aarch64, relative to floor"
            ),
            "{words}"
        );
    }
}
