//! Processes, groups, signals and descriptors of programs that `exec` runs: nothing remains, and
//! nothing is inherited.

use std::ffi::OsString;
use std::time::Instant;

use barelambda_emulator::{Emulator, Options};
use barelambda_tests::emulated::{answer, failure, invoke, start};
use barelambda_tests::exec::{Process, SHELL, descriptors, options};
use barelambda_tests::waiting::{LIMIT, eventually};
use rustix::process::{Pid, Signal, kill_process};

/// Parses a process id in a response.
fn id(answer: &[u8]) -> u32 {
    String::from_utf8_lossy(answer)
        .trim()
        .parse()
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(answer)))
}

fn pid(emulator: &Emulator) -> u32 {
    invoke(emulator, "").pid.expect("the runtime was started")
}

/// Starts the runtime through Python, which changes what a process inherits.
fn changed_by(mut options: Options, python: &str) -> Options {
    let program = format!("import os, signal, sys\n{python}\nos.execv(sys.argv[1], sys.argv[1:])");
    options.runner = Some(["python3", "-c", &program].map(OsString::from).to_vec());
    options
}

#[test]
fn a_program_leads_its_process_group() {
    let emulator = start(options("group", SHELL));
    let outcome = invoke(&emulator, "read -r stat </proc/$$/stat; echo $stat");
    let stat = String::from_utf8_lossy(&outcome.payload).into_owned();
    let fields: Vec<_> =
        stat.rsplit_once(") ").expect("the text is a stat file").1.split(' ').collect();
    assert_eq!(fields[1], outcome.pid.expect("the runtime was started").to_string(), "the parent");
    assert_eq!(
        fields[2],
        stat.split(' ').next().expect("the text begins with the id"),
        "the group"
    );
}

#[test]
#[ignore = "needs grep; run `bash .ci/full`"]
fn signals_are_neither_ignored_nor_blocked() {
    let program = "#!/bin/sh\nexec grep -e SigBlk -e SigIgn /proc/self/status\n";
    let none = "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n";
    assert_eq!(String::from_utf8_lossy(&answer(&start(options("signals", program)), "{}")), none);
    // The runtime's own settings aren't inherited.
    let python = "for number in (1, 2, 10, 13, 15, 17, 40): signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, [2, 12, 15, 17, 50])";
    let emulator = start(changed_by(options("signals-changed", program), python));
    assert_eq!(String::from_utf8_lossy(&answer(&emulator, "{}")), none);
}

#[test]
#[ignore = "needs findutils; run `bash .ci/full`"]
fn only_three_descriptors_are_inherited() {
    // ls opens the fourth for the folder. The runtime starts without other descriptors of this
    // test.
    let program = "#!/bin/sh\nreadlink /proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2\nexec ls /proc/self/fd\n";
    let rest = "os.closerange(3, 1024)";
    for (name, python) in
        [("all", rest.to_owned()), ("some", format!("{rest}; os.close(0); os.close(1)"))]
    {
        let emulator = start(changed_by(options(&format!("descriptors-{name}"), program), &python));
        for _ in 0..2 {
            let text = String::from_utf8(answer(&emulator, "{}")).expect("the response is text");
            let lines: Vec<_> = text.lines().collect();
            assert!(
                lines.len() == 7 && lines[..3].iter().all(|line| line.starts_with("pipe:")),
                "{text}"
            );
            assert_eq!(lines[3..], ["0", "1", "2", "3"], "{name}");
        }
    }
}

#[test]
#[ignore = "needs findutils; run `bash .ci/full`"]
fn exec_works_without_standard_streams() {
    let emulator = start(changed_by(
        options("no-streams", SHELL),
        "for number in (0, 1, 2): os.close(number)",
    ));
    assert_eq!(answer(&emulator, "echo words >&2; echo answer"), b"answer\n");
    let (error, _) = failure(&emulator, "echo words >&2; exit 1");
    assert_eq!(error.message, "exit status 1: words");
}

