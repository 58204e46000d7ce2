//! Replies to requests of the package for AWS: generated ones with a known body, and arbitrary
//! ones, which have the same result in pieces of any sizes.

use barelambda::Error;
use barelambda_aws::error::{REPLY_MISSING, REPLY_TOO_LARGE, REPLY_TRUNCATED};
use barelambda_aws::http::reply::ReplyReader;
use barelambda_aws::http::request::Method;

use super::source::Source;

/// Reads a reply that is generated from the input, or the input itself, depending on the first
/// byte.
///
/// # Panics
/// A reply is read wrongly in some pieces.
pub fn check(input: &[u8]) {
    let mut source = Source { bytes: input };
    let kind = source.byte();
    let sizes: [u8; 4] = source.array();
    let method = if kind & 2 == 0 { Method::Get } else { Method::Head };
    if kind & 1 == 0 {
        check_made(&mut source, method, sizes);
    } else {
        check_raw(source.bytes, method, sizes);
    }
}

/// A whole reply, or its error.
#[derive(Debug, PartialEq, Eq)]
struct Read {
    status: u16,
    headers: Vec<(Vec<u8>, Vec<u8>)>,
    body: Result<Vec<u8>, Error>,
}

/// Reads a reply that arrives in pieces of these sizes, repeatedly. `takes_whole` reads the body at
/// once. Returns also whether the connection can be used again.
fn read(
    mut bytes: &[u8],
    method: Method,
    sizes: [u8; 4],
    takes_whole: bool,
) -> Result<(Read, bool), Error> {
    let mut sizes = sizes.into_iter().cycle();
    let mut receive = |buffer: &mut [u8]| {
        assert!(!buffer.is_empty());
        // The size 255 is for all bytes.
        let size = match sizes.next() {
            Some(255) | None => usize::MAX,
            Some(size) => usize::from(size) + 1,
        };
        let (piece, rest) = bytes.split_at(size.min(bytes.len()).min(buffer.len()));
        buffer[..piece.len()].copy_from_slice(piece);
        bytes = rest;
        Ok(piece.len())
    };
    let mut reader = ReplyReader::new();
    reader.read_head(method, &mut receive)?;
    let remaining = reader.remaining();
    let body = if takes_whole {
        reader.read_body(&mut receive, 1 << 20)
    } else {
        let mut body = Vec::new();
        loop {
            match reader.read_piece(&mut receive) {
                Ok(Some(piece)) => {
                    assert!(!piece.is_empty());
                    body.extend_from_slice(piece);
                }
                Ok(None) => break Ok(body),
                Err(error) => break Err(error),
            }
        }
    };
    match &body {
        Ok(body) => {
            assert!(remaining.is_none_or(|remaining| remaining == body.len() as u64));
            assert_eq!(reader.read_piece(&mut receive), Ok(None));
        }
        Err(_) => {
            assert!(!reader.is_reusable());
            assert_eq!(reader.read_piece(&mut receive), Err(REPLY_TRUNCATED));
        }
    }
    let headers = reader.headers().map(|(name, value)| (name.to_vec(), value.to_vec())).collect();
    Ok((Read { status: reader.status(), headers, body }, reader.is_reusable()))
}

fn check_raw(bytes: &[u8], method: Method, sizes: [u8; 4]) {
    let whole = read(bytes, method, [255; 4], true);
    // With a body that is longer than the limit of one megabyte, only reading at once fails.
    let is_long = |read: &Result<(Read, bool), Error>| {
        let kind = REPLY_TOO_LARGE.kind();
        matches!(read, Ok((Read { body: Err(error), .. }, _)) if error.kind() == kind)
    };
    for (sizes, takes_whole) in [(sizes, true), (sizes, false), ([0; 4], true)] {
        let pieces = read(bytes, method, sizes, takes_whole);
        // Bytes after a reply may not have arrived, so the connection may seem reusable.
        let without = |read: &Result<(Read, bool), Error>| match read {
            Ok((read, _)) => Ok(format!("{read:?}")),
            Err(error) => Err(*error),
        };
        if !is_long(&whole) && !is_long(&pieces) {
            assert_eq!(without(&pieces), without(&whole), "{}", bytes.escape_ascii());
        }
        if let (Ok((_, true)), Ok((_, is_reusable))) = (&whole, &pieces) {
            assert!(is_reusable, "{}", bytes.escape_ascii());
        }
    }
}

fn check_made(source: &mut Source<'_>, method: Method, sizes: [u8; 4]) {
    let framing = source.byte();
    let status = [200, 204, 304, 404, 500, 299][usize::from(source.byte()) % 6];
    let closes = source.byte() >= 128;
    let mut message = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(usize::from(source.byte() % 3));
    message.extend(format!("HTTP/1.1 {status} \r\nX-A: b\r\n").bytes());
    if closes {
        message.extend(b"Connection: close\r\n");
    }
    let has_body = method != Method::Head && !matches!(status, 204 | 304);
    let mut data = Vec::new();
    let mut ends_by_close = false;
    let head_len;
    match framing % 3 {
        0 => {
            data = source.bytes.to_vec();
            message.extend(format!("Content-Length: {}\r\n\r\n", data.len()).bytes());
            head_len = message.len();
            message.extend(data.iter().filter(|_| has_body));
        }
        1 => {
            message.extend(b"Transfer-Encoding: chunked\r\n\r\n");
            head_len = message.len();
            while has_body && !source.bytes.is_empty() {
                let chunk = source.bytes();
                if !chunk.is_empty() {
                    message.extend(format!("{:X};a=b\r\n", chunk.len()).bytes());
                    message.extend(&chunk);
                    message.extend(b"\r\n");
                    data.extend(chunk);
                }
            }
            if has_body {
                message.extend(b"0\r\nTrailer: x\r\n\r\n");
            }
        }
        _ => {
            message.extend(b"\r\n");
            head_len = message.len();
            ends_by_close = has_body;
            data = source.bytes.to_vec();
            message.extend(data.iter().filter(|_| has_body));
        }
    }
    if !has_body {
        data.clear();
    }
    let shown = message.escape_ascii();
    for takes_whole in [true, false] {
        let (read, is_reusable) = read(&message, method, sizes, takes_whole)
            .unwrap_or_else(|error| panic!("{error}: {shown}"));
        assert_eq!((read.status, &read.body), (status, &Ok(data.clone())), "{shown}");
        assert_eq!(read.headers[0], (b"X-A".to_vec(), b"b".to_vec()), "{shown}");
        assert_eq!(is_reusable, !closes && !ends_by_close, "{shown}");
    }
    let cut = usize::from(sizes[0]) * 7 % message.len();
    match read(&message[..cut], method, sizes, true) {
        Err(error) if cut == 0 => assert_eq!(error, REPLY_MISSING),
        Err(error) => assert_eq!(error, REPLY_TRUNCATED, "{shown} at {cut}"),
        Ok((read, false)) if ends_by_close => {
            assert_eq!(read.body, Ok(message[head_len..cut].to_vec()))
        }
        Ok((read, false)) => assert_eq!(read.body, Err(REPLY_TRUNCATED), "{shown} at {cut}"),
        Ok((_, true)) => panic!("{shown} at {cut} is complete"),
    }
}
