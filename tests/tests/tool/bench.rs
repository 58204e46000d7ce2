//! `cargo bare bench`: a short run on this machine, its record, and the subcommands that read it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use barelambda_tests::cargo::{root, scratch};
use barelambda_tests::packages::{bench, tool};
use serde_json::Value;

/// What there is to measure of a program that is built for this machine, and never interpreted.
const FIGURES: [&str; 16] = [
    "start-to-next",
    "start-to-answer",
    "dropped-to-next",
    "dropped-to-answer",
    "warm-59-b",
    "warm-10-kb",
    "warm-100-kb",
    "warm-5-mb",
    "size",
    "zip",
    "peak-memory",
    "minor-faults",
    "syscalls-to-next",
    "syscalls-per-invocation",
    "instructions-to-next",
    "instructions-per-invocation",
];

#[test]
#[ignore = "needs strace and valgrind; run `bash .ci/full`"]
fn a_run_measures_every_figure_and_keeps_it() {
    let records = scratch("bench-records");
    let (code, said, log) = run(bench().args(["--quick", "--rows", "floor,echo", "--records"]).arg(&records));
    assert_eq!(code, Some(0), "{said}{log}");
    let folder = PathBuf::from(said.lines().last().expect("it names the record"));
    assert!(folder.starts_with(&records) && said.contains("Ratios measured here aren't a claim about AWS."), "{said}");

    let json = fs::read(folder.join("record.json")).expect("it is kept");
    let record: Value = serde_json::from_slice(&json).expect("it is JSON");
    let rows = record["rows"].as_array().expect("it has rows");
    assert_eq!(rows.iter().map(|row| row["name"].as_str()).collect::<Vec<_>>(), [Some("floor"), Some("echo")]);
    for row in rows {
        for figure in FIGURES {
            let taken = &row["figures"][figure];
            // Only root drops caches.
            if figure.starts_with("dropped") && taken["missing"].as_str().is_some_and(|why| why.contains("root")) {
                continue;
            }
            let samples = taken["samples"].as_array().unwrap_or_else(|| panic!("{figure} of {}: {taken}", row["name"]));
            assert!(samples.iter().all(|sample| sample.as_f64() > Some(0.0)), "{figure}: {samples:?}");
        }
    }
    let csv = fs::read_to_string(folder.join("record.csv")).expect("it is kept");
    assert_eq!(csv.lines().count(), 1 + 2 * FIGURES.len(), "{csv}");
    for plot in ["start", "distribution", "size", "warm"] {
        let svg = fs::read_to_string(folder.join(plot).with_extension("svg")).expect("it is drawn");
        assert!(svg.starts_with("<svg") && svg.contains("barelambda, echo"), "{plot}");
    }

    let (code, said, log) = run(bench().arg("compare").args([&folder, &folder]));
    assert_eq!(code, Some(0), "{said}{log}");
    assert!(said.contains(" 0 changed"), "{said}");

    let (code, said, log) = run(bench().arg("cost").arg(&folder).args(["--invocations", "10e6", "--cold", "1%"]));
    assert_eq!(code, Some(0), "{said}{log}");
    assert!(said.contains("10,000,000 invocations a month") && said.contains("echo"), "{said}");
}

#[test]
fn the_pages_show_the_newest_records() {
    let (code, said, log) = run(bench().args(["publish", "--check"]));
    assert_eq!(code, Some(0), "{said}{log}");
}

#[test]
#[ignore = "takes minutes; run `bash .ci/full`"]
fn sizes_add_up_to_the_file() {
    let (code, said, log) = run(bench().args(["sizes", "hello", "--functions", "3"]));
    assert_eq!(code, Some(0), "{said}{log}");
    let number = |text: &str| text.replace(',', "").parse::<u64>().ok();
    let total = said.lines().next().and_then(|line| line.split_whitespace().nth(1)).and_then(number).expect("it begins with the size");
    // Those with a part of the whole are crates, the others functions.
    let crates = said.lines().filter(|line| line.contains('%'));
    let sum: u64 = crates.filter_map(|line| line.split_whitespace().next().and_then(number)).sum();
    assert_eq!(sum, total, "{said}");
    assert!(said.contains("barelambda::conversation::Conversation"), "{said}");
}

#[test]
fn what_is_wrong_is_named_through_the_tool_as_well() {
    let mut direct = bench();
    let mut through = tool(root());
    for (command, arguments) in [(&mut direct, &["compare"][..]), (&mut through, &["bench", "compare"])] {
        let absent = Path::new("no/such/record");
        let (code, said, log) = run(command.args(arguments).args([absent, absent]));
        assert_eq!((code, &*said), (Some(3), ""), "{log}");
        assert!(log.contains("no/such/record"), "{log}");
    }
    let (code, _, log) = run(bench().args(["--rows", "nobody"]));
    assert_eq!(code, Some(3));
    assert!(log.contains("no row named `nobody`") && log.contains("floor"), "{log}");
}

/// The exit code, and what was said on stdout and stderr.
fn run(command: &mut Command) -> (Option<i32>, String, String) {
    let output = command.output().expect("it can be started");
    let [said, log] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("it is text"));
    (output.status.code(), said, log)
}
