//! Chunked bodies: which parts are skipped, and which are errors.

use super::super::framing::{Framing, NextFraming, SKIP_LIMIT};
use super::*;
use crate::http1::Unread;

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

fn chunked(body: &[u8]) -> Vec<u8> {
    [HEAD, body].concat()
}

#[test]
fn every_form_of_size_is_read() {
    for size in [
        "a",
        "A",
        "0a",
        "000000000000000000000000A",
        "a;",
        "A ;x",
        "a\t",
        "a;x=\"\\\"\u{e9}\"",
        "a ; x ; y",
    ]
    .into_iter()
    .step_by(if cfg!(miri) { 4 } else { 1 })
    {
        for end in [
            "0\r\n\r\n",
            "00\r\n\r\n",
            "0;x\r\n\r\n",
            "0\r\nA: b\r\n\r\n",
            "0\r\nanything\r\n at all\r\n\r\n",
        ] {
            let message = chunked(std::format!("{size}\r\n0123456789\r\n{end}").as_bytes());
            for pieces in [[usize::MAX], [if cfg!(miri) { 7 } else { 1 }]] {
                let got = complete(&[&message[..], FOLLOWING].concat(), &pieces, 100);
                assert_eq!(
                    (&got.body[..], &got.rest[..]),
                    (&b"0123456789"[..], FOLLOWING),
                    "{size:?} {end:?}"
                );
            }
        }
    }
}

#[test]
fn a_large_event_arrives_complete_in_chunks_of_any_size() {
    let data: Vec<u8> =
        (0..if cfg!(miri) { 100 } else { 20_000u32 }).map(|at| (at * at % 251) as u8).collect();
    for size in [1, 2, 15, 16, 4095, 4096, 19_999, 20_000].into_iter().step_by(if cfg!(miri) {
        3
    } else {
        1
    }) {
        let mut message = HEAD.to_vec();
        for piece in data.chunks(size) {
            message.extend_from_slice(std::format!("{:x}\r\n", piece.len()).as_bytes());
            message.extend_from_slice(&[piece, b"\r\n"].concat());
        }
        message.extend_from_slice(b"0\r\n\r\n");
        for pieces in [&[usize::MAX][..], &[600, 4096], &[47, 3, 1500], &[11]] {
            let got = complete(&[&message[..], FOLLOWING].concat(), pieces, data.len());
            assert!(got.body == data && got.rest == FOLLOWING && !got.is_cut, "{size} {pieces:?}");
        }
    }
}

#[test]
fn malformed_chunks_are_errors() {
    for bad in [
        &b"\r\n"[..],
        b"\n",
        b"g\r\n",
        b"5g\r\n",
        b";\r\n",
        b";a=b\r\n",
        b" 5\r\n",
        b"\t5\r\n",
        b"-1\r\n",
        b"+1\r\n",
        b"0x5\r\n",
        b"5,\r\n",
        b"5.\r\n",
        b"\xb2\r\n",
        b"5\nhello",
        b"5\rhello\n",
        b"5\r\r\nhello",
        b"5;a\nhello",
        b"5;a\0\r\nhello",
        b"5;\x7f\x01\r\nhello",
        b"5\r\nhelloX\r\n",
        b"5\r\nhello\rX\n",
        b"5\r\nhello\n0\r\n\r\n",
        b"5\r\nhello0\r\n\r\n",
        b"5\r\nhello \r\n0\r\n\r\n",
        b"5\r\nhello\r\n\r\n",
        b"5\r\nhello\r\n5\r\nhello\r\nx\r\n",
        b"0\n\r\n",
        b"0\r\n\n",
        b"0\r\nA: b\n\r\n",
        b"0\r\nA: b\0\r\n\r\n",
        b"0\r\n\rX\n",
        b"1ffffffffffffffff\r\n",
        b"10000000000000000\r\n",
        b"0010000000000000000\r\n",
    ] {
        refused(&chunked(bad), ProtocolError::ChunkMalformed);
    }
}

#[test]
fn a_chunk_with_a_64_bit_size_never_ends() {
    let message = chunked(b"fFfFfFfFfFfFfFfF\r\nabcdefgh");
    for pieces in [[usize::MAX], [1]] {
        assert_eq!(read(&message, &pieces, message.len(), 4), Ok(Progress::Partial));
    }
}

