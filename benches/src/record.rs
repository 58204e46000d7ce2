//! The results of a run: `benches/record/ARCHITECTURE/DATE-PLACE/` with `record.json`, which has
//! every sample, and `record.csv`, with a line for each figure of a row.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_barelambda::error::{Context, Error};
use serde::{Deserialize, Serialize};

use crate::figures::Figure;

/// The version of the record format.
const FORMAT: u32 = 1;

/// The place of records of `bench calls`.
pub const CALLS: &str = "calls";

/// The file that has the whole record.
pub const JSON: &str = "record.json";
const CSV: &str = "record.csv";

/// The results of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    format: u32,
    /// The start of the run, in UTC: `2026-11-22T10:00:00Z`.
    pub date: String,
    /// `local`, [`CALLS`], or `aws` with the region: `aws-eu-central-1`.
    pub place: String,
    /// `x86_64` or `aarch64`.
    pub architecture: String,
    /// A description of the machine: the processor, the kernel, the commit.
    pub machine: BTreeMap<String, String>,
    /// The settings of the run, such as the number of rounds.
    pub settings: BTreeMap<String, String>,
    /// The other rows are compared with the first.
    pub rows: Vec<Row>,
}

/// A contender, or a variant of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// A name that is unique in the record, without spaces: `lambda-runtime-musl-small`; on AWS
    /// with the memory size, `echo-128`.
    pub name: String,
    /// The displayed name.
    pub title: String,
    /// Whether it uses barelambda. The floor doesn't.
    pub ours: bool,
    /// Versions, flags and limitations.
    pub note: String,
    /// The memory size of the function on AWS, in MB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mb: Option<u32>,
    /// The reason why there are no figures, such as a failed build.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    pub figures: BTreeMap<Figure, Measured>,
}

/// The samples of a figure, in its unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measured {
    /// In the order of measurement; never empty.
    Samples(Vec<f64>),
    /// The reason why there are none.
    Missing(String),
}

impl Record {
    pub fn new(
        place: impl Into<String>,
        architecture: impl Into<String>,
        date: impl Into<String>,
    ) -> Self {
        Self {
            format: FORMAT,
            date: date.into(),
            place: place.into(),
            architecture: architecture.into(),
            machine: BTreeMap::new(),
            settings: BTreeMap::new(),
            rows: Vec::new(),
        }
    }

    /// Reads a record from its file or directory.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let file = if path.is_dir() { path.join(JSON) } else { path.to_owned() };
        let text = fs::read_to_string(&file).context(file.display())?;
        let record: Self = serde_json::from_str(&text)
            .context(format!("{} is not a record of `bench`", file.display()))?;
        if record.format != FORMAT {
            return Err(Error::new(format!(
                "{}: unsupported record format {}, expected {FORMAT}",
                file.display(),
                record.format
            )));
        }
        if record
            .rows
            .iter()
            .flat_map(|row| row.figures.values())
            .any(|figure| figure.samples().is_some_and(<[f64]>::is_empty))
        {
            return Err(Error::new(format!("{}: a figure has no samples", file.display())));
        }
        Ok(record)
    }

    /// Writes both files into a new directory in `records`, and returns the directory.
    pub fn write(&self, records: &Path) -> Result<PathBuf, Error> {
        let folder = records.join(&self.architecture).join(self.name());
        fs::create_dir_all(&folder).context(folder.display())?;
        let json = serde_json::to_string(self).context("failed to serialise the record")?;
        for (name, text) in [(JSON, one_row_a_line(&json)), (CSV, self.csv())] {
            let file = folder.join(name);
            fs::write(&file, text).context(file.display())?;
        }
        Ok(folder)
    }

    /// Returns the name of its directory: its start to the minute, and the place.
    pub fn name(&self) -> String {
        let minute = self.date.get(..16).unwrap_or(&self.date).replace(':', "");
        format!("{minute}-{}", self.place)
    }

    /// Returns the row with this name.
    pub fn row(&self, name: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.name == name)
    }

    /// Returns the ratio of a row's median to the first row's.
    pub fn ratio(&self, row: &Row, figure: Figure) -> Option<f64> {
        ratio(row, self.rows.first()?, figure)
    }

    fn csv(&self) -> String {
        let mut csv = String::from(
            "row,memory_mb,figure,unit,samples,median,p99,least,most,ratio_to_first,missing\n",
        );
        for row in &self.rows {
            let memory = row.memory_mb.map(|megabytes| megabytes.to_string()).unwrap_or_default();
            if let Some(why) = &row.missing {
                let _ = writeln!(csv, "{},{memory},,,0,,,,,,{}", row.name, quoted(why));
            }
            for (figure, measured) in &row.figures {
                let name = serde_json::to_value(figure)
                    .ok()
                    .and_then(|name| name.as_str().map(str::to_owned))
                    .unwrap_or_default();
                let _ = write!(csv, "{},{memory},{name},{:?},", row.name, figure.unit());
                let _ = match measured {
                    Measured::Missing(why) => writeln!(csv, "0,,,,,,{}", quoted(why)),
                    Measured::Samples(samples) => {
                        let of = |part| quantile(samples, part);
                        let ratio = self
                            .ratio(row, *figure)
                            .map(|ratio| format!("{ratio:.4}"))
                            .unwrap_or_default();
                        writeln!(
                            csv,
                            "{},{},{},{},{},{ratio},",
                            samples.len(),
                            of(0.5),
                            of(0.99),
                            of(0.0),
                            of(1.0)
                        )
                    }
                };
            }
        }
        csv
    }
}

