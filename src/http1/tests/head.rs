//! Heads: what is read from them, and which are errors.

use super::super::response::find;
use super::*;
use std::format;

fn ok(fields: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\n{fields}\r\n").into_bytes()
}

#[test]
fn every_status_from_200_to_599_is_read() {
    for status in (200..600).step_by(STEP) {
        for reason in ["", " ", " Some Reason", " \t\u{e9}"] {
            let message = format!("HTTP/1.1 {status}{reason}\r\nContent-Length: 0\r\n\r\n");
            assert_eq!(complete(message.as_bytes(), &[usize::MAX], 0).status, status);
        }
    }
}

#[test]
fn every_1xx_but_a_change_of_protocol_is_skipped() {
    for status in (100..200).step_by(STEP).filter(|&status| status != 101) {
        let message = format!(
            "HTTP/1.1 {status} Wait\r\nTransfer-Encoding: chunked\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"
        );
        assert_eq!(complete(message.as_bytes(), &[usize::MAX], 9).body, b"x");
    }
    refused(b"HTTP/1.1 101 Switching Protocols\r\n\r\n", ProtocolError::HeadMalformed);
}

#[test]
fn a_1xx_alone_is_partial() {
    let message = b"HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(read(message, &[1], message.len(), 0), Ok(Progress::Partial));
}

#[test]
fn a_skipped_1xx_says_nothing_of_the_connection() {
    for early in ["HTTP/1.1 103 Early\r\nConnection: close\r\n\r\n", "HTTP/1.0 103 Early\r\n\r\n"] {
        let message = format!("{early}HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        assert!(!complete(message.as_bytes(), &[usize::MAX], 0).close);
    }
}

/// The fields of a 1xx response don't belong to the final response (RFC 9110, section 15.2).
#[test]
fn the_values_of_a_skipped_1xx_are_dropped() {
    let message =
        b"HTTP/1.1 103 Early\r\nX-Y: early\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(complete(message, &[usize::MAX], 0).values, [b"", b""]);
}

#[test]
fn the_length_is_clear_or_an_error() {
    for (fields, expected) in [
        ("Content-Length: 0\r\n", 0),
        ("Content-Length:00003\r\n", 3),
        ("CONTENT-LENGTH: \t3\t\r\n", 3),
    ] {
        assert_eq!(
            complete(&[&ok(fields)[..], b"abc"].concat(), &[usize::MAX], 9).body,
            b"abc"[..expected],
            "{fields}"
        );
    }
    for fields in [
        "",
        "Content-Type: text/plain\r\n",
        "Content-Length:\r\n",
        "Content-Length: \t\r\n",
        "Content-Length: +1\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 1 1\r\n",
        "Content-Length: 1,1\r\n",
        "Content-Length: 0x1\r\n",
        "Content-Length: 1a\r\n",
        "Content-Length: \u{661}\r\n",
        "Content-Length: 18446744073709551616\r\n",
        "Content-Length: 99999999999999999999999999\r\n",
        "Content-Length: 1\r\nContent-Length: 1\r\n",
        "Content-Length: 1\r\ncontent-length: 2\r\n",
        "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked, chunked\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding:\r\n",
        "Transfer-Encoding: xchunked\r\n",
    ] {
        refused(&ok(fields), ProtocolError::BodyLength);
    }
}

/// A 204 ends with its head (RFC 9112, section 6.3). The Runtime API doesn't send any, so it is an
/// error instead of a special case.
#[test]
fn a_status_without_a_body_needs_a_length_too() {
    for status in [204, 304] {
        refused(format!("HTTP/1.1 {status} No\r\n\r\n").as_bytes(), ProtocolError::BodyLength);
        assert_eq!(
            complete(
                format!("HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n").as_bytes(),
                &[1],
                9
            )
            .status,
            status
        );
    }
}

#[test]
fn knows_a_head_that_lacks_a_length() {
    for (head, lacks) in [
        ("HTTP/1.1 204 No Content\r\n\r\n", true),
        ("HTTP/1.1 103 Early\r\n\r\nHTTP/1.0 200 OK\r\nA: b\r\n\r\nbody", true),
        ("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", false),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", false),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", false),
    ] {
        let bytes = head.as_bytes();
        let mut response = Response::default();
        let result = response.read_head(bytes, NAMES);
        assert_eq!(result, Err(ProtocolError::BodyLength), "{head}");
        assert_eq!(response.lacks_length(bytes), lacks, "{head}");
        assert!(!lacks || [b"".as_slice(), b"body"].contains(&&bytes[response.end..]), "{head}");
    }
}

