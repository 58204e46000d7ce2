//! The head of a response: status line and header section.

use core::mem::MaybeUninit;

use super::{HEAD_LIMIT, Progress, same_name};
use crate::error::Error;

/// The most header fields in one head; Lambda sends about ten.
const FIELDS: usize = 64;

/// What the head of a response says about its framing.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The status code; never 1xx.
    pub status: u16,
    /// The number of bytes of the head, with any 1xx responses that came before it and were skipped.
    pub len: usize,
    /// How the end of the body is found.
    pub framing: Framing,
    /// Whether the server closes the connection after this response.
    pub close: bool,
}

/// How the end of a body is found ([RFC 9112, section 6](https://www.rfc-editor.org/rfc/rfc9112#section-6)).
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Framing {
    /// By the number of bytes in Content-Length.
    Length(u64),
    /// By the last chunk.
    Chunked,
}

#[inline(never)]
/// Reads the head at the beginning of `bytes`, and shows `visit` the name and the value of each of its fields.
///
/// 1xx responses are skipped. `visit` may have been called for fields of a skipped response, or of one that proves malformed.
///
/// # Errors
/// [`Error::HEAD_MALFORMED`], [`Error::HEAD_TOO_LARGE`] and [`Error::BODY_LENGTH`].
pub fn parse<'b>(bytes: &'b [u8], mut visit: impl FnMut(&'b [u8], &'b [u8])) -> Result<Progress<Head>, Error> {
    let mut skipped = 0;
    loop {
        let mut fields = [const { MaybeUninit::uninit() }; FIELDS];
        let mut response = httparse::Response::new(&mut []);
        let rest = bytes.get(skipped..).unwrap_or_default();
        let len = match httparse::ParserConfig::default().parse_response_with_uninit_headers(&mut response, rest, &mut fields) {
            Ok(httparse::Status::Complete(len)) => skipped + len,
            Ok(httparse::Status::Partial) if bytes.len() < HEAD_LIMIT => return Ok(Progress::Partial),
            Ok(httparse::Status::Partial) | Err(httparse::Error::TooManyHeaders) => return Err(Error::HEAD_TOO_LARGE),
            Err(_) => return Err(Error::HEAD_MALFORMED),
        };
        let status = match response.code {
            Some(100 | 102..200) => {
                skipped = len;
                continue;
            }
            Some(status @ 200..600) => status,
            _ => return Err(Error::HEAD_MALFORMED),
        };
        let mut framing = None;
        let mut close = response.version != Some(1);
        for field in response.headers.iter() {
            let is = |name: &[u8]| same_name(field.name.as_bytes(), name);
            let found = if is(b"content-length") {
                Framing::Length(decimal(field.value).ok_or(Error::BODY_LENGTH)?)
            } else if is(b"transfer-encoding") {
                if !same_name(field.value, b"chunked") {
                    return Err(Error::BODY_LENGTH);
                }
                Framing::Chunked
            } else {
                if is(b"connection") {
                    close |= field.value.split(|&byte| byte == b',').any(|token| same_name(token.trim_ascii(), b"close"));
                } else {
                    visit(field.name.as_bytes(), field.value);
                }
                continue;
            };
            if framing.replace(found).is_some() {
                return Err(Error::BODY_LENGTH);
            }
        }
        return match framing {
            Some(framing) => Ok(Progress::Complete(Head { status, len, framing, close })),
            None if status == 204 || status == 304 => {
                Ok(Progress::Complete(Head { status, len, framing: Framing::Length(0), close }))
            }
            None => Err(Error::BODY_LENGTH),
        };
    }
}

