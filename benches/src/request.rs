//! Parses the contenders' requests: heads with httparse, and chunked bodies.

use cargo_barelambda::error::{Context, Error};
use httparse::Status;

/// The fields of a head that the server needs (RFC 9112, sections 3 and 6).
#[derive(Debug, PartialEq, Eq)]
pub struct Head {
    /// The length of the head in bytes, including the empty line.
    pub length: usize,
    pub target: String,
    /// `None` for a chunked body.
    pub content_length: Option<usize>,
    pub expects_continue: bool,
}

impl Head {
    /// Parses the head at the beginning of these bytes, and returns `None` if it is incomplete.
    pub fn parse(bytes: &[u8]) -> Result<Option<Self>, Error> {
        if bytes.is_empty() {
            return Ok(None);
        }
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut request = httparse::Request::new(&mut headers);
        let length =
            match request.parse(bytes).context(format!("invalid request {}", shown(bytes)))? {
                Status::Partial => return Ok(None),
                Status::Complete(length) => length,
            };
        let target = request.path.unwrap_or_default().to_owned();
        let value = |name: &str| {
            request
                .headers
                .iter()
                .find(|header| header.name.eq_ignore_ascii_case(name))
                .map(|header| header.value)
        };
        let is = |name, wanted: &[u8]| {
            value(name).is_some_and(|value| value.eq_ignore_ascii_case(wanted))
        };
        let content_length = match value("content-length") {
            _ if is("transfer-encoding", b"chunked") => None,
            None => Some(0),
            Some(digits) => {
                let digits = str::from_utf8(digits).context("Content-Length")?;
                Some(digits.parse().context(format!("Content-Length: {digits}"))?)
            }
        };
        Ok(Some(Self {
            length,
            target,
            content_length,
            expects_continue: is("expect", b"100-continue"),
        }))
    }

    pub fn is_next(&self) -> bool {
        self.target.ends_with("/runtime/invocation/next")
    }
}

/// Returns the data of a chunked body (RFC 9112, section 7.1), and its encoded length including the
/// trailers, or `None` if it is incomplete.
pub fn unchunked(bytes: &[u8]) -> Result<Option<(Vec<u8>, usize)>, Error> {
    let (mut data, mut at) = (Vec::new(), 0);
    loop {
        let (start, size) = match httparse::parse_chunk_size(&bytes[at..]) {
            Ok(Status::Complete((start, size))) => (at + start, size as usize),
            Ok(Status::Partial) => return Ok(None),
            Err(_) => {
                return Err(Error::new(format!("invalid chunk size: {}", shown(&bytes[at..]))));
            }
        };
        if size == 0 {
            return Ok(end_of_trailers(bytes, start - 2).map(|end| (data, end)));
        }
        let Some(chunk) = bytes.get(start..start + size) else { return Ok(None) };
        data.extend_from_slice(chunk);
        at = start + size + 2;
        if at > bytes.len() {
            return Ok(None);
        }
    }
}

/// Returns the position after the empty line that ends the trailers. `at` is the line break before
/// them.
fn end_of_trailers(bytes: &[u8], at: usize) -> Option<usize> {
    bytes[at..].windows(4).position(|window| window == b"\r\n\r\n").map(|found| at + found + 4)
}

/// Returns the beginning of received bytes, for an error message.
pub fn shown(bytes: &[u8]) -> String {
    const LIMIT: usize = 200;
    let more = if bytes.len() > LIMIT { "…" } else { "" };
    format!("\"{}\"{more}", bytes[..bytes.len().min(LIMIT)].escape_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_parsed_when_it_is_complete() {
        let bytes =
            b"POST /2018-06-01/runtime/invocation/1/response HTTP/1.1\r\nHost: x\r\ncontent-length: 5\r\nExpect: 100-continue\r\n\r\n12345";
        for cut in 0..bytes.len() - 5 {
            assert_eq!(Head::parse(&bytes[..cut]).expect("the request is valid"), None, "{cut}");
        }
        let head = Head::parse(bytes).expect("the request is valid").expect("the head is complete");
        assert_eq!(
            (head.length, head.content_length, head.expects_continue),
            (bytes.len() - 5, Some(5), true)
        );
        assert!(!head.is_next() && head.target.ends_with("/response"));
        let head = Head::parse(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n")
            .expect("the request is valid")
            .expect("the head is complete");
        assert!(head.is_next() && head.content_length == Some(0));
    }

    #[test]
    fn an_invalid_request_is_an_error_that_shows_it() {
        let words = Head::parse(b"\x16\x03\x01").unwrap_err().to_string();
        assert!(words.contains("\\x16"), "{words}");
        let words = Head::parse(b"POST / HTTP/1.1\r\nContent-Length: five\r\n\r\n")
            .unwrap_err()
            .to_string();
        assert!(words.starts_with("Content-Length: five"), "{words}");
    }

    #[test]
    fn chunks_are_joined_when_all_have_arrived() {
        let body = b"5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX: y\r\n\r\n";
        for cut in 0..body.len() {
            assert_eq!(unchunked(&body[..cut]).expect("the request is valid"), None, "{cut}");
        }
        assert_eq!(
            unchunked(&[body, &b"GET"[..]].concat()).expect("the request is valid"),
            Some((b"hello world".to_vec(), body.len()))
        );
        assert_eq!(unchunked(b"0\r\n\r\n").expect("the request is valid"), Some((Vec::new(), 5)));
        assert!(unchunked(b"x\r\n").is_err());
    }
}
