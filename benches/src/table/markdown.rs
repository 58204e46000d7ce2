//! Formats a record as Markdown tables.

use std::fmt::Write as _;

use super::ratio_shown;
use crate::figures::Figure;
use crate::record::{Measured, Record, Row, quantile};

/// A column with its head and the figures in its cells.
struct Column {
    head: String,
    parts: Vec<Part>,
}

#[derive(Copy, Clone)]
enum Part {
    /// The median, and for times also the ratio to the first row.
    Median(Figure),
    /// The 99th percentile.
    Late(Figure),
    /// The minimum.
    Least(Figure),
}

/// Returns the table with the most important figures.
pub fn main(record: &Record) -> String {
    use Figure::{
        PeakMemory, Size, StartToAnswer, StartToNext, SyscallsPerInvocation, SyscallsToNext,
        Warm5Mb, Warm59B, Zip,
    };
    let mut columns: Vec<Column> =
        [Size, Zip, StartToNext, StartToAnswer, Warm59B, Warm5Mb, PeakMemory].map(median).into();
    let calls = [SyscallsToNext, SyscallsPerInvocation].map(Part::Median).to_vec();
    columns.push(Column { head: "system calls to GET /next / warm".to_owned(), parts: calls });
    table(record, &columns)
}

/// Returns the table with the figures that [`main`] leaves out, if the record has them.
pub fn rest(record: &Record) -> String {
    use Figure::{
        DroppedToAnswer, DroppedToNext, InstructionsPerInvocation, InstructionsToNext, MinorFaults,
        StartToAnswer, StartToNext, Warm10Kb, Warm100Kb,
    };
    let late =
        |figure: Figure| Column { head: format!("{figure}, p99"), parts: vec![Part::Late(figure)] };
    let medians = [
        DroppedToNext,
        DroppedToAnswer,
        Warm10Kb,
        Warm100Kb,
        InstructionsToNext,
        InstructionsPerInvocation,
        MinorFaults,
    ];
    let known = |figure: &Figure| record.rows.iter().any(|row| row.figures.contains_key(figure));
    let columns: Vec<Column> = [StartToNext, StartToAnswer]
        .map(late)
        .into_iter()
        .chain(medians.into_iter().filter(known).map(median))
        .collect();
    table(record, &columns)
}

/// Returns the table with these figures, and one more column at the end.
pub fn brief(
    record: &Record,
    figures: &[(&str, Figure)],
    more: &str,
    cell: impl Fn(&Row) -> String,
) -> String {
    let column =
        |&(head, figure): &(&str, Figure)| Column { head: head.to_owned(), ..median(figure) };
    let columns: Vec<Column> = figures.iter().map(column).collect();
    let more = [more.to_owned(), "--:".to_owned()].into_iter().chain(record.rows.iter().map(cell));
    table(record, &columns).lines().zip(more).fold(String::new(), |mut text, (line, cell)| {
        let space = if line.ends_with("--:|") { "" } else { " " };
        let _ = writeln!(text, "{line}{space}{cell}{space}|");
        text
    })
}

/// Returns the table with the values of Lambda's REPORT lines.
pub fn aws(record: &Record) -> String {
    table(
        record,
        &[Figure::AwsInit, Figure::AwsDuration, Figure::AwsBilled, Figure::AwsMemory].map(median),
    )
}

/// Returns the table of a record of `bench calls`.
pub fn calls(record: &Record) -> String {
    use Figure::{
        CallCpuEcdsa, CallCpuRsa, CallStartEcdsa, CallStartRsa, CallWarm, CallWarmCpu, PeakMemory,
        Size,
    };
    let least = |figure: Figure| Column {
        head: format!("{figure}: minimum / median"),
        parts: vec![Part::Least(figure), Part::Median(figure)],
    };
    let mut columns: Vec<Column> =
        [Size, PeakMemory, CallStartRsa, CallStartEcdsa, CallWarm].map(median).into();
    columns.extend([CallCpuRsa, CallCpuEcdsa, CallWarmCpu].map(least));
    table(record, &columns)
}

