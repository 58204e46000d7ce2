//! Draws the plots of a record. The same record results in the same bytes.

mod axes;
mod distribution;
#[cfg(test)]
pub(crate) mod fixture;
mod legend;
mod picture;
mod size;
mod spread;
mod theme;
mod warm;

use std::fs;
use std::path::{Path, PathBuf};

use crate::figures::Figure;
use crate::record::{CALLS, Record, Row};
use cargo_barelambda::error::{Context, Error};
use picture::{GREY, Label, Picture, WIDTH, Weight};

/// A plot of a record.
pub struct Plot {
    pub file: &'static str,
    /// The alternative text.
    pub about: &'static str,
    picture: fn(&Record) -> Picture,
}

const OF_THIS_MACHINE: [Plot; 4] = [
    Plot {
        file: "start.svg",
        about: "Start times of each contender: median, 5th to 95th percentile, 99th percentile",
        picture: spread::start,
    },
    Plot {
        file: "distribution.svg",
        about: "Distribution of the cold starts of each contender",
        picture: distribution::picture,
    },
    Plot {
        file: "size.svg",
        about: "Size and start time of each contender",
        picture: size::picture,
    },
    Plot {
        file: "warm.svg",
        about: "Time of a warm invocation of each contender by the size of its event",
        picture: warm::picture,
    },
];

const OF_AWS: [Plot; 2] = [
    Plot {
        file: "init.svg",
        about: "Init Duration on AWS of each contender by memory size",
        picture: spread::init,
    },
    Plot {
        file: "duration.svg",
        about: "Duration of cold starts on AWS of each contender by memory size",
        picture: spread::duration,
    },
];

/// Returns the plots of a record, in their order in the documentation.
pub fn of(record: &Record) -> &'static [Plot] {
    match record.place.as_str() {
        CALLS => &[],
        _ if is_of_aws(record) => &OF_AWS,
        _ => &OF_THIS_MACHINE,
    }
}

/// Returns whether the record is from AWS.
pub fn is_of_aws(record: &Record) -> bool {
    record.place.starts_with("aws")
}

/// Writes the record with its plots into a new directory in `records`, and returns the directory.
pub fn keep(record: &Record, records: &Path) -> Result<PathBuf, Error> {
    let folder = record.write(records)?;
    for plot in of(record) {
        let file = folder.join(plot.file);
        fs::write(&file, plot.svg(record)?).context(file.display())?;
    }
    Ok(folder)
}

impl Plot {
    pub fn svg(&self, record: &Record) -> Result<String, Error> {
        (self.picture)(record).svg().context(self.file)
    }
}

/// The height of a picture's head.
const HEAD: i32 = 104;

/// The height below the axis and its title.
const FOOT: i32 = 68;

/// Returns a picture with its title, its description and the machine. `below` is the height of the
/// rest.
fn headed(record: &Record, title: &str, shows: &str, below: i32) -> Picture {
    let mut picture = Picture::new(HEAD + below + FOOT);
    let room = WIDTH - 32;
    picture.text(Label::new((16, 26), title).size(18.0).weight(Weight::Bold).within(room));
    picture.text(Label::new((16, 50), shows).within(room));
    picture.text(Label::new((16, 69), measured_on(record)).color(GREY).within(room));
    let small = if is_of_aws(record) {
        "These times are for this region and date."
    } else {
        "Ratios measured here aren't a claim about AWS."
    };
    picture.text(
        Label::new((WIDTH - 16, picture.height - 12), small)
            .size(10.0)
            .side(picture::Side::End)
            .color(GREY),
    );
    picture
}

/// Returns the date, the architecture, and the machine or region.
fn measured_on(record: &Record) -> String {
    let fact = |name: &str| record.machine.get(name).filter(|fact| *fact != "unknown");
    let mut facts =
        vec![record.date.get(..10).unwrap_or(&record.date).to_owned(), record.architecture.clone()];
    if is_of_aws(record) {
        facts.push(record.place.clone());
    } else {
        facts.extend(fact("processor").cloned());
        facts.extend(fact("processors").map(|count| format!("{count} processors")));
        facts.extend(fact("kernel").map(|kernel| format!("kernel {kernel}")));
    }
    facts.join(", ")
}

/// Returns the numbers of samples of these figures: `n = 30`, `n = 30 to 200`.
fn counts(record: &Record, figures: &[Figure]) -> String {
    let samples =
        record.rows.iter().flat_map(|row| figures.iter().filter_map(|figure| row.samples(*figure)));
    let counts: Vec<usize> = samples.map(<[f64]>::len).collect();
    match (counts.iter().min(), counts.iter().max()) {
        (Some(least), Some(most)) if least == most => format!("n = {least}"),
        (Some(least), Some(most)) => format!("n = {least} to {most}"),
        _ => "n = 0".to_owned(),
    }
}

/// Draws the names of rows that a plot can't show, below this height.
fn name_missing<'a>(picture: &mut Picture, rows: impl Iterator<Item = &'a Row>, top: i32) {
    for (index, line) in missing(rows).into_iter().enumerate() {
        picture.text(
            Label::new((16, top + 15 * index as i32), line)
                .size(11.0)
                .weight(Weight::Italic)
                .color(GREY),
        );
    }
}

