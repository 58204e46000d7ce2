//! Formats a record for the terminal.

pub mod markdown;

use std::fmt::Write as _;

use crate::figures::Figure;
use crate::plots;
use crate::record::{Measured, Record, Row, quantile};

/// The groups of columns, as a terminal isn't wide enough for all of them.
const GROUPS: [(&str, &[Figure]); 9] = [
    (
        "Cold start, from just before execve, in the page cache",
        &[Figure::StartToNext, Figure::StartToAnswer],
    ),
    ("Cold start, the page cache dropped", &[Figure::DroppedToNext, Figure::DroppedToAnswer]),
    (
        "Warm cycle, from sending the event to the next GET /next, by the size of the event",
        &[Figure::Warm59B, Figure::Warm10Kb, Figure::Warm100Kb, Figure::Warm5Mb],
    ),
    (
        "Cold start with a call over TLS, by the keys of the server's certificates",
        &[Figure::CallStartRsa, Figure::CallStartEcdsa],
    ),
    ("User and system time until then", &[Figure::CallCpuRsa, Figure::CallCpuEcdsa]),
    ("Warm cycle with a call", &[Figure::CallWarm, Figure::CallWarmCpu]),
    ("Size and memory", &[Figure::Size, Figure::Zip, Figure::PeakMemory, Figure::MinorFaults]),
    (
        "Work",
        &[
            Figure::SyscallsToNext,
            Figure::SyscallsPerInvocation,
            Figure::InstructionsToNext,
            Figure::InstructionsPerInvocation,
        ],
    ),
    ("On AWS", &[Figure::AwsInit, Figure::AwsDuration, Figure::AwsBilled, Figure::AwsMemory]),
];

/// Formats all rows of a record: medians, ratios to the first row and, if there are enough samples,
/// 99th percentiles. A missing value has a number, and the reason is below the tables.
pub fn show(record: &Record) -> String {
    let mut shown = String::new();
    let mut missing = Missing::default();
    for (title, figures) in GROUPS {
        let figures: Vec<Figure> = figures
            .iter()
            .copied()
            .filter(|figure| record.rows.iter().any(|row| row.figures.contains_key(figure)))
            .collect();
        if figures.is_empty() {
            continue;
        }
        let mut lines = vec![vec![title.to_owned()]];
        lines[0].extend(figures.iter().map(|figure| figure.title().to_owned()));
        for row in &record.rows {
            let cells = figures.iter().map(|&figure| cell(record, row, figure, &mut missing));
            lines.push([row.name.clone()].into_iter().chain(cells).collect());
        }
        write_aligned(&mut shown, &lines);
    }
    for (index, why) in missing.0.iter().enumerate() {
        let _ = writeln!(shown, "[{}] {why}", index + 1);
    }
    let _ = writeln!(
        shown,
        "\n×: ratio to `{}` in this run. p99: 99th percentile.",
        record.rows.first().map_or("", |row| &row.name)
    );
    if !plots::is_of_aws(record) {
        shown.push_str("Ratios measured here aren't a claim about AWS.\n");
    }
    shown
}

/// The distinct reasons, which are numbered.
#[derive(Default)]
struct Missing(Vec<String>);

impl Missing {
    fn mark(&mut self, why: &str) -> String {
        let index = self.0.iter().position(|known| known == why).unwrap_or_else(|| {
            self.0.push(why.to_owned());
            self.0.len() - 1
        });
        format!("missing [{}]", index + 1)
    }
}

fn cell(record: &Record, row: &Row, figure: Figure, missing: &mut Missing) -> String {
    if let Some(why) = &row.missing {
        return missing.mark(why);
    }
    let samples = match row.figures.get(&figure) {
        None => return missing.mark("not measured in this run"),
        Some(Measured::Missing(why)) => return missing.mark(why),
        Some(Measured::Samples(samples)) => samples,
    };
    let ratio = record
        .ratio(row, figure)
        .map(|ratio| format!(" {:>6}", format!("{}×", ratio_shown(ratio))))
        .unwrap_or_default();
    let p99 = if samples.len() >= 30 && figure.is_time() {
        format!(" p99 {:>8}", figure.unit().show(quantile(samples, 0.99)))
    } else {
        String::new()
    };
    format!("{:>9}{ratio}{p99}", figure.unit().show(quantile(samples, 0.5)))
}

/// Formats a ratio with three digits.
pub fn ratio_shown(ratio: f64) -> String {
    match ratio {
        100.0.. => format!("{ratio:.0}"),
        10.0.. => format!("{ratio:.1}"),
        1.0.. => format!("{ratio:.2}"),
        _ => format!("{ratio:.3}"),
    }
}

/// Aligns the first column left, and the others right.
fn write_aligned(shown: &mut String, lines: &[Vec<String>]) {
    let columns = lines[0].len();
    let width = |column: usize, lines: &[Vec<String>]| {
        lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns)
        .map(|column| if column == 0 { width(0, &lines[1..]) } else { width(column, lines) })
        .collect();
    let _ = writeln!(shown, "{}", lines[0][0]);
    for (index, line) in lines.iter().enumerate() {
        let name = if index == 0 { "" } else { &line[0] };
        let _ = write!(shown, "{name:<0$}", widths[0]);
        for (cell, width) in line.iter().zip(&widths).skip(1) {
            let _ = write!(shown, "  {cell:>width$}");
        }
        shown.push('\n');
    }
    shown.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_value_has_a_number_and_a_reason() {
        let mut record = Record::new("local", "x86_64", "2026-11-22T10:00:00Z");
        let mut floor = Row::new("floor", "the floor", false, "");
        floor.figures.insert(Figure::StartToNext, Measured::Samples(vec![200.0; 40]));
        let mut echo = Row::new("echo", "echo", true, "");
        echo.figures.insert(Figure::StartToNext, Measured::Samples(vec![210.0]));
        echo.figures.insert(Figure::StartToAnswer, Measured::Missing("it hangs".into()));
        let mut node = Row::new("node", "Node", false, "");
        node.missing = Some("npm is not installed".into());
        record.rows = vec![floor, echo, node];
        let shown = show(&record);
        assert!(shown.contains("200 µs  1.00× p99   200 µs"), "{shown}");
        assert!(shown.contains("210 µs  1.05×"), "{shown}");
        assert!(
            shown
                .contains("[1] not measured in this run\n[2] it hangs\n[3] npm is not installed\n"),
            "{shown}"
        );
        assert!(!shown.contains("Warm") && !shown.contains("On AWS"), "{shown}");
    }

    #[test]
    fn ratios_have_three_digits() {
        assert_eq!([0.0126, 1.0, 12.34, 123.4].map(ratio_shown), ["0.013", "1.00", "12.3", "123"]);
    }
}
