//! The sections of the README and of docs/benchmark.md: the tables and pictures of records.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::calls::against;
use crate::figures::Figure;
use crate::plots::{self, Plot};
use crate::record::{JSON, Record, Row};
use crate::table::markdown;

/// The rows of the README's table.
const BRIEF_ROWS: [&str; 3] = ["echo", "lambda-runtime", "python"];

/// A record in the repository.
pub struct Published {
    /// Its folder, relative to the repository's root.
    pub folder: String,
    pub record: Record,
}

/// How many conformance checks pass, by the name of the row: `168 of 168`.
pub type Checks = BTreeMap<String, String>;

/// The README's section: the newest record's smallest table, and its first plot.
pub fn brief(records: &[Published], checks: &Checks) -> String {
    let Some(published) =
        records.iter().max_by(|one, other| one.record.date.cmp(&other.record.date))
    else {
        return not_measured("docs/benchmark.md");
    };
    let mut record = published.record.clone();
    record.rows.retain(|row| BRIEF_ROWS.contains(&row.name.as_str()));
    let columns = [
        ("size", Figure::Size),
        ("cold start", Figure::StartToAnswer),
        ("warm", Figure::Warm59B),
        ("memory", Figure::PeakMemory),
    ];
    let checks = |row: &Row| checks.get(&row.name).cloned().unwrap_or_else(|| "not run".to_owned());
    let processor = record.machine.get("processor").map_or("unknown", String::as_str);
    format!(
        "Measured on {}, {} ({}), by `cargo bare bench`. Medians; × is the ratio to the first row. [All figures](docs/benchmark.md), \
         [every check](conformance/RESULTS.md).\n\n{}\n{}",
        record.date.get(..10).unwrap_or(&record.date),
        record.architecture,
        markdown::cell_text(processor),
        markdown::brief(&record, &columns, "conformance checks passed", checks),
        image(published, &plots::of(&record)[0], "")
    )
}

/// All tables and plots of records of this machine, for a page in `docs/`.
pub fn of_this_machine(records: &[Published]) -> String {
    if records.is_empty() {
        return not_measured("");
    }
    let sections = records.iter().map(|published| {
        let record = &published.record;
        let first = record.rows.first().map_or("", |row| &row.title);
        let mut text = heading(record, "cargo bare bench");
        let _ = write!(
            text,
            "\nMedians; × is the ratio to {}. The best of each column is bold, except for the floor, which isn't a runtime. \
             Ratios measured here aren't a claim about AWS.\n\n{}\n",
            markdown::cell_text(first),
            markdown::main(record)
        );
        let _ = write!(text, "<details><summary>The other figures, and what each row is</summary>\n\n{}\n", markdown::rest(record));
        let _ = write!(text, "{}\n{}\n</details>\n\n{}", markdown::notes(record), source(published), images(published));
        text
    });
    sections.collect::<Vec<_>>().join("\n")
}

/// All tables and plots of records of AWS, for a page in `docs/`.
pub fn of_aws(records: &[Published]) -> String {
    if records.is_empty() {
        return "Not measured: there are no records of AWS until you run `cargo bare bench aws`.\n"
            .to_owned();
    }
    let sections = records.iter().map(|published| {
        let record = &published.record;
        let mut text = heading(record, "cargo bare bench aws");
        let table = markdown::aws(record);
        let _ = write!(text, "\nMedians of the REPORT lines of cold starts. The best of each memory size is bold.\n\n{table}\n");
        let _ = write!(text, "{}\n{}", source(published), images(published));
        text
    });
    sections.collect::<Vec<_>>().join("\n")
}

/// The table of records of `bench calls`, for a page in `docs/`.
pub fn of_calls(records: &[Published]) -> String {
    if records.is_empty() {
        return "Not measured: there are no records until you run `cargo bare bench calls`.\n"
            .to_owned();
    }
    let sections = records.iter().map(|published| {
        let record = &published.record;
        let first = record.rows.first().map_or("", |row| &row.title);
        let mut text = heading(record, "cargo bare bench calls");
        let _ = write!(
            text,
            "\nMedians, and minima of processor times; × is the ratio to {}. The best of each column is bold. \
             Ratios measured here aren't a claim about AWS.\n\n{}\n",
            markdown::cell_text(first),
            markdown::calls(record)
        );
        let lines: Vec<String> =
            against::show(record).lines().map(|line| format!("- {line}\n")).collect();
        let _ = write!(text, "{}\n{}\n{}", lines.concat(), markdown::notes(record), source(published));
        text
    });
    sections.collect::<Vec<_>>().join("\n")
}

fn not_measured(page: &str) -> String {
    let more = if page.is_empty() { String::new() } else { format!(" See [{page}]({page}).") };
    format!(
        "Not measured: there are no records in `benches/record` until you run `cargo bare bench`.{more}\n"
    )
}

/// The date, the machine or region, and the command.
fn heading(record: &Record, command: &str) -> String {
    let mut facts = vec![record.date.get(..10).unwrap_or(&record.date).to_owned()];
    if plots::is_of_aws(record) {
        facts.push(record.place.clone());
    }
    let known = record.machine.iter().filter(|(_, fact)| *fact != "unknown");
    facts.extend(known.map(|(name, fact)| format!("{name}: {}", markdown::cell_text(fact))));
    format!(
        "**{}**: {}; by `{command}`\n",
        markdown::cell_text(&record.architecture),
        facts.join("; ")
    )
}

/// How the record was measured, and where all of its samples are.
fn source(published: &Published) -> String {
    let settings: Vec<String> = published
        .record
        .settings
        .iter()
        .map(|(name, value)| format!("{name}: {}", markdown::cell_text(value)))
        .collect();
    let settings = if settings.is_empty() {
        String::new()
    } else {
        format!("Settings: {}. ", settings.join("; "))
    };
    format!("{settings}Every sample is in [{JSON}](../{}/{JSON}).\n", published.folder)
}

fn images(published: &Published) -> String {
    let images = plots::of(&published.record).iter().map(|plot| image(published, plot, "../"));
    images.collect::<Vec<_>>().join("\n")
}

/// A plot; `root` is the path from the page to the repository's root.
fn image(published: &Published, plot: &Plot, root: &str) -> String {
    format!("![{}]({root}{}/{})\n", plot.about, published.folder, plot.file)
}
