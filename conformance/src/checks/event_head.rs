use std::time::{Duration, Instant};

use barelambda_emulator::script::message::{self, next};

use super::context::{client_context, identity};
use super::{EVENT, event, id};
use crate::check::source::API;
use crate::check::{Check, Group};
use crate::harness::Harness;
use crate::session::{Action, ended_badly};
use crate::verdict::{CheckResult, ensure, failed};

/// How long a runtime receives replies that aren't HTTP, and how often it may ask in that time.
const PUZZLING: Duration = Duration::from_millis(1500);
const ASKS: usize = 40;

const INTERIM: &str = "RFC 9110, section 15.2";

pub const CHECKS: &[Check] = &[
    Check {
        name: "head-100-continue",
        group: Group::Event,
        requires: "A reply with a status of 100 to 199 is interim, and the final reply follows.",
        source: INTERIM,
        run: interim,
    },
    Check {
        name: "head-several-interim-replies",
        group: Group::Event,
        requires: "Several interim replies with header fields may precede an event and a 202.",
        source: INTERIM,
        run: several_interim,
    },
    Check {
        name: "head-names-in-lower-case",
        group: Group::Event,
        requires: "The names of header fields may be in lower case.",
        source: "RFC 9110, section 5.1",
        run: |harness| names(harness, str::to_lowercase),
    },
    Check {
        name: "head-names-in-upper-case",
        group: Group::Event,
        requires: "The names of header fields may be in upper case.",
        source: "RFC 9110, section 5.1",
        run: |harness| names(harness, str::to_uppercase),
    },
    Check {
        name: "head-white-space",
        group: Group::Event,
        requires: "The white space around the value of a header field, which may be none, spaces or tabs, isn't part of the value.",
        source: "RFC 9112, section 5.1",
        run: white_space,
    },
    Check {
        name: "head-without-a-reason",
        group: Group::Event,
        requires: "The reason phrase of a status line may be empty, and is otherwise ignored.",
        source: "RFC 9112, section 4",
        run: without_a_reason,
    },
    Check {
        name: "head-unknown-fields",
        group: Group::Event,
        requires: "Any number of unknown header fields is ignored.",
        source: "RFC 9110, section 5.1",
        run: unknown_fields,
    },
    Check {
        name: "head-of-7-kib",
        group: Group::Event,
        requires: "The header section of an event may be 7 KiB: client context and Cognito identity are header fields.",
        source: API,
        run: of_7_kib,
    },
    Check {
        name: "head-of-64-kib",
        group: Group::Event,
        requires: "A header section larger than any of Lambda's is read, reported, or ends the process; it doesn't stall the runtime.",
        source: API,
        run: of_64_kib,
    },
    Check {
        name: "head-that-never-ends",
        group: Group::Event,
        requires: "A connection that ends within the header section delivers no invocation, and the runtime answers nothing.",
        source: "RFC 9112, section 8",
        run: never_ends,
    },
    Check {
        name: "head-without-optional-fields",
        group: Group::Event,
        requires: "Trace id, client context, identity and tenant id may be absent, as the trace id is on the emulator.",
        source: "observed on the Runtime Interface Emulator",
        run: without_optional_fields,
    },
    Check {
        name: "head-without-a-request-id",
        group: Group::Event,
        requires: "A reply to GET /next without a request id can't be answered: nothing is posted to an empty id.",
        source: API,
        run: without_a_request_id,
    },
    Check {
        name: "head-that-is-not-http",
        group: Group::Event,
        requires: "A reply that isn't HTTP isn't an invocation: the runtime doesn't answer it, and doesn't ask in a busy loop.",
        source: "RFC 9112, section 2.1",
        run: not_http,
    },
];

fn interim(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let asked = session.next()?;
    asked.record(&event(1));
    asked.reply(&[&b"HTTP/1.1 100 Continue\r\n\r\n"[..], &event(1).bytes()].concat())?;
    session.echoed(&id(1), event(1).event())
}

fn several_interim(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let interim = b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </style>\r\nX-Y: z\r\n\r\nHTTP/1.1 100 \r\n\r\n";
    let asked = session.next()?;
    asked.record(&event(1));
    asked.reply(interim)?;
    asked.reply(&event(1).bytes())?;
    let posted = session.response(&id(1))?;
    posted.reply(&[&interim[..], &message::accepted()].concat())?;
    session.echo(&event(2))
}

fn names(harness: &Harness, write: impl Fn(&str) -> String + Copy) -> CheckResult {
    let session = harness.start()?;
    for (number, next) in
        [next(&id(0), EVENT), next(&id(1), EVENT).chunked(&[4])].into_iter().enumerate()
    {
        let next = next.names(write);
        let text = String::from_utf8_lossy(&next.bytes()).into_owned();
        // The framing is written after the other fields.
        let text = text
            .replace("Content-Length:", &write("Content-Length:"))
            .replace("Transfer-Encoding:", &write("Transfer-Encoding:"));
        let asked = session.next()?;
        asked.record(&next);
        asked.reply(text.as_bytes())?;
        session.echoed(&id(number), next.event())?;
    }
    Ok(())
}

