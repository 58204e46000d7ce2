//! The function's processes: started cold, kept warm, killed at the timeout, replaced after an
//! exit, several at once.

mod support;

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use barelambda_emulator::{Emulator, InvokeOptions, Options};
use support::{LIMIT, PROGRAM, invoke, lines_of, options, start, text, wait_for_line};

#[test]
fn the_first_invocation_is_cold_and_the_next_ones_are_warm() {
    let emulator = start(options());
    let cold = invoke(&emulator, "count");
    assert_eq!(text(&cold), "1");
    assert!(cold.report.cold && cold.report.init.is_some());
    assert!(cold.report.peak_memory_kib.is_some_and(|kib| kib > 100), "{:?}", cold.report);
    assert!(cold.report.faults.is_some());
    assert_eq!(cold.log, "initialised\n");
    let warm = invoke(&emulator, "count");
    assert_eq!(text(&warm), "2");
    assert!(!warm.report.cold && warm.report.init.is_none());
    assert_eq!((warm.pid, warm.log.as_str()), (cold.pid, ""));
    assert_ne!(warm.request_id, cold.request_id);
}

#[test]
fn the_process_has_lambdas_environment_and_little_of_the_callers() {
    let mut options = options().env("MINE", "1").env("LANG", "C");
    options.function_name = "orders".to_owned();
    options.handler = "orders.handler".to_owned();
    options.memory_size = 256;
    let outcome = invoke(&start(options), "environment");
    let lines: Vec<&str> = text(&outcome).lines().collect();
    let folder = Path::new(PROGRAM).parent().unwrap().display();
    for expected in [
        "AWS_DEFAULT_REGION=us-east-1",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256",
        "AWS_LAMBDA_FUNCTION_NAME=orders",
        "AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE=on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/orders",
        "AWS_REGION=us-east-1",
        &format!("LAMBDA_TASK_ROOT={folder}"),
        "LANG=C",
        "MINE=1",
        "TZ=:UTC",
        "_HANDLER=orders.handler",
    ] {
        assert!(lines.contains(&expected), "{expected} is not in {lines:#?}");
    }
    assert!(!lines.iter().any(|line| line.starts_with("CARGO")), "{lines:#?}");
}

