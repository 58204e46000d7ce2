//! Places labels so that they don't overlap.

use std::f64::consts::TAU;

use super::axes::Frame;
use super::picture::Point;

/// Returns heights for a column of labels, as close to `wanted` as the gap between them permits, in
/// the same order.
pub fn in_column(wanted: &[i32], gap: i32, top: i32, bottom: i32) -> Vec<i32> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by_key(|&index| wanted[index]);
    // Labels that touch form a block, whose middle is the mean of their wanted heights.
    let mut blocks: Vec<Vec<usize>> = Vec::new();
    let first_of = |block: &[usize]| {
        let sum: i32 = block.iter().enumerate().map(|(rank, &index)| wanted[index] - rank as i32 * gap).sum();
        let most = bottom - (block.len() as i32 - 1) * gap;
        (sum / block.len() as i32).min(most).max(top)
    };
    for index in order {
        let mut block = vec![index];
        while let Some(above) = blocks.last() {
            if first_of(above) + above.len() as i32 * gap <= first_of(&block) {
                break;
            }
            let mut both = blocks.pop().expect("it was just returned by last");
            both.append(&mut block);
            block = both;
        }
        blocks.push(block);
    }
    let mut placed = vec![0; wanted.len()];
    for block in &blocks {
        let first = first_of(block);
        for (rank, &index) in block.iter().enumerate() {
            placed[index] = first + rank as i32 * gap;
        }
    }
    placed
}

/// Returns a rectangle of this width for the label of each point. It is inside the frame, overlaps
/// no point or other label, and is as close to its point as possible. A label without a free
/// position is to the right of its point.
pub fn beside(points: &[Point], widths: &[i32], frame: Frame) -> Vec<Frame> {
    let mut placed: Vec<Frame> = Vec::new();
    let mut lines: Vec<Frame> = Vec::new();
    for (index, (&point, &width)) in points.iter().zip(widths).enumerate() {
        let free = |label: &Frame| {
            let clear = |area: &Frame| !overlap(label, area);
            contains(frame, label) && placed.iter().all(clear) && points.iter().all(|&dot| clear(&around(dot, DOT)))
        };
        // Prefer positions whose line to the point crosses no other label or point.
        let uncrossed = |label: &Frame| {
            let others = points.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, &dot)| around(dot, DOT - 2));
            let obstacles: Vec<Frame> = others.chain(placed.iter().copied()).chain(lines.iter().copied()).collect();
            lines.iter().all(|spot| !overlap(spot, label))
                && line_to(point, label).iter().all(|spot| obstacles.iter().all(|area| !overlap(spot, area)))
        };
        let all = || candidates(point, width);
        let found = all().find(|label| free(label) && uncrossed(label)).or_else(|| all().find(free));
        let label = found.or_else(|| all().next()).expect("there is a candidate");
        placed.push(label);
        lines.extend(line_to(point, &label));
    }
    placed
}

/// The distance between labels and the centre of a point.
const DOT: i32 = 7;

/// Returns the positions around a point, nearest first, and to the right first.
fn candidates(point: Point, width: i32) -> impl Iterator<Item = Frame> {
    const HEIGHT: i32 = 16;
    const DISTANCES: [i32; 14] = [9, 14, 20, 26, 33, 41, 50, 60, 72, 86, 102, 120, 140, 165];
    /// Directions in 1/24 of a turn: right, left, then up and down.
    const DIRECTIONS: [i32; 20] = [0, 12, 1, 23, 11, 13, 2, 22, 10, 14, 3, 21, 9, 15, 4, 20, 8, 16, 6, 18];
    DISTANCES.into_iter().flat_map(move |distance| {
        DIRECTIONS.into_iter().map(move |direction| {
            let (sine, cosine) = (f64::from(direction) / 24.0 * TAU).sin_cos();
            let reach = |part: f64| (part * f64::from(distance)).round() as i32;
            let (x, y) = (point.0 + reach(cosine), point.1 - reach(sine));
            let left = match direction {
                6 | 18 => x - width / 2,
                7..=17 => x - width,
                _ => x,
            };
            Frame { left, top: y - HEIGHT / 2, right: left + width, bottom: y + HEIGHT / 2 }
        })
    })
}

/// Returns the end of the line from a point to its label.
pub fn nearest(point: Point, label: &Frame) -> Point {
    (point.0.clamp(label.left, label.right), point.1.clamp(label.top + 4, label.bottom - 4))
}

/// Returns small rectangles along the line from a point to its label.
fn line_to(point: Point, label: &Frame) -> Vec<Frame> {
    const STEPS: i32 = 24;
    let end = nearest(point, label);
    let part = |from: i32, to: i32, step: i32| from + (to - from) * step / STEPS;
    (1..STEPS).map(|step| around((part(point.0, end.0, step), part(point.1, end.1, step)), 2)).collect()
}

fn around(at: Point, reach: i32) -> Frame {
    Frame { left: at.0 - reach, top: at.1 - reach, right: at.0 + reach, bottom: at.1 + reach }
}

fn overlap(one: &Frame, other: &Frame) -> bool {
    one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom
}

fn contains(frame: Frame, label: &Frame) -> bool {
    label.left >= frame.left && label.right <= frame.right && label.top >= frame.top && label.bottom <= frame.bottom
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_moves_only_labels_that_touch() {
        assert_eq!(in_column(&[100, 200], 15, 0, 300), [100, 200]);
        assert_eq!(in_column(&[105, 100, 300], 15, 0, 300), [110, 95, 300]);
        assert_eq!(in_column(&[300, 300, 299], 15, 0, 300), [285, 300, 270]);
        assert_eq!(in_column(&[0, 0, 20], 15, 0, 300), [0, 15, 30]);
        assert!(in_column(&[], 15, 0, 300).is_empty());
    }

    #[test]
    fn labels_of_close_points_do_not_overlap() {
        let frame = Frame { left: 0, top: 0, right: 800, bottom: 400 };
        let points: Vec<Point> = (0..12).map(|index| (400 + index % 4 * 3, 200 + index / 4 * 5)).collect();
        let labels = beside(&points, &[90; 12], frame);
        for (index, label) in labels.iter().enumerate() {
            assert!(contains(frame, label), "{label:?}");
            assert!(labels[..index].iter().all(|other| !overlap(label, other)), "{labels:?}");
            assert!(points.iter().all(|&point| !overlap(label, &around(point, 7))), "{label:?}");
        }
    }
}
