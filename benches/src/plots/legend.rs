//! The legend to the right of a plot.

use super::axes::Frame;
use super::picture::{INK, Label, Picture, WIDTH};
use super::theme;
use crate::record::Record;

/// The height of an entry, in pixels.
pub const LINE: i32 = 20;

/// How an entry shows the style of its row.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Sample {
    Line,
    Dot,
}

/// Draws an entry for each row, by its index and its label, from top to bottom.
pub fn draw(
    picture: &mut Picture,
    record: &Record,
    frame: Frame,
    sample: Sample,
    entries: impl IntoIterator<Item = (usize, String)>,
) {
    let left = frame.right + 16;
    for (position, (index, label)) in entries.into_iter().enumerate() {
        let (style, y) = (theme::of(record, index), frame.top + 10 + LINE * position as i32);
        match sample {
            Sample::Line => picture.line([(left, y), (left + 30, y)], style.color, 2, style.dashes),
            Sample::Dot => picture.dot((left + 24, y), 5, style.color, style.dashes.is_some()),
        }
        picture.text(
            Label::new((left + 38, y), label).size(11.0).color(INK).within(WIDTH - left - 46),
        );
    }
}
