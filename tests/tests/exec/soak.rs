//! One process of `exec` with very many children, some of which misbehave. No resources leak.
//!
//! `BARELAMBDA_EXEC_SOAK` is the number of invocations.

use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use barelambda::PAYLOAD_LIMIT;
use barelambda_emulator::script::message;
use barelambda_tests::cargo;
use barelambda_tests::exec::{bootstrap, write};
use barelambda_tests::exec_measured::{Running, State};
use barelambda_tests::measured::Server;
use barelambda_tests::programs::Architecture;
use barelambda_tests::waiting::eventually;

/// The default number of invocations, which run for some seconds.
const INVOCATIONS: u64 = 3000;

/// One of this many invocations isn't ordinary.
const EACH: u64 = 100;

/// The interval of progress messages.
const SHOWN: Duration = Duration::from_secs(20);

/// The smallest program that exits with status 0: an ELF header, one program header, and `exit(0)`.
const TRUE: &[u8] = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\x01\0\0\0\x78\0\x40\0\0\0\0\0\x40\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\
    \0\0\0\0\x40\0\x38\0\x01\0\0\0\0\0\0\0\
    \x01\0\0\0\x05\0\0\0\0\0\0\0\0\0\0\0\0\0\x40\0\0\0\0\0\0\0\x40\0\0\0\0\0\x81\0\0\0\0\0\0\0\x81\0\0\0\0\0\0\0\0\x10\0\0\0\0\0\0\
    \x31\xff\xb8\x3c\0\0\0\x0f\x05";

/// A kind of child.
struct Kind {
    name: &'static str,
    program: &'static [u8],
    event_len: usize,
    /// The time until its deadline. Zero selects the default, which is far away.
    milliseconds: u64,
    answer: Answer,
}

