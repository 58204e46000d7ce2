//! size.svg: the deployed size and the start time.

use super::axes::{Frame, LogScale, across, marks, round, up};
use super::picture::Picture;
use super::{HEAD, counts, headed, legend, missing, name_missing, theme};
use crate::figures::Figure;
use crate::record::{Record, Row};

const TIME: Figure = Figure::StartToAnswer;
const HEIGHT: i32 = 440;
const RIGHT: i32 = 690;

/// A row that has both figures.
struct Shown {
    index: usize,
    size: f64,
    time: f64,
}

pub fn picture(record: &Record) -> Picture {
    let shows = format!(
        "Uncompressed deployed size, and median time from start to first response. {} starts each.",
        counts(record, &[TIME])
    );
    let without = || record.rows.iter().filter(|row| values(row).is_none());
    let notes = 15 * missing(without()).len() as i32;
    let height = HEIGHT.max(legend::LINE * record.rows.len() as i32);
    let mut picture = headed(record, "Size and cold start", &shows, height + notes);

    let frame = Frame { left: 80, top: HEAD, right: RIGHT, bottom: HEAD + height };
    let rows = record.rows.iter().enumerate();
    let mut shown: Vec<Shown> = rows
        .filter_map(|(index, row)| values(row).map(|(size, time)| Shown { index, size, time }))
        .collect();
    let sizes = LogScale::over(shown.iter().map(|row| row.size), (frame.left, frame.right));
    let times = LogScale::over(shown.iter().map(|row| row.time), (frame.bottom, frame.top));
    let heights: Vec<(i32, String)> = times
        .ticks()
        .into_iter()
        .map(|value| (times.at(value), round(TIME.unit(), value)))
        .collect();
    up(&mut picture, frame, &heights, "start to first response, log scale");
    across(&mut picture, frame, &sizes, &marks(&sizes, Figure::Size.unit()), "size, log scale");
    for row in &shown {
        let style = theme::of(record, row.index);
        picture.dot(
            (sizes.at(row.size), times.at(row.time)),
            5,
            style.color,
            style.dashes.is_some(),
        );
    }
    // The slowest row is at the top of the plot, and so in the legend.
    shown.sort_by(|one, other| other.time.total_cmp(&one.time));
    let entries = shown.iter().map(|row| (row.index, record.rows[row.index].title.clone()));
    legend::draw(&mut picture, record, frame, legend::Sample::Dot, entries);
    name_missing(&mut picture, without(), frame.bottom + 52);
    picture
}

fn values(row: &Row) -> Option<(f64, f64)> {
    row.median(Figure::Size).zip(row.median(TIME))
}

#[cfg(test)]
mod tests {
    use super::super::picture::WIDTH;
    use super::*;
    use crate::plots::fixture;

    #[test]
    fn the_legend_is_sorted_by_time_and_its_entries_do_not_overlap() {
        let record = fixture::local();
        let picture = picture(&record);
        let labels: Vec<_> = picture
            .texts()
            .filter_map(|text| {
                Some((record.rows.iter().find(|row| row.title == text.words)?, text.at))
            })
            .collect();
        assert!(labels.len() > 10, "{}", labels.len());
        for pair in labels.windows(2) {
            let [(slower, above), (faster, below)] = [pair[0], pair[1]];
            assert!(slower.median(TIME) >= faster.median(TIME), "{} {}", slower.name, faster.name);
            assert!(
                below.1 - above.1 >= 14 && above.0 == below.0 && above.0 < WIDTH,
                "{above:?} {below:?}"
            );
        }
    }
}
