//! `cargo bare bench`: a short run on this machine, its record, and the subcommands that read it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use barelambda_bench::calls::measure::Plan;
use barelambda_bench::figures::Figure;
use barelambda_bench::record::Record;
use barelambda_tests::cargo::{root, scratch};
use barelambda_tests::packages::{bench, tool};
use serde_json::Value;

/// The figures of a native program for this machine.
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
fn a_run_measures_and_records_every_figure() {
    let records = scratch("bench-records");
    let (code, said, log) =
        run(bench().args(["--quick", "--rows", "floor,echo,std", "--records"]).arg(&records));
    assert_eq!(code, Some(0), "{said}{log}");
    let folder = PathBuf::from(said.lines().last().expect("the output names the record"));
    assert!(
        folder.starts_with(&records)
            && said.contains("Ratios measured here aren't a claim about AWS."),
        "{said}"
    );

    let json = fs::read(folder.join("record.json")).expect("the record exists");
    let record: Value = serde_json::from_slice(&json).expect("the record is JSON");
    let rows = record["rows"].as_array().expect("the record has rows");
    assert_eq!(
        rows.iter().map(|row| row["name"].as_str()).collect::<Vec<_>>(),
        [Some("floor"), Some("echo"), Some("std")]
    );
    for row in rows {
        for figure in FIGURES {
            let taken = &row["figures"][figure];
            // Only root can drop caches.
            if figure.starts_with("dropped")
                && taken["missing"].as_str().is_some_and(|why| why.contains("root"))
            {
                continue;
            }
            let samples = taken["samples"]
                .as_array()
                .unwrap_or_else(|| panic!("{figure} of {}: {taken}", row["name"]));
            assert!(
                samples.iter().all(|sample| sample.as_f64() > Some(0.0)),
                "{figure}: {samples:?}"
            );
        }
    }
    let csv = fs::read_to_string(folder.join("record.csv")).expect("the table exists");
    assert_eq!(csv.lines().count(), 1 + 3 * FIGURES.len(), "{csv}");
    for plot in ["start", "distribution", "size", "warm"] {
        let svg =
            fs::read_to_string(folder.join(plot).with_extension("svg")).expect("the plot exists");
        assert!(svg.starts_with("<svg") && svg.contains("barelambda, echo"), "{plot}");
    }

    let (code, said, log) = run(bench().arg("compare").args([&folder, &folder]));
    assert_eq!(code, Some(0), "{said}{log}");
    assert!(said.contains(" 0 changed"), "{said}");

    let (code, said, log) =
        run(bench().arg("cost").arg(&folder).args(["--invocations", "10e6", "--cold", "1%"]));
    assert_eq!(code, Some(0), "{said}{log}");
    assert!(said.contains("10,000,000 invocations a month") && said.contains("echo"), "{said}");
}

#[test]
#[ignore = "runs for minutes; run `bash .ci/full`"]
fn a_run_of_calls_measures_and_records_every_figure() {
    let records = scratch("bench-calls");
    let (code, said, log) =
        run(bench().args(["calls", "--quick", "--rows", "put-item", "--records"]).arg(&records));
    assert_eq!(code, Some(0), "{said}{log}");
    let folder = PathBuf::from(said.lines().last().expect("the output names the record"));
    let record = Record::read(&folder).expect("the record can be read");
    let [row] = &record.rows[..] else { panic!("{:?}", record.rows) };
    assert_eq!(row.missing, None);
    let Plan { cold, warm } = Plan::QUICK;
    for (figure, samples) in [
        (Figure::CallStartRsa, cold),
        (Figure::CallStartEcdsa, cold),
        (Figure::CallCpuRsa, cold),
        (Figure::CallCpuEcdsa, cold),
        (Figure::CallWarm, warm),
        (Figure::CallWarmCpu, warm),
        (Figure::PeakMemory, 2 * cold),
        (Figure::Size, 1),
    ] {
        let taken = &row.figures[&figure];
        let values = taken.samples().unwrap_or_else(|| panic!("{figure}: {taken:?}"));
        assert_eq!(values.len(), samples, "{figure}");
        assert!(values.iter().all(|value| *value > 0.0), "{figure}: {values:?}");
    }
    // A process of one thread works for a part of the time.
    for (cpu, time) in
        [(Figure::CallCpuRsa, Figure::CallStartRsa), (Figure::CallWarmCpu, Figure::CallWarm)]
    {
        assert!(row.median(cpu) < row.median(time), "{cpu}: {:?}", row.figures);
    }
}

#[test]
fn the_pages_show_the_newest_records() {
    let (code, said, log) = run(bench().args(["publish", "--check"]));
    assert_eq!(code, Some(0), "{said}{log}");
}

#[test]
#[ignore = "runs for minutes; run `bash .ci/full`"]
fn sizes_add_up_to_the_file() {
    let (code, said, log) = run(bench().args(["sizes", "hello", "--functions", "3"]));
    assert_eq!(code, Some(0), "{said}{log}");
    let number = |text: &str| text.replace(',', "").parse::<u64>().ok();
    let total = said
        .lines()
        .next()
        .and_then(|line| line.split_whitespace().nth(1))
        .and_then(number)
        .expect("the output begins with the size");
    // Lines with a percentage are crates, and the others are functions.
    let crates = said.lines().filter(|line| line.contains('%'));
    let sum: u64 = crates.filter_map(|line| line.split_whitespace().next().and_then(number)).sum();
    assert_eq!(sum, total, "{said}");
    assert!(said.contains("barelambda::conversation::Conversation"), "{said}");
}

#[test]
fn failures_are_the_same_through_the_tool() {
    // A substitute for cargo, which would build the benchmark again. It prints the arguments
    // before the benchmark's own.
    let cargo = scratch("stand-in").join("cargo");
    let arguments = cargo.with_file_name("arguments");
    let script = format!(
        r#"#!/bin/sh
for word; do shift; [ "$word" != -- ] || break; echo "$word"; done >{arguments:?}
exec {:?} "$@"
"#,
        bench().get_program()
    );
    fs::write(&cargo, script).expect("a script can be written");
    fs::set_permissions(&cargo, Permissions::from_mode(0o755)).expect("a script can be executable");

    for (words, part, built) in [
        (&["compare", "no/such/record", "no/such/record"][..], "no/such/record", ""),
        (&["--rows", "absent"], "floor", "--profile measure "),
        (&["calls", "--rows", "absent"], "put-item", "--profile measure "),
    ] {
        let direct = run(bench().args(words));
        let through = run(tool(root()).env("CARGO", &cargo).arg("bench").args(words));
        let (code, said, log) = &direct;
        assert_eq!((*code, &**said), (Some(3), ""), "{log}");
        assert!(log.contains(part) && log.contains(words[words.len() - 1]), "{log}");
        assert_eq!(through, direct);
        let arguments = fs::read_to_string(&arguments).expect("the stand-in was started");
        let arguments = arguments.lines().collect::<Vec<_>>().join(" ");
        assert!(arguments.starts_with("run --quiet --manifest-path "), "{arguments}");
        assert!(
            arguments.ends_with(format!("/benches/Cargo.toml {built}").trim_end()),
            "{arguments}"
        );
    }
}

/// Runs a command, and returns the exit code, stdout and stderr.
fn run(command: &mut Command) -> (Option<i32>, String, String) {
    let output = command.output().expect("the program can be started");
    let [said, log] = [output.stdout, output.stderr]
        .map(|bytes| String::from_utf8(bytes).expect("the output is text"));
    (output.status.code(), said, log)
}