enum Answer {
    Text(&'static str),
    Zeros(usize),
    ErrorType(&'static str),
}

const ORDINARY: Kind = Kind {
    name: "exits at once",
    program: TRUE,
    event_len: 59,
    milliseconds: 0,
    answer: Answer::Text(""),
};

const KINDS: [Kind; 11] = [
    Kind { name: "doesn't read a large event", event_len: 300_000, ..ORDINARY },
    Kind { name: "doesn't read the largest event", event_len: PAYLOAD_LIMIT, ..ORDINARY },
    Kind {
        name: "reads a large event",
        program: b"#!/bin/sh\nwc -c\n",
        event_len: 300_000,
        answer: Answer::Text("300000\n"),
        ..ORDINARY
    },
    Kind {
        name: "fails",
        program: b"#!/bin/sh\necho why >&2\nexit 3\n",
        answer: Answer::ErrorType("Function.ExitStatus"),
        ..ORDINARY
    },
    Kind {
        name: "is killed",
        program: b"#!/bin/sh\nkill -KILL $$\n",
        answer: Answer::ErrorType("Function.Signal"),
        ..ORDINARY
    },
    Kind {
        name: "leaves a grandchild with its stdout",
        program: b"#!/bin/sh\nsleep 1000 &\nprintf 1\n",
        answer: Answer::Text("1"),
        ..ORDINARY
    },
    Kind {
        name: "leaves ten grandchildren, some of which have exited",
        program: b"#!/bin/sh\nfor n in 1 2 3 4 5; do sleep 1000 & : & done\n",
        ..ORDINARY
    },
    Kind {
        name: "leaves an orphan outside its group",
        program: b"#!/bin/sh\nsetsid sh -c 'sleep 0.05 & sleep 0.001 &'\nprintf 2\n",
        answer: Answer::Text("2"),
        ..ORDINARY
    },
    Kind { name: "closes stdout early", program: b"#!/bin/sh\nexec >&-\nexit 0\n", ..ORDINARY },
    Kind {
        name: "writes the largest response",
        program: b"#!/bin/sh\nexec head -c 6291556 /dev/zero\n",
        answer: Answer::Zeros(PAYLOAD_LIMIT),
        ..ORDINARY
    },
    Kind {
        name: "doesn't exit, and ignores SIGTERM",
        program: b"#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 1; done\n",
        // It must not have passed when the event arrives: it would be ignored.
        milliseconds: 500,
        answer: Answer::ErrorType("Function.Timeout"),
        ..ORDINARY
    },
];

#[test]
fn very_many_children_leak_nothing() {
    let text = env::var("BARELAMBDA_EXEC_SOAK").ok();
    let count =
        text.map_or(INVOCATIONS, |text| text.parse().expect("BARELAMBDA_EXEC_SOAK is a number"));
    assert!(
        count >= 10 * KINDS.len() as u64,
        "too few invocations for every kind before the first measurement"
    );
    let folder = cargo::scratch("exec_soak");
    write(&folder.join("ordinary"), ORDINARY.program, 0o755);
    for (number, kind) in KINDS.iter().enumerate() {
        write(&folder.join(number.to_string()), kind.program, 0o755);
    }
    become_handler(&folder, "ordinary");
    let server = Server::new();
    let mut command = server.command(&bootstrap(Architecture::X86_64));
    command
        .env("PATH", env::var_os("PATH").unwrap_or_default())
        .env("LAMBDA_TASK_ROOT", &folder)
        .env("_HANDLER", "handler");
    let mut running = Running::start(&server, command);

    let start = Instant::now();
    let mut shown = start;
    let mut came = [0; KINDS.len()];
    let mut early = None;
    for number in 0..count {
        if number == count / 10 {
            early = Some(settled(&mut running));
        }
        if shown.elapsed() > SHOWN {
            shown = Instant::now();
            eprintln!("{number} invocations, {} s", start.elapsed().as_secs());
        }
        // Each kind comes once at first, so that the process touches all its memory early.
        let kind = if number < KINDS.len() as u64 {
            Some(number)
        } else {
            (number % EACH == 0).then_some(number / EACH % KINDS.len() as u64)
        };
        match kind.map(|kind| kind as usize) {
            Some(kind) => {
                came[kind] += 1;
                become_handler(&folder, &kind.to_string());
                invoke(&mut running, number, &KINDS[kind]);
                become_handler(&folder, "ordinary");
            }
            None => invoke(&mut running, number, &ORDINARY),
        }
    }
    let time = start.elapsed().as_secs_f64();
    let (early, late) = (early.expect("it was measured after a tenth"), settled(&mut running));
    println!(
        "{count} children in {time:.1} s, {:.0} a second, each with the expected response",
        count as f64 / time
    );
    for (kind, came) in KINDS.iter().zip(came) {
        println!("  {came:>9} {}", kind.name);
    }
    println!("after a tenth: {early:?}\nat the end:    {late:?}");
    assert_eq!((early.children, early.zombies), (0, 0), "processes remain after a tenth");
    assert_eq!(late, early, "memory, descriptors or processes have grown");
}

#[test]
fn closed_standard_streams_are_opened() {
    let folder = cargo::scratch("exec_closed_streams");
    write(&folder.join("handler"), "#!/bin/sh\necho log >&2\nwc -c\n", 0o755);
    let server = Server::new();
    let mut command = server.command(Path::new("/bin/sh"));
    command.args(["-c", "exec \"$0\" <&- >&- 2>&-"]).arg(bootstrap(Architecture::X86_64));
    command
        .env("PATH", env::var_os("PATH").unwrap_or_default())
        .env("LAMBDA_TASK_ROOT", &folder)
        .env("_HANDLER", "handler");
    let mut running = Running::start(&server, command);
    // They were opened before the connection, which would otherwise have the first of these
    // numbers.
    for stream in 0..3 {
        assert_eq!(running.descriptor(stream), Path::new("/dev/null"), "stream {stream}");
    }
    let before = running.state();
    invoke(
        &mut running,
        0,
        &Kind { name: "counts", program: b"", answer: Answer::Text("59\n"), ..ORDINARY },
    );
    assert_eq!(running.state().descriptors, before.descriptors);
}

/// Replaces the handler, which is looked up for each child.
fn become_handler(folder: &Path, name: &str) {
    let link = folder.join("new");
    symlink(name, &link)
        .and_then(|()| fs::rename(&link, folder.join("handler")))
        .expect("the link can be replaced");
}

/// Runs one invocation, and checks its response.
fn invoke(running: &mut Running, number: u64, kind: &Kind) {
    let id = format!("8476a536-e9f4-11e8-9739-{number:012x}");
    let mut event = message::next(&id, vec![b'7'; kind.event_len]);
    if kind.milliseconds > 0 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is after 1970");
        event = event.header(
            "Lambda-Runtime-Deadline-Ms",
            &(now.as_millis() as u64 + kind.milliseconds).to_string(),
        );
    }
    running.peer.send(&event.bytes());
    let answer = running.peer.expect_next();
    running.peer.send(&message::accepted());

    let (head, body) = parts(&answer);
    let at = if matches!(kind.answer, Answer::ErrorType(_)) { "error" } else { "response" };
    let first = format!("POST /2018-06-01/runtime/invocation/{id}/{at} HTTP/1.1\r\n");
    assert!(
        head.starts_with(&first),
        "invocation {number}, which {}: {head}{}",
        kind.name,
        body.escape_ascii()
    );
    match kind.answer {
        Answer::Text(text) => {
            assert_eq!(body, text.as_bytes(), "invocation {number}, which {}", kind.name)
        }
        Answer::Zeros(count) => assert!(
            body.len() == count && body.iter().all(|byte| *byte == 0),
            "{} bytes",
            body.len()
        ),
        Answer::ErrorType(error_type) => {
            assert!(
                head.contains(&format!("\r\nLambda-Runtime-Function-Error-Type: {error_type}\r\n")),
                "{number}: {head}"
            );
        }
    }
}

/// Returns the head and the body of a POST that GET /next follows.
fn parts(answer: &[u8]) -> (&str, &[u8]) {
    let end =
        answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head has an end") + 4;
    let (head, rest) = answer.split_at(end);
    let head = str::from_utf8(head).expect("a head is ASCII");
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("Content-Length: "))
        .and_then(|length| length.parse().ok());
    let (body, next) =
        rest.split_at(length.unwrap_or_else(|| panic!("expected a Content-Length in {head}")));
    assert!(
        next.starts_with(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n"),
        "expected GET /next, got {}",
        next.escape_ascii()
    );
    (head, body)
}

/// Returns the state of the process after all orphans and another child have exited.
fn settled(running: &mut Running) -> State {
    eventually("all orphans exit", || {
        running.children().iter().all(|child| child.state == 'Z').then_some(())
    });
    invoke(running, u64::from(u32::MAX), &ORDINARY);
    running.state()
}