#[test]
fn a_length_of_64_bits_is_read_on_for_ever() {
    let mut buffer = *b"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\nabcdefgh";
    let mut filled = buffer.len();
    let mut response = Response::default();
    assert_eq!(response.read_head(&buffer, NAMES), Ok(Progress::Complete(())));
    let head_len = response.body_start;
    for _ in 0..3 {
        assert_eq!(response.read_body(&mut buffer, &mut filled, 4), Ok(Progress::Partial));
        assert_eq!(
            (filled, response.body_start, response.body_len, response.is_cut),
            (buffer.len() - 4, head_len, 4, true)
        );
        filled += 4;
    }
    assert!(buffer.ends_with(b"abcdefgh"));
}

#[test]
fn sees_that_the_server_closes() {
    for (version, fields, expected) in [
        ("1.1", "", false),
        ("1.1", "Connection: keep-alive\r\n", false),
        ("1.1", "Connection: closed, clos, e\r\n", false),
        ("1.1", "X-Connection: close\r\n", false),
        ("1.1", "connection: Close\r\n", true),
        ("1.1", "CONNECTION:\tCLOSE \r\n", true),
        ("1.1", "Connection: foo , close\r\n", true),
        ("1.1", "Connection: keep-alive,CLOSE\r\n", true),
        ("1.1", "Connection: Close, foo\r\n", true),
        ("1.1", "Connection: keep-alive\r\nConnection: close\r\n", true),
        ("1.1", "Connection: close\r\nConnection: keep-alive\r\n", true),
        ("1.0", "", true),
        ("1.0", "Connection: keep-alive\r\n", true),
    ] {
        let message = format!("HTTP/{version} 200 OK\r\nContent-Length: 0\r\n{fields}\r\n");
        assert_eq!(
            complete(message.as_bytes(), &[usize::MAX], 0).close,
            expected,
            "{version} {fields}"
        );
    }
}

#[test]
fn malformed_heads_are_errors() {
    for bad in [
        &b"SSH-2.0-OpenSSH\r\n"[..],
        b"\r\nHTTP/1.1 200 OK\r\n\r\n",
        b"\r\n\r\n",
        b"\x16\x03\x01\x02\0\x01\0\x01\xfc",
        b"http/1.1 200 OK\r\n\r\n",
        b"HTTP/2.0 200 OK\r\n\r\n",
        b"HTTP/1.2 200 OK\r\n\r\n",
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 \r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 20\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 200OK\r\n\r\n",
        b"HTTP/1.1  200 OK\r\n\r\n",
        b"HTTP/1.1 200\tOK\r\n\r\n",
        b"HTTP/1.1\t200 OK\r\n\r\n",
        b" HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 +20 OK\r\n\r\n",
        b"HTTP/1.1 000 OK\r\n\r\n",
        b"HTTP/1.1 099 OK\r\n\r\n",
        b"HTTP/1.1 600 OK\r\n\r\n",
        b"HTTP/1.1 999 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 O\0K\r\n\r\n",
        b"HTTP/1.1 200 O\x1bK\r\n\r\n",
        b"HTTP/1.1 200 OK\n\r\n",
        b"HTTP/1.1 200 OK\n\n",
        b"HTTP/1.1 200 OK\r\r\n\r\n",
        b"HTTP/1.1 200 OK\rA: b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\nHTTP/1.1",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\rX",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n:\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA : x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA\t: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA\0: b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\x0bc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\r\n\tfolded\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\r\n \r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nContent-Length: 0\r\n\r\n",
    ] {
        refused(bad, ProtocolError::HeadMalformed);
    }
}

/// A client joins such a line to the previous one (RFC 9112, section 5.2). Treating it as a
/// separate field would be a guess.
#[test]
fn a_folded_line_is_an_error_even_with_a_colon() {
    for fold in [" folded: x", "\tfolded: x", " :", " Content-Length: 0"] {
        refused(
            format!("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Y: b\r\n{fold}\r\n\r\n").as_bytes(),
            ProtocolError::HeadMalformed,
        );
    }
}

/// RFC 9112 leaves such names to the recipient. They never equal a wanted name.
#[test]
fn a_strange_name_is_skipped() {
    for name in ["A(b)", "{", "\u{e9}", "Content-Length\u{a0}", "\u{7f}", "Content_Length"] {
        let message =
            format!("HTTP/1.1 200 OK\r\n{name}: 7\r\nContent-Length: 0\r\nX-Y: z\r\n\r\n");
        let got = complete(message.as_bytes(), &[usize::MAX], 9);
        assert_eq!((&got.body[..], &got.values[1][..]), (&b""[..], &b"z"[..]), "{name}");
    }
}

