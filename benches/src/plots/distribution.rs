//! distribution.svg: the cumulative distribution of cold starts.

use super::axes::{Frame, LogScale, across, marks, up};
use super::picture::{Picture, Point};
use super::{HEAD, counts, headed, legend, missing, name_missing, theme};
use crate::figures::Figure;
use crate::record::{Record, Row};

const FIGURE: Figure = Figure::StartToAnswer;
const HEIGHT: i32 = 400;
const RIGHT: i32 = 690;

pub fn picture(record: &Record) -> Picture {
    let shows = format!(
        "The share of starts with a first response by that time. {} starts each.",
        counts(record, &[FIGURE])
    );
    let without = || record.rows.iter().filter(|row| row.samples(FIGURE).is_none());
    let notes = 15 * missing(without()).len() as i32;
    // The legend has a line for each row.
    let height = HEIGHT.max(legend::LINE * record.rows.len() as i32);
    let mut picture = headed(
        record,
        "Distribution of cold starts, to the first response",
        &shows,
        height + notes,
    );

    let frame = Frame { left: 70, top: HEAD, right: RIGHT, bottom: HEAD + height };
    let mut lines: Vec<(usize, Vec<f64>)> = record
        .rows
        .iter()
        .enumerate()
        .filter_map(|(index, row)| Some((index, sorted(row)?)))
        .collect();
    let scale = LogScale::over(
        lines.iter().flat_map(|(_, samples)| samples.iter().copied()),
        (frame.left, frame.right),
    );
    let y = |part: f64| frame.bottom - (part * f64::from(frame.bottom - frame.top)).round() as i32;
    let parts: Vec<(i32, String)> = [0, 25, 50, 75, 95, 100]
        .map(|percent| (y(f64::from(percent) / 100.0), format!("{percent} %")))
        .into();
    up(&mut picture, frame, &parts, "share of starts");
    across(
        &mut picture,
        frame,
        &scale,
        &marks(&scale, FIGURE.unit()),
        "time from start to first response, log scale",
    );
    for (index, samples) in &lines {
        let style = theme::of(record, *index);
        picture.line(steps(samples, |value| scale.at(value), y), style.color, 2, style.dashes);
    }

    // The legend is sorted by the medians.
    lines.sort_by(|(_, one), (_, other)| one[one.len() / 2].total_cmp(&other[other.len() / 2]));
    let entries = lines.iter().map(|(index, _)| (*index, record.rows[*index].title.clone()));
    legend::draw(&mut picture, record, frame, legend::Sample::Line, entries);
    name_missing(&mut picture, without(), frame.bottom + 52);
    picture
}

fn sorted(row: &Row) -> Option<Vec<f64>> {
    let mut samples = row.samples(FIGURE)?.to_vec();
    samples.sort_by(f64::total_cmp);
    Some(samples)
}

/// Returns a line with a step at each sample, or at some of them if they are too many to see.
fn steps(sorted: &[f64], x: impl Fn(f64) -> i32, y: impl Fn(f64) -> i32) -> Vec<Point> {
    const MOST: usize = 150;
    let every = sorted.len().div_ceil(MOST).max(1);
    let last = sorted.len() - 1;
    let ranks = (0..sorted.len()).filter(|rank| rank % every == 0 || *rank == last);
    let mut points: Vec<Point> = vec![(x(sorted[0]), y(0.0))];
    for rank in ranks {
        let (at, to) = (x(sorted[rank]), y((rank + 1) as f64 / sorted.len() as f64));
        let before = points[points.len() - 1].1;
        points.extend([(at, before), (at, to)]);
    }
    points.dedup();
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sample_is_a_step() {
        let points =
            steps(&[1.0, 2.0, 2.0, 4.0], |value| value as i32 * 10, |part| (part * 100.0) as i32);
        assert_eq!(points, [(10, 0), (10, 25), (20, 25), (20, 50), (20, 75), (40, 75), (40, 100)]);
    }

    #[test]
    fn of_many_samples_the_last_is_drawn() {
        let samples: Vec<f64> = (0..=1000).map(f64::from).collect();
        let points = steps(&samples, |value| value as i32, |part| (part * 1000.0) as i32);
        assert!(points.len() < 400 && points.contains(&(1000, 1000)), "{points:?}");
    }
}
