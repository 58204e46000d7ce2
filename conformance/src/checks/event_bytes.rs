use barelambda_emulator::script::message::{Next, next};

use super::{event, id};
use crate::check::source::API;
use crate::check::{Check, Group};
use crate::harness::Harness;
use crate::session::{Session, same};
use crate::verdict::{CheckResult, Verdict, ensure};

const LENGTH: &str = "RFC 9112, section 6: the framing alone determines the length of a body";

pub const CHECKS: &[Check] = &[
    Check {
        name: "bytes-empty",
        group: Group::Event,
        requires: "An empty event, in either framing, is an invocation like any other.",
        source: LENGTH,
        run: empty,
    },
    Check {
        name: "bytes-of-every-value",
        group: Group::Event,
        requires: "An event reaches a handler of bytes unchanged for all byte values, including NUL and line ends.",
        source: LENGTH,
        run: of_every_value,
    },
    Check {
        name: "bytes-that-are-not-utf-8",
        group: Group::Event,
        requires: "An event that is not UTF-8 reaches a handler of bytes unchanged: nothing is replaced in it.",
        source: LENGTH,
        run: not_utf_8,
    },
    Check {
        name: "bytes-that-look-like-http",
        group: Group::Event,
        requires: "An event that contains the text of HTTP messages isn't parsed as one.",
        source: LENGTH,
        run: look_like_http,
    },
    Check {
        name: "bytes-of-json-unchanged",
        group: Group::Event,
        requires: "An event is passed on as written, with its white space, number formats and duplicate keys.",
        source: API,
        run: json_unchanged,
    },
    Check {
        name: "bytes-of-many-lengths",
        group: Group::Event,
        requires: "Events of all lengths around usual buffer sizes reach the handler, in both framings.",
        source: LENGTH,
        run: many_lengths,
    },
];

fn empty(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    echo_of_bytes(&session, &next(&id(0), ""))?;
    echo_of_bytes(&session, &next(&id(1), "").chunked(&[]))?;
    session.echo(&event(2))
}

fn of_every_value(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let all: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
    echo_of_bytes(&session, &next(&id(0), &all))?;
    echo_of_bytes(&session, &next(&id(1), &all).chunked(&[100, 1]))?;
    echo_of_bytes(&session, &next(&id(2), [0]))?;
    echo_of_bytes(&session, &next(&id(3), "\r\n\r\n"))
}

fn not_utf_8(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    for (number, event) in
        [&b"\"\xff\xfe\""[..], b"{\"a\":\"\xc3\x28\"}", b"\xed\xa0\x80", b"\xef\xbb\xbf{}"]
            .into_iter()
            .enumerate()
    {
        echo_of_bytes(&session, &next(&id(number), event))?;
    }
    Ok(())
}

/// Like [`Session::echo`], for an event that isn't JSON. Lambda itself sends only JSON, so a
/// runtime may report such an event as an error.
fn echo_of_bytes(session: &Session, next: &Next) -> CheckResult {
    session.next()?.deliver(next)?;
    let posted = session.post()?;
    ensure!(posted.is_for(next.request_id()), "received {}", posted.summary());
    posted.accept();
    if posted.is_error() {
        return Err(Verdict::NotApplicable(format!(
            "the runtime accepts only JSON: {}",
            posted.summary()
        )));
    }
    same(&posted.request.body, next.event())
}

fn look_like_http(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let reply = "[\r\n\"HTTP/1.1 200 OK\"\r\n,\"Content-Length: 2\"\r\n\r\n,{}]";
    for (number, event) in [reply, "[0\r\n\r\n,5\r\n]", "[1,\r\n\r\n\"HTTP/1.1 500 \"\r\n\r\n]"]
        .into_iter()
        .enumerate()
    {
        echo_of_lines(&session, &next(&id(number * 2), event))?;
        echo_of_lines(&session, &next(&id(number * 2 + 1), event).chunked(&[3]))?;
    }
    Ok(())
}

fn json_unchanged(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let events = [
        "{ \"b\" : 1.0e+2 , \"a\":[ ] }",
        "{\"k\":1,\"k\":2}",
        "\"\\u0041\\/\"",
        "12345678901234567890.10",
        "[\t\n null \r\n]",
    ];
    for (number, event) in events.into_iter().enumerate() {
        echo_of_lines(&session, &next(&id(number), event))?;
    }
    Ok(())
}

/// Like [`Session::echo`], for JSON with line breaks as white space. A handler that receives its
/// event as one line can't have them.
fn echo_of_lines(session: &Session, next: &Next) -> CheckResult {
    session.next()?.deliver(next)?;
    let posted = session.response(next.request_id())?;
    posted.accept();
    let (body, event) = (&posted.request.body, next.event());
    let is_one_line =
        body.iter().eq(event.iter().map(|byte| if *byte == b'\n' { &b' ' } else { byte }));
    if is_one_line && event.contains(&b'\n') {
        return Err(Verdict::NotApplicable(
            "the handler receives its event as one line, with spaces in place of line breaks"
                .to_owned(),
        ));
    }
    same(body, event)
}

fn many_lengths(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let mut number = 0;
    for power in 6..=17 {
        for length in (1 << power) - 1..=(1 << power) + 1 {
            let letters: String =
                (0..length - 2).map(|place: usize| char::from(b'a' + (place % 23) as u8)).collect();
            let event = format!("\"{letters}\"");
            session.echo(&next(&id(number), &event))?;
            session.echo(&next(&id(number + 1), &event).chunked(&[length / 2]))?;
            number += 2;
        }
    }
    Ok(())
}