#[test]
fn grandchildren_that_keep_the_pipes_open_are_killed() {
    let mut options = options("grandchildren", SHELL);
    options.timeout = 2 * LIMIT;
    let emulator = start(options);
    let runtime = pid(&emulator);
    for event in [
        "sleep 600 & echo $!",
        "(trap '' TERM HUP; exec sleep 600) & echo $!",
        "sleep 600 & echo $!; sleep 600 & sleep 600 &",
    ] {
        let begin = Instant::now();
        let grandchild = id(&answer(&emulator, event));
        assert!(begin.elapsed() < LIMIT, "{event}: they were not killed long before the deadline");
        Process::wait_for_its_end(grandchild);
        assert_eq!(Process::children(runtime), [], "{event}");
    }
    // The same is true of a program that fails.
    let grandchild = id(failure(&emulator, "sleep 600 & echo $! >&2; exit 1")
        .0
        .message
        .rsplit(' ')
        .next()
        .unwrap_or_default()
        .as_bytes());
    Process::wait_for_its_end(grandchild);
}

#[test]
#[ignore = "needs Python 3; run `bash .ci/full`"]
fn processes_that_leave_their_group_and_come_back_do_not_delay_the_response() {
    let mut options = options("in-and-out", SHELL);
    options.timeout = 2 * LIMIT;
    let emulator = start(options);
    let runtime = pid(&emulator);
    // Each helper is in the group half of the time, so that some of them miss its signal.
    let event = "exec python3 -c '
import os, time
leader = os.getpid()
for _ in range(8):
    if os.fork() == 0:
        while True:
            try:
                os.setpgid(0, 0)
                os.setpgid(0, leader)
            except OSError:
                os.setpgid(0, 0)
time.sleep(0.1)
os.write(1, b\"answer\")
os._exit(0)'";
    for _ in 0..5 {
        let begin = Instant::now();
        assert_eq!(answer(&emulator, event), b"answer");
        assert!(begin.elapsed() < LIMIT, "it waited until the deadline");
        for child in Process::children(runtime) {
            let id = Pid::from_raw(child.id.cast_signed()).expect("an id is positive");
            // It may have exited.
            let _ = kill_process(id, Signal::KILL);
        }
    }
}

#[test]
#[ignore = "needs util-linux; run `bash .ci/full`"]
fn a_daemon_outside_the_group_survives_and_is_reaped() {
    let emulator = start(options("setsid", SHELL));
    let runtime = pid(&emulator);
    let before = descriptors(runtime);
    // It writes to the former stdout and stderr, which have no reader. That must not affect other
    // processes. The program exits when the daemon has written its id.
    let daemon = "trap '' PIPE
setsid sh -c 'trap \"\" PIPE; echo $$; : >\"$0\"; while :; do echo unread; echo unread >&2; sleep 0.01; done' \"$0.started\" &
while [ ! -e \"$0.started\" ]; do sleep 0.01; done";
    let text = String::from_utf8(answer(&emulator, daemon)).expect("the response is text");
    let daemon = id(text.lines().next().expect("the response has a line").as_bytes());
    assert_eq!(answer(&emulator, "echo after"), b"after\n");
    let process = Process::of(daemon).expect("the daemon is running");
    assert_eq!((process.parent, process.group), (runtime, daemon), "the runtime is its parent now");
    assert_eq!(descriptors(runtime), before);
    kill_process(Pid::from_raw(daemon.cast_signed()).expect("an id is positive"), Signal::KILL)
        .expect("the daemon is running");
    eventually("the daemon exits", || (Process::of(daemon)?.state == 'Z').then_some(()));
    // The daemon's children may exit a little later.
    eventually("all zombies are reaped", || {
        answer(&emulator, "echo again");
        Process::children(runtime).is_empty().then_some(())
    });
}

#[test]
fn killing_the_runtime_kills_its_program() {
    let emulator = start(options("orphan", SHELL));
    let runtime = pid(&emulator);
    let (child, outcome) = std::thread::scope(|scope| {
        let invocation = scope.spawn(|| invoke(&emulator, "exec sleep 600"));
        let sleeping = |process: &Process| {
            std::fs::read(format!("/proc/{}/comm", process.id)).is_ok_and(|name| name == b"sleep\n")
        };
        let child = eventually("the program starts", || {
            Process::children(runtime).into_iter().find(sleeping)
        });
        kill_process(
            Pid::from_raw(runtime.cast_signed()).expect("an id is positive"),
            Signal::KILL,
        )
        .expect("the runtime is running");
        (child, invocation.join().expect("the invocation ends"))
    });
    assert_eq!(
        outcome.function_error.map(|error| error.error_type).as_deref(),
        Some("Runtime.ExitError")
    );
    Process::wait_for_its_end(child.id);
}
