//! `bench publish`: writes the newest records into the README, and draws their plots again.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cargo_barelambda::error::{Context, Error};
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::plots;
use crate::record::{JSON, Record};
use crate::table::markdown;

const RECORDS: &str = "benches/record";

const EXPLANATION: &str = "\
What stands between `<!-- bench: begin -->` and `<!-- bench: end -->` is replaced by the newest record of this kind of machine for each
architecture, what stands between `<!-- bench-aws: begin -->` and `<!-- bench-aws: end -->` by those of AWS.

Exit codes: 0 done, or nothing to do; 1 --check, and something is not as `publish` would write it; 3 it cannot be published.";

pub fn command() -> Command {
    Command::new("publish")
        .about("Writes the tables and plots of the newest records into README.md")
        .arg(Arg::new("check").long("check").action(ArgAction::SetTrue).help("Change nothing; say what would change"))
        .after_help(EXPLANATION)
}

pub fn run(matches: &ArgMatches, repository: &Path) -> Result<ExitCode, Error> {
    let changed: Vec<Page> = pages(repository)?.into_iter().filter(Page::is_changed).collect();
    if matches.get_flag("check") {
        for page in &changed {
            eprintln!("{} is not what `cargo bare bench publish` writes", page.file.display());
        }
        return Ok(if changed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    for page in changed {
        fs::write(&page.file, &page.text).context(page.file.display())?;
        println!("{}", page.file.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// A file as it should be.
struct Page {
    file: PathBuf,
    text: String,
}

impl Page {
    /// Also when it cannot be read: then writing it says why.
    fn is_changed(&self) -> bool {
        fs::read(&self.file).ok().as_deref() != Some(self.text.as_bytes())
    }
}

/// A record with its folder, from the repository's own.
struct Kept {
    folder: String,
    record: Record,
}

/// The README and all plots that it shows.
fn pages(repository: &Path) -> Result<Vec<Page>, Error> {
    let records = repository.join(RECORDS);
    let (local, aws) = (newest(&records, |place| place == "local")?, newest(&records, |place| place.starts_with("aws"))?);
    let file = repository.join("README.md");
    let text = fs::read_to_string(&file).context(file.display())?;
    let text = replace(&text, "bench", &section_of_this_machine(&local)).context(file.display())?;
    let text = replace(&text, "bench-aws", &section_of_aws(&aws)).context(file.display())?;
    let mut pages = Vec::new();
    for kept in local.iter().chain(&aws) {
        for plot in plots::of(&kept.record) {
            pages.push(Page { file: repository.join(&kept.folder).join(plot.file), text: plot.svg(&kept.record)? });
        }
    }
    pages.push(Page { file, text });
    Ok(pages)
}

/// The newest record of each architecture whose place is wanted.
fn newest(records: &Path, wanted: fn(&str) -> bool) -> Result<Vec<Kept>, Error> {
    let mut kept = Vec::new();
    for architecture in folders(records)? {
        // Their names begin with the date, and sort by it; the place follows after the minute.
        let names = folders(&records.join(&architecture))?.into_iter().rev();
        let name = names.filter(|name| name.get("2026-11-22T1009-".len()..).is_some_and(wanted)).find(|name| {
            // A run that was interrupted may have left a folder without a record.
            records.join(&architecture).join(name).join(JSON).is_file()
        });
        if let Some(name) = name {
            let record = Record::read(&records.join(&architecture).join(&name))?;
            kept.push(Kept { folder: format!("{RECORDS}/{architecture}/{name}"), record });
        }
    }
    Ok(kept)
}

/// The names of the folders in a folder, sorted; none if it is not there.
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

/// Puts a section between its two marks, which have a line each.
fn replace(text: &str, name: &str, section: &str) -> Result<String, Error> {
    let find = |end: &str| {
        let mark = format!("<!-- {name}: {end} -->\n");
        let places: Vec<usize> = text.match_indices(&mark).map(|(at, _)| at).collect();
        match places[..] {
            [at] => Ok((at, at + mark.len())),
            [] => Err(Error::new(format!("the mark `{}` is missing", mark.trim()))),
            _ => Err(Error::new(format!("the mark `{}` is there {} times", mark.trim(), places.len()))),
        }
    };
    let ((_, begin), (end, _)) = (find("begin")?, find("end")?);
    if end < begin {
        return Err(Error::new(format!("the mark `<!-- {name}: end -->` stands before its beginning")));
    }
    Ok(format!("{}{section}{}", &text[..begin], &text[end..]))
}

fn section_of_this_machine(records: &[Kept]) -> String {
    if records.is_empty() {
        return "Not measured: there is no record in `benches/record` until someone runs `cargo bare bench`.\n".to_owned();
    }
    let sections = records.iter().map(|kept| {
        let record = &kept.record;
        let first = record.rows.first().map_or("", |row| &row.title);
        let mut text = headed(record, "cargo bare bench");
        let _ = write!(
            text,
            "Medians; × is the ratio to {}. Bold is the best of its column, whoever it is; the floor is left out of that, as it is no runtime. \
             Ratios measured here are no claim about AWS.\n\n{}\n",
            markdown::cell_text(first),
            markdown::main(record)
        );
        let _ = write!(text, "<details><summary>The other figures, and what each row is</summary>\n\n{}\n", markdown::rest(record));
        let _ = write!(text, "{}\n{}\n</details>\n\n{}", markdown::notes(record), source(kept), images(kept));
        text
    });
    sections.collect::<Vec<_>>().join("\n")
}

fn section_of_aws(records: &[Kept]) -> String {
    if records.is_empty() {
        return "AWS figures are not measured until someone runs `cargo bare bench aws`.\n".to_owned();
    }
    let sections = records.iter().map(|kept| {
        let record = &kept.record;
        let mut text = headed(record, "cargo bare bench aws");
        let table = markdown::aws(record);
        let _ = write!(text, "Medians of REPORT lines of cold starts. Bold is the best of its memory size, whoever it is.\n\n{table}\n");
        let _ = write!(text, "{}\n{}", source(kept), images(kept));
        text
    });
    sections.collect::<Vec<_>>().join("\n")
}

/// The date, where, on what, and by which command.
fn headed(record: &Record, command: &str) -> String {
    let mut facts = vec![record.date.get(..10).unwrap_or(&record.date).to_owned()];
    if plots::is_of_aws(record) {
        facts.push(record.place.clone());
    }
    let known = record.machine.iter().filter(|(_, fact)| *fact != "unknown");
    facts.extend(known.map(|(name, fact)| format!("{name}: {}", markdown::cell_text(fact))));
    format!("**{}**: {}; by `{command}`\n\n", markdown::cell_text(&record.architecture), facts.join("; "))
}

/// How it was measured, and where all of it is.
fn source(kept: &Kept) -> String {
    let settings: Vec<String> =
        kept.record.settings.iter().map(|(name, value)| format!("{name}: {}", markdown::cell_text(value))).collect();
    let settings = if settings.is_empty() { String::new() } else { format!("How it was measured: {}. ", settings.join("; ")) };
    format!("{settings}Every sample is in [{JSON}]({}/{JSON}).\n", kept.folder)
}

fn images(kept: &Kept) -> String {
    let images = plots::of(&kept.record).iter().map(|plot| format!("![{}]({}/{})\n", plot.about, kept.folder, plot.file));
    images.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plots::fixture;

    /// A repository with nothing but a README.
    struct Repository(PathBuf);

    impl Repository {
        fn new(name: &str, readme: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("barelambda-bench-publish-{name}-{}", std::process::id()));
            fs::create_dir_all(&folder).expect("a folder can be made");
            fs::write(folder.join("README.md"), readme).expect("it can be written to");
            Self(folder)
        }

        fn keep(&self, record: &Record) -> PathBuf {
            record.write(&self.0.join(RECORDS)).expect("it can be written to")
        }

        fn publish(&self, arguments: &[&str]) -> Result<ExitCode, Error> {
            run(&command().get_matches_from(["publish"].iter().chain(arguments)), &self.0)
        }

        fn readme(&self) -> String {
            fs::read_to_string(self.0.join("README.md")).expect("it is there")
        }
    }

    impl Drop for Repository {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    const README: &str = "# A\n<!-- bench: begin -->\nold\n<!-- bench: end -->\nB\n<!-- bench-aws: begin -->\n<!-- bench-aws: end -->\nC\n";

    fn code(ended: Result<ExitCode, Error>) -> String {
        format!("{:?}", ended.expect("it can be published"))
    }

    #[test]
    fn the_newest_records_are_published_and_checked() {
        let repository = Repository::new("newest", README);
        let success = format!("{:?}", ExitCode::SUCCESS);
        let error = format!("{:?}", ExitCode::FAILURE);
        let (newest, mut older) = (fixture::local(), fixture::local());
        older.date = "2026-10-31T23:59:59Z".into();
        older.rows[1].title = "an older echo".into();
        repository.keep(&older);
        let (folder, aws) = (repository.keep(&newest), repository.keep(&fixture::aws()));
        assert_eq!(code(repository.publish(&["--check"])), error);
        assert_eq!(repository.readme(), README);
        assert!(!folder.join("start.svg").exists());

        assert_eq!(code(repository.publish(&[])), success);
        let readme = repository.readme();
        for words in [
            "**x86_64**: 2026-11-22; kernel: 6.1.0; processor: A Processor of 3 GHz; processors: 4; by `cargo bare bench`\n",
            "](benches/record/x86_64/2026-11-22T1009-local/start.svg)",
            "](benches/record/x86_64/2026-11-22T1009-local/record.json)",
            "](benches/record/x86_64/2026-11-22T1200-aws-eu-central-1/init.svg)",
            "ratio to the floor. Bold",
        ] {
            assert!(readme.contains(words), "{words}\n{readme}");
        }
        assert!(readme.starts_with("# A\n<!-- bench: begin -->\n**") && readme.ends_with("<!-- bench-aws: end -->\nC\n"), "{readme}");
        assert!(!readme.contains("old\n") && !readme.contains("an older echo"), "{readme}");
        assert!(["start.svg", "distribution.svg", "size.svg", "warm.svg"].iter().all(|file| folder.join(file).is_file()));
        assert_eq!(code(repository.publish(&["--check"])), success);
        assert_eq!(code(repository.publish(&[])), success);
        assert_eq!(repository.readme(), readme);

        fs::remove_file(aws.join("init.svg")).expect("it was drawn");
        assert_eq!(code(repository.publish(&["--check"])), error);
    }

    #[test]
    fn without_records_the_readme_says_so() {
        let repository = Repository::new("none", README);
        repository.publish(&[]).expect("it can be published");
        let readme = repository.readme();
        assert!(readme.contains("Not measured: there is no record"), "{readme}");
        assert!(readme.contains("AWS figures are not measured until someone runs `cargo bare bench aws`."), "{readme}");
    }

    #[test]
    fn a_mark_that_is_missing_twice_there_or_late_is_named() {
        let begin = "<!-- bench: begin -->\n";
        let words = |readme: &str| replace(readme, "bench", "new").expect_err("it has no place").to_string();
        assert_eq!(words(&README.replace(begin, "")), "the mark `<!-- bench: begin -->` is missing");
        assert_eq!(words(&README.replace(begin, &begin.repeat(2))), "the mark `<!-- bench: begin -->` is there 2 times");
        assert_eq!(words(&format!("{}{begin}", README.replace(begin, ""))), "the mark `<!-- bench: end -->` stands before its beginning");
        let repository = Repository::new("marks", "# A\n");
        let words = repository.publish(&[]).unwrap_err().to_string();
        assert!(words.contains("README.md: the mark `<!-- bench: begin -->` is missing"), "{words}");
    }
}
