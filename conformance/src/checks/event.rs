use std::time::Duration;

use barelambda_emulator::script::message::{self, next};

use super::{EVENT, event, id};
use crate::check::{Check, Group};
use crate::harness::Harness;
use crate::session::Session;
use crate::verdict::{CheckResult, failed};

const MESSAGE: &str = "RFC 9112, section 6.3";
const CHUNKED: &str = "RFC 9112, section 7.1";
const TCP: &str = "RFC 9293, section 3.7: a stream of bytes has no message boundaries";

pub const CHECKS: &[Check] = &[
    Check {
        name: "event-content-length",
        group: Group::Event,
        requires: "An event that is framed by Content-Length reaches the handler byte for byte.",
        source: MESSAGE,
        run: content_length,
    },
    Check {
        name: "event-one-chunk",
        group: Group::Event,
        requires: "An event that is one chunk, as Lambda sends larger ones, reaches the handler byte for byte.",
        source: CHUNKED,
        run: one_chunk,
    },
    Check {
        name: "event-many-chunks",
        group: Group::Event,
        requires: "An event may have any number of chunks of any sizes.",
        source: CHUNKED,
        run: many_chunks,
    },
    Check {
        name: "event-chunk-sizes",
        group: Group::Event,
        requires: "The size of a chunk is hexadecimal in either case, and may have leading zeros.",
        source: CHUNKED,
        run: chunk_sizes,
    },
    Check {
        name: "event-chunk-extensions",
        group: Group::Event,
        requires: "An unknown chunk extension is ignored.",
        source: "RFC 9112, section 7.1.1",
        run: chunk_extensions,
    },
    Check {
        name: "event-chunk-trailers",
        group: Group::Event,
        requires: "Trailers may follow the last chunk; the next reply begins after the empty line that ends them.",
        source: "RFC 9112, section 7.1.2",
        run: chunk_trailers,
    },
    Check {
        name: "event-split-at-every-byte",
        group: Group::Event,
        requires: "A reply may arrive byte by byte, each in a separate segment.",
        source: TCP,
        run: split_at_every_byte,
    },
    Check {
        name: "event-split-chunks-at-every-byte",
        group: Group::Event,
        requires: "A chunked reply may arrive byte by byte, its sizes, extensions and trailers included.",
        source: TCP,
        run: split_chunks_at_every_byte,
    },
    Check {
        name: "event-cut-in-two-anywhere",
        group: Group::Event,
        requires: "A reply may arrive in two pieces, wherever the cut is.",
        source: TCP,
        run: cut_in_two,
    },
    Check {
        name: "event-drips",
        group: Group::Event,
        requires: "A reply may arrive slowly: a pause doesn't end it.",
        source: TCP,
        run: drips,
    },
    Check {
        name: "event-with-the-202",
        group: Group::Event,
        requires: "The reply to an answer and the next event may arrive in one segment after both requests were sent.",
        source: "RFC 9112, section 9.3.2",
        run: with_the_202,
    },
    Check {
        name: "event-begins-with-the-202",
        group: Group::Event,
        requires: "The reply to an answer may arrive with the beginning of the next event, whose rest arrives later.",
        source: "RFC 9112, section 9.3.2",
        run: begins_with_the_202,
    },
    Check {
        name: "event-202-in-pieces",
        group: Group::Event,
        requires: "The reply to an answer may arrive byte by byte.",
        source: TCP,
        run: accepted_in_pieces,
    },
    Check {
        name: "event-of-6-mib",
        group: Group::Event,
        requires: "An event may be 6 MiB, and so may its answer.",
        source: "AWS Lambda Developer Guide, \"Lambda quotas\"",
        run: of_6_mib,
    },
    Check {
        name: "event-of-6-mib-in-chunks",
        group: Group::Event,
        requires: "An event of 6 MiB may be chunked.",
        source: "AWS Lambda Developer Guide, \"Lambda quotas\"",
        run: of_6_mib_in_chunks,
    },
];

fn content_length(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.echo(&next(&id(0), EVENT))?;
    session.echo(&event(1))
}

fn one_chunk(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.echo(&next(&id(0), EVENT).chunked(&[]))?;
    session.echo(&next(&id(1), vec![b'7'; 3000]).chunked(&[]))
}

fn many_chunks(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    for (number, sizes) in [&[1][..], &[1; 30], &[5, 1, 16, 2], &[36]].into_iter().enumerate() {
        session.echo(&next(&id(number), EVENT).chunked(sizes))?;
    }
    Ok(())
}

