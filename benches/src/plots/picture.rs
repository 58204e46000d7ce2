//! A picture is a list of shapes, which plotters writes as SVG.
//!
//! Labels are SVG text in the reader's sans-serif font. Its width is unknown, so the layout uses an
//! upper estimate.

use cargo_barelambda::error::{Context, Error};
use plotters::coord::Shift;
use plotters::element::{Circle, DashedPathElement, PathElement, Rectangle, Text};
use plotters::prelude::{
    Color, DrawingArea, DrawingAreaErrorKind, FontStyle, IntoDrawingArea, IntoFont, RGBColor,
    SVGBackend, WHITE,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{ShapeStyle, TextStyle};

/// The width of every picture, in pixels.
pub const WIDTH: i32 = 960;

pub const INK: RGBColor = RGBColor(0x1f, 0x23, 0x28);
pub const GREY: RGBColor = RGBColor(0x6a, 0x70, 0x78);
pub const PALE: RGBColor = RGBColor(0xdf, 0xe3, 0xe8);

/// Pixels from the top left.
pub type Point = (i32, i32);

/// The lengths of a dash and of the gap after it, in pixels.
pub type Dashes = (i32, i32);

pub struct Picture {
    pub height: i32,
    shapes: Vec<Shape>,
}

#[derive(Clone, Debug)]
pub struct Label {
    pub at: Point,
    pub words: String,
    /// In pixels.
    pub size: f64,
    pub side: Side,
    pub color: RGBColor,
    pub weight: Weight,
    /// Whether it runs from bottom to top.
    pub upright: bool,
}

/// The font style of a text.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Weight {
    Plain,
    Bold,
    Italic,
}

/// The end of a text that is at its point.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Side {
    Start,
    Middle,
    End,
}

enum Shape {
    Line { points: Vec<Point>, color: RGBColor, width: u32, dashes: Option<Dashes> },
    Bar { from: Point, to: Point, color: RGBColor },
    Dot { at: Point, radius: i32, color: RGBColor, hollow: bool },
    Label(Label),
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

impl Picture {
    pub fn new(height: i32) -> Self {
        Self { height, shapes: Vec::new() }
    }

    pub fn line(
        &mut self,
        points: impl Into<Vec<Point>>,
        color: RGBColor,
        width: u32,
        dashes: Option<Dashes>,
    ) {
        self.shapes.push(Shape::Line { points: points.into(), color, width, dashes });
    }

    /// Adds a bar in a pale tone of the color, from its top left to its bottom right.
    pub fn bar(&mut self, from: Point, to: Point, color: RGBColor) {
        self.shapes.push(Shape::Bar { from, to, color });
    }

    pub fn dot(&mut self, at: Point, radius: i32, color: RGBColor, hollow: bool) {
        self.shapes.push(Shape::Dot { at, radius, color, hollow });
    }

    pub fn text(&mut self, text: Label) {
        self.shapes.push(Shape::Label(text));
    }

    #[cfg(test)]
    pub fn texts(&self) -> impl Iterator<Item = &Label> {
        self.shapes
            .iter()
            .filter_map(|shape| if let Shape::Label(text) = shape { Some(text) } else { None })
    }

    pub fn svg(&self) -> Result<String, Error> {
        let mut svg = String::new();
        {
            let area = SVGBackend::with_string(&mut svg, (WIDTH as u32, self.height as u32))
                .into_drawing_area();
            self.draw(&area).context("a plot")?;
        }
        Ok(svg)
    }

    fn draw(&self, area: &Area<'_>) -> Drawn {
        // The ink is dark, so a dark page must not show through.
        area.draw(&Rectangle::new([(0, 0), (WIDTH, self.height)], WHITE.filled()))?;
        self.shapes.iter().try_for_each(|shape| shape.draw(area))?;
        area.present()
    }
}

impl Label {
    /// Returns a text of ordinary size and color, which starts at a point and is centred on its
    /// height.
    pub fn new(at: Point, words: impl Into<String>) -> Self {
        Self {
            at,
            words: words.into(),
            size: 12.0,
            side: Side::Start,
            color: INK,
            weight: Weight::Plain,
            upright: false,
        }
    }