/// Returns a list with the note of each row.
pub fn notes(record: &Record) -> String {
    let noted = record.rows.iter().filter(|row| !row.note.is_empty());
    noted.fold(String::new(), |mut text, row| {
        let _ = writeln!(
            text,
            "- {} (`{}`): {}",
            cell_text(&row.title),
            row.name,
            cell_text(&row.note)
        );
        text
    })
}

/// Escapes text for a cell of a table.
pub fn cell_text(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace('<', "&lt;").replace('|', "\\|")
}

/// Shortens a reason for a cell. The record has the whole text.
fn beginning(why: &str) -> String {
    const MOST: usize = 60;
    let more = if why.chars().count() > MOST { "…" } else { "" };
    why.chars().take(MOST).collect::<String>() + more
}

fn median(figure: Figure) -> Column {
    Column { head: figure.title().to_owned(), parts: vec![Part::Median(figure)] }
}

fn table(record: &Record, columns: &[Column]) -> String {
    let mut text = String::from("| |");
    for column in columns {
        let _ = write!(text, " {} |", column.head);
    }
    let _ = write!(text, "\n|---|{}\n", "--:|".repeat(columns.len()));
    for row in &record.rows {
        let _ = write!(text, "| {} |", cell_text(&row.title));
        for (index, column) in columns.iter().enumerate() {
            let cell = match (&row.missing, index) {
                (Some(why), 0) => format!("missing: {}", cell_text(why)),
                (Some(_), _) => "–".to_owned(),
                (None, _) => cell(record, row, column),
            };
            let _ = write!(text, " {cell} |");
        }
        text.push('\n');
    }
    text
}

fn cell(record: &Record, row: &Row, column: &Column) -> String {
    let shown: Vec<String> = column.parts.iter().map(|part| part.cell(record, row)).collect();
    // The same reason isn't repeated.
    if shown.iter().all(|cell| *cell == shown[0]) && row.samples(column.parts[0].figure()).is_none()
    {
        return shown.into_iter().next().expect("a column has a part");
    }
    shown.join(" / ")
}

impl Part {
    fn figure(self) -> Figure {
        match self {
            Self::Median(figure) | Self::Late(figure) | Self::Least(figure) => figure,
        }
    }

    fn cell(self, record: &Record, row: &Row) -> String {
        let figure = self.figure();
        match row.figures.get(&figure) {
            None => return "not measured".to_owned(),
            Some(Measured::Missing(why)) => {
                return format!("missing: {}", cell_text(&beginning(why)));
            }
            Some(Measured::Samples(_)) => {}
        }
        let shown = self.shown(row).expect("the figure has samples");
        let shown = if self.best(record, row).as_ref() == Some(&shown) {
            format!("**{shown}**")
        } else {
            shown
        };
        match record.ratio(row, figure) {
            Some(ratio)
                if figure.is_time() && !figure.is_of_aws() && matches!(self, Self::Median(_)) =>
            {
                format!("{shown} ({} ×)", ratio_shown(ratio))
            }
            _ => shown,
        }
    }

    fn value(self, row: &Row) -> Option<f64> {
        let part = match self {
            Self::Median(_) => 0.5,
            Self::Late(_) => 0.99,
            Self::Least(_) => 0.0,
        };
        row.samples(self.figure()).map(|samples| quantile(samples, part))
    }

    fn shown(self, row: &Row) -> Option<String> {
        self.value(row).map(|value| self.figure().unit().show(value))
    }

