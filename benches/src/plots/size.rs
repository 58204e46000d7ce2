//! size.svg: the deployed size and the start time.

use super::axes::{Frame, LogScale, across, marks, round, up};
use super::labels::{beside, nearest};
use super::picture::{Picture, Point, Text, WIDTH, width};
use super::{HEAD, counts, headed, missing, name_missing, theme};
use crate::figures::Figure;
use crate::record::{Record, Row};

const TIME: Figure = Figure::StartToAnswer;
const HEIGHT: i32 = 440;
const LABEL: f64 = 11.0;

pub fn picture(record: &Record) -> Picture {
    let shows =
        format!("Uncompressed deployed size, and median time from start to first response. {} starts each.", counts(record, &[TIME]));
    let without = || record.rows.iter().filter(|row| values(row).is_none());
    let notes = 15 * missing(without()).len() as i32;
    let mut picture = headed(record, "Size and cold start", &shows, HEIGHT + notes);

    let frame = Frame { left: 80, top: HEAD, right: WIDTH - 24, bottom: HEAD + HEIGHT };
    let shown: Vec<(&Row, (f64, f64))> = record.rows.iter().filter_map(|row| Some((row, values(row)?))).collect();
    let sizes = LogScale::over(shown.iter().map(|(_, (size, _))| *size), (frame.left, frame.right));
    // Labels need space above and below the points.
    let times = LogScale::with_margin(shown.iter().map(|(_, (_, time))| *time), (frame.bottom, frame.top), 1.8);
    let heights: Vec<(i32, String)> = times.ticks().into_iter().map(|value| (times.at(value), round(TIME.unit(), value))).collect();
    up(&mut picture, frame, &heights, "start to first response, log scale");
    across(&mut picture, frame, &sizes, &marks(&sizes, Figure::Size.unit()), "size, log scale");

    let points: Vec<Point> = shown.iter().map(|(_, (size, time))| (sizes.at(*size), times.at(*time))).collect();
    let widths: Vec<i32> = shown.iter().map(|(row, _)| width(&row.title, LABEL)).collect();
    let labels = beside(&points, &widths, frame);
    for ((&point, label), (row, _)) in points.iter().zip(&labels).zip(&shown) {
        let color = theme::group(row);
        let end = nearest(point, label);
        // A label next to its point needs no line.
        if (end.0 - point.0).abs().max((end.1 - point.1).abs()) > 9 {
            picture.line([point, end], color, 1, None);
        }
        picture.dot(point, 5, color, false);
        picture.text(label_text(row, point, label));
    }
    name_missing(&mut picture, without(), frame.bottom + 52);
    picture
}

/// Returns a text that starts or ends next to the point, as its width is unknown.
fn label_text(row: &Row, point: Point, label: &Frame) -> Text {
    let y = label.top.midpoint(label.bottom);
    let text = Text::new((label.left, y), &row.title).size(LABEL);
    match label {
        _ if label.left >= point.0 => text,
        _ if label.right <= point.0 => Text { at: (label.right, y), side: super::picture::Side::End, ..text },
        _ => Text { at: (label.left.midpoint(label.right), y), side: super::picture::Side::Middle, ..text },
    }
}

fn values(row: &Row) -> Option<(f64, f64)> {
    row.median(Figure::Size).zip(row.median(TIME))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plots::fixture;

    #[test]
    fn labels_do_not_overlap() {
        let record = fixture::local();
        let picture = picture(&record);
        let labels: Vec<&Text> = picture.texts().filter(|text| record.rows.iter().any(|row| row.title == text.words)).collect();
        assert!(labels.len() > 10, "{}", labels.len());
        let left = |text: &Text| match text.side {
            super::super::picture::Side::Start => text.at.0,
            super::super::picture::Side::Middle => text.at.0 - width(&text.words, LABEL) / 2,
            super::super::picture::Side::End => text.at.0 - width(&text.words, LABEL),
        };
        for (index, one) in labels.iter().enumerate() {
            for other in &labels[..index] {
                let apart = left(one) >= left(other) + width(&other.words, LABEL) || left(other) >= left(one) + width(&one.words, LABEL);
                assert!(apart || (one.at.1 - other.at.1).abs() >= 14, "{one:?}\n{other:?}");
            }
        }
    }
}
