//! Compares heads of replies with httparse.

use barelambda::ProtocolError;
use barelambda::bytes::cursor::Cursor;
use barelambda::http1::response::{Response, find};
use barelambda::http1::{HEAD_LIMIT, Progress};
use barelambda::runtime_api::answer::{Answer, JSON};
use barelambda::runtime_api::endpoint::Endpoint;
use barelambda::runtime_api::invocation::{IDS, InvocationHead};
use barelambda::runtime_api::request::{self, Post, Subject};
use httparse::{Header, Status};

/// The fields whose values are compared, those of [`IDS`].
const WANTED: [&[u8]; 2] = [b"lambda-runtime-aws-request-id", b"lambda-runtime-invocation-id"];

/// The result of a comparison.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Both accept the head, with the same result.
    Same,
    /// Only barelambda accepts the head: the differences 1 and 2 of [`neutral`].
    PassedOver,
    /// Only httparse accepts the head: the differences of [`is_refused`].
    Refused,
    /// Neither accepts the head, or it is incomplete.
    Neither,
}

/// Checks a head. The first two bytes are the position of a cut, the third lengthens the head, and
/// the rest is the head.
///
/// # Panics
/// barelambda differs from httparse, except as listed, or parses the head in two parts with another
/// result.
pub fn check(input: &[u8]) {
    let Some(([low, high, longer], text)) = input.split_first_chunk() else { return };
    let cut = usize::from(u16::from_le_bytes([*low, *high])) % (text.len() + 1);
    let mut head = text.to_vec();
    if *longer >= 128 {
        // Repeats one byte, so that the head's length is close to the limit.
        let repeated = text.get(cut).copied().unwrap_or(b'a');
        let count = (HEAD_LIMIT + usize::from(*longer) - 192).saturating_sub(text.len());
        head.splice(cut..cut, std::iter::repeat_n(repeated, count));
    }
    check_cut(&head, cut + usize::from(*longer));
    compare(&head);
}

/// Checks that parsing in two parts has the same result as at once.
fn check_cut(bytes: &[u8], cut: usize) {
    let (mut whole, mut response) = (Response::default(), Response::default());
    let result = whole.read_head(bytes, IDS);
    let first = response.read_head(bytes.get(..cut).unwrap_or(bytes), IDS);
    if first == Ok(Progress::Partial) {
        assert_eq!(response.read_head(bytes, IDS), result, "{}", bytes.escape_ascii());
    } else if first == Err(ProtocolError::HeadTooLarge)
        && result == Err(ProtocolError::HeadMalformed)
    {
        // The bytes after the limit have another error.
        return;
    } else {
        assert_eq!(first, result, "{}", bytes.escape_ascii());
    }
    assert_eq!(response, whole, "{}", bytes.escape_ascii());
}

/// Parses a head with both.
///
/// # Panics
/// They differ, and neither [`neutral`] nor [`is_refused`] lists the difference.
pub fn compare(bytes: &[u8]) -> Outcome {
    let mut response = Response::default();
    let result = response.read_head(bytes, IDS);
    let head = &bytes[response.head_start..];
    let mut fields = [httparse::EMPTY_HEADER; 256];
    let mut theirs = httparse::Response::new(&mut fields);
    match (result, theirs.parse(head)) {
        (_, Err(httparse::Error::TooManyHeaders)) => Outcome::Neither,
        (Ok(Progress::Complete(())), Ok(Status::Complete(len))) => {
            check_same(bytes, &response, &theirs, len);
            check_following(bytes, &response);
            check_answer(bytes, &response);
            Outcome::Same
        }
        (Ok(Progress::Complete(())), Err(error)) => {
            let bytes = [&bytes[..response.head_start], &neutral(head)].concat();
            let mut fields = [httparse::EMPTY_HEADER; 256];
            let mut theirs = httparse::Response::new(&mut fields);
            match theirs.parse(&bytes[response.head_start..]) {
                Ok(Status::Complete(len)) => check_same(&bytes, &response, &theirs, len),
                other => panic!(
                    "httparse returns {error} and then {other:?} for {}",
                    bytes.escape_ascii()
                ),
            }
            Outcome::PassedOver
        }
        (Err(fault), Ok(Status::Complete(len))) => {
            assert!(
                is_refused(&response, head, &theirs, len, fault),
                "{fault} for {}",
                bytes.escape_ascii()
            );
            Outcome::Refused
        }
        (Err(_), _) | (Ok(Progress::Partial), Err(_) | Ok(Status::Partial)) => Outcome::Neither,
        (Ok(ours), Ok(theirs)) => {
            panic!("{ours:?} instead of {theirs:?} for {}", bytes.escape_ascii())
        }
    }
}

