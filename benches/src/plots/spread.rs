//! Times with their spread: each contender has a row with its median and percentiles.

use super::axes::{Frame, LogScale, across, marks};
use super::picture::{GREY, INK, Label, PALE, Picture, Side, WIDTH, Weight};
use super::{HEAD, counts, headed, theme};
use crate::figures::Figure;
use crate::record::{Measured, Record, Row, quantile};

const LEFT: i32 = 240;
const RIGHT: i32 = 735;
/// The right ends of the columns of numbers.
const COLUMNS: [(i32, &str); 2] = [(870, "median"), (WIDTH - 16, "p99")];
/// The heights of a figure, of the gap between rows, and of the head of a group.
const LINE: i32 = 17;
const GAP: i32 = 8;
const GROUP: i32 = 26;

/// Draws start.svg.
pub fn start(record: &Record) -> Picture {
    let rows = record.rows.iter().map(SpreadLine::Row).collect();
    let figures = [(Figure::StartToNext, "to GET /next"), (Figure::StartToAnswer, "to response")];
    draw(
        record,
        "Cold start: from just before execve, in the page cache",
        &figures,
        rows,
        "time from start, log scale",
    )
}

/// Draws init.svg.
pub fn init(record: &Record) -> Picture {
    let title = "Cold start on AWS: Init Duration";
    draw(record, title, &[(Figure::AwsInit, "")], by_memory(record), "Init Duration, log scale")
}

/// Draws duration.svg.
pub fn duration(record: &Record) -> Picture {
    let title = "Cold start on AWS: Duration of the first invocation";
    draw(record, title, &[(Figure::AwsDuration, "")], by_memory(record), "Duration, log scale")
}

enum SpreadLine<'a> {
    Row(&'a Row),
    /// The head of the rows with one memory size.
    Group(String),
}

fn by_memory(record: &Record) -> Vec<SpreadLine<'_>> {
    let mut sizes: Vec<Option<u32>> = record.rows.iter().map(|row| row.memory_mb).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let mut lines = Vec::new();
    for size in sizes {
        lines.push(SpreadLine::Group(size.map_or_else(
            || "memory size unknown".to_owned(),
            |megabytes| format!("{megabytes} MB"),
        )));
        lines.extend(record.rows.iter().filter(|row| row.memory_mb == size).map(SpreadLine::Row));
    }
    lines
}

fn draw(
    record: &Record,
    title: &str,
    figures: &[(Figure, &str)],
    lines: Vec<SpreadLine<'_>>,
    axis: &str,
) -> Picture {
    let row_height = LINE * figures.len() as i32 + GAP;
    let height = lines
        .iter()
        .map(|line| if matches!(line, SpreadLine::Row(_)) { row_height } else { GROUP })
        .sum::<i32>();
    let names: Vec<Figure> = figures.iter().map(|(figure, _)| *figure).collect();
    let shows = format!(
        "Point: median. Bar: 5th to 95th percentile. Tick: 99th percentile (p99). {} starts each.",
        counts(record, &names)
    );
    let mut picture = headed(record, title, &shows, height + 14);

    let frame = Frame { left: LEFT, top: HEAD + 8, right: RIGHT, bottom: HEAD + 8 + height };
    let samples =
        record.rows.iter().flat_map(|row| names.iter().filter_map(|figure| row.samples(*figure)));
    let ends = samples.flat_map(|samples| [0.0, 0.05, 0.99].map(|part| quantile(samples, part)));
    let scale = LogScale::over(ends, (frame.left, frame.right));
    across(&mut picture, frame, &scale, &marks(&scale, names[0].unit()), axis);
    for (x, name) in COLUMNS {
        picture.text(Label::new((x, HEAD - 8), name).size(11.0).side(Side::End).color(GREY));
    }
    legend(&mut picture, record, figures);

    let mut top = frame.top;
    for line in &lines {
        match line {
            SpreadLine::Group(name) => {
                picture.text(Label::new((16, top + GROUP / 2 + 2), name).weight(Weight::Bold));
                top += GROUP;
            }
            SpreadLine::Row(row) => {
                picture.line(
                    [(16, top + row_height), (WIDTH - 16, top + row_height)],
                    PALE,
                    1,
                    None,
                );
                let title = Label::new((16, top + row_height / 2), title_of(row)).within(LEFT - 24);
                picture.text(title.weight(if row.ours { Weight::Bold } else { Weight::Plain }));
                let measured: &[(Figure, &str)] = if row.missing.is_some() { &[] } else { figures };
                if let Some(why) = &row.missing {
                    say_missing(&mut picture, top + row_height / 2, Some(why));
                }
                for (index, (figure, what)) in measured.iter().enumerate() {
                    let y = top + GAP / 2 + LINE * index as i32 + LINE / 2 + 1;
                    draw_figure(&mut picture, row, *figure, what, (y, index > 0), &scale);
                }
                top += row_height;
            }
        }
    }
    picture
}