/// Returns lines with the names of rows that a plot can't show.
fn missing<'a>(rows: impl Iterator<Item = &'a Row>) -> Vec<String> {
    const MOST: usize = 130;
    let titles: Vec<&str> = rows.map(|row| row.title.as_str()).collect();
    let mut lines: Vec<String> = Vec::new();
    for (index, title) in titles.iter().enumerate() {
        let end = if index + 1 < titles.len() { ";" } else { "" };
        match lines.last_mut() {
            Some(line) if line.chars().count() + title.chars().count() + 3 <= MOST => {
                line.push_str(&format!(" {title}{end}"))
            }
            Some(_) => lines.push(format!("{title}{end}")),
            None => lines.push(format!("not measured: {title}{end}")),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Measured;

    fn svgs(record: &Record) -> Vec<(&'static str, String)> {
        of(record)
            .iter()
            .map(|plot| (plot.file, plot.svg(record).expect("the plot can be drawn")))
            .collect()
    }

    #[test]
    fn every_plot_names_every_row_and_the_machine() {
        for record in [fixture::local(), fixture::aws()] {
            for (file, svg) in svgs(&record) {
                for row in &record.rows {
                    let title = row
                        .title
                        .strip_suffix(&format!(", {} MB", row.memory_mb.unwrap_or(0)))
                        .unwrap_or(&row.title);
                    assert!(svg.contains(title), "{file}: {title}");
                }
                for words in ["2026-11-22", "x86_64", "n = ", "not measured"] {
                    assert!(svg.contains(words), "{file}: {words}");
                }
                assert_eq!(svg.contains("a claim about AWS"), !is_of_aws(&record), "{file}");
            }
        }
    }

    #[test]
    fn plots_are_reproducible() {
        let (one, mut other) = (fixture::local(), fixture::local());
        assert_eq!(svgs(&one), svgs(&other));
        for row in &mut other.rows {
            for measured in row.figures.values_mut() {
                if let Measured::Samples(samples) = measured {
                    samples.iter_mut().for_each(|sample| *sample *= 1.0 + row.name.len() as f64);
                }
            }
        }
        for ((file, one), (_, other)) in svgs(&one).into_iter().zip(svgs(&other)) {
            assert_ne!(one, other, "{file}");
        }
    }

    #[test]
    fn almost_empty_records_are_drawn() {
        let mut record = Record::new("local", "x86_64", "2026-11-22T10:00:00Z");
        assert_eq!(svgs(&record).len(), 4);
        record.rows.push(Row::new("echo", "barelambda, echo", true, ""));
        assert!(
            svgs(&record)
                .iter()
                .all(|(_, svg)| svg.contains("not measured") && svg.contains("n = 0"))
        );
        record.rows[0].figures.insert(Figure::StartToAnswer, Measured::exact(200.0));
        let drawn = svgs(&record);
        assert!(
            drawn[1].1.contains("n = 1") && !drawn[1].1.contains("not measured"),
            "{}",
            drawn[1].1
        );
    }

    #[test]
    fn text_is_inside_its_picture() {
        for record in [fixture::local(), fixture::aws()] {
            for plot in of(&record) {
                let picture = (plot.picture)(&record);
                for text in picture.texts().filter(|text| !text.upright) {
                    let width = picture::width(&text.words, text.size);
                    let left = match text.side {
                        picture::Side::Start => text.at.0,
                        picture::Side::Middle => text.at.0 - width / 2,
                        picture::Side::End => text.at.0 - width,
                    };
                    assert!(
                        left >= 0
                            && left + width <= WIDTH
                            && (8..picture.height - 8).contains(&text.at.1),
                        "{}: {text:?}",
                        plot.file
                    );
                }
            }
        }
    }

    #[test]
    fn missing_rows_are_named_in_lines() {
        let rows: Vec<Row> = (0..12)
            .map(|index| Row::new("x", format!("a contender of number {index}"), false, ""))
            .collect();
        let lines = missing(rows.iter());
        assert!(
            lines.len() > 1 && lines.iter().all(|line| line.chars().count() <= 130),
            "{lines:?}"
        );
        assert!(
            lines[0].starts_with("not measured: a contender of number 0; a")
                && lines.concat().ends_with("11"),
            "{lines:?}"
        );
        assert!(missing([].into_iter()).is_empty());
    }

    #[test]
    fn plots_are_kept_with_their_record() {
        let folder =
            std::env::temp_dir().join(format!("barelambda-bench-plots-{}", std::process::id()));
        let kept = keep(&fixture::aws(), &folder);
        let mut names: Vec<_> = kept
            .iter()
            .flat_map(fs::read_dir)
            .flatten()
            .map(|entry| entry.expect("it is there").file_name())
            .collect();
        names.sort();
        fs::remove_dir_all(&folder).expect("it is ours");
        assert!(kept.expect("it can be written to").starts_with(&folder));
        assert_eq!(names, ["duration.svg", "init.svg", "record.csv", "record.json"]);
    }

    /// Writes plots to target/plots for inspection:
    /// `cargo test -p barelambda-bench --lib -- --ignored draw_fixtures`.
    #[test]
    #[ignore = "draws plots for inspection; run `bash .ci/full`"]
    fn draw_fixtures() {
        for record in [fixture::local(), fixture::aws()] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/plots");
            keep(&record, &folder).expect("the plot can be drawn");
        }
    }
}
