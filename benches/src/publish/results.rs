//! `conformance/RESULTS.md`: the conformance suite, run with this project's function and with
//! `lambda_runtime`'s.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use barelambda_conformance::{Options, kill_all, run};
use cargo_barelambda::architecture::Architecture;
use cargo_barelambda::build;
use cargo_barelambda::cargo_options::CargoOptions;
use cargo_barelambda::error::{Context, Error};
use cargo_barelambda::project::Project;
use cargo_barelambda::signals::Signals;

use super::sections::Checks;
use crate::contenders::succeed;

/// The page, relative to the repository's root.
pub const PAGE: &str = "conformance/RESULTS.md";

const PEER: &str = "benches/peers/lambda_runtime";

/// The first cell of the row that sums up all checks.
const ALL: &str = "**all**";

/// The rows of the benchmark that the columns of the page belong to.
const ROWS: [&str; 2] = ["echo", "lambda-runtime"];

/// One check, and its result in each program: `pass`, `FAIL`, `n/a` or `ERROR`.
struct CheckLine {
    group: String,
    check: String,
    results: [&'static str; 2],
}

/// Runs the suite with both programs, and returns the page.
pub fn measure(repository: &Path) -> Result<String, Error> {
    env::set_current_dir(repository).context(repository.display())?;
    let project = Project::read(&[])?;
    let ours = build::build(
        &project,
        project.target(Some("conformance"))?,
        None,
        &CargoOptions::default(),
    )?;
    let peer = build_peer(repository, &project)?;
    let signals = Signals::end_after(130, kill_all)?;
    let [ours, peer] = [ours, peer].map(|program| {
        eprintln!("{}", program.display());
        run(&Options::new(program), |_| {})
    });
    signals.go_on();
    let totals = [&ours, &peer].map(|report| report.totals());
    if totals.iter().any(|totals| totals.unable > 0) {
        return Err(Error::new(format!(
            "failed to run some checks:\n{}\n{}",
            ours.table(),
            peer.table()
        )));
    }
    let lines = ours.checked.iter().zip(&peer.checked).map(|(one, other)| CheckLine {
        group: one.check.group.title().to_owned(),
        check: one.check.name.to_owned(),
        results: [one.word(), other.word()],
    });
    let date = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    Ok(page(
        &lines.collect::<Vec<_>>(),
        &version(repository)?,
        &format!("{}, {}", &date[..10], Architecture::host()),
    ))
}

/// Reads the totals from the page; there are none if the page doesn't exist yet.
pub fn totals(page: &str) -> Checks {
    let cells = page.lines().find_map(|line| line.strip_prefix(&format!("| {ALL} |")));
    let cells = cells.into_iter().flat_map(|cells| cells.split('|'));
    // Of `131 of 168, 30 FAIL`, the README shows how many passed.
    let passed = cells.map(|cell| cell.split(',').next().unwrap_or_default().trim().to_owned());
    ROWS.iter().map(|row| (*row).to_owned()).zip(passed).collect()
}

/// Builds the peer with cargo's release profile and the repository's configuration.
fn build_peer(repository: &Path, project: &Project) -> Result<PathBuf, Error> {
    let folder = project.target_folder.join("peers");
    let mut cargo = Command::new(cargo_barelambda::project::cargo());
    cargo
        .args(["build", "--release", "--locked", "--quiet", "--manifest-path"])
        .arg(repository.join(PEER).join("Cargo.toml"));
    succeed(cargo.arg("--target-dir").arg(&folder))?;
    Ok(folder.join("release/lambda_runtime_peer"))
}

/// The version of lambda_runtime that the peer is locked to.
fn version(repository: &Path) -> Result<String, Error> {
    let file = repository.join(PEER).join("Cargo.lock");
    let text = fs::read_to_string(&file).context(file.display())?;
    let version = text
        .split_once("name = \"lambda_runtime\"\nversion = \"")
        .and_then(|(_, rest)| rest.split('"').next());
    version
        .map(str::to_owned)
        .ok_or_else(|| Error::new(format!("no version of lambda_runtime in {}", file.display())))
}

fn page(lines: &[CheckLine], version: &str, on: &str) -> String {
    let names =
        ["barelambda".to_owned(), format!("[lambda_runtime {version}](../{PEER}/README.md)")];
    let mut text = format!(
        "# Conformance results\n\n`cargo bare bench publish --conformance` writes this page. [README.md](README.md) says what each check \
         requires.\n\nOn {on}:\n\n"
    );
    let _ = write!(text, "| checks | {} | {} |\n|---|---|---|\n", names[0], names[1]);
    let mut groups: Vec<&str> = lines.iter().map(|line| line.group.as_str()).collect();
    groups.dedup();
    for group in groups {
        let of_group = || lines.iter().filter(|line| line.group == group);
        let [ours, peer] = [0, 1].map(|index| count(of_group().map(|line| line.results[index])));
        let _ = writeln!(text, "| {group} | {ours} | {peer} |");
    }
    let [ours, peer] = [0, 1].map(|index| count(lines.iter().map(|line| line.results[index])));
    let _ = write!(text, "| {ALL} | {ours} | {peer} |\n\n## Every check\n\n");
    let _ = write!(text, "| check | {} | {} |\n|---|---|---|\n", names[0], names[1]);
    for CheckLine { check, results, .. } in lines {
        let [ours, peer] = results.map(|result| if result == "FAIL" { "**FAIL**" } else { result });
        let _ = writeln!(text, "| `{check}` | {ours} | {peer} |");
    }
    text
}

/// `131 of 168, 30 FAIL, 7 n/a`.
fn count<'a>(results: impl Iterator<Item = &'a str>) -> String {
    let results: Vec<&str> = results.collect();
    let number = |wanted| results.iter().filter(|result| **result == wanted).count();
    let mut text = format!("{} of {}", number("pass"), results.len());
    for result in ["FAIL", "n/a"] {
        if number(result) > 0 {
            let _ = write!(text, ", {} {result}", number(result));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_totals_of_groups_and_each_check() {
        let line = |group: &str, check: &str, results| CheckLine {
            group: group.into(),
            check: check.into(),
            results,
        };
        let lines = [
            line("start", "start-one", ["pass", "pass"]),
            line("start", "start-two", ["pass", "FAIL"]),
            line("streams", "stream-one", ["pass", "n/a"]),
        ];
        let page = page(&lines, "1.5.0", "2026-11-30, x86_64");
        for expected in [
            "| checks | barelambda | [lambda_runtime 1.5.0](../benches/peers/lambda_runtime/README.md) |\n",
            "On 2026-11-30, x86_64:\n",
            "| start | 2 of 2 | 1 of 2, 1 FAIL |\n",
            "| **all** | 3 of 3 | 1 of 3, 1 FAIL, 1 n/a |\n",
            "| `start-two` | pass | **FAIL** |\n",
        ] {
            assert!(page.contains(expected), "{expected}\n{page}");
        }
        let expected = [("echo", "3 of 3"), ("lambda-runtime", "1 of 3")]
            .map(|(row, passed)| (row.to_owned(), passed.to_owned()));
        assert_eq!(totals(&page), expected.into());
        assert!(totals("").is_empty());
    }
}