    /// Returns the best value of the column, among the rows with this row's memory size except for
    /// the floor. Rows with the same displayed value are the best together.
    fn best(self, record: &Record, row: &Row) -> Option<String> {
        let peers = record
            .rows
            .iter()
            .filter(|other| !other.is_floor() && other.memory_mb == row.memory_mb);
        let best = peers.filter(|other| self.value(other).is_some()).min_by(|one, other| {
            let value = |row: &Row| self.value(row).unwrap_or(f64::INFINITY);
            value(one).total_cmp(&value(other))
        });
        best.filter(|_| !row.is_floor()).and_then(|best| self.shown(best))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plots::fixture;

    /// Returns the cells of the row with this title, without the first one.
    fn cells(table: &str, title: &str) -> Vec<String> {
        let line = table
            .lines()
            .find(|line| line.starts_with(&format!("| {title} |")))
            .unwrap_or_else(|| panic!("{title}\n{table}"));
        line.split(" | ").skip(1).map(|cell| cell.trim_end_matches(" |").to_owned()).collect()
    }

    #[test]
    fn the_best_of_a_column_is_bold_except_for_the_floor() {
        let mut record = fixture::local();
        let set = |record: &mut Record, index: usize, figure, value| {
            record.rows[index].figures.insert(figure, Measured::exact(value))
        };
        set(&mut record, 0, Figure::StartToNext, 100.0);
        set(&mut record, 1, Figure::StartToNext, 150.0);
        set(&mut record, 9, Figure::StartToNext, 120.0);
        set(&mut record, 10, Figure::StartToNext, 120.1);
        let table = main(&record);
        let start = |title| cells(&table, title)[2].clone();
        assert_eq!(start("the floor"), "100 µs (1.00 ×)");
        assert_eq!(start("barelambda, echo"), "150 µs (1.50 ×)");
        assert_eq!(start("minlambda"), "**120 µs** (1.20 ×)");
        assert_eq!(start("minlambda, musl, for size"), "**120 µs** (1.20 ×)");
        assert_eq!(cells(&table, "barelambda, echo")[0], "**4,104 B**");
    }

    #[test]
    fn a_missing_value_has_its_reason() {
        let mut record = fixture::local();
        record.rows[1]
            .figures
            .insert(Figure::SyscallsToNext, Measured::Missing("no | strace".into()));
        record.rows[1]
            .figures
            .insert(Figure::SyscallsPerInvocation, Measured::Missing("no | strace".into()));
        let table = main(&record);
        assert_eq!(
            cells(&table, "Node.js, aws-lambda-ric"),
            ["missing: npm is not installed", "–", "–", "–", "–", "–", "–", "–"]
        );
        assert_eq!(cells(&table, "bash and curl")[0], "not measured");
        assert!(table.contains("| missing: no \\| strace |"), "{table}");
        assert_eq!(table.lines().count(), 2 + record.rows.len());
    }

    #[test]
    fn the_rest_has_only_measured_columns() {
        let table = rest(&fixture::local());
        let head = table.lines().next().expect("a head");
        assert_eq!(
            head,
            "| | start to GET /next, p99 | start to first response, p99 | warm, 10 KB | warm, 100 KB | instructions to GET /next | minor faults |"
        );
        assert!(table.contains("missing: an interpreter"), "{table}");
    }

    #[test]
    fn each_memory_size_on_aws_has_a_best_row() {
        let record = fixture::aws();
        let table = aws(&record);
        for size in ["128 MB", "512 MB", "1769 MB"] {
            let bold = table
                .lines()
                .filter(|line| line.contains(size) && cells_of(line)[1].contains("**"))
                .count();
            assert_eq!(bold, 1, "{size}\n{table}");
        }
    }

    #[test]
    fn processor_times_have_a_minimum_and_a_median() {
        let table = calls(&fixture::calls());
        assert_eq!(
            cells(&table, "lambda_runtime, AWS SDK"),
            [
                "6,000,000 B",
                "7,800 KiB",
                "36.0 ms (9.00 ×)",
                "38.0 ms (9.50 ×)",
                "250 µs (5.00 ×)",
                "28.8 ms / 32.0 ms (16.0 ×)",
                "30.6 ms / 34.0 ms (10.6 ×)",
                "180 µs / 200 µs (5.00 ×)"
            ]
        );
        assert_eq!(
            cells(&table, "barelambda, barelambda-aws")[5],
            "**1.80 ms** / **2.00 ms** (1.00 ×)"
        );
    }

    fn cells_of(line: &str) -> Vec<&str> {
        line.split(" | ").collect()
    }

    #[test]
    fn notes_are_escaped() {
        let mut record = fixture::aws();
        assert_eq!(notes(&record), "");
        record.rows[0].note = "a <b> of\nlambda_runtime".into();
        assert_eq!(
            notes(&record),
            "- barelambda, echo, 1769 MB (`echo-1769`): a &lt;b> of lambda_runtime\n"
        );
    }
}
