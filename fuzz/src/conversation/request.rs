//! What the runtime sends, as httparse reads it.

use httparse::Status;

use super::HOST;

/// A request of the Runtime API.
#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    Next,
    Answer { id: String, invocation_id: String, content_type: String, error_type: Option<String>, body: Vec<u8> },
}

const NEXT: &str = "/2018-06-01/runtime/invocation/next";
const INVOCATION: &str = "/2018-06-01/runtime/invocation/";

/// The first request in `bytes`, and its length; `None` if it is not all there.
///
/// # Panics
/// When it is not a request of the Runtime API.
pub fn parse(bytes: &[u8]) -> Option<(Request, usize)> {
    let mut fields = [httparse::EMPTY_HEADER; 8];
    let mut request = httparse::Request::new(&mut fields);
    let Status::Complete(head_len) = request.parse(bytes).unwrap_or_else(|error| panic!("{error}: {}", bytes.escape_ascii())) else {
        return None;
    };
    let field = |name: &str| {
        let mut all = request.headers.iter().filter(|field| field.name.eq_ignore_ascii_case(name));
        let value = all.next().map(|field| str::from_utf8(field.value).expect("it is text").to_owned());
        assert!(all.next().is_none(), "{name} twice in {}", bytes.escape_ascii());
        value
    };
    assert_eq!(field("Host").as_deref(), Some(HOST));
    assert!(field("User-Agent").is_some_and(|value| value.starts_with("barelambda/")));
    let path = request.path.expect("it is complete");
    if request.method == Some("GET") {
        assert_eq!((path, request.headers.len()), (NEXT, 2), "{}", bytes.escape_ascii());
        return Some((Request::Next, head_len));
    }
    assert_eq!(request.method, Some("POST"), "{}", bytes.escape_ascii());
    let rest = path.strip_prefix(INVOCATION).unwrap_or_else(|| panic!("{path}"));
    let (id, kind) = rest.split_once('/').unwrap_or_else(|| panic!("{path}"));
    let error_type = field("Lambda-Runtime-Function-Error-Type");
    assert_eq!(kind, if error_type.is_some() { "error" } else { "response" });
    let len = head_len + field("Content-Length").and_then(|value| value.parse::<usize>().ok()).expect("an answer has a length");
    let answer = Request::Answer {
        id: id.to_owned(),
        invocation_id: field("Lambda-Runtime-Invocation-Id").unwrap_or_default(),
        content_type: field("Content-Type").expect("an answer has a type"),
        error_type,
        body: bytes.get(head_len..len)?.to_vec(),
    };
    Some((answer, len))
}

/// All requests in `bytes`, which end with the last one.
pub fn parse_all(mut bytes: &[u8]) -> Vec<Request> {
    let mut requests = Vec::new();
    while !bytes.is_empty() {
        let Some((request, len)) = parse(bytes) else { panic!("it breaks off: {}", bytes.escape_ascii()) };
        requests.push(request);
        bytes = &bytes[len..];
    }
    requests
}