#[test]
#[cfg_attr(miri, ignore = "long, and shorter tests run the same code")]
fn endless_extensions_trailers_and_sizes_are_errors() {
    let long = std::vec![b'0'; 10_000];
    let many = b"A: b\r\n".repeat(3000);
    for bad in [
        [b"1;", &long[..], b"\r\n"].concat(),
        [b"1;", &long[..]].concat(),
        [b"5\r\nhello\r\n1 ", &long[..], b"\r\n"].concat(),
        [b"0\r\nA:", &long[..]].concat(),
        [b"0;", &long[..], b"\r\n\r\n"].concat(),
        [b"0\r\n", &many[..], b"\r\n"].concat(),
        [b"0\r\n", &many[..]].concat(),
        [b"5\r\nhello\r\n0\r\n", &many[..]].concat(),
        [b"5\r\nhello", &long[..]].concat(),
        [&long[..], b"1\r\n"].concat(),
        long,
    ] {
        refused(&chunked(&bad), ProtocolError::ChunkTooLarge);
    }
}

#[test]
#[cfg_attr(miri, ignore = "long, and shorter tests run the same code")]
fn consecutive_framing_may_be_as_long_as_the_limit() {
    for (start, before, after, end) in [
        ("", "1;", "\r\n", "x\r\n0\r\n\r\n"),
        ("", "0;", "\r\n\r\n", ""),
        ("", "0\r\nA:", "\r\n\r\n", ""),
        ("5\r\nhello", "\r\n1;", "\r\n", "x\r\n0\r\n\r\n"),
        ("5\r\nhello", "\r\n0\r\nA:", "\r\nB: c\r\n\r\n", ""),
    ] {
        for (len, is_fit) in [(SKIP_LIMIT, true), (SKIP_LIMIT + 1, false)] {
            let filler = "x".repeat(len - before.len() - after.len());
            let message = chunked([start, before, &filler, after, end].concat().as_bytes());
            for pieces in [&[usize::MAX][..], &[HEAD.len(), 1], &[1000, 7]] {
                let got = read(&message, pieces, message.len(), 100);
                let expected = if is_fit { Ok(true) } else { Err(ProtocolError::ChunkTooLarge) };
                assert_eq!(
                    got.map(|progress| progress != Progress::Partial),
                    expected,
                    "{start:?} {before:?} {pieces:?}"
                );
            }
        }
    }
}

/// The count of skipped bytes is reset by the data of each chunk.
#[test]
#[cfg_attr(miri, ignore = "long, and shorter tests run the same code")]
fn many_extensions_are_accepted() {
    const CHUNKS: usize = 20;
    let chunk = [b"1;", &[b'x'; 3000][..], b"\r\nx\r\n"].concat();
    let message = chunked(&[&chunk.repeat(CHUNKS)[..], b"0\r\n\r\n"].concat());
    for pieces in [&[usize::MAX][..], &[100]] {
        assert_eq!(complete(&message, pieces, 100).body, [b'x'; CHUNKS]);
    }
    // The buffer holds the framing before the first data, and that of one further chunk.
    assert!(matches!(
        read(&message, &[100], HEAD.len() + CHUNKS + 2 * SKIP_LIMIT, 100),
        Ok(Progress::Complete(_))
    ));
}

#[test]
fn framing_moves_through_its_states() {
    let mut framing = Framing::default();
    framing.next = NextFraming::ChunkSize;
    for (line, data, next) in [
        ("3;x", 3, NextFraming::ChunkEnd),
        ("", 0, NextFraming::ChunkSize),
        ("0", 0, NextFraming::Trailers),
        ("A: b", 0, NextFraming::Trailers),
        ("", 0, NextFraming::End),
    ] {
        framing.step(usize::try_from(framing.data).unwrap());
        let (line_end, mut at) = ([line, "\r\n"].concat(), 1);
        assert_eq!(framing.read_line(line_end.as_bytes(), &mut at), Ok(()));
        assert_eq!(at, 1 + line_end.len());
        assert_eq!((framing.data, framing.next), (data, next), "{line}");
    }
    framing.data = 5;
    framing.step(3);
    assert_eq!((framing.data, framing.next), (2, NextFraming::End));
    framing.next = NextFraming::Trailers;
    let line = [b'x'; SKIP_LIMIT + 1];
    let mut read = |len| framing.read_line(&line[..len], &mut 0);
    assert_eq!(read(SKIP_LIMIT), Err(Unread::Partial));
    assert_eq!(read(SKIP_LIMIT + 1), Err(ProtocolError::ChunkTooLarge.into()));
}
