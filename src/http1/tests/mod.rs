//! Whole messages that arrive in pieces, are too long, or are malformed.

use super::response::{Names, Response, WANTED};
use super::{HEAD_LIMIT, Progress};
use crate::error::ProtocolError;
use std::vec::Vec;

mod body;
mod head;

/// The fields whose values the tests look at.
const NAMES: Names = names!("\x1dlambda-runtime-aws-request-id", "\x03x-y");

/// The start of another message, which may follow.
const FOLLOWING: &[u8] = b"HTTP/1.1 200 OK\r\nCont";

/// Chunks with every optional part.
const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Y: z\r\n\r\n\
    5;name=\"a b\"\r\nhello\r\n1 \t;x\r\n,\r\n00006\r\n world\r\n000\r\nTrailer: x\r\nOther:\ty\r\n\r\n";

/// A message of each kind, with its status and its body.
const MESSAGES: &[(&[u8], u16, &[u8])] = &[
    (
        b"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: 16\r\n\r\n\
        {\"status\":\"OK\"}\n",
        202,
        b"{\"status\":\"OK\"}\n",
    ),
    (b"HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: r-1\r\nContent-Length: 0\r\n\r\n", 200, b""),
    (b"HTTP/1.0 599 \r\ncontent-LENGTH:12\r\nx-Y:\t a b \t\r\n\r\nhello, world", 599, b"hello, world"),
    (
        b"HTTP/1.1 100 Continue\r\nContent-Length: 7\r\n\r\nHTTP/1.1 103\r\nA: b\r\n\r\n\
        HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\n\r\n",
        413,
        b"\r\n",
    ),
    (CHUNKED, 200, b"hello, world"),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n", 200, b""),
    (
        b"HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: r-1\r\nTransfer-Encoding: chunked\r\n\r\n2C\r\n\
        {\"framing\":\"0\\r\\n\\r\\n\",\"look\":\"\r\n0\r\n\r\nlike\"}\r\n0\r\n\r\n",
        200,
        b"{\"framing\":\"0\\r\\n\\r\\n\",\"look\":\"\r\n0\r\n\r\nlike\"}",
    ),
];

/// Miri is a thousand times slower, and doesn't need every value.
const STEP: usize = if cfg!(miri) { 127 } else { 1 };

/// A message that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Message {
    status: u16,
    close: bool,
    values: [Vec<u8>; WANTED],
    body: Vec<u8>,
    is_cut: bool,
    /// The bytes after the message.
    rest: Vec<u8>,
}

/// Reads a message that arrives in pieces of these sizes (the last one is repeated) into a buffer
/// of `size` bytes, and keeps up to `limit` bytes of its body. Returns `Partial` if it doesn't end.
fn read(
    message: &[u8],
    pieces: &[usize],
    size: usize,
    limit: usize,
) -> Result<Progress<Message>, ProtocolError> {
    let mut buffer = std::vec![b'!'; size];
    let mut response = Response::default();
    let (mut filled, mut fed, mut turn) = (0, 0, 0);
    let mut feed = |buffer: &mut [u8], filled: &mut usize| {
        assert!(*filled < buffer.len() || fed == message.len(), "no room");
        let piece =
            pieces[turn.min(pieces.len() - 1)].min(message.len() - fed).min(buffer.len() - *filled);
        let end = *filled + piece;
        buffer[*filled..end].copy_from_slice(&message[fed..fed + piece]);
        buffer[end..].fill(b'!');
        (*filled, fed, turn) = (end, fed + piece, turn + 1);
        fed < message.len() || piece > 0
    };
    while response.read_head(&buffer[..filled], NAMES)? == Progress::Partial {
        if !feed(&mut buffer, &mut filled) {
            return Ok(Progress::Partial);
        }
    }
    let head_len = response.body_start;
    let head = buffer[..head_len].to_vec();
    assert_eq!(head, message[..head_len]);
    while response.read_body(&mut buffer, &mut filled, limit)? == Progress::Partial {
        if !feed(&mut buffer, &mut filled) {
            return Ok(Progress::Partial);
        }
    }
    assert_eq!(head, buffer[..head_len], "the head has changed");
    assert!(
        head_len <= response.body_start && response.body_start + response.body_len <= response.end
    );
    // Another call changes nothing.
    let (again, before) = (response.clone(), filled);
    assert_eq!(response.read_body(&mut buffer, &mut filled, limit), Ok(Progress::Complete(())));
    assert_eq!((&response, filled), (&again, before));
    Ok(Progress::Complete(Message {
        status: response.status,
        close: response.close,
        values: [0, 1].map(|index| response.value(&buffer, index).to_vec()),
        body: buffer[response.body_start..][..response.body_len].to_vec(),
        is_cut: response.is_cut,
        rest: [&buffer[response.end..filled], &message[fed..]].concat(),
    }))
}