/// The number that `digits` spell; `None` for anything else, an empty text and a number beyond 64 bits included.
pub fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 { None } else { number.checked_mul(10)?.checked_add(u64::from(digit)) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn head(text: &str) -> Result<Progress<Head>, Error> {
        parse(text.as_bytes(), |_, _| {})
    }

    #[test]
    fn reads_a_head_cut_anywhere() {
        let text = "HTTP/1.1 100 Continue\r\nContent-Length: 7\r\n\r\nHTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n\
                    HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\ncontent-LENGTH: 16\r\nX-Y:  z \r\n\r\n";
        for cut in 0..text.len() {
            assert_eq!(head(&text[..cut]), Ok(Progress::Partial), "{cut}");
        }
        let mut seen = Vec::new();
        let parsed = parse(text.as_bytes(), |name, value| seen.push((name, value)));
        let expected = Head { status: 202, len: text.len(), framing: Framing::Length(16), close: false };
        assert_eq!(parsed, Ok(Progress::Complete(expected)));
        assert_eq!(seen, [(&b"Content-Type"[..], &b"application/json"[..]), (b"X-Y", b"z")]);
    }

    #[test]
    fn the_length_is_clear_or_an_error() {
        for (fields, expected) in [
            ("Content-Length: 0\r\n", Ok(Framing::Length(0))),
            ("Content-Length: 18446744073709551615\r\n", Ok(Framing::Length(u64::MAX))),
            ("Transfer-Encoding: Chunked\r\n", Ok(Framing::Chunked)),
            ("", Err(Error::BODY_LENGTH)),
            ("Content-Length:\r\n", Err(Error::BODY_LENGTH)),
            ("Content-Length: +1\r\n", Err(Error::BODY_LENGTH)),
            ("Content-Length: 1,1\r\n", Err(Error::BODY_LENGTH)),
            ("Content-Length: 18446744073709551616\r\n", Err(Error::BODY_LENGTH)),
            ("Content-Length: 1\r\nContent-Length: 1\r\n", Err(Error::BODY_LENGTH)),
            ("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", Err(Error::BODY_LENGTH)),
            ("Transfer-Encoding: gzip, chunked\r\n", Err(Error::BODY_LENGTH)),
        ] {
            let parsed = head(&std::format!("HTTP/1.1 200 OK\r\n{fields}\r\n"));
            let framing = parsed.map(|progress| match progress {
                Progress::Complete(head) => head.framing,
                Progress::Partial => panic!("partial: {fields}"),
            });
            assert_eq!(framing, expected, "{fields}");
        }
        assert!(matches!(head("HTTP/1.1 204 No Content\r\n\r\n"), Ok(Progress::Complete(Head { framing: Framing::Length(0), .. }))));
    }

    #[test]
    fn sees_that_the_server_closes() {
        for (start, fields, expected) in [
            ("HTTP/1.1", "", false),
            ("HTTP/1.1", "Connection: keep-alive\r\n", false),
            ("HTTP/1.1", "connection: Close\r\n", true),
            ("HTTP/1.1", "Connection: foo , close\r\n", true),
            ("HTTP/1.1", "Connection: closed\r\n", false),
            ("HTTP/1.0", "", true),
        ] {
            match head(&std::format!("{start} 200 OK\r\nContent-Length: 0\r\n{fields}\r\n")) {
                Ok(Progress::Complete(head)) => assert_eq!(head.close, expected, "{start} {fields}"),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn malformed_and_endless_heads_are_errors() {
        for bad in [
            "SSH-2.0-OpenSSH\r\n",
            "HTTP/2.0 200 OK\r\n\r\n",
            "HTTP/1.1 20 OK\r\n\r\n",
            "HTTP/1.1 999 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 101 Switching Protocols\r\n\r\n",
            "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            "HTTP/1.1 200 OK\r\n: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n",
        ] {
            assert_eq!(head(bad), Err(Error::HEAD_MALFORMED), "{bad:?}");
        }
        let long = std::format!("HTTP/1.1 200 OK\r\nA: {}", "a".repeat(HEAD_LIMIT));
        assert_eq!(head(&long), Err(Error::HEAD_TOO_LARGE));
        assert_eq!(head(&long[..HEAD_LIMIT - 1]), Ok(Progress::Partial));
        let many = std::format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(FIELDS + 1));
        assert_eq!(head(&many), Err(Error::HEAD_TOO_LARGE));
        let endless = "HTTP/1.1 100 Continue\r\n\r\n".repeat(HEAD_LIMIT / 25 + 1);
        assert_eq!(head(&endless), Err(Error::HEAD_TOO_LARGE));
    }
}