/// Returns the head without what barelambda ignores and httparse rejects:
/// 1. Characters in names that RFC 9110 doesn't allow there.
/// 2. The control character DEL in values and reasons, where it is harmless.
fn neutral(head: &[u8]) -> Vec<u8> {
    let mut is_name = false;
    let neutral = head.iter().map(|&byte| {
        match byte {
            b':' => is_name = false,
            b'\n' => is_name = true,
            _ => {}
        }
        let is_strange = is_name
            && byte != b'\n'
            && byte != b'\r'
            && !barelambda::bytes::header_value::is_token(&[byte]);
        if is_strange || byte == 0x7f { b'x' } else { byte }
    });
    neutral.collect()
}

/// Returns whether barelambda intentionally rejects with `fault` what httparse accepts:
/// 1. Line feeds without a carriage return, and leading empty lines.
/// 2. Statuses outside 100 to 599, and 101.
/// 3. A repeated request id or invocation id.
/// 4. None or several of Content-Length and Transfer-Encoding, a length beyond 64 bits, another
///    encoding than chunked.
/// 5. More than 16 KiB, including preceding 1xx responses.
fn is_refused(
    response: &Response,
    head: &[u8],
    theirs: &httparse::Response<'_, '_>,
    len: usize,
    fault: ProtocolError,
) -> bool {
    let has_lone_line_feed =
        (0..len).any(|at| head[at] == b'\n' && (at == 0 || head[at - 1] != b'\r'));
    let is_malformed = has_lone_line_feed
        || head.starts_with(b"\r")
        || theirs.code.is_none_or(|code| !(100..600).contains(&code) || code == 101)
        || WANTED.iter().any(|id| named(theirs.headers, id).count() > 1);
    match fault {
        ProtocolError::HeadMalformed => is_malformed,
        ProtocolError::BodyLength => !has_one_length(theirs.headers),
        ProtocolError::HeadTooLarge => response.head_start + len > HEAD_LIMIT,
        _ => false,
    }
}

fn named<'f>(fields: &'f [Header<'f>], name: &'f [u8]) -> impl Iterator<Item = &'f [u8]> {
    fields
        .iter()
        .filter(|field| field.name.as_bytes().eq_ignore_ascii_case(name))
        .map(|field| field.value.trim_ascii())
}

