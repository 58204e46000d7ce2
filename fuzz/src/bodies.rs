//! Bodies: generated ones with known data, and arbitrary ones, which are compared with a second
//! parser.

use barelambda::http1::Progress;
use barelambda::http1::framing::SKIP_LIMIT;
use barelambda::http1::response::{Names, Response};
use barelambda::{ProtocolError, names};
use httparse::Status;

use super::source::Source;

/// No field's value is wanted.
const NO_NAMES: Names = names!("\x01-", "\x01-");

const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/// The bytes after each generated body.
const FOLLOWING: &[u8] = b"HTTP/1.1 202";

/// Parses a body that is generated from the input, or the input itself, depending on the first
/// byte.
///
/// # Panics
/// A body is parsed wrongly in some pieces.
pub fn check(input: &[u8]) {
    let mut source = Source { bytes: input };
    let kind = source.byte();
    let limit = source.short() % 2048;
    let pieces = source.array();
    if kind.is_multiple_of(2) {
        check_made(&mut source, limit, pieces)
    } else {
        check_raw(source.bytes, limit, pieces)
    }
}

/// A parsed body.
#[derive(Debug, PartialEq, Eq)]
struct Body {
    data: Vec<u8>,
    is_cut: bool,
    /// The bytes after it.
    rest: Vec<u8>,
}

fn check_made(source: &mut Source<'_>, limit: usize, pieces: [u8; 4]) {
    let Made { message, data, is_too_large } = Made::new(source);
    let kept = data[..limit.min(data.len())].to_vec();
    let expected = Body { data: kept, is_cut: limit < data.len(), rest: FOLLOWING.to_vec() };
    let expected = if is_too_large {
        Err(ProtocolError::ChunkTooLarge)
    } else {
        Ok(Progress::Complete(expected))
    };
    let message = [&message[..], FOLLOWING].concat();
    // The head, the kept data, framing before and after it, and a piece.
    let enough = CHUNKED.len() + limit + 2 * SKIP_LIMIT + 16;
    for room in [message.len(), enough] {
        assert_eq!(read(&message, room, limit, pieces), expected, "{}", message.escape_ascii());
    }
}

/// A message and its data.
struct Made {
    message: Vec<u8>,
    data: Vec<u8>,
    /// Whether consecutive framing exceeds the limit.
    is_too_large: bool,
}

impl Made {
    fn new(source: &mut Source<'_>) -> Self {
        let is_length = source.byte() >= 224;
        let mut made = Self { message: Vec::new(), data: Vec::new(), is_too_large: false };
        if is_length {
            let data = pattern(0, source.short() % 5000);
            made.message =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", data.len()).into_bytes();
            made.message.extend_from_slice(&data);
            made.data = data;
            return made;
        }
        made.message.extend_from_slice(CHUNKED);
        let mut skipped = 0;
        while !source.bytes.is_empty() && made.data.len() < 2000 {
            let size = match source.byte() {
                0 => break,
                byte @ ..192 => usize::from(byte),
                _ => 1 + source.short() % 1000,
            };
            skipped = made.line(&size_line(source, size), skipped);
            let data = pattern(made.data.len(), size);
            made.message.extend_from_slice(&[&data[..], b"\r\n"].concat());
            made.data.extend_from_slice(&data);
            skipped = if made.is_too_large { skipped } else { 2 };
        }
        skipped = made.line(&size_line(source, 0), skipped);
        while source.byte() >= 128 {
            let trailer = [b"A:", &harmless(source)[..]].concat();
            skipped = made.line(&trailer, skipped);
        }
        made.line(b"", skipped);
        made
    }

    /// Adds a line of framing after `skipped` bytes of framing, and returns the new number of those
    /// bytes.
    fn line(&mut self, line: &[u8], skipped: usize) -> usize {
        self.message.extend_from_slice(&[line, b"\r\n"].concat());
        let skipped = skipped + line.len() + 2;
        self.is_too_large |= skipped > SKIP_LIMIT;
        skipped
    }
}

/// Returns a line with the chunk size `size`, in one of its forms.
fn size_line(source: &mut Source<'_>, size: usize) -> Vec<u8> {
    let form = source.byte();
    let mut line = vec![b'0'; usize::from(form >> 2 & 15)];
    let digits = if form & 1 == 0 { format!("{size:x}") } else { format!("{size:X}") };
    line.extend_from_slice(digits.as_bytes());
    if form & 2 != 0 {
        line.extend_from_slice(b" \t");
    }
    if form & 64 != 0 {
        line.extend_from_slice(b";");
        line.extend_from_slice(&harmless(source));
    }
    line
}

/// Returns bytes that are valid in a line. Their number is sometimes close to the limit of framing.
fn harmless(source: &mut Source<'_>) -> Vec<u8> {
    let longer = source.byte();
    let mut bytes = source.bytes();
    bytes.iter_mut().filter(|byte| **byte < b' ').for_each(|byte| *byte = b'\t');
    if longer >= 240 {
        bytes.resize(SKIP_LIMIT - 248 + usize::from(longer), b'x');
    }
    bytes
}

/// Returns data in which a lost, doubled or misplaced piece is detectable.
fn pattern(from: usize, count: usize) -> Vec<u8> {
    (from..from + count).map(|at| (at % 251) as u8).collect()
}

