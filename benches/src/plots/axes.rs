//! Logarithmic scales and the axes that show them.

use super::picture::{GREY, Label, PALE, Picture, Side};
use crate::figures::Unit;

/// A logarithmic scale.
#[derive(Copy, Clone, Debug)]
pub struct LogScale {
    from: f64,
    to: f64,
    /// Both ends, in pixels.
    pixels: (i32, i32),
}

/// The rectangle of the axes, in pixels.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub left: i32,
    pub top: i32,
    pub right: i32,
    pub bottom: i32,
}

impl LogScale {
    /// Returns a scale for these values, with a margin. The values may be empty.
    pub fn over(values: impl IntoIterator<Item = f64>, pixels: (i32, i32)) -> Self {
        Self::with_margin(values, pixels, 1.2)
    }

    /// Returns a scale with this ratio between its ends and the extreme values.
    pub fn with_margin(
        values: impl IntoIterator<Item = f64>,
        pixels: (i32, i32),
        margin: f64,
    ) -> Self {
        const LEAST_RATIO: f64 = 4.0;
        let positive = values.into_iter().filter(|value| value.is_finite() && *value > 0.0);
        let (least, most) = positive.fold((f64::INFINITY, 0.0_f64), |(least, most), value| {
            (least.min(value), most.max(value))
        });
        let (least, most) = if most > 0.0 { (least, most) } else { (1.0, 10.0) };
        let margin = margin.max((LEAST_RATIO * least / most).sqrt());
        Self { from: least / margin, to: most * margin, pixels }
    }

    /// Returns the pixel of a value, clamped to the scale.
    pub fn at(&self, value: f64) -> i32 {
        let part = (value.clamp(self.from, self.to) / self.from).ln() / (self.to / self.from).ln();
        let (from, to) = (f64::from(self.pixels.0), f64::from(self.pixels.1));
        (from + part * (to - from)).round() as i32
    }

    /// Returns the ticks: 1, 2 and 5 times each power of ten, or only the powers if those are too
    /// many.
    pub fn ticks(&self) -> Vec<f64> {
        const MOST: usize = 10;
        let powers = self.from.log10().floor() as i32..=self.to.log10().ceil() as i32;
        let within = |factors: &[f64]| -> Vec<f64> {
            let all = powers
                .clone()
                .flat_map(|power| factors.iter().map(move |factor| factor * 10_f64.powi(power)));
            all.filter(|value| (self.from..=self.to).contains(value)).collect()
        };
        let fine = within(&[1.0, 2.0, 5.0]);
        if fine.len() <= MOST { fine } else { within(&[1.0]) }
    }
}

/// Draws the x axis: vertical grid lines, and their values below the frame.
pub fn across(
    picture: &mut Picture,
    frame: Frame,
    scale: &LogScale,
    marks: &[(f64, String)],
    title: &str,
) {
    for (value, words) in marks {
        let x = scale.at(*value);
        picture.line([(x, frame.top), (x, frame.bottom)], PALE, 1, None);
        picture.text(
            Label::new((x, frame.bottom + 14), words).size(11.0).side(Side::Middle).color(GREY),
        );
    }
    picture.line([(frame.left, frame.bottom), (frame.right, frame.bottom)], GREY, 1, None);
    picture.text(
        Label::new((frame.left.midpoint(frame.right), frame.bottom + 33), title).side(Side::Middle),
    );
}

/// Draws the y axis: horizontal grid lines, and their values on the left.
pub fn up(picture: &mut Picture, frame: Frame, marks: &[(i32, String)], title: &str) {
    for (y, words) in marks {
        picture.line([(frame.left, *y), (frame.right, *y)], PALE, 1, None);
        picture
            .text(Label::new((frame.left - 8, *y), words).size(11.0).side(Side::End).color(GREY));
    }
    picture.line([(frame.left, frame.top), (frame.left, frame.bottom)], GREY, 1, None);
    picture.text(
        Label::new((20, frame.top.midpoint(frame.bottom)), title).side(Side::Middle).upright(),
    );
}

/// Returns the ticks of a scale with their labels.
pub fn marks(scale: &LogScale, unit: Unit) -> Vec<(f64, String)> {
    scale.ticks().into_iter().map(|value| (value, round(unit, value))).collect()
}

/// Formats a round value.
pub fn round(unit: Unit, value: f64) -> String {
    let steps: &[(f64, &str)] = match unit {
        Unit::Bytes => &[(1e9, "GB"), (1e6, "MB"), (1e3, "KB"), (1.0, "B")],
        Unit::Microseconds => &[(1e6, "s"), (1e3, "ms"), (1.0, "µs")],
        Unit::Milliseconds => &[(1e3, "s"), (1.0, "ms")],
        Unit::Kibibytes => &[(1.0, "KiB")],
        Unit::Megabytes => &[(1.0, "MB")],
        Unit::Count => &[(1.0, "")],
    };
    let (step, name) = steps
        .iter()
        .copied()
        .find(|(step, _)| value >= *step * 0.999)
        .unwrap_or(steps[steps.len() - 1]);
    // Powers of ten below one aren't exact.
    let shown = (value / step * 1e6).round() / 1e6;
    format!("{shown} {name}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_logarithmic_and_has_round_ticks() {
        let scale = LogScale::over([120.0, 830_000.0], (0, 1000));
        assert_eq!((scale.at(0.0), scale.at(1e9)), (0, 1000));
        let steps = [scale.at(10_000.0) - scale.at(1000.0), scale.at(1000.0) - scale.at(100.0)];
        assert!((steps[0] - steps[1]).abs() <= 1, "{steps:?}");
        assert_eq!(scale.ticks(), [100.0, 1000.0, 10_000.0, 100_000.0]);
        assert_eq!(LogScale::over([120.0, 900.0], (0, 100)).ticks(), [100.0, 200.0, 500.0, 1000.0]);
    }

    #[test]
    fn a_scale_may_have_no_values_or_one() {
        for values in [vec![], vec![7.0], vec![0.0, -3.0, f64::NAN]] {
            let scale = LogScale::over(values.clone(), (10, 90));
            assert!(scale.ticks().len() >= 2, "{values:?}: {scale:?}");
            assert!((10..=90).contains(&scale.at(7.0)), "{values:?}: {scale:?}");
        }
    }

    #[test]
    fn round_values_are_short() {
        assert_eq!(
            [1.0, 50.0, 1000.0, 2e6].map(|value| round(Unit::Microseconds, value)),
            ["1 µs", "50 µs", "1 ms", "2 s"]
        );
        assert_eq!([0.1, 20.0].map(|value| round(Unit::Milliseconds, value)), ["0.1 ms", "20 ms"]);
        assert_eq!(
            [59.0, 1e4, 5e6].map(|value| round(Unit::Bytes, value)),
            ["59 B", "10 KB", "5 MB"]
        );
    }
}