fn white_space(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    for (number, space) in [":", ":   ", ":\t", ": \t "].into_iter().enumerate() {
        let next = event(number);
        let text = String::from_utf8_lossy(&next.bytes()).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let after = space.trim_start_matches(':');
        let lines: Vec<String> = head
            .split("\r\n")
            .map(|line| {
                line.split_once(": ").map_or_else(
                    || line.to_owned(),
                    |(name, value)| format!("{name}{space}{value}{after}"),
                )
            })
            .collect();
        let asked = session.next()?;
        asked.record(&next);
        asked.reply(format!("{}\r\n\r\n{body}", lines.join("\r\n")).as_bytes())?;
        session.echoed(&id(number), next.event())?;
    }
    Ok(())
}

fn without_a_reason(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    for (number, line) in
        ["HTTP/1.1 200 \r\n", "HTTP/1.1 200 404 Not Found\r\n"].into_iter().enumerate()
    {
        let next = event(number);
        let text = String::from_utf8_lossy(&next.bytes()).replace("HTTP/1.1 200 OK\r\n", line);
        let asked = session.next()?;
        asked.record(&next);
        asked.reply(text.as_bytes())?;
        session.echoed(&id(number), next.event())?;
    }
    Ok(())
}

fn unknown_fields(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let many = (0..90).fold(event(1), |next, number| {
        next.header(&format!("X-Unknown-{number}"), &format!("value {number}"))
    });
    session.echo(&many)?;
    let near = [
        ("Lambda-Runtime-Aws-Request", "x"),
        ("Content-Lengths", "1"),
        ("X-Transfer-Encoding", "chunked"),
        ("Lambda-Runtime-", "y"),
    ];
    session.echo(&near.into_iter().fold(event(2), |next, (name, value)| next.header(name, value)))
}

fn of_7_kib(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let identity = identity(&"i".repeat(2800)).to_string();
    let context = client_context(&"c".repeat(3400)).to_string();
    for number in 0..3 {
        let next = event(number)
            .header("Lambda-Runtime-Client-Context", &context)
            .header("Lambda-Runtime-Cognito-Identity", &identity);
        session.echo(&next)?;
    }
    Ok(())
}

fn of_64_kib(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let asked = session.next()?;
    let large = event(1).header("X-Large", &"l".repeat(64 << 10));
    // A runtime may disconnect before it has read everything.
    let _ = asked.record(&large).send(&large.bytes());
    match session.next_action()? {
        Action::Exit(status) => ended_badly(status),
        Action::Post(posted) => {
            let echoed = posted.request.body == event(1).event() && !posted.is_error();
            ensure!(
                posted.is_for(&id(1)) && (echoed || posted.is_error()),
                "received {}",
                posted.summary()
            );
            posted.accept();
            session.recovers_or_ends()
        }
        Action::Next(asked) => {
            asked.deliver(&event(2))?;
            session.echoed_or_ended(&event(2))
        }
    }
}

fn never_ends(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let asked = session.next()?;
    let bytes = event(1).bytes();
    asked.reply(&bytes[..bytes.len() - event(1).event().len() - 2])?;
    asked.connection().close();
    session.recovers_or_ends()
}

fn without_optional_fields(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let absent = ["Lambda-Runtime-Trace-Id", "Content-Type", "Date"];
    for (number, name) in absent.into_iter().enumerate() {
        session.echo(&event(number).header(name, ""))?;
    }
    session.echo(&absent.into_iter().fold(event(9), |next, name| next.header(name, "")))
}

fn without_a_request_id(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let asked = session.next()?;
    asked.reply(&event(1).header("Lambda-Runtime-Aws-Request-Id", "").bytes())?;
    // The runtime may ask for another invocation, or end.
    session.recovers_or_ends()
}

fn not_http(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let started = Instant::now();
    let mut asks = 0;
    while started.elapsed() < PUZZLING {
        let asked = match session.next_action_within(PUZZLING)? {
            None => break,
            Some(Action::Exit(status)) => return ended_badly(status),
            Some(Action::Post(posted)) => {
                return failed(format!(
                    "received {} although no invocation was sent",
                    posted.summary()
                ));
            }
            Some(Action::Next(asked)) => asked,
        };
        asks += 1;
        ensure!(asks <= ASKS, "received GET /next {asks} times in {:?}", started.elapsed());
        asked.reply(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")?;
        asked.connection().close();
    }
    Ok(())
}
