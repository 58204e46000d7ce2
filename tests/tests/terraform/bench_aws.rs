//! `cargo barelambda bench aws` with moto, which creates the functions, and the emulator, which
//! runs the uploaded programs.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use barelambda_tests::lambda_front::Front;
use barelambda_tests::moto::Moto;
use barelambda_tests::waiting::LIMIT;
use barelambda_tests::{cargo, packages, tools};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// An account, and a folder for the records.
struct Place {
    moto: Moto,
    front: Front,
    folder: PathBuf,
}

impl Place {
    fn new(name: &str) -> Self {
        let folder = cargo::scratch(&format!("bench-aws-{name}"));
        let moto = Moto::start();
        let front = Front::start(&moto, &folder.join("functions"));
        Self { moto, front, folder }
    }

    fn start(&self, arguments: &[&str]) -> Child {
        let folders = [tools::aws(), tools::terraform()]
            .map(|tool| tool.parent().expect("the tool is in a folder").to_owned());
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths(folders.into_iter().chain(env::split_paths(&path)))
            .expect("folders of PATH have no colon");
        let at = |name: &str| self.folder.join(name);
        let mut init = std::ffi::OsString::from("-plugin-dir=");
        init.push(tools::terraform_plugins());
        packages::bench()
            .args(["aws", "--endpoint-url", &self.front.url()])
            .arg("--work")
            .arg(at("work"))
            .arg("--records")
            .arg(at("records"))
            .args(arguments)
            .envs(self.moto.environment().filter(|(name, _)| *name != "AWS_ENDPOINT_URL"))
            .env("PATH", path)
            .env("TF_CLI_CONFIG_FILE", "/dev/null")
            .env("TF_CLI_ARGS_init", init)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the tool can be started")
    }

    /// Runs the benchmark, and returns its exit code and its output.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        said(self.start(arguments).wait_with_output().expect("the tool is a child"))
    }

    /// Returns the rows of the only record, by their names.
    fn rows(&self) -> BTreeMap<String, Value> {
        let folder = self.folder.join("records/x86_64");
        let folders: Vec<_> = fs::read_dir(&folder)
            .expect("there are records")
            .flatten()
            .map(|entry| entry.path())
            .collect();
        let [record] = &folders[..] else { panic!("expected one record: {folders:?}") };
        assert!(record.to_string_lossy().ends_with("-aws-us-east-1"), "{record:?}");
        let json = fs::read(record.join("record.json")).expect("the record can be read");
        let record: Value = serde_json::from_slice(&json).expect("the record is JSON");
        assert_eq!(record["place"], "aws-us-east-1");
        let rows = record["rows"].as_array().expect("the record has rows").iter();
        rows.map(|row| (row["name"].as_str().unwrap_or_default().to_owned(), row.clone())).collect()
    }

    /// Returns the number of cold starts of each function, without the run's part of its name.
    fn cold_starts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for (name, starts) in self.front.starts() {
            let variant = name.splitn(3, '-').nth(2).unwrap_or_default().to_owned();
            *counts.entry(variant).or_default() += starts.iter().filter(|cold| **cold).count();
        }
        counts
    }

    fn expect_no_functions(&self) {
        assert_eq!(self.moto.aws(&["lambda", "list-functions"])["Functions"], Value::Array(vec![]));
    }

    fn expect_nothing(&self) {
        self.expect_no_functions();
        assert_eq!(self.moto.aws(&["iam", "list-roles"])["Roles"], Value::Array(vec![]));
        assert_eq!(
            self.moto.aws(&["logs", "describe-log-groups"])["logGroups"],
            Value::Array(vec![])
        );
    }
}

/// Runs two contenders with two memory sizes each. One variant fails in Terraform and one in an
/// invocation, which doesn't affect the others.
#[test]
#[ignore = "needs Terraform, its AWS provider and moto; run `bash .ci/full`"]
fn failed_variants_do_not_affect_others_and_nothing_remains() {
    let place = Place::new("all");
    let command =
        ["--matrix", "echo,json:128,1769:x86_64", "--starts", "2", "--parallel", "2", "--yes"];
    place.front.refuse("echo-x86_64-1769");
    place.front.fail("json-x86_64-128", 1);
    let (code, words) = place.run(&command);
    assert_eq!(code, Some(1), "{words}");
    assert!(words.contains("8 cold starts of 4 functions: about $0.0000 if each"), "{words}");
    assert!(words.contains("failed to measure 2 of 4 variants"), "{words}");
    place.expect_nothing();
    let rows = place.rows();
    assert_eq!(rows.keys().collect::<Vec<_>>(), ["echo-128", "echo-1769", "json-128", "json-1769"]);
    expect_figures(&rows["echo-128"], 128, 2);
    expect_figures(&rows["json-1769"], 1769, 2);
    let missing = |row: &str| rows[row]["missing"].as_str().unwrap_or_default().to_owned();
    assert!(
        missing("echo-1769").contains("failed to deploy it")
            && missing("echo-1769").contains("can't create this function"),
        "{rows:?}"
    );
    assert!(
        missing("json-128").contains("after 1 cold starts")
            && missing("json-128").contains("failure by request of the test"),
        "{rows:?}"
    );
    let counts = [("echo-x86_64-128", 2), ("json-x86_64-128", 1), ("json-x86_64-1769", 2)]
        .map(|(name, count)| (name.to_owned(), count));
    assert_eq!(place.cold_starts(), counts.into());
    assert!(
        place.folder.join("work/progress.json").exists(),
        "the same command needs the progress"
    );
}

