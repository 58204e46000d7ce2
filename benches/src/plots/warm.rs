//! warm.svg: the time of a warm invocation by the size of its event.

use super::axes::{Frame, LogScale, across, round, up};
use super::picture::{Picture, Point};
use super::{HEAD, counts, headed, legend, missing, name_missing, theme};
use crate::figures::{EVENT_SIZES, Figure, Unit};
use crate::record::{Record, Row};

const HEIGHT: i32 = 400;
const RIGHT: i32 = 620;

pub fn picture(record: &Record) -> Picture {
    let figures = EVENT_SIZES.map(|(figure, _)| figure);
    let shows = format!(
        "Median time from sending the event, through its response, to the next GET /next. {} samples each.",
        counts(record, &figures)
    );
    let without = || record.rows.iter().filter(|row| medians(row).is_empty());
    let notes = 15 * missing(without()).len() as i32;
    let height = HEIGHT.max(legend::LINE * record.rows.len() as i32);
    let mut picture =
        headed(record, "Warm invocation by the size of the echoed event", &shows, height + notes);

    let frame = Frame { left: 80, top: HEAD, right: RIGHT, bottom: HEAD + height };
    let mut lines: Vec<(usize, Vec<(f64, f64)>)> = record
        .rows
        .iter()
        .enumerate()
        .map(|(index, row)| (index, medians(row)))
        .filter(|(_, medians)| !medians.is_empty())
        .collect();
    let sizes = LogScale::over(EVENT_SIZES.map(|(_, size)| size as f64), (frame.left, frame.right));
    let times = LogScale::over(
        lines.iter().flat_map(|(_, line)| line.iter().map(|(_, time)| *time)),
        (frame.bottom, frame.top),
    );
    let heights: Vec<(i32, String)> = times
        .ticks()
        .into_iter()
        .map(|value| (times.at(value), round(figures[0].unit(), value)))
        .collect();
    up(&mut picture, frame, &heights, "time of one invocation, log scale");
    let events = EVENT_SIZES.map(|(_, size)| (size as f64, round(Unit::Bytes, size as f64)));
    across(&mut picture, frame, &sizes, &events, "size of event and response, log scale");

    for (index, line) in &lines {
        let style = theme::of(record, *index);
        let points: Vec<Point> =
            line.iter().map(|(size, time)| (sizes.at(*size), times.at(*time))).collect();
        for &point in &points {
            picture.dot(point, 3, style.color, false);
        }
        picture.line(points, style.color, 2, style.dashes);
    }
    // The line that ends highest is first in the legend.
    let end = |line: &[(f64, f64)]| line.last().map_or(0.0, |(_, time)| *time);
    lines.sort_by(|(_, one), (_, other)| end(other).total_cmp(&end(one)));
    let entries = lines.iter().map(|(index, line)| (*index, label(&record.rows[*index], line)));
    legend::draw(&mut picture, record, frame, legend::Sample::Line, entries);
    name_missing(&mut picture, without(), frame.bottom + 52);
    picture
}

/// Returns the title, and the sizes that weren't measured.
fn label(row: &Row, medians: &[(f64, f64)]) -> String {
    let lacks = |size: usize| medians.iter().all(|(measured, _)| *measured != size as f64);
    let lacking: Vec<String> = EVENT_SIZES
        .into_iter()
        .filter(|(_, size)| lacks(*size))
        .map(|(_, size)| round(Unit::Bytes, size as f64))
        .collect();
    if lacking.is_empty() {
        row.title.clone()
    } else {
        format!("{} (not measured: {})", row.title, lacking.join(", "))
    }
}

/// Returns the measured sizes with their medians.
fn medians(row: &Row) -> Vec<(f64, f64)> {
    let median = |(figure, size): (Figure, usize)| Some((size as f64, row.median(figure)?));
    EVENT_SIZES.into_iter().filter_map(median).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plots::fixture;

    #[test]
    fn a_row_names_its_missing_sizes() {
        let record = fixture::local();
        let row = record.row("lambda-runtime-musl").expect("it is there");
        assert_eq!(label(row, &medians(row)), "lambda_runtime, musl (not measured: 5 MB)");
        let row = record.row("echo").expect("it is there, too");
        assert_eq!(label(row, &medians(row)), row.title);
    }
}
