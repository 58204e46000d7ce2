//! The runtime's requests, parsed by httparse.

use httparse::Status;

use super::HOST;
use super::invocation::Failure;

/// A request of the Runtime API.
#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    Next,
    Answer {
        id: String,
        invocation_id: String,
        content_type: String,
        error: Option<Failure>,
        body: Vec<u8>,
        is_stream: bool,
    },
}

/// The beginning of the sent bytes.
pub enum Front {
    /// A request, and its length.
    Whole(Request, usize),
    /// The beginning of a stream, with these ids.
    Stream(String, String),
    /// An incomplete head, or an incomplete body of a buffered response.
    Part,
}

const NEXT: &str = "/2018-06-01/runtime/invocation/next";
const INVOCATION: &str = "/2018-06-01/runtime/invocation/";
const ERROR_TYPE: &str = "Lambda-Runtime-Function-Error-Type";
const ERROR_BODY: &str = "Lambda-Runtime-Function-Error-Body";

/// Parses the first request.
///
/// # Panics
/// The bytes aren't a request of the Runtime API.
pub fn parse(bytes: &[u8]) -> Front {
    let mut fields = [httparse::EMPTY_HEADER; 8];
    let mut request = httparse::Request::new(&mut fields);
    let status =
        request.parse(bytes).unwrap_or_else(|error| panic!("{error}: {}", bytes.escape_ascii()));
    let Status::Complete(head_len) = status else { return Front::Part };
    let field = |name: &str| {
        let mut all = request.headers.iter().filter(|field| field.name.eq_ignore_ascii_case(name));
        let value = all
            .next()
            .map(|field| str::from_utf8(field.value).expect("values are UTF-8").to_owned());
        assert!(all.next().is_none(), "{name} twice in {}", bytes.escape_ascii());
        value
    };
    assert_eq!(field("Host").as_deref(), Some(HOST));
    assert!(field("User-Agent").is_some_and(|value| value.starts_with("barelambda/")));
    let path = request.path.expect("a complete request has a path");
    if request.method == Some("GET") {
        assert_eq!((path, request.headers.len()), (NEXT, 2), "{}", bytes.escape_ascii());
        return Front::Whole(Request::Next, head_len);
    }
    assert_eq!(request.method, Some("POST"), "{}", bytes.escape_ascii());
    let rest = path.strip_prefix(INVOCATION).unwrap_or_else(|| panic!("{path}"));
    // An id may contain a slash.
    let (id, kind) = rest.rsplit_once('/').unwrap_or_else(|| panic!("{path}"));
    let id = id.to_owned();
    let invocation_id = field("Lambda-Runtime-Invocation-Id").unwrap_or_default();
    let content_type = field("Content-Type").expect("a response has a type");
    if field("Transfer-Encoding").is_some_and(|value| value == "chunked") {
        assert_eq!((kind, field("Content-Length")), ("response", None));
        assert_eq!(field("Lambda-Runtime-Function-Response-Mode").as_deref(), Some("streaming"));
        assert_eq!(field("Trailer"), Some([ERROR_TYPE, ERROR_BODY].join(", ")));
        let Some((body, error, len)) = stream(&bytes[head_len..]) else {
            return Front::Stream(id, invocation_id);
        };
        return Front::Whole(
            Request::Answer { id, invocation_id, content_type, error, body, is_stream: true },
            head_len + len,
        );
    }
    let error_type = field(ERROR_TYPE);
    assert_eq!(kind, if error_type.is_some() { "error" } else { "response" });
    let len = head_len
        + field("Content-Length")
            .and_then(|value| value.parse::<usize>().ok())
            .expect("a response has a length");
    let Some(body) = bytes.get(head_len..len) else { return Front::Part };
    let body = body.to_vec();
    let error = error_type.map(|error_type| {
        assert_eq!(content_type, "application/vnd.aws.lambda.error+json");
        Failure { error_type, body: body.clone() }
    });
    Front::Whole(
        Request::Answer { id, invocation_id, content_type, error, body, is_stream: false },
        len,
    )
}

/// Returns the data of a stream, the error in its trailers, and its length, or `None` if it is
/// incomplete.
fn stream(bytes: &[u8]) -> Option<(Vec<u8>, Option<Failure>, usize)> {
    let (mut data, mut at) = (Vec::new(), 0);
    loop {
        let Ok(Status::Complete((len, size))) =
            httparse::parse_chunk_size(&bytes[at..]).inspect_err(|error| panic!("{error}"))
        else {
            return None;
        };
        at += len;
        if size == 0 {
            break;
        }
        let size = usize::try_from(size).expect("a chunk fits into memory");
        data.extend_from_slice(bytes.get(at..at + size)?);
        at += size;
        assert_eq!(bytes.get(at..at + 2)?, b"\r\n", "after a chunk");
        at += 2;
    }
    let mut trailers = [httparse::EMPTY_HEADER; 4];
    let status =
        httparse::parse_headers(&bytes[at..], &mut trailers).expect("the trailers are fields");
    let Status::Complete((len, trailers)) = status else { return None };
    let error = match trailers {
        [] => None,
        [error_type, body] => {
            assert_eq!((error_type.name, body.name), (ERROR_TYPE, ERROR_BODY));
            Some(Failure {
                error_type: String::from_utf8_lossy(error_type.value).into_owned(),
                body: from_base64(body.value),
            })
        }
        others => panic!("{others:?}"),
    };
    Some((data, error, at + len))
}

fn from_base64(text: &[u8]) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    assert_eq!(text.len() % 4, 0, "{}", text.escape_ascii());
    let mut bytes = Vec::new();
    for group in text.chunks(4) {
        let digits = group
            .iter()
            .take_while(|byte| **byte != b'=')
            .map(|byte| ALPHABET.iter().position(|digit| digit == byte));
        let digits: Vec<usize> = digits.map(|digit| digit.expect("the body is base64")).collect();
        let word =
            digits.iter().fold(0, |word, digit| word << 6 | digit) << (6 * (4 - digits.len()));
        bytes.extend_from_slice(
            &[(word >> 16) as u8, (word >> 8) as u8, word as u8][..digits.len() - 1],
        );
    }
    bytes
}
