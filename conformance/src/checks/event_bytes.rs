use barelambda_emulator::script::message::next;

use super::{event, id};
use crate::check::source::API;
use crate::check::{Check, Group, Outcome};
use crate::stage::Stage;

const LENGTH: &str = "RFC 9112, section 6: a body is as many bytes as its framing says, whatever they are";

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
        requires: "The body of an event may hold every byte, NUL and line ends included, and reaches the handler unchanged.",
        source: LENGTH,
        run: of_every_value,
    },
    Check {
        name: "bytes-that-are-not-utf-8",
        group: Group::Event,
        requires: "The runtime hands on what it was sent, and leaves it to the handler whether it is text.",
        source: LENGTH,
        run: not_utf_8,
    },
    Check {
        name: "bytes-that-look-like-http",
        group: Group::Event,
        requires: "An event that contains the text of HTTP messages is not taken for one.",
        source: LENGTH,
        run: look_like_http,
    },
    Check {
        name: "bytes-of-json-unchanged",
        group: Group::Event,
        requires: "An event is handed on as it was written: white space, forms of numbers and doubled keys are kept.",
        source: API,
        run: json_unchanged,
    },
    Check {
        name: "bytes-of-many-lengths",
        group: Group::Event,
        requires: "Events of all lengths around the sizes of usual buffers come through, in both framings.",
        source: LENGTH,
        run: many_lengths,
    },
];

fn empty(stage: &Stage) -> Outcome {
    let session = stage.start()?;
    session.echo(&next(&id(0), ""))?;
    session.echo(&next(&id(1), "").chunked(&[]))?;
    session.echo(&event(2))
}

fn of_every_value(stage: &Stage) -> Outcome {
    let session = stage.start()?;
    let all: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
    session.echo(&next(&id(0), &all))?;
    session.echo(&next(&id(1), &all).chunked(&[100, 1]))?;
    session.echo(&next(&id(2), [0]))?;
    session.echo(&next(&id(3), "\r\n\r\n"))
}

fn not_utf_8(stage: &Stage) -> Outcome {
    let session = stage.start()?;
    for (number, event) in [&b"\"\xff\xfe\""[..], b"{\"a\":\"\xc3\x28\"}", b"\xed\xa0\x80", b"\xef\xbb\xbf{}"].into_iter().enumerate() {
        session.echo(&next(&id(number), event))?;
    }
    Ok(())
}

fn look_like_http(stage: &Stage) -> Outcome {
    let session = stage.start()?;
    let reply = "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: other\r\nContent-Length: 2\r\n\r\n{}";
    for (number, event) in [reply, "0\r\n\r\n", "\r\n\r\nHTTP/1.1 500 \r\n\r\n", "5\r\nabc"].into_iter().enumerate() {
        session.echo(&next(&id(number * 2), event))?;
        session.echo(&next(&id(number * 2 + 1), event).chunked(&[3]))?;
    }
    Ok(())
}

fn json_unchanged(stage: &Stage) -> Outcome {
    let session = stage.start()?;
    let events = [" { \"b\" : 1.0e+2 , \"a\":[ ] }\n", "{\"k\":1,\"k\":2}", "\"\\u0041\\/\"", "12345678901234567890.10", "\t\n null \r\n"];
    for (number, event) in events.into_iter().enumerate() {
        session.echo(&next(&id(number), event))?;
    }
    Ok(())
}

fn many_lengths(stage: &Stage) -> Outcome {
    let session = stage.start()?;
    let mut number = 0;
    for power in 6..=17 {
        for length in (1 << power) - 1..=(1 << power) + 1 {
            let event: Vec<u8> = (0..length).map(|place: usize| b'a' + (place % 23) as u8).collect();
            session.echo(&next(&id(number), &event))?;
            session.echo(&next(&id(number + 1), &event).chunked(&[length / 2]))?;
            number += 2;
        }
    }
    Ok(())
}