#[test]
#[ignore = "needs Terraform, its AWS provider and moto; run `bash .ci/full`"]
fn an_interrupted_run_cleans_up_and_resumes() {
    let place = Place::new("interrupted");
    let command = ["--matrix", "echo:128:x86_64", "--starts", "5", "--yes"];
    // The third start waits for the interruption.
    place.front.hold("echo-x86_64-128", 2);
    let running = place.start(&command);
    let begin = Instant::now();
    while place.cold_starts().values().sum::<usize>() < 2 {
        // Terraform alone needs a minute on a busy machine.
        assert!(begin.elapsed() < 5 * LIMIT, "{}", said(killed(running)).1);
        thread::sleep(Duration::from_millis(20));
    }
    let pid = Pid::from_raw(running.id().cast_signed()).expect("a process has an id");
    kill_process(pid, Signal::INT).expect("the tool is running");
    place.front.release();
    let (code, words) = said(running.wait_with_output().expect("the tool is a child"));
    assert_eq!(code, Some(130), "{words}");
    assert!(words.contains("run the same command to resume"), "{words}");
    place.expect_no_functions();
    assert!(!place.folder.join("records").exists(), "{words}");
    let before = place.cold_starts()["echo-x86_64-128"];
    assert!((2..5).contains(&before), "{before}");

    // The second invocation reuses the process of the first, so it isn't a cold start and doesn't
    // count.
    place.front.keep_process("echo-x86_64-128", 2);
    let (code, words) = place.run(&command);
    assert_eq!(code, Some(0), "{words}");
    assert!(words.contains("not a cold start") || before == 4, "{words}");
    assert!(words.contains(&format!("{} cold starts of 1 functions", 5 - before)), "{words}");
    assert_eq!(place.cold_starts()["echo-x86_64-128"], 5);
    expect_figures(&place.rows()["echo-128"], 128, 5);
    place.expect_nothing();
    assert!(!place.folder.join("work/progress.json").exists());
}

#[test]
#[ignore = "needs Terraform, its AWS provider and moto; run `bash .ci/full`"]
fn nothing_is_deployed_without_a_confirmation() {
    let place = Place::new("confirmation");
    let (code, words) = place.run(&["--matrix", "echo:128:x86_64"]);
    assert_eq!(code, Some(3), "{words}");
    assert!(words.contains("30 cold starts of 1 functions") && words.contains("--yes"), "{words}");
    assert!(
        place.front.starts().is_empty() && !place.folder.join("work/stack").exists(),
        "{words}"
    );
}

/// Checks that each figure has `starts` plausible samples.
fn expect_figures(row: &Value, memory: u64, starts: usize) {
    assert_eq!((&row["memory_mb"], &row["missing"]), (&memory.into(), &Value::Null), "{row}");
    let samples = |figure: &str| -> Vec<f64> {
        let samples =
            row["figures"][figure]["samples"].as_array().map(Vec::as_slice).unwrap_or_default();
        samples.iter().filter_map(Value::as_f64).collect()
    };
    let [init, duration, billed, used] =
        ["aws-init", "aws-duration", "aws-billed", "aws-memory"].map(samples);
    assert_eq!([&init, &duration, &billed, &used].map(Vec::len), [starts; 4], "{row}");
    for index in 0..starts {
        assert!(init[index] > 0.0 && init[index] < 5000.0 && duration[index] < 5000.0, "{row}");
        // The front rounds both figures to hundredths, and the billed duration up.
        assert!((billed[index] - (init[index] + duration[index])).abs() < 1.02, "{row}");
        assert!((1.0..100.0).contains(&used[index]), "{row}");
    }
}

fn killed(mut running: Child) -> Output {
    running.kill().expect("the tool is a child");
    running.wait_with_output().expect("the tool is a child")
}

fn said(output: Output) -> (Option<i32>, String) {
    let words = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&words).into_owned())
}