impl Row {
    pub fn new(
        name: impl Into<String>,
        title: impl Into<String>,
        ours: bool,
        note: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            title: title.into(),
            ours,
            note: note.into(),
            memory_mb: None,
            missing: None,
            figures: BTreeMap::new(),
        }
    }

    /// Returns whether it is the floor, which isn't a runtime.
    pub fn is_floor(&self) -> bool {
        self.name == "floor"
    }

    pub fn samples(&self, figure: Figure) -> Option<&[f64]> {
        self.figures.get(&figure)?.samples()
    }

    pub fn median(&self, figure: Figure) -> Option<f64> {
        self.samples(figure).map(|samples| quantile(samples, 0.5))
    }
}

impl Measured {
    /// A single value, for a figure that doesn't vary.
    pub fn exact(value: f64) -> Self {
        Self::Samples(vec![value])
    }

    pub fn samples(&self) -> Option<&[f64]> {
        match self {
            Self::Samples(samples) => Some(samples),
            Self::Missing(_) => None,
        }
    }
}

/// Returns the ratio of the medians of two rows.
pub fn ratio(row: &Row, base: &Row, figure: Figure) -> Option<f64> {
    Some(row.median(figure)? / base.median(figure)?)
}

/// Returns a quantile by the nearest rank, except that the median of an even number of samples is
/// the mean of the middle two.
///
/// # Panics
/// There are no samples.
pub fn quantile(samples: &[f64], part: f64) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len() - 1;
    if part == 0.5 && sorted.len().is_multiple_of(2) {
        return f64::midpoint(sorted[last / 2], sorted[last / 2 + 1]);
    }
    let rank = (part * sorted.len() as f64).ceil() as usize;
    sorted[rank.saturating_sub(1).min(last)]
}

/// Quotes a field of CSV (RFC 4180, section 2).
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\"").replace('\n', " "))
}

/// Adds a line break before each figure and row, so that a diff shows single figures.
fn one_row_a_line(json: &str) -> String {
    json.replace("{\"name\":", "\n{\"name\":")
        .replace("],\"rows\"", "],\n\"rows\"")
        .replace("]},\"", "]},\n  \"")
        + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_by_the_nearest_rank() {
        let samples: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(
            [0.0, 0.5, 0.99, 1.0].map(|part| quantile(&samples, part)),
            [1.0, 50.5, 99.0, 100.0]
        );
        assert_eq!([0.0, 0.5, 0.99].map(|part| quantile(&[7.0], part)), [7.0; 3]);
        assert_eq!(quantile(&[3.0, 1.0, 2.0], 0.5), 2.0);
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let mut record = Record::new("local", "x86_64", "2026-11-22T10:09:08Z");
        record.machine.insert("processor".into(), "a \"fast\" one".into());
        let mut base = Row::new("floor", "the floor", false, "no errors");
        base.figures.insert(Figure::StartToNext, Measured::Samples(vec![100.0, 102.0, 101.0]));
        let mut echo = Row::new("echo", "echo", true, "");
        echo.figures.insert(Figure::StartToNext, Measured::Samples(vec![202.0]));
        echo.figures
            .insert(Figure::InstructionsToNext, Measured::Missing("no \"valgrind\" here".into()));
        let mut other = Row::new("node", "Node", false, "");
        other.missing = Some("npm, which is not installed".into());
        record.rows = vec![base, echo, other];

        let folder = std::env::temp_dir().join(format!("barelambda-bench-{}", std::process::id()));
        let written = record.write(&folder).expect("the folder can be written to");
        assert!(written.ends_with("x86_64/2026-11-22T1009-local"), "{}", written.display());
        assert_eq!(Record::read(&written).expect("it was written here"), record);
        let csv = fs::read_to_string(written.join(CSV)).expect("it was written, too");
        fs::remove_dir_all(&folder).expect("it is ours");
        assert_eq!(
            csv.lines().skip(1).collect::<Vec<_>>(),
            [
                "floor,,start-to-next,Microseconds,3,101,102,100,102,1.0000,",
                "echo,,start-to-next,Microseconds,1,202,202,202,202,2.0000,",
                "echo,,instructions-to-next,Count,0,,,,,,\"no \"\"valgrind\"\" here\"",
                "node,,,,0,,,,,,\"npm, which is not installed\"",
            ]
        );
    }

    #[test]
    fn an_invalid_record_is_refused_with_its_name() {
        let file =
            std::env::temp_dir().join(format!("barelambda-bench-{}.json", std::process::id()));
        fs::write(&file, "{}").expect("a file can be written");
        let words = Record::read(&file).unwrap_err().to_string();
        fs::remove_file(&file).expect("it is ours");
        assert!(
            words.contains("is not a record of `bench`")
                && words.contains(&*file.to_string_lossy()),
            "{words}"
        );
    }
}
