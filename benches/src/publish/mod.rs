//! `bench publish`: writes the newest records into the README and docs/benchmark.md, and draws
//! their plots again; and writes the results of the conformance suite.

mod markers;
mod results;
mod sections;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cargo_barelambda::error::{Context, Error};
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::plots;
use crate::record::{CALLS, JSON, Record};
use markers::replace;
use sections::Published;

const RECORDS: &str = "benches/record";
const README: &str = "README.md";
const DOCS: &str = "docs/benchmark.md";

const EXPLANATION: &str = "\
Each section is between two markers, such as `<!-- bench: begin -->` and `<!-- bench: end -->`:

  README.md           bench         a short table and the plot of start times
  docs/benchmark.md   bench-tables  all tables and plots of the newest record for each architecture
  docs/benchmark.md   bench-calls   the table of the newest records of `bench calls`
  docs/benchmark.md   bench-aws     all tables and plots of the newest records of AWS

--conformance also runs the conformance suite, and writes all of conformance/RESULTS.md, whose totals the short table shows.

Exit codes: 0 success, 1 --check found a difference, 3 any other error.";

pub fn command() -> Command {
    Command::new("publish")
        .about("Write the newest records into README.md and docs/benchmark.md")
        .arg(Arg::new("check").long("check").action(ArgAction::SetTrue).help("Change nothing; print which files would change"))
        .arg(
            Arg::new("conformance")
                .long("conformance")
                .action(ArgAction::SetTrue)
                .conflicts_with("check")
                .help("Run the conformance suite with barelambda and lambda_runtime, and write conformance/RESULTS.md"),
        )
        .after_help(EXPLANATION)
}