fn chunk_sizes(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    for (number, sizes) in
        [["A", "1"], ["a", "0001"], ["0000000A", "1"], ["00a", "01"]].into_iter().enumerate()
    {
        let head = String::from_utf8_lossy(&next(&id(number), "").chunked(&[]).bytes())
            .replace("0\r\n\r\n", "");
        let body = format!("{}\r\n[12345,678\r\n{}\r\n]\r\n00\r\n\r\n", sizes[0], sizes[1]);
        let asked = session.next()?;
        asked.record(&next(&id(number), "[12345,678]"));
        asked.reply(format!("{head}{body}").as_bytes())?;
        session.echoed(&id(number), b"[12345,678]")?;
    }
    Ok(())
}

fn chunk_extensions(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    for (number, extension) in
        [";a", ";name=value", ";q=\"a;b\"", " ; n = v"].into_iter().enumerate()
    {
        session.echo(&next(&id(number), EVENT).chunked(&[3, 4]).extension(extension))?;
    }
    Ok(())
}

fn chunk_trailers(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.echo(&next(&id(0), EVENT).chunked(&[3]).trailer("X-Digest", "0"))?;
    session.echo(
        &next(&id(1), EVENT).chunked(&[]).trailer("X-One", "1").trailer("X-Two", "HTTP/1.1 200 OK"),
    )?;
    session.echo(&event(2))
}

fn split_at_every_byte(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let next = event(1);
    let asked = session.next()?;
    asked.record(&next).send_pieces(&next.bytes(), 1).or_else(failed)?;
    session.echoed(&id(1), next.event())?;
    session.echo(&event(2))
}

fn split_chunks_at_every_byte(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let next = next(&id(1), EVENT).chunked(&[1, 17]).extension(";x=1").trailer("X-After", "1");
    let asked = session.next()?;
    asked.record(&next).send_pieces(&next.bytes(), 1).or_else(failed)?;
    session.echoed(&id(1), next.event())?;
    session.echo(&event(2))
}

fn cut_in_two(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let length = next(&id(0), "[1,2]").chunked(&[2]).bytes().len();
    for cut in 1..length {
        let next = next(&id(cut), "[1,2]").chunked(&[2]);
        let asked = session.next()?;
        let bytes = next.bytes();
        let (first, rest) = bytes.split_at(cut);
        let connection = asked.record(&next);
        connection
            .send_pieces(first, first.len())
            .and_then(|()| connection.send(rest))
            .or_else(failed)?;
        session.echoed(&id(cut), b"[1,2]")?;
    }
    Ok(())
}

fn drips(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let next = next(&id(1), EVENT).chunked(&[10, 10]);
    let asked = session.next()?;
    let bytes = next.bytes();
    asked
        .record(&next)
        .drip(&bytes, bytes.len() / 5, Duration::from_millis(1100))
        .or_else(failed)?;
    session.echoed(&id(1), next.event())
}

/// Replies to an answer, together with the first `with` bytes of the next event if the GET /next
/// has arrived on the same connection.
fn coalesced(session: &Session, number: usize, with: impl Fn(&[u8]) -> usize) -> CheckResult {
    session.next()?.deliver(&event(number))?;
    let posted = session.response(&id(number))?;
    let next = event(number + 1);
    let bytes = next.bytes();
    let (first, rest) = bytes.split_at(with(&bytes));
    match posted.pipelined() {
        Some(asked) => {
            asked.record(&next);
            asked.reply(&[&message::accepted(), first].concat())?;
            asked.connection().send_pieces(rest, rest.len()).or_else(failed)?;
        }
        None => {
            posted.accept();
            session.next()?.deliver(&next)?;
        }
    }
    session.echoed(&id(number + 1), next.event())
}

fn with_the_202(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    for number in 0..5 {
        coalesced(&session, number * 2, <[u8]>::len)?;
    }
    session.next().map(drop)
}

fn begins_with_the_202(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    let length = event(0).bytes().len();
    for (number, part) in [1, 9, 60, length - 12, length - 1].into_iter().enumerate() {
        coalesced(&session, number * 2, |_| part)?;
    }
    session.next().map(drop)
}

fn accepted_in_pieces(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.next()?.deliver(&event(1))?;
    let posted = session.response(&id(1))?;
    // A runtime may disconnect once it has read the status.
    let _ = posted.connection().send_pieces(&message::accepted(), 1);
    session.echo(&event(2))
}

/// Returns 6 MiB of JSON without repetition.
fn large() -> Vec<u8> {
    let mut event = b"[0".to_vec();
    let mut number = 0;
    while event.len() < (6 << 20) - 12 {
        number += 1;
        event.extend_from_slice(format!(",{number}").as_bytes());
    }
    event.push(b']');
    event
}

fn of_6_mib(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.echo(&next(&id(1), large()))?;
    session.echo(&event(2))
}

fn of_6_mib_in_chunks(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.echo(&next(&id(1), large()).chunked(&[]))?;
    session.echo(&next(&id(2), large()).chunked(&[1, 100_000, 4 << 20]))?;
    session.echo(&event(3))
}