    pub fn side(self, side: Side) -> Self {
        Self { side, ..self }
    }

    pub fn color(self, color: RGBColor) -> Self {
        Self { color, ..self }
    }

    pub fn size(self, size: f64) -> Self {
        Self { size, ..self }
    }

    pub fn weight(self, weight: Weight) -> Self {
        Self { weight, ..self }
    }

    pub fn upright(self) -> Self {
        Self { upright: true, ..self }
    }

    /// Shortens the text to this number of pixels.
    pub fn within(mut self, pixels: i32) -> Self {
        let most = (f64::from(pixels) / (self.size * LETTER)) as usize;
        if self.words.chars().count() > most {
            self.words = self.words.chars().take(most.saturating_sub(1)).collect();
            self.words.push('…');
        }
        self
    }
}

/// The mean width of a letter in a wide font, relative to the font size.
const LETTER: f64 = 0.6;

/// Returns the approximate width of a text.
pub fn width(words: &str, size: f64) -> i32 {
    (words.chars().count() as f64 * size * LETTER).ceil() as i32
}

impl Shape {
    fn draw(&self, area: &Area<'_>) -> Drawn {
        match self {
            Self::Line { points, color, width, dashes: None } => {
                area.draw(&PathElement::new(points.clone(), color.stroke_width(*width)))
            }
            Self::Line { points, color, width, dashes: Some((dash, gap)) } => {
                area.draw(&DashedPathElement::new(
                    points.iter().copied(),
                    *dash,
                    *gap,
                    color.stroke_width(*width),
                ))
            }
            Self::Bar { from, to, color } => {
                area.draw(&Rectangle::new([*from, *to], color.mix(0.35).filled()))
            }
            Self::Dot { at, radius, color, hollow: false } => {
                area.draw(&Circle::new(*at, *radius, color.filled()))
            }
            Self::Dot { at, radius, color, hollow: true } => {
                area.draw(&Circle::new(*at, *radius, WHITE.filled()))?;
                area.draw(&Circle::new(
                    *at,
                    *radius,
                    ShapeStyle { color: color.to_rgba(), filled: false, stroke_width: 2 },
                ))
            }
            Self::Label(text) => {
                area.draw(&Text::new(text.words.as_str(), text.at, style_of(text)))
            }
        }
    }
}

fn style_of(text: &Label) -> TextStyle<'_> {
    // The backend uses the font size as the line height, which is 1.24 times as large.
    let weight = match text.weight {
        Weight::Plain => FontStyle::Normal,
        Weight::Bold => FontStyle::Bold,
        Weight::Italic => FontStyle::Italic,
    };
    let font = ("sans-serif", text.size * 1.24, weight).into_font();
    let font =
        if text.upright { font.transform(plotters::style::FontTransform::Rotate270) } else { font };
    let side = match text.side {
        Side::Start => HPos::Left,
        Side::Middle => HPos::Center,
        Side::End => HPos::Right,
    };
    TextStyle::from(font).color(&text.color).pos(Pos::new(side, VPos::Center))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_on_a_white_background() {
        let mut picture = Picture::new(40);
        picture.text(Label::new((10, 20), "a < b & c"));
        let svg = picture.svg().expect("a string is writable");
        assert!(
            svg.contains("width=\"960\" height=\"40\"") && svg.contains("fill=\"#FFFFFF\""),
            "{svg}"
        );
        assert!(
            svg.contains("a &lt; b &amp; c")
                && svg.contains("font-family=\"sans-serif\"")
                && svg.contains("font-size=\"12\""),
            "{svg}"
        );
        assert!(svg.trim_end().ends_with("</svg>"), "{svg}");
    }

    #[test]
    fn text_is_shortened_to_its_width() {
        let text = Label::new((0, 0), "twelve words, more or less").within(72);
        assert_eq!(text.words, "twelve wo…");
        assert!(width(&text.words, text.size) <= 72);
        assert_eq!(Label::new((0, 0), "short").within(72).words, "short");
    }
}