/// Returns a head of `len` bytes, most of them in a field before the length, or in 1xx responses.
fn head_of(len: usize, in_1xx: bool) -> Vec<u8> {
    let (start, repeated, end) = if in_1xx {
        (
            "",
            "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Y: z\r\nA:",
        )
    } else {
        ("HTTP/1.1 200 OK\r\nA:", "a", "\r\nContent-Length: 0\r\nX-Y: z\r\nB:")
    };
    let times = (len - start.len() - end.len() - 4) / repeated.len();
    let mut head = format!("{start}{}{end}", repeated.repeat(times));
    head.extend(core::iter::repeat_n('b', len - head.len() - 4));
    head.push_str("\r\n\r\n");
    head.into_bytes()
}

#[test]
fn a_head_may_have_the_limit() {
    for in_1xx in [false, true].into_iter().step_by(STEP) {
        let head = head_of(HEAD_LIMIT, in_1xx);
        assert_eq!(head.len(), HEAD_LIMIT);
        for piece in [usize::MAX, HEAD_LIMIT - 1, 1000].into_iter().step_by(STEP) {
            assert_eq!(complete(&[&head[..], FOLLOWING].concat(), &[piece], 9).values[1], b"z");
        }
    }
}

#[test]
fn a_longer_head_is_an_error_when_it_comes_in_pieces() {
    for in_1xx in [false, true].into_iter().step_by(STEP) {
        for len in [HEAD_LIMIT + 1, HEAD_LIMIT + 100, 5 * HEAD_LIMIT].into_iter().step_by(STEP) {
            let head = head_of(len, in_1xx);
            assert_eq!(
                read(&head, &[HEAD_LIMIT, 1], len, 9),
                Err(ProtocolError::HeadTooLarge),
                "{len}"
            );
            assert_eq!(
                read(&head[..HEAD_LIMIT], &[if cfg!(miri) { 9000 } else { 1000 }], len, 9),
                Err(ProtocolError::HeadTooLarge),
                "{len}"
            );
            assert_eq!(
                read(&head[..HEAD_LIMIT - 1], &[if cfg!(miri) { 9000 } else { 1000 }], len, 9),
                Ok(Progress::Partial),
                "{len}"
            );
        }
    }
}

#[test]
fn a_longer_head_is_an_error_when_it_comes_at_once() {
    for in_1xx in [false, true].into_iter().step_by(STEP) {
        for len in [HEAD_LIMIT + 1, HEAD_LIMIT + 100, 5 * HEAD_LIMIT].into_iter().step_by(STEP) {
            let got = read(&head_of(len, in_1xx), &[usize::MAX], len, 9);
            assert_eq!(got.map(|_| ()), Err(ProtocolError::HeadTooLarge), "{len}");
        }
    }
}

#[test]
fn endless_lines_are_errors() {
    let starts = [
        "HTTP/1.1 200 ",
        "HTTP/1.1 200 OK\r\nA: ",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 100 OK\r\n\r\nHTTP/1.1 200 ",
    ];
    for start in starts.into_iter().step_by(if cfg!(miri) { 3 } else { 1 }) {
        let endless = [start.as_bytes(), &[b'a'; HEAD_LIMIT]].concat();
        refused(&endless, ProtocolError::HeadTooLarge);
    }
}

#[test]
fn finds_a_field_later() {
    let head =
        b"HTTP/1.1 200 OK: fine\r\nA: 1\r\nLONG-name:  two words \r\nEmpty:\r\nC: d: e\r\n\r\n";
    for (name, value) in [
        ("a", Some(&b"1"[..])),
        ("long-name", Some(b"two words")),
        ("empty", Some(b"")),
        ("c", Some(b"d: e")),
        ("long", None),
        ("1", None),
        ("", None),
    ] {
        assert_eq!(find(head, name.as_bytes()), value, "{name}");
    }
    assert_eq!(find(b"", b"a"), None);
}

#[test]
fn finds_no_field_of_a_skipped_1xx() {
    let head = b"HTTP/1.1 103 Early\r\nA: b\r\nX-Y: early\r\n\r\nHTTP/1.1 200 OK\r\nX-Y: late\r\nContent-Length: 0\r\n\r\n";
    let mut response = Response::default();
    assert_eq!(response.read_head(head, NAMES), Ok(Progress::Complete(())));
    let own = &head[response.head_start..];
    assert!(own.starts_with(b"HTTP/1.1 200 OK\r\n"));
    assert_eq!((find(own, b"x-y"), find(own, b"a")), (Some(&b"late"[..]), None));
}
