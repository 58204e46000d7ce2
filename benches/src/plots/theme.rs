//! The colors and dashes of contenders. The colors are from the palette of Okabe and Ito, which is
//! distinguishable with any color vision. Contenders with the same color have different dashes.

use plotters::prelude::RGBColor;

use super::picture::{Dashes, GREY};
use crate::record::{Record, Row};

const BLUE: RGBColor = RGBColor(0x00, 0x72, 0xb2);
const VERMILION: RGBColor = RGBColor(0xd5, 0x5e, 0x00);
const OURS: [RGBColor; 2] = [BLUE, RGBColor(0x56, 0xb4, 0xe9)];
const PEERS: [RGBColor; 5] = [
    VERMILION,
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0x00, 0x00, 0x00),
];
const DASHES: [Option<Dashes>; 3] = [None, Some((9, 4)), Some((3, 3))];

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct LineStyle {
    pub color: RGBColor,
    pub dashes: Option<Dashes>,
}

/// Returns the color of a row's group: barelambda, the peers, or the floor.
pub fn group(row: &Row) -> RGBColor {
    match row {
        _ if row.is_floor() => GREY,
        _ if row.ours => BLUE,
        _ => VERMILION,
    }
}

/// Returns the line style of a row, which is unique in the record.
pub fn of(record: &Record, index: usize) -> LineStyle {
    let row = &record.rows[index];
    if row.is_floor() {
        return LineStyle { color: GREY, dashes: DASHES[2] };
    }
    let rank = record.rows[..index]
        .iter()
        .filter(|other| other.ours == row.ours && !other.is_floor())
        .count();
    let colors: &[RGBColor] = if row.ours { &OURS } else { &PEERS };
    LineStyle {
        color: colors[rank % colors.len()],
        dashes: DASHES[rank / colors.len() % DASHES.len()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plots::fixture;

    #[test]
    fn every_row_has_a_unique_style() {
        let record = fixture::local();
        let styles: Vec<LineStyle> =
            (0..record.rows.len()).map(|index| of(&record, index)).collect();
        for (index, style) in styles.iter().enumerate() {
            assert!(!styles[..index].contains(style), "{}", record.rows[index].name);
        }
        // Dots are either filled or hollow.
        let dots: Vec<_> =
            styles.iter().map(|style| (style.color, style.dashes.is_some())).collect();
        assert!((1..dots.len()).all(|index| !dots[..index].contains(&dots[index])), "{dots:?}");
    }
}
