//! Replies of every kind, in pieces of every size, cut at every byte, and malformed.

use crate::error::{
    REPLY_CHUNK, REPLY_CHUNK_TOO_LARGE, REPLY_HEAD, REPLY_HEAD_TOO_LARGE, REPLY_LENGTH,
    REPLY_MISSING, REPLY_TOO_LARGE, REPLY_TRUNCATED, TIMEOUT,
};
use crate::http::reply::ReplyReader;
use crate::http::request::Method;
use alloc::vec::Vec;
use barelambda::Error;
use std::format;
use std::string::String;

/// A reply: the method of the request, the bytes, the status, the body, and whether the connection
/// can be used for another request.
type Reply = (Method, &'static str, u16, &'static str, bool);

const REPLIES: [Reply; 16] = [
    (Method::Get, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello", true),
    (Method::Put, "HTTP/1.1 404 No: such key\r\nContent-Length: 0\r\n\r\n", 404, "", true),
    (
        Method::Post,
        "HTTP/1.1 500 \r\nConnection: close\r\nContent-Length: 1\r\n\r\nx",
        500,
        "x",
        false,
    ),
    (Method::Get, "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, "x", false),
    (
        Method::Get,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n007\r\n, world\r\n0\r\nX-T: 1\r\n\r\n",
        200,
        "hello, world",
        true,
    ),
    (
        Method::Get,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: x, Close\r\n\r\n0\r\n\r\n",
        200,
        "",
        false,
    ),
    (Method::Head, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 200, "", true),
    (Method::Head, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 200, "", true),
    (Method::Head, "HTTP/1.1 403 Forbidden\r\nX-A: b\r\n\r\n", 403, "", true),
    (Method::Head, "HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n", 403, "", false),
    (Method::Delete, "HTTP/1.1 204 No Content\r\n\r\n", 204, "", true),
    (Method::Get, "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, "", true),
    (
        Method::Put,
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nX-A: b\r\n\r\nHTTP/1.1 301 Moved\r\nContent-Length: 2\r\n\r\nno",
        301,
        "no",
        true,
    ),
    // Until the server closes the connection.
    (Method::Get, "HTTP/1.1 200 OK\r\n\r\nhello", 200, "hello", false),
    (Method::Get, "HTTP/1.0 200 OK\r\nX-A: b\r\n\r\n", 200, "", false),
    // The following bytes can't be the reply to another request.
    (Method::Get, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx!", 200, "x", false),
];

/// Returns a function that receives `size` bytes at a time, at the end zero.
fn pieces(mut bytes: &[u8], size: usize) -> impl FnMut(&mut [u8]) -> Result<usize, Error> {
    move |buffer: &mut [u8]| {
        assert!(!buffer.is_empty());
        let (piece, rest) = bytes.split_at(size.min(buffer.len()).min(bytes.len()));
        buffer[..piece.len()].copy_from_slice(piece);
        bytes = rest;
        Ok(piece.len())
    }
}

fn read(method: Method, bytes: &[u8], size: usize, limit: usize) -> Result<Vec<u8>, Error> {
    let mut reader = ReplyReader::new();
    let mut receive = pieces(bytes, size);
    reader.read_head(method, &mut receive)?;
    let body = reader.read_body(&mut receive, limit);
    if let Err(error) = body {
        assert!(!reader.is_reusable());
        assert_eq!(reader.read_piece(&mut receive), Err(REPLY_TRUNCATED), "after {error}");
    }
    body
}

fn read_get(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let result = read(Method::Get, bytes, usize::MAX, 1 << 20);
    assert_eq!(read(Method::Get, bytes, 1, 1 << 20), result, "{}", bytes.escape_ascii());
    result
}

#[test]
fn reads_every_kind_in_pieces_of_every_size() {
    let mut reader = ReplyReader::new();
    for (method, text, status, body, is_reusable) in REPLIES {
        for size in 1..=text.len() {
            let mut receive = pieces(text.as_bytes(), size);
            reader.read_head(method, &mut receive).unwrap();
            assert_eq!(reader.status(), status, "{text}");
            assert_eq!(reader.read_body(&mut receive, body.len()).unwrap(), body.as_bytes());
            // A following byte in another piece isn't received.
            let is_apart = text.ends_with('!') && (text.len() - 1).is_multiple_of(size);
            assert_eq!(reader.is_reusable(), is_reusable || is_apart, "{text} {size}");
            assert_eq!(reader.read_piece(&mut receive), Ok(None));
        }
    }
}

#[test]
fn reads_bodies_in_pieces_of_constant_memory() {
    const LENGTH: usize = 3_000_000;
    let data: Vec<u8> = (0..LENGTH).map(|index| ((index * index) >> 3) as u8).collect();
    let chunked: Vec<u8> = data
        .chunks(100_003)
        .flat_map(|chunk| {
            [format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, &b"\r\n"[..]].concat()
        })
        .collect();
    for (head, body) in [
        (format!("HTTP/1.1 200 OK\r\nContent-Length: {LENGTH}\r\n\r\n"), data.clone()),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".into(),
            [&chunked, &b"0\r\n\r\n"[..]].concat(),
        ),
        ("HTTP/1.1 200 OK\r\n\r\n".into(), data.clone()),
    ] {
        let bytes = [head.as_bytes(), &body].concat();
        let mut receive = pieces(&bytes, usize::MAX);
        let mut reader = ReplyReader::new();
        reader.read_head(Method::Get, &mut receive).unwrap();
        let mut left = &data[..];
        while let Some(piece) = reader.read_piece(&mut receive).unwrap() {
            assert!((1..=16 * 1024).contains(&piece.len()));
            left = left.strip_prefix(piece).expect("the piece is the next one");
            let length = left.len() as u64;
            assert!(reader.remaining().is_none_or(|remaining| remaining == length));
        }
        assert!(left.is_empty());
    }
}

#[test]
fn cut_anywhere_it_is_missing_truncated_or_shorter() {
    for (method, text, _, body, _) in REPLIES {
        let ends_by_close = text.contains("200 OK\r\n\r\n") || text.contains("X-A: b\r\n\r\n");
        let head_len = text.rfind("\r\n\r\n").unwrap() + 4;
        for cut in 0..text.len() {
            let bytes = &text.as_bytes()[..cut];
            let result = read(method, bytes, usize::MAX, 99);
            if cut == 0 {
                assert_eq!(result, Err(REPLY_MISSING));
            } else if text.ends_with('!') && cut == text.len() - 1 {
                assert_eq!(result.as_deref(), Ok(body.as_bytes()));
            } else if ends_by_close && method == Method::Get && cut >= head_len {
                assert_eq!(result.as_deref(), Ok(&bytes[head_len..]));
            } else {
                assert_eq!(result, Err(REPLY_TRUNCATED), "{}", bytes.escape_ascii());
            }
        }
    }
}

#[test]
fn finds_headers_in_any_case() {
    let bytes = b"HTTP/1.1 100 Continue\r\nX-A: no\r\n\r\nHTTP/1.1 200 OK: x\r\nETag:\t\"a\" \r\nx_meta: \xff\r\n\
        Set-Cookie: 1\r\nset-cookie: 2\r\nEmpty:\r\nContent-Length: 3\r\n\r\nX-B: 1\r\n";
    let mut receive = pieces(bytes, usize::MAX);
    let mut reader = ReplyReader::new();
    reader.read_head(Method::Get, &mut receive).unwrap();
    for (name, value) in [
        ("etag", Some(&b"\"a\""[..])),
        ("ETAG", Some(b"\"a\"")),
        ("X_Meta", Some(b"\xff")),
        ("set-cookie", Some(b"1")),
        ("empty", Some(b"")),
        ("x-a", None),
        ("x-b", None),
        ("http/1.1 200 ok", None),
        ("", None),
    ] {
        assert_eq!(reader.header(name), value, "{name}");
    }
    let names: Vec<&[u8]> = reader.headers().map(|(name, _)| name).collect();
    let expected = ["ETag", "x_meta", "Set-Cookie", "set-cookie", "Empty", "Content-Length"]
        .map(str::as_bytes);
    assert_eq!(names, expected);
    assert_eq!(reader.remaining(), Some(3));
    // The headers stay while the body is read.
    assert_eq!(reader.read_body(&mut receive, 3).unwrap(), b"X-B");
    assert_eq!((reader.header("etag"), reader.remaining()), (Some(&b"\"a\""[..]), Some(0)));
}

#[test]
fn refuses_malformed_replies() {
    for (text, error) in [
        ("HTTP/2 200 OK\r\n\r\n", REPLY_HEAD),
        ("HTTP/1.1 101 Switching\r\n\r\n", REPLY_HEAD),
        ("HTTP/1.1 600 X\r\n\r\n", REPLY_HEAD),
        ("\r\nHTTP/1.1 200 OK\r\n\r\n", REPLY_HEAD),
        ("HTTP/1.1 200 OK\nA: b\n\n", REPLY_HEAD),
        ("HTTP/1.1 200 OK\r\nA\r\n\r\n", REPLY_HEAD),
        ("HTTP/1.1 200 OK\r\nA : b\r\n\r\n", REPLY_HEAD),
        ("HTTP/1.1 200 OK\r\n b\r\n\r\n", REPLY_HEAD),
        ("HTTP/1.1 200 OK\r\nA: \0\r\n\r\n", REPLY_HEAD),
        ("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", REPLY_LENGTH),
        ("HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\n", REPLY_LENGTH),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", REPLY_LENGTH),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            REPLY_LENGTH,
        ),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", REPLY_LENGTH),
    ] {
        assert_eq!(read_get(text.as_bytes()), Err(error), "{text:?}");
    }
    for (chunks, error) in [
        ("x\r\n", REPLY_CHUNK),
        ("\r\n", REPLY_CHUNK),
        ("1\n", REPLY_CHUNK),
        ("-1\r\n", REPLY_CHUNK),
        ("10000000000000000\r\n", REPLY_CHUNK),
        ("1\r\nab\r\n", REPLY_CHUNK),
        ("1\r\na\r\r\n", REPLY_CHUNK),
        ("0\r\nA: \0\r\n\r\n", REPLY_CHUNK),
        (&format!("1;{}\r\na\r\n0\r\n\r\n", "x".repeat(4096)), REPLY_CHUNK_TOO_LARGE),
        (&format!("1;{}", "x".repeat(4096)), REPLY_CHUNK_TOO_LARGE),
        (&format!("0\r\n{}\r\n", "A: b\r\n".repeat(700)), REPLY_CHUNK_TOO_LARGE),
    ] {
        let text = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}");
        assert_eq!(read_get(text.as_bytes()), Err(error), "{chunks:?}");
    }
}

#[test]
fn refuses_heads_longer_than_16_kib() {
    let read_long = |bytes: &[u8]| {
        let result = read(Method::Get, bytes, usize::MAX, 1);
        assert_eq!(read(Method::Get, bytes, 1021, 1), result);
        result
    };
    for name in ["a", "A: b\r\n"] {
        let endless = name.repeat(100_000);
        for bytes in [
            format!("HTTP/1.1 200 OK\r\nA: {endless}"),
            format!("HTTP/1.1 200 OK\r\n{endless}"),
            format!("HTTP/1.1 100 Continue\r\nA: {endless}"),
        ] {
            assert_eq!(read_long(bytes.as_bytes()), Err(REPLY_HEAD_TOO_LARGE));
        }
    }
    let many = "HTTP/1.1 100 Continue\r\n\r\n".repeat(1000);
    assert_eq!(read_long(many.as_bytes()), Err(REPLY_HEAD_TOO_LARGE));
    let fits = |len: usize| {
        let start = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nA: ";
        format!("{start}{}\r\n\r\nx", "b".repeat(len - start.len() - 4))
    };
    assert_eq!(read_long(fits(16 * 1024).as_bytes()).as_deref(), Ok(&b"x"[..]));
    assert_eq!(read_long(fits(16 * 1024 + 1).as_bytes()), Err(REPLY_HEAD_TOO_LARGE));
}

#[test]
fn refuses_bodies_beyond_the_limit() {
    for (method, text, _, body, _) in REPLIES.into_iter().filter(|reply| !reply.3.is_empty()) {
        for size in [1, 7, usize::MAX] {
            for limit in 0..body.len() {
                let number = u32::try_from(limit).unwrap();
                let result = read(method, text.as_bytes(), size, limit);
                assert_eq!(result, Err(REPLY_TOO_LARGE.with(number)), "{text}");
            }
        }
    }
    // A known length is refused before anything is allocated.
    let text = "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n";
    let result = read(Method::Get, text.as_bytes(), usize::MAX, usize::MAX - 1);
    assert_eq!(result, Err(REPLY_TOO_LARGE.with(u32::MAX)));
}

#[test]
fn returns_the_errors_of_the_stream() {
    let text = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello";
    for cut in 0..=text.len() {
        let mut before = pieces(&text[..cut], usize::MAX);
        let mut receive = |buffer: &mut [u8]| match before(buffer) {
            Ok(0) => Err(TIMEOUT),
            other => other,
        };
        let mut reader = ReplyReader::new();
        let head = reader.read_head(Method::Get, &mut receive);
        assert_eq!(reader.has_begun(), cut > 0);
        if cut < text.len() - 5 {
            assert_eq!(head, Err(TIMEOUT));
        } else {
            assert_eq!(head, Ok(()));
            assert_eq!(reader.read_body(&mut receive, 9), Err(TIMEOUT));
        }
        assert!(!reader.is_reusable());
        assert_eq!(reader.read_piece(&mut receive), Err(REPLY_TRUNCATED));
    }
}

#[test]
fn a_reader_begins_anew_after_an_unread_reply() {
    let mut reader = ReplyReader::new();
    let first =
        format!("HTTP/1.1 200 OK\r\nA: 1\r\nContent-Length: 999\r\n\r\n{}", "x".repeat(500));
    reader.read_head(Method::Get, &mut pieces(first.as_bytes(), usize::MAX)).unwrap();
    assert!(reader.has_begun() && !reader.is_reusable());
    let mut receive = pieces(b"", usize::MAX);
    assert_eq!(reader.read_head(Method::Get, &mut receive), Err(REPLY_MISSING));
    assert!(!reader.has_begun() && !reader.is_reusable());
    let mut receive = pieces(b"HTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\ny", usize::MAX);
    reader.read_head(Method::Get, &mut receive).unwrap();
    assert_eq!((reader.status(), reader.header("a")), (201, None));
    assert_eq!(reader.read_body(&mut receive, 1).unwrap(), b"y");
    let names: String =
        reader.headers().map(|(name, _)| String::from_utf8_lossy(name).into_owned()).collect();
    assert_eq!((&*names, reader.is_reusable()), ("Content-Length", true));
}