/// Reads a complete message.
fn complete(message: &[u8], pieces: &[usize], limit: usize) -> Message {
    match read(message, pieces, message.len(), limit) {
        Ok(Progress::Complete(message)) => message,
        other => panic!("{other:?}: {}, in {pieces:?}", message.escape_ascii()),
    }
}

/// Asserts that reading a message returns the error `expected`, in one piece and in several.
fn refused(message: &[u8], expected: ProtocolError) {
    let small: &[&[usize]] = if cfg!(miri) { &[&[2000]] } else { &[&[1], &[2, 3], &[7]] };
    for pieces in [&[message.len()][..]].iter().chain(small) {
        let got = read(message, pieces, message.len(), 1024);
        assert_eq!(
            got,
            Err(expected),
            "{}, in {pieces:?}",
            message[..message.len().min(200)].escape_ascii()
        );
    }
}

#[test]
fn every_message_is_read() {
    for (message, status, body) in MESSAGES {
        let got = complete(&[message, FOLLOWING].concat(), &[usize::MAX], 1024);
        assert_eq!(
            (got.status, &got.body[..], &got.rest[..], got.is_cut),
            (*status, *body, FOLLOWING, false)
        );
    }
    let values = |index: usize| complete(MESSAGES[index].0, &[usize::MAX], 1024).values;
    assert_eq!(values(1), [&b"r-1"[..], b""]);
    assert_eq!(values(2), [&b""[..], b"a b"]);
    assert_eq!(values(4), [&b""[..], b"z"]);
    let close = MESSAGES.iter().map(|(message, _, _)| complete(message, &[usize::MAX], 1024).close);
    assert!(close.eq([false, false, true, true, false, false, false]));
}

#[test]
fn every_pair_of_splits_has_the_same_result() {
    for (message, _, _) in MESSAGES {
        let message = [message, FOLLOWING].concat();
        let whole = complete(&message, &[usize::MAX], 1024);
        for first in (0..=message.len()).step_by(STEP) {
            for second in (0..=message.len() - first).step_by(STEP) {
                assert_eq!(
                    complete(&message, &[first, second, usize::MAX], 1024),
                    whole,
                    "{first} {second}"
                );
            }
        }
    }
}

#[test]
fn every_size_of_piece_has_the_same_result() {
    for (message, _, _) in MESSAGES {
        let message = [message, FOLLOWING].concat();
        let whole = complete(&message, &[usize::MAX], 1024);
        for first in (0..=message.len()).step_by(STEP) {
            for piece in [1, 2, 3, 5, 8].into_iter().rev().step_by(STEP) {
                assert_eq!(complete(&message, &[first, piece], 1024), whole, "{first} {piece}");
            }
        }
    }
}

#[test]
fn a_message_without_its_end_is_partial() {
    for (message, _, _) in MESSAGES {
        for cut in (0..message.len()).step_by(STEP) {
            for piece in [1, usize::MAX] {
                assert_eq!(
                    read(&message[..cut], &[piece], message.len(), 1024),
                    Ok(Progress::Partial),
                    "{cut}"
                );
            }
        }
    }
}