/// Returns the title of a row, on AWS without the memory size, which its group has.
fn title_of(row: &Row) -> &str {
    row.memory_mb
        .and_then(|megabytes| row.title.strip_suffix(&format!(", {megabytes} MB")))
        .unwrap_or(&row.title)
}

/// Draws a figure at `y`, whose point may be hollow.
fn draw_figure(
    picture: &mut Picture,
    row: &Row,
    figure: Figure,
    what: &str,
    (y, hollow): (i32, bool),
    scale: &LogScale,
) {
    let samples = match row.figures.get(&figure) {
        Some(Measured::Samples(samples)) => samples,
        Some(Measured::Missing(why)) => return say_missing(picture, y, Some(why)),
        None => return say_missing(picture, y, None),
    };
    let color = theme::group(row);
    let [low, median, high, late] = [0.05, 0.5, 0.95, 0.99].map(|part| quantile(samples, part));
    let x = |value| scale.at(value);
    picture.bar((x(low), y - 4), (x(high).max(x(low) + 1), y + 4), color);
    picture.line([(x(late), y - 5), (x(late), y + 6)], color, 2, None);
    picture.dot((x(median), y), 4, color, hollow);
    picture.text(Label::new((RIGHT + 10, y), what).size(10.0).color(GREY));
    for ((right, _), value) in COLUMNS.into_iter().zip([median, late]) {
        picture.text(
            Label::new((right, y), figure.unit().show(value)).size(11.0).side(Side::End).color(INK),
        );
    }
}

fn say_missing(picture: &mut Picture, y: i32, why: Option<&str>) {
    let why =
        why.and_then(|why| why.lines().next()).map(|why| format!(": {why}")).unwrap_or_default();
    let text = Label::new((LEFT + 8, y), format!("not measured{why}"))
        .size(11.0)
        .weight(Weight::Italic)
        .color(GREY);
    picture.text(text.within(RIGHT - LEFT - 16));
}

/// Draws the legend of colors and points.
fn legend(picture: &mut Picture, record: &Record, figures: &[(Figure, &str)]) {
    let mut x = 16;
    let first = |belongs: fn(&Row) -> bool| record.rows.iter().find(|row| belongs(row));
    let groups = [
        ("barelambda", first(|row| row.ours)),
        ("peers", first(|row| !row.ours && !row.is_floor())),
        ("floor: no runtime", first(Row::is_floor)),
    ];
    for (name, row) in groups {
        let Some(row) = row else { continue };
        picture.bar((x, HEAD - 12), (x + 14, HEAD - 4), theme::group(row));
        picture.text(Label::new((x + 20, HEAD - 8), name).size(11.0));
        x += 36 + super::picture::width(name, 11.0);
    }
    if figures.len() > 1 {
        for (index, (_, what)) in figures.iter().enumerate() {
            picture.dot((x + 5, HEAD - 8), 4, INK, index > 0);
            picture.text(Label::new((x + 15, HEAD - 8), *what).size(11.0));
            x += 32 + super::picture::width(what, 11.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plots::fixture;

    #[test]
    fn rows_have_numbers_or_reasons() {
        let mut record = fixture::local();
        record.rows[1]
            .figures
            .insert(Figure::StartToNext, Measured::Samples((1..=100).map(f64::from).collect()));
        let picture = start(&record);
        let words: Vec<&str> = picture.texts().map(|text| text.words.as_str()).collect();
        assert!(words.contains(&"50.5 µs") && words.contains(&"99.0 µs"), "{words:?}");
        assert!(words.iter().any(|words| words.starts_with("not measured: npm")), "{words:?}");
    }

    #[test]
    fn memory_sizes_are_groups_in_ascending_order() {
        let picture = init(&fixture::aws());
        let groups: Vec<&str> = picture
            .texts()
            .map(|text| text.words.as_str())
            .filter(|words| ["128 MB", "512 MB", "1769 MB"].contains(words))
            .collect();
        assert_eq!(groups, ["128 MB", "512 MB", "1769 MB"]);
    }
}