#[test]
fn an_exit_is_reported_and_the_next_invocation_gets_a_new_process() {
    let emulator = start(options());
    assert_eq!(text(&invoke(&emulator, "count")), "1");
    let exited = invoke(&emulator, "exit 3");
    let words =
        format!("RequestId: {} Error: Runtime exited with error: exit status 3", exited.request_id);
    assert_eq!(
        text(&exited),
        format!(r#"{{"errorType":"Runtime.ExitError","errorMessage":"{words}"}}"#)
    );
    let error = exited.function_error.unwrap();
    assert_eq!((error.error_type.as_str(), error.message), ("Runtime.ExitError", words));
    let next = invoke(&emulator, "count");
    assert_eq!((text(&next), next.report.cold), ("1", true));
    let signal = invoke(&emulator, "kill-self").function_error.unwrap();
    assert!(
        signal.message.contains("Runtime exited with error: signal: killed"),
        "{}",
        signal.message
    );
}

#[test]
fn an_exit_between_two_invocations_is_not_a_failure() {
    let emulator = start(options());
    for event in ["answer-and-exit", "ask-twice-and-exit"] {
        let bye = invoke(&emulator, event);
        assert_eq!(text(&bye), "bye");
        // A process that asks for an event, receives it and exits has failed. So this waits until
        // the emulator has noticed the exit, which is when it has reaped the process, and lets it
        // record that.
        if event == "ask-twice-and-exit" {
            let process = format!("/proc/{}", bye.pid.expect("it ran"));
            eventually("the process is reaped", || !Path::new(&process).exists());
            thread::sleep(Duration::from_millis(50));
        }
        let next = invoke(&emulator, "count");
        assert_eq!((text(&next), next.report.cold), ("1", true));
    }
}

#[test]
fn a_process_is_killed_at_its_timeout() {
    let mut options = options();
    // The process that replaces it must start within this time, too.
    options.timeout = Duration::from_secs(3);
    let emulator = start(options);
    let late = invoke(&emulator, "hang");
    let words = format!("RequestId: {} Error: Task timed out after 3.00 seconds", late.request_id);
    assert_eq!(
        text(&late),
        format!(r#"{{"errorType":"Sandbox.Timedout","errorMessage":"{words}"}}"#)
    );
    assert!(late.report.duration >= Duration::from_secs(3));
    assert!(is_gone(late.pid.unwrap()));
    assert_eq!(text(&invoke(&emulator, "count")), "1");
}

#[test]
fn a_process_may_wait_for_its_next_event_longer_than_the_timeout() {
    let mut options = options();
    options.timeout = Duration::from_secs(3);
    let emulator = start(options);
    assert_eq!(text(&invoke(&emulator, "count")), "1");
    // The pause is what is tested.
    thread::sleep(Duration::from_millis(3200));
    assert_eq!(text(&invoke(&emulator, "count")), "2");
}

#[test]
fn failed_initialisations_have_their_own_failures() {
    let with = |argument: &str| {
        let mut options = options();
        options.args = vec![argument.into()];
        if argument.starts_with("hang") {
            options.timeout = Duration::from_millis(300);
        }
        invoke(&start(options), "{}")
    };
    let reported = with("fail-init");
    assert_eq!(text(&reported), r#"{"errorMessage":"no table","errorType":"Config"}"#);
    assert_eq!(reported.function_error.unwrap().reported, "Function.Config");
    assert_eq!(reported.log, "before\nafter\n");
    let exited = with("exit-in-init").function_error.unwrap();
    assert!(
        exited.message.ends_with("Runtime exited with error: exit status 5"),
        "{}",
        exited.message
    );
    let hung = with("hang-in-init");
    assert_eq!(hung.function_error.unwrap().error_type, "Sandbox.Timedout");
    assert!(is_gone(hung.pid.unwrap()));
    let missing = invoke(&start(Options::new("/nowhere/bootstrap")), "{}");
    let error = missing.function_error.unwrap();
    assert_eq!((error.error_type.as_str(), missing.pid), ("Runtime.InvalidEntrypoint", None));
    assert!(error.message.contains("/nowhere/bootstrap cannot be started"), "{}", error.message);
}

#[test]
fn failures_of_the_function_keep_its_process() {
    let emulator = start(options());
    let failed = invoke(&emulator, "fail Function.Asked");
    assert_eq!(failed.function_error.unwrap().reported, "Function.Asked");
    let large = invoke(&emulator, "large 6291557");
    assert_eq!(large.function_error.unwrap().error_type, "Function.ResponseSizeTooLarge");
    assert_eq!(invoke(&emulator, "large 6291556").payload.len(), 6_291_556);
    assert_eq!(text(&invoke(&emulator, "count")), "4");
}

#[test]
fn output_before_an_answer_is_in_its_log() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let mut options = options();
    let seen = lines.clone();
    options.log_sink = Some(Arc::new(move |line: &[u8]| seen.lock().unwrap().push(line.to_vec())));
    let emulator = start(options);
    for round in 0..50 {
        let outcome = invoke(&emulator, &format!("say {round}"));
        let from_before = if round == 0 { "initialised\n" } else { "" };
        // The line feed after "err" is written after the answer, so either log may have it.
        let log = outcome.log.trim_matches('\n');
        assert_eq!(log, format!("{from_before}out: {round}\nerr: {round}"));
    }
    emulator.shutdown();
    let lines = lines.lock().unwrap();
    assert_eq!(lines[0], b"initialised");
    assert_eq!(lines[1], b"out: 0");
    assert_eq!(lines[2], b"err: 0");
    assert_eq!(lines.len(), 101);
}

#[test]
fn invocations_at_once_run_in_processes_of_their_own() {
    let mut options = options();
    options.concurrency = 3;
    let emulator = start(options);
    let begin = Instant::now();
    // Each of the first three waits for the others, so none of them can reuse a process.
    let outcomes =
        at_once(&emulator, 6, &format!("meet 3 {}", support::folder("three-at-once").display()));
    let processes: HashSet<_> = outcomes.iter().map(|outcome| outcome.pid).collect();
    assert_eq!(processes.len(), 3);
    assert!(outcomes.iter().all(|outcome| outcome.payload == b"met"));
    assert!(
        begin.elapsed() >= Duration::from_millis(400),
        "six invocations in three processes take two rounds"
    );
}

#[test]
fn one_at_a_time_is_the_default() {
    let emulator = start(options());
    let outcomes = at_once(&emulator, 4, "count");
    let counts: HashSet<_> = outcomes.iter().map(text).collect();
    assert_eq!(counts, HashSet::from(["1", "2", "3", "4"]));
}

#[test]
fn nothing_outlives_the_emulator() {
    let emulator = start(options());
    let outcome = invoke(&emulator, "start-a-child");
    let (process, child) = (outcome.pid.unwrap(), text(&outcome).parse().unwrap());
    assert!(!is_gone(process) && !is_gone(child));
    drop(emulator);
    assert!(is_gone(process));
    // The child isn't a child of the test, so its end may become visible later.
    eventually("the child ends", || is_gone(child));
}

#[test]
fn an_emulator_that_was_shut_down_says_so() {
    let mut options = options();
    let lines = lines_of(&mut options);
    let emulator = Arc::new(start(options));
    let running = {
        let emulator = emulator.clone();
        thread::spawn(move || invoke(&emulator, "hang"))
    };
    wait_for_line(&lines, "hanging");
    emulator.shutdown();
    assert!(running.join().unwrap().function_error.is_some());
    let error = invoke(&emulator, "count").function_error.unwrap();
    assert_eq!(error.message, "the emulator has been shut down");
    emulator.shutdown();
}

#[test]
fn a_runner_runs_the_program() {
    let mut options = options();
    options.runner = Some(vec!["env".into(), "RUNNER=yes".into()]);
    let outcome = invoke(&start(options), "environment");
    assert!(text(&outcome).lines().any(|line| line == "RUNNER=yes"));
}

#[test]
fn every_outcome_is_shown() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let mut options = options();
    let sink = seen.clone();
    options.outcome_sink =
        Some(Arc::new(move |outcome| sink.lock().unwrap().push(outcome.request_id.clone())));
    let emulator = start(options);
    let call = InvokeOptions { request_id: Some("chosen".to_owned()), ..InvokeOptions::default() };
    assert_eq!(emulator.invoke("{}", call).request_id, "chosen");
    assert_eq!(*seen.lock().unwrap(), ["chosen"]);
}

fn at_once(emulator: &Emulator, count: usize, event: &str) -> Vec<barelambda_emulator::Outcome> {
    thread::scope(|scope| {
        let threads: Vec<_> = (0..count).map(|_| scope.spawn(|| invoke(emulator, event))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// Waits until `is_so` returns true.
fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let limit = Instant::now() + LIMIT;
    while !is_so() {
        assert!(Instant::now() < limit, "timed out: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Returns whether a process has ended. A zombie counts as ended.
fn is_gone(pid: u32) -> bool {
    match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => stat.rsplit_once(") ").is_some_and(|(_, state)| state.starts_with('Z')),
        Err(_) => true,
    }
}