fn has_one_length(fields: &[Header<'_>]) -> bool {
    let is_number = |value: &[u8]| {
        value.iter().all(u8::is_ascii_digit)
            && str::from_utf8(value).is_ok_and(|digits| digits.parse::<u64>().is_ok())
    };
    let lengths: Vec<bool> = named(fields, b"content-length").map(is_number).collect();
    let encodings: Vec<bool> = named(fields, b"transfer-encoding")
        .map(|value| value.eq_ignore_ascii_case(b"chunked"))
        .collect();
    [lengths, encodings].concat() == [true]
}

/// Checks that both have the same result, and that the head shouldn't have been rejected.
fn check_same(bytes: &[u8], response: &Response, theirs: &httparse::Response<'_, '_>, len: usize) {
    let shown = bytes.escape_ascii();
    let head = &bytes[response.head_start..];
    assert_eq!(response.head_start + len, response.end, "{shown}");
    assert_eq!(
        (response.body_start, response.body_len, response.is_cut),
        (response.end, 0, false),
        "{shown}"
    );
    assert_eq!(Some(response.status), theirs.code, "{shown}");
    assert!((200..600).contains(&response.status), "{shown}");
    for fault in
        [ProtocolError::HeadMalformed, ProtocolError::BodyLength, ProtocolError::HeadTooLarge]
    {
        assert!(!is_refused(response, head, theirs, len, fault), "not {fault}: {shown}");
    }
    for (index, id) in WANTED.iter().enumerate() {
        let value = named(theirs.headers, id).next().unwrap_or_default();
        assert_eq!(neutral_value(response.value(bytes, index)), neutral_value(value), "{shown}");
    }
    for field in theirs
        .headers
        .iter()
        .filter(|field| field.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
    {
        let name = field.name.to_ascii_lowercase();
        assert_eq!(
            find(&head[..len], name.as_bytes()),
            named(theirs.headers, name.as_bytes()).next(),
            "{name} in {shown}"
        );
    }
    let mut options =
        named(theirs.headers, b"connection").flat_map(|value| value.split(|&byte| byte == b','));
    let is_last = theirs.version == Some(0)
        || options.any(|option| option.trim_ascii().eq_ignore_ascii_case(b"close"));
    assert_eq!(response.close, is_last, "{shown}");
}

fn neutral_value(value: &[u8]) -> Vec<u8> {
    value.iter().map(|&byte| if byte == 0x7f { b'x' } else { byte }).collect()
}

/// Checks that bytes after a head don't change the result.
fn check_following(bytes: &[u8], response: &Response) {
    let mut alone = Response::default();
    assert_eq!(
        alone.read_head(&bytes[..response.end], IDS),
        Ok(Progress::Complete(())),
        "{}",
        bytes.escape_ascii()
    );
    assert_eq!(&alone, response, "{}", bytes.escape_ascii());
}

/// Checks that the response to an invocation with these ids is one request, which has them.
fn check_answer(bytes: &[u8], response: &Response) {
    let invocation = InvocationHead::new(response, bytes);
    if invocation.check().is_err() {
        return;
    }
    let endpoint = Endpoint::parse(b"127.0.0.1:9001").expect("the address is valid");
    let mut buffer = vec![0; bytes.len() + 512];
    let mut cursor = Cursor::new(&mut buffer);
    let answer = Answer::response(JSON, b"12345").expect("the response is short");
    let subject = Subject::Invocation(invocation);
    request::answer(&mut cursor, &endpoint, &Post { subject, answer });
    assert!(!cursor.is_full());
    // httparse allows fewer characters in values.
    let written = neutral_value(cursor.into_written());
    let mut fields = [httparse::EMPTY_HEADER; 8];
    let mut theirs = httparse::Request::new(&mut fields);
    assert_eq!(
        theirs.parse(&written),
        Ok(Status::Complete(written.len())),
        "{}",
        written.escape_ascii()
    );
    let path = [b"/2018-06-01/runtime/invocation/", invocation.request_id(), b"/response"].concat();
    assert_eq!(
        (theirs.method, theirs.path.map(str::as_bytes)),
        (Some("POST"), Some(&path[..])),
        "{}",
        written.escape_ascii()
    );
    let invocation_id = neutral_value(invocation.invocation_id());
    let fields: Vec<(&str, &[u8])> =
        theirs.headers.iter().map(|field| (field.name, field.value)).collect();
    let mut expected: Vec<(&str, &[u8])> =
        vec![("Host", b"127.0.0.1:9001"), ("Content-Type", JSON.as_bytes())];
    if !invocation_id.is_empty() {
        expected.push(("Lambda-Runtime-Invocation-Id", &invocation_id));
    }
    expected.push(("Content-Length", b"5"));
    let Some(((name, value), others)) = fields.split_last() else {
        panic!("no fields: {}", written.escape_ascii())
    };
    assert!(
        *name == "User-Agent" && value.starts_with(b"barelambda/"),
        "{}",
        written.escape_ascii()
    );
    assert_eq!(others, expected, "{}", written.escape_ascii());
}