pub fn run(matches: &ArgMatches, repository: &Path) -> Result<ExitCode, Error> {
    if matches.get_flag("conformance") {
        Page { file: repository.join(results::PAGE), text: results::measure(repository)? }
            .write()?;
    }
    let changed: Vec<Page> = pages(repository)?.into_iter().filter(Page::is_changed).collect();
    if matches.get_flag("check") {
        for page in &changed {
            eprintln!(
                "{} differs from the newest record: run `cargo bare bench publish`",
                page.file.display()
            );
        }
        return Ok(if changed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    changed.iter().try_for_each(Page::write)?;
    Ok(ExitCode::SUCCESS)
}

/// A file with the text that it should have.
struct Page {
    file: PathBuf,
    text: String,
}

impl Page {
    /// Whether the file has another text. A file that can't be read has changed: writing it returns
    /// the error.
    fn is_changed(&self) -> bool {
        fs::read(&self.file).ok().as_deref() != Some(self.text.as_bytes())
    }

    fn write(&self) -> Result<(), Error> {
        fs::write(&self.file, &self.text).context(self.file.display())?;
        println!("{}", self.file.display());
        Ok(())
    }
}

/// Both pages, and all plots that they show.
fn pages(repository: &Path) -> Result<Vec<Page>, Error> {
    let records = repository.join(RECORDS);
    let local = newest(&records, |place| place == "local")?;
    let calls = newest(&records, |place| place == CALLS)?;
    let aws = newest(&records, |place| place.starts_with("aws"))?;
    // The results are optional: the table then says that the suite wasn't run.
    let checks =
        results::totals(&fs::read_to_string(repository.join(results::PAGE)).unwrap_or_default());
    let mut pages = Vec::new();
    for published in local.iter().chain(&aws) {
        for plot in plots::of(&published.record) {
            pages.push(Page {
                file: repository.join(&published.folder).join(plot.file),
                text: plot.svg(&published.record)?,
            });
        }
    }
    for (name, sections) in [
        (README, &[("bench", sections::brief(&local, &checks))][..]),
        (
            DOCS,
            &[
                ("bench-tables", sections::of_this_machine(&local)),
                ("bench-calls", sections::of_calls(&calls)),
                ("bench-aws", sections::of_aws(&aws)),
            ],
        ),
    ] {
        let file = repository.join(name);
        let mut text = fs::read_to_string(&file).context(file.display())?;
        for (marker, section) in sections {
            text = replace(&text, marker, section).context(file.display())?;
        }
        pages.push(Page { file, text });
    }
    Ok(pages)
}

/// Returns the newest record of each architecture in a wanted place.
fn newest(records: &Path, wanted: fn(&str) -> bool) -> Result<Vec<Published>, Error> {
    let mut published = Vec::new();
    for architecture in folders(records)? {
        // A name begins with the date and the minute, and ends with the place.
        let names = folders(&records.join(&architecture))?.into_iter().rev();
        let name = names
            .filter(|name| name.get("2026-11-22T1009-".len()..).is_some_and(wanted))
            .find(|name| {
                // An interrupted run may have left a directory without a record.
                records.join(&architecture).join(name).join(JSON).is_file()
            });
        if let Some(name) = name {
            let record = Record::read(&records.join(&architecture).join(&name))?;
            published
                .push(Published { folder: format!("{RECORDS}/{architecture}/{name}"), record });
        }
    }
    Ok(published)
}

/// Returns the sorted names of the directories in a directory, or none if it doesn't exist.
fn folders(path: &Path) -> Result<Vec<String>, Error> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(path).context(path.display())? {
        let entry = entry.context(path.display())?;
        if entry.path().is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plots::fixture;

    /// A repository with nothing but the two pages.
    struct Repository(PathBuf);

    impl Repository {
        fn new(name: &str, readme: &str) -> Self {
            let folder = std::env::temp_dir()
                .join(format!("barelambda-bench-publish-{name}-{}", std::process::id()));
            fs::create_dir_all(folder.join("docs")).expect("a folder can be created");
            fs::write(folder.join(README), readme).expect("the folder is writable");
            fs::write(folder.join(DOCS), DOCS_PAGE).expect("the folder is writable");
            Self(folder)
        }

        fn keep(&self, record: &Record) -> PathBuf {
            record.write(&self.0.join(RECORDS)).expect("the folder is writable")
        }

        fn publish(&self, arguments: &[&str]) -> Result<ExitCode, Error> {
            run(&command().get_matches_from(["publish"].iter().chain(arguments)), &self.0)
        }

        fn page(&self, name: &str) -> String {
            fs::read_to_string(self.0.join(name)).expect("the page exists")
        }
    }

    impl Drop for Repository {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    const README_PAGE: &str = "# A\n<!-- bench: begin -->\nold\n<!-- bench: end -->\nC\n";
    const DOCS_PAGE: &str = "# A\n<!-- bench-tables: begin -->\nold\n<!-- bench-tables: end -->\nB\n<!-- bench-calls: begin -->\n<!-- bench-calls: end -->\n<!-- bench-aws: begin -->\n<!-- bench-aws: end -->\nC\n";

    fn code(ended: Result<ExitCode, Error>) -> String {
        format!("{:?}", ended.expect("the records can be published"))
    }

    #[test]
    fn the_newest_records_are_published_and_checked() {
        let repository = Repository::new("newest", README_PAGE);
        let [success, failure] =
            [ExitCode::SUCCESS, ExitCode::FAILURE].map(|code| format!("{code:?}"));
        let (newest, mut older) = (fixture::local(), fixture::local());
        older.date = "2026-10-31T23:59:59Z".into();
        older.rows[1].title = "an older echo".into();
        repository.keep(&older);
        let (folder, aws) = (repository.keep(&newest), repository.keep(&fixture::aws()));
        let calls = repository.keep(&fixture::calls());
        assert_eq!(code(repository.publish(&["--check"])), failure);
        assert_eq!(
            (repository.page(README), repository.page(DOCS)),
            (README_PAGE.to_owned(), DOCS_PAGE.to_owned())
        );
        assert!(!folder.join("start.svg").exists());

        assert_eq!(code(repository.publish(&[])), success);
        let docs = repository.page(DOCS);
        for words in [
            "**x86_64**: 2026-11-22; kernel: 6.1.0; processor: A Processor of 3 GHz; processors: 4; by `cargo bare bench`\n",
            "](../benches/record/x86_64/2026-11-22T1009-local/warm.svg)",
            "](../benches/record/x86_64/2026-11-22T1009-local/record.json)",
            "](../benches/record/x86_64/2026-11-22T1200-aws-eu-central-1/init.svg)",
            "; by `cargo bare bench calls`\n",
            "- CPU to first response, RSA: 1.80 ms (2.00 ms) against 28.8 ms (32.0 ms) of `lambda-runtime-sdk`",
            "](../benches/record/x86_64/2026-11-22T1100-calls/record.json)",
            "ratio to the floor. The best",
        ] {
            assert!(docs.contains(words), "{words}\n{docs}");
        }
        assert!(
            docs.starts_with("# A\n<!-- bench-tables: begin -->\n**")
                && docs.ends_with("<!-- bench-aws: end -->\nC\n"),
            "{docs}"
        );
        assert!(!docs.contains("old\n") && !docs.contains("an older echo"), "{docs}");
        assert!(
            ["start.svg", "distribution.svg", "size.svg", "warm.svg"]
                .iter()
                .all(|file| folder.join(file).is_file())
        );
        assert_eq!(fs::read_dir(calls).expect("the folder exists").count(), 2, "it has no plots");
        assert_eq!(code(repository.publish(&["--check"])), success);
        assert_eq!(code(repository.publish(&[])), success);
        assert_eq!(repository.page(DOCS), docs);

        fs::remove_file(aws.join("init.svg")).expect("the plot was drawn");
        assert_eq!(code(repository.publish(&["--check"])), failure);
    }

    #[test]
    fn the_readme_has_three_rows_the_passed_checks_and_a_plot() {
        let repository = Repository::new("brief", README_PAGE);
        repository.keep(&fixture::local());
        repository.publish(&[]).expect("the records can be published");
        let readme = repository.page(README);
        assert!(
            readme.contains("| barelambda, echo | **4,104 B** |") && readme.contains("| not run |"),
            "{readme}"
        );

        let results = repository.0.join(results::PAGE);
        fs::create_dir_all(results.parent().expect("it is in a folder"))
            .expect("a folder can be created");
        fs::write(results, "| **all** | 168 of 168 | 131 of 168, 37 FAIL |\n")
            .expect("the folder is writable");
        repository.publish(&[]).expect("the records can be published");
        let readme = repository.page(README);
        let rows: Vec<&str> =
            readme.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
        assert_eq!(rows.len(), 3, "{readme}");
        for (row, passed) in rows.iter().zip(["168 of 168", "131 of 168", "not run"]) {
            assert!(row.ends_with(&format!(" | {passed} |")), "{row}");
        }
        assert_eq!(
            readme.matches("](benches/record/x86_64/2026-11-22T1009-local/").count(),
            1,
            "{readme}"
        );
        assert!(
            readme.contains("/start.svg)") && readme.ends_with("<!-- bench: end -->\nC\n"),
            "{readme}"
        );
    }

    #[test]
    fn without_records_the_pages_say_so() {
        let repository = Repository::new("none", README_PAGE);
        repository.publish(&[]).expect("nothing is published");
        let (readme, docs) = (repository.page(README), repository.page(DOCS));
        assert!(readme.contains("Not measured: there are no records"), "{readme}");
        assert!(docs.contains("Not measured: there are no records in `benches/record`"), "{docs}");
        assert!(
            docs.contains(
                "Not measured: there are no records until you run `cargo bare bench calls`."
            ),
            "{docs}"
        );
        assert!(
            docs.contains(
                "Not measured: there are no records of AWS until you run `cargo bare bench aws`."
            ),
            "{docs}"
        );
    }

    #[test]
    fn a_missing_marker_is_named_with_its_page() {
        let repository = Repository::new("marks", "# A\n");
        let error = repository.publish(&[]).unwrap_err().to_string();
        assert!(error.contains("README.md: missing marker `<!-- bench: begin -->`"), "{error}");
    }
}