fn check_raw(text: &[u8], limit: usize, pieces: [u8; 4]) {
    let message = [CHUNKED, text].concat();
    let whole = read(&message, message.len(), limit, [0; 4]);
    assert_eq!(
        read(&message, message.len(), limit, pieces),
        whole,
        "{} in {pieces:?}",
        text.escape_ascii()
    );
    match (whole, decode(text)) {
        (Ok(Progress::Complete(body)), Ok(Some((data, end)))) => {
            assert_eq!(body.data, data[..limit.min(data.len())], "{}", text.escape_ascii());
            assert_eq!(
                (body.is_cut, &body.rest[..]),
                (limit < data.len(), &text[end..]),
                "{}",
                text.escape_ascii()
            );
        }
        (Ok(Progress::Complete(_)), _) => {
            assert!(has_many_digits(text), "complete only with barelambda: {}", text.escape_ascii())
        }
        (Err(_), Ok(Some(_))) => assert!(is_refused(text), "rejected: {}", text.escape_ascii()),
        (Ok(Progress::Partial), Ok(Some(_))) => panic!("partial: {}", text.escape_ascii()),
        _ => {}
    }
}

/// Returns the data of a body and its end, with the sizes that httparse parses, or `None` if it is
/// incomplete.
fn decode(text: &[u8]) -> Result<Option<(Vec<u8>, usize)>, ()> {
    let (mut data, mut at) = (Vec::new(), 0);
    loop {
        let Status::Complete((len, size)) =
            httparse::parse_chunk_size(&text[at..]).map_err(|_| ())?
        else {
            return Ok(None);
        };
        at += len;
        if size == 0 {
            break;
        }
        let Some((chunk, rest)) =
            text[at..].split_at_checked(usize::try_from(size).unwrap_or(usize::MAX))
        else {
            return Ok(None);
        };
        data.extend_from_slice(chunk);
        at += chunk.len() + 2;
        match rest {
            [b'\r', b'\n', ..] => {}
            [] | [b'\r'] => return Ok(None),
            _ => return Err(()),
        }
    }
    loop {
        let Some(len) = text[at..].windows(2).position(|pair| pair == b"\r\n") else {
            return Ok(None);
        };
        at += len + 2;
        if len == 0 {
            return Ok(Some((data, at)));
        }
    }
}

/// Returns whether barelambda accepts what httparse rejects: sizes of more than 16 digits that
/// begin with zeros.
fn has_many_digits(text: &[u8]) -> bool {
    text.windows(17).any(|digits| digits[0] == b'0' && digits.iter().all(u8::is_ascii_hexdigit))
}

/// Returns whether barelambda rejects what httparse accepts: control characters in extensions and
/// trailers, and sizes without a digit.
fn is_refused(text: &[u8]) -> bool {
    let is_strange = |byte: &u8| *byte < b' ' && !matches!(byte, b'\t' | b'\r' | b'\n');
    let has_lone = text.windows(2).any(|pair| (pair[0] == b'\r') != (pair[1] == b'\n'))
        || text.starts_with(b"\n");
    let begins_line = |at: usize| at == 0 || text[..at].ends_with(b"\r\n");
    let has_no_digit = (0..text.len())
        .any(|at| begins_line(at) && matches!(text[at], b';' | b'\r' | b' ' | b'\t'));
    text.iter().any(is_strange) || has_lone || has_no_digit
}

/// Parses a message that arrives in pieces into a buffer of `room` bytes. The sizes of `pieces`
/// repeat, and zero fills the buffer. They are larger for a long message, because each piece parses
/// an incomplete line again.
fn read(
    message: &[u8],
    room: usize,
    limit: usize,
    pieces: [u8; 4],
) -> Result<Progress<Body>, ProtocolError> {
    let mut buffer = vec![b'!'; room];
    let (mut filled, mut fed) = (0, 0);
    let times = 1 + message.len() / 256;
    let mut pieces = pieces
        .into_iter()
        .cycle()
        .map(|piece| if piece == 0 { usize::MAX } else { times * usize::from(piece) });
    let mut feed = |buffer: &mut [u8], filled: &mut usize| {
        let free = &mut buffer[*filled..];
        assert!(!free.is_empty() || fed == message.len(), "the buffer is full");
        let count = pieces.next().unwrap_or(1).min(free.len()).min(message.len() - fed);
        free[..count].copy_from_slice(&message[fed..fed + count]);
        free[count..].iter_mut().take(16).for_each(|byte| *byte = b'!');
        *filled += count;
        fed += count;
        count > 0
    };
    let mut response = Response::default();
    while response.read_head(&buffer[..filled], NO_NAMES)? == Progress::Partial {
        assert!(feed(&mut buffer, &mut filled), "the whole head was parsed as partial");
    }
    let head_len = response.body_start;
    loop {
        let progress = response.read_body(&mut buffer, &mut filled, limit)?;
        assert!(buffer.starts_with(&message[..head_len]), "the head has changed");
        let end = response.body_start + response.body_len;
        assert!(
            head_len <= response.body_start
                && end <= response.end
                && response.end <= filled
                && filled <= room
        );
        assert!(response.body_len <= limit);
        if progress == Progress::Complete(()) {
            break;
        }
        if !feed(&mut buffer, &mut filled) {
            return Ok(Progress::Partial);
        }
    }
    let data = buffer[response.body_start..][..response.body_len].to_vec();
    Ok(Progress::Complete(Body {
        data,
        is_cut: response.is_cut,
        rest: [&buffer[response.end..filled], &message[fed..]].concat(),
    }))
}