#[test]
fn data_beyond_the_limit_is_read_and_dropped() {
    for (message, status, body) in MESSAGES {
        let message = [message, FOLLOWING].concat();
        for limit in (0..=body.len() + 1).step_by(STEP) {
            for pieces in [&[61, 3, 1][..], &[usize::MAX], &[1], &[4]].into_iter().step_by(STEP) {
                let got = complete(&message, pieces, limit);
                let expected =
                    (*status, &body[..limit.min(body.len())], FOLLOWING, limit < body.len());
                assert_eq!(
                    (got.status, &got.body[..], &got.rest[..], got.is_cut),
                    expected,
                    "{limit} {pieces:?}"
                );
            }
        }
    }
}

#[test]
fn dropped_data_needs_no_room() {
    let data = b"0123456789".repeat(if cfg!(miri) { 20 } else { 5000 });
    let length = [
        std::format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", data.len()).as_bytes(),
        &data,
    ]
    .concat();
    let mut chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for piece in data.chunks(16) {
        chunked.extend_from_slice(std::format!("{:x};extension\r\n", piece.len()).as_bytes());
        chunked.extend_from_slice(&[piece, b"\r\n"].concat());
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    // The head, and a line of framing before the first data and after the last.
    const HEADS: usize = 47 + 14 + 16;
    for message in [length, chunked] {
        for limit in [0, 1, 100] {
            for piece in [7, 1, 100].into_iter().step_by(STEP) {
                match read(&message, &[piece], HEADS + limit + piece, limit) {
                    Ok(Progress::Complete(got)) => {
                        assert_eq!((&got.body[..], got.is_cut), (&data[..limit], true))
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
    }
}

#[test]
fn data_in_one_piece_is_not_moved() {
    for (framing, data_at) in
        [("Content-Length: 5000\r\n\r\n", 0), ("Transfer-Encoding: chunked\r\n\r\n1388\r\n", 6)]
    {
        let head = std::format!("HTTP/1.1 200 OK\r\n{framing}");
        let mut buffer = [head.as_bytes(), &[b'x'; 5000], b"\r\n0\r\n\r\n"].concat();
        let mut response = Response::default();
        assert_eq!(response.read_head(&buffer, NAMES), Ok(Progress::Complete(())));
        assert_eq!(response.body_start, head.len() - data_at);
        let mut filled = buffer.len();
        assert_eq!(response.read_body(&mut buffer, &mut filled, 5000), Ok(Progress::Complete(())));
        assert_eq!((response.body_start, response.body_len), (head.len(), 5000));
    }
}

/// Messages with one or two changed bytes have the same result in any pieces, and nothing panics.
#[test]
fn changed_messages_are_read_alike_at_any_split() {
    const BYTES: &[u8] = b"\r\n\t :;0123456789abcfgAF-,\0\x7f\xffHTP/.";
    let mut random = 1u64;
    let mut below = |bound: usize| {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % bound
    };
    for round in 0..if cfg!(miri) { 7 } else { 10_000 } {
        let mut message = [MESSAGES[round % MESSAGES.len()].0, FOLLOWING].concat();
        for _ in 0..=below(2) {
            let at = below(message.len());
            match below(3) {
                0 => message[at] = BYTES[below(BYTES.len())],
                1 => message.insert(at, BYTES[below(BYTES.len())]),
                _ => _ = message.remove(at),
            }
        }
        let whole = read(&message, &[usize::MAX], message.len(), 8);
        for pieces in
            [[1; 2], [below(message.len()), usize::MAX], [below(message.len()), 1 + below(9)]]
        {
            assert_eq!(
                read(&message, &pieces, message.len(), 8),
                whole,
                "{} {pieces:?}",
                message.escape_ascii()
            );
        }
    }
}
