//! Servers that misbehave after the handshake: each is an error with a name, in time, and the
//! process survives.

use std::io;
use std::time::Duration;

use barelambda::Error;
use barelambda_aws::error::{
    BROKEN, REPLY_CHUNK, REPLY_CHUNK_TOO_LARGE, REPLY_HEAD, REPLY_HEAD_TOO_LARGE, REPLY_LENGTH,
    REPLY_MISSING, REPLY_NO_ROOM, REPLY_TOO_LARGE, REPLY_TRUNCATED, TIMEOUT, TLS_TRUNCATED,
};
use barelambda_tests::calls::probe::{Probe, Settings, identity, shown};
use barelambda_tests::calls::reply;
use barelambda_tests::calls::server::{Server, Wire};
use barelambda_tests::tls::server;

/// The time of an invocation.
const INVOCATION: Duration = Duration::from_secs(4);

/// ECONNRESET.
const RESET: Error = BROKEN.with(104);

/// The longest body, in bytes.
const LIMIT: Error = REPLY_TOO_LARGE.with(1 << 20);

/// What a server does with its first request, and the errors with and without TLS.
type Row = (&'static str, fn(Wire) -> io::Result<()>, Error, Error);

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/// The server closes the connection too early, in three ways.
const ENDS: &[Row] = &[
    ("closed before a reply", Wire::close, REPLY_MISSING, REPLY_MISSING),
    ("cut before a reply", Wire::cut, TLS_TRUNCATED, REPLY_MISSING),
    ("reset before a reply", Wire::reset, RESET, RESET),
    ("closed in the head", |wire| close(wire, &HEAD[..20]), REPLY_TRUNCATED, REPLY_TRUNCATED),
    ("cut in the head", |wire| cut(wire, &HEAD[..20]), TLS_TRUNCATED, REPLY_TRUNCATED),
    ("reset in the head", |wire| reset(wire, &HEAD[..20]), RESET, RESET),
    ("closed before the body", |wire| close(wire, HEAD), REPLY_TRUNCATED, REPLY_TRUNCATED),
    ("closed in the body", |wire| close(wire, &body(b"abc")), REPLY_TRUNCATED, REPLY_TRUNCATED),
    ("cut in the body", |wire| cut(wire, &body(b"abcdefghi")), TLS_TRUNCATED, REPLY_TRUNCATED),
    ("reset in the body", |wire| reset(wire, &body(b"abc")), RESET, RESET),
    ("closed before a chunk", |wire| close(wire, CHUNKED), REPLY_TRUNCATED, REPLY_TRUNCATED),
    ("closed in a size", |wire| close(wire, &chunk(b"1")), REPLY_TRUNCATED, REPLY_TRUNCATED),
    ("closed in a chunk", |wire| close(wire, &chunk(b"5\r\nab")), REPLY_TRUNCATED, REPLY_TRUNCATED),
    (
        "closed after a chunk",
        |wire| close(wire, &chunk(b"2\r\nab\r\n")),
        REPLY_TRUNCATED,
        REPLY_TRUNCATED,
    ),
    (
        "cut before the last line",
        |wire| cut(wire, &chunk(b"2\r\nab\r\n0\r\n")),
        TLS_TRUNCATED,
        REPLY_TRUNCATED,
    ),
    (
        "closed in a trailer",
        |wire| close(wire, &chunk(b"0\r\nA: b")),
        REPLY_TRUNCATED,
        REPLY_TRUNCATED,
    ),
    ("reset in a chunk", |wire| reset(wire, &chunk(b"5\r\nab")), RESET, RESET),
    (
        "cut in a record",
        |mut wire| {
            wire.send_part(&body(b"0123456789"), 30)?;
            wire.cut()
        },
        TLS_TRUNCATED,
        REPLY_TRUNCATED,
    ),
];

/// The reply isn't HTTP, or its length is ambiguous.
const MALFORMED: &[Row] = &[
    ("not HTTP", |wire| send(wire, b"SSH-2.0-OpenSSH_9.9\r\n\r\n"), REPLY_HEAD, REPLY_HEAD),
    ("HTTP/2", |wire| send(wire, b"HTTP/2 200 OK\r\n\r\n"), REPLY_HEAD, REPLY_HEAD),
    (
        "a status of two digits",
        |wire| send(wire, b"HTTP/1.1 20 OK\r\n\r\n"),
        REPLY_HEAD,
        REPLY_HEAD,
    ),
    ("a status of 600", |wire| send(wire, b"HTTP/1.1 600 X\r\n\r\n"), REPLY_HEAD, REPLY_HEAD),
    ("a folded line", |wire| head(wire, "A: b\r\n c: d\r\n"), REPLY_HEAD, REPLY_HEAD),
    ("a line without a colon", |wire| head(wire, "nonsense\r\n"), REPLY_HEAD, REPLY_HEAD),
    ("a space before the colon", |wire| head(wire, "A : b\r\n"), REPLY_HEAD, REPLY_HEAD),
    ("a control character", |wire| head(wire, "A: \u{0}\r\n"), REPLY_HEAD, REPLY_HEAD),
    (
        "both lengths",
        |wire| head(wire, "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"),
        REPLY_LENGTH,
        REPLY_LENGTH,
    ),
    (
        "two lengths",
        |wire| head(wire, "Content-Length: 3\r\nContent-Length: 4\r\n"),
        REPLY_LENGTH,
        REPLY_LENGTH,
    ),
    ("a negative length", |wire| head(wire, "Content-Length: -1\r\n"), REPLY_LENGTH, REPLY_LENGTH),
    (
        "a length beyond 64 bits",
        |wire| head(wire, "Content-Length: 99999999999999999999\r\n"),
        REPLY_LENGTH,
        REPLY_LENGTH,
    ),
    ("no length in it", |wire| head(wire, "Content-Length: ten\r\n"), REPLY_LENGTH, REPLY_LENGTH),
    (
        "another transfer coding",
        |wire| head(wire, "Transfer-Encoding: gzip, chunked\r\n"),
        REPLY_LENGTH,
        REPLY_LENGTH,
    ),
    ("a bad size", |wire| send(wire, &chunk(b"xyz\r\n")), REPLY_CHUNK, REPLY_CHUNK),
    (
        "a size beyond 64 bits",
        |wire| send(wire, &chunk(b"10000000000000000\r\n")),
        REPLY_CHUNK,
        REPLY_CHUNK,
    ),
    (
        "no line after a chunk",
        |wire| send(wire, &chunk(b"2\r\nabcd\r\n")),
        REPLY_CHUNK,
        REPLY_CHUNK,
    ),
];

/// The reply is too long, or has no end.
const ENDLESS: &[Row] = &[
    (
        "100 MB of headers",
        |wire| endless(wire, b"HTTP/1.1 200 OK\r\n", &b"Name: value\r\n".repeat(1000), 8000),
        REPLY_HEAD_TOO_LARGE,
        REPLY_HEAD_TOO_LARGE,
    ),
    (
        "an endless header",
        |wire| endless(wire, b"HTTP/1.1 200 OK\r\nA: ", &[b'a'; 10_000], usize::MAX),
        REPLY_HEAD_TOO_LARGE,
        REPLY_HEAD_TOO_LARGE,
    ),
    (
        "an endless status line",
        |wire| endless(wire, b"HTTP/1.1 200 ", &[b'a'; 10_000], usize::MAX),
        REPLY_HEAD_TOO_LARGE,
        REPLY_HEAD_TOO_LARGE,
    ),
    (
        "an endless row of 1xx",
        |wire| endless(wire, b"", &b"HTTP/1.1 100 Continue\r\n\r\n".repeat(100), usize::MAX),
        REPLY_HEAD_TOO_LARGE,
        REPLY_HEAD_TOO_LARGE,
    ),
    (
        "an endless chunk extension",
        |wire| endless(wire, &chunk(b"1;"), &[b'a'; 10_000], usize::MAX),
        REPLY_CHUNK_TOO_LARGE,
        REPLY_CHUNK_TOO_LARGE,
    ),
    (
        "endless trailers",
        |wire| endless(wire, &chunk(b"0\r\n"), &b"Name: value\r\n".repeat(100), usize::MAX),
        REPLY_CHUNK_TOO_LARGE,
        REPLY_CHUNK_TOO_LARGE,
    ),
    ("a length over the limit", |wire| head(wire, "Content-Length: 1048577\r\n"), LIMIT, LIMIT),
    (
        "a length of 64 bits",
        |wire| head(wire, "Content-Length: 18446744073709551615\r\n"),
        LIMIT,
        LIMIT,
    ),
    (
        "endless chunks",
        |wire| {
            endless(wire, CHUNKED, &[b"3e8\r\n", &[b'a'; 1000][..], b"\r\n"].concat(), usize::MAX)
        },
        LIMIT,
        LIMIT,
    ),
    (
        "an endless body without a length",
        |wire| endless(wire, &reply::until_close(b""), &[b'a'; 10_000], usize::MAX),
        LIMIT,
        LIMIT,
    ),
];

/// The server stops, or never stops. Each lasts as long as a call may.
const SLOW: &[Row] = &[
    ("silent", Wire::quiet, TIMEOUT, TIMEOUT),
    ("silent in the head", |wire| stop_after(wire, &HEAD[..20]), TIMEOUT, TIMEOUT),
    ("silent in the body", |wire| stop_after(wire, &body(b"abc")), TIMEOUT, TIMEOUT),
    ("a dripping head", |wire| drip(wire, b"HTTP/1.1 200 OK\r\nA: "), TIMEOUT, TIMEOUT),
    (
        "a dripping body",
        |wire| drip(wire, b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"),
        TIMEOUT,
        TIMEOUT,
    ),
];

fn close(mut wire: Wire, bytes: &[u8]) -> io::Result<()> {
    wire.send(bytes)?;
    wire.close()
}

fn cut(mut wire: Wire, bytes: &[u8]) -> io::Result<()> {
    wire.send(bytes)?;
    wire.cut()
}

/// Resets the connection when the client has read the bytes.
fn reset(mut wire: Wire, bytes: &[u8]) -> io::Result<()> {
    wire.send_cut(bytes, usize::MAX)?;
    wire.reset()
}

fn send(wire: Wire, bytes: &[u8]) -> io::Result<()> {
    stop_after(wire, bytes)
}

/// Sends a head with these lines, and a body of three bytes.
fn head(wire: Wire, lines: &str) -> io::Result<()> {
    send(wire, format!("HTTP/1.1 200 OK\r\n{lines}\r\nabc").as_bytes())
}

/// Sends bytes, and keeps the connection open.
fn stop_after(mut wire: Wire, bytes: &[u8]) -> io::Result<()> {
    wire.send(bytes)?;
    wire.quiet()
}

/// Sends the first bytes, and then the others again and again.
fn endless(mut wire: Wire, first: &[u8], again: &[u8], times: usize) -> io::Result<()> {
    wire.send(first)?;
    for _ in 0..times {
        wire.send(again)?;
    }
    Ok(())
}

/// Sends the first bytes, and then a byte every 20 ms.
fn drip(mut wire: Wire, first: &[u8]) -> io::Result<()> {
    wire.send(first)?;
    loop {
        wire.send(b"a")?;
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Returns a head that announces ten bytes, and these.
fn body(bytes: &[u8]) -> Vec<u8> {
    [HEAD, bytes].concat()
}

/// Returns the head of a chunked reply, and these bytes.
fn chunk(bytes: &[u8]) -> Vec<u8> {
    [CHUNKED, bytes].concat()
}

/// Finds the row by the number that is the path of the request.
fn misbehave(mut wire: Wire, rows: &[Row]) -> io::Result<()> {
    let Some(request) = wire.request()? else { return Ok(()) };
    let number: usize = request.target[1..].parse().expect("the path is a number");
    (rows[number].1)(wire)
}

/// Calls each row, with and without TLS. The process must be the same throughout.
fn each_is_its_error(rows: &'static [Row]) {
    let tls = Server::tls(server::config(identity()), |wire| misbehave(wire, rows));
    let plain = Server::plain(|wire| misbehave(wire, rows));
    let probe = Settings::new().trusting(identity()).timeout(INVOCATION).start();
    let first = probe.outcome(&["nothing"]);
    for (number, (name, _, with, without)) in rows.iter().enumerate() {
        for (server, expected) in [(&tls, with), (&plain, without)] {
            let outcome = probe.outcome(&["fetch", &format!("{}/{number}", server.url())]);
            let error = outcome.function_error.expect("the call fails");
            assert_eq!(shown(&error), expected.to_string(), "{name}, {}", server.url());
            assert!(outcome.report.duration < INVOCATION, "{name}: {:?}", outcome.report.duration);
            assert_eq!(outcome.pid, first.pid, "{name}");
            assert_eq!(server.take_requests().len(), 1, "{name}");
        }
    }
}

#[test]
fn a_connection_that_ends_early_is_an_error() {
    each_is_its_error(ENDS);
}

#[test]
fn a_malformed_reply_is_an_error() {
    each_is_its_error(MALFORMED);
}

#[test]
fn an_endless_reply_is_an_error() {
    each_is_its_error(ENDLESS);
}

#[test]
fn a_server_that_stops_or_drips_is_an_error_before_the_deadline() {
    each_is_its_error(SLOW);
}

/// Without TLS and without a length, the end of a body can't be told from its truncation. With TLS
/// it can.
#[test]
fn the_end_of_a_body_without_a_length_needs_a_close_notify() {
    const CUT: &[Row] =
        &[("cut", |wire| cut(wire, &reply::until_close(b"abc")), TLS_TRUNCATED, TLS_TRUNCATED)];
    let tls = Server::tls(server::config(identity()), |wire| misbehave(wire, CUT));
    let plain = Server::plain(|wire| misbehave(wire, CUT));
    let probe = Settings::new().trusting(identity()).start();
    for operation in ["fetch", "stream"] {
        let error = probe.error(&[operation, &format!("{}/0", tls.url())]);
        assert_eq!(error, TLS_TRUNCATED.to_string());
        assert_eq!(probe.reply(&[operation, &format!("{}/0", plain.url())])["count"], 3);
    }
}

/// A limit beyond the heap isn't a reason to end the process.
#[test]
fn a_body_that_the_heap_has_no_room_for_is_an_error() {
    const LARGE: &[Row] = &[
        (
            "a length",
            |wire| head(wire, "Content-Length: 50000000\r\n"),
            REPLY_NO_ROOM,
            REPLY_NO_ROOM,
        ),
        (
            "chunks",
            |wire| {
                endless(wire, CHUNKED, &[b"3e8\r\n", &[b'a'; 1000][..], b"\r\n"].concat(), 50_000)
            },
            REPLY_NO_ROOM,
            REPLY_NO_ROOM,
        ),
        (
            "until the end",
            |wire| endless(wire, &reply::until_close(b""), &[b'a'; 10_000], 5000),
            REPLY_NO_ROOM,
            REPLY_NO_ROOM,
        ),
    ];
    let server = Server::tls(server::config(identity()), |wire| misbehave(wire, LARGE));
    let probe: Probe = Settings::new().trusting(identity()).start();
    probe.call(&["limit", "https", "100000000"]).expect("the limit can be set");
    let first = probe.outcome(&["nothing"]);
    for (number, (name, _, expected, _)) in LARGE.iter().enumerate() {
        let outcome = probe.outcome(&["fetch", &format!("{}/{number}", server.url())]);
        let error = outcome.function_error.expect("the call fails");
        // The length follows.
        assert!(shown(&error).starts_with(&expected.to_string()), "{name}: {error:?}");
        assert_eq!(outcome.pid, first.pid, "{name}");
    }
}
