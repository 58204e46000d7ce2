//! HTTP requests with strings that may not be readable, compared with a strict reader; gzip.

use barelambda::events::http;
use barelambda::events::{alb, gunzip};
use barelambda::json::{self, RawJson};

/// Reads `bytes` as a request. What a strict reader reads as well must be the same, and what it
/// refuses must not end up in other fields.
pub fn check(bytes: &[u8]) {
    let mut own = bytes.to_vec();
    let mut strict = bytes.to_vec();
    let strict = json::from_slice::<RawJson>(&mut strict);
    match (http::from_slice::<alb::Request>(&mut own), strict) {
        (Ok((request, body)), Ok(strict)) => {
            for (name, _) in strict.fields() {
                // The first counts, in any case.
                let first = fields_of(strict, name).next().unwrap_or_default();
                if !name.eq_ignore_ascii_case("body") {
                    assert_eq!(request.get(name).to_string(), first.to_string(), "{name}");
                }
            }
            _ = body.text();
        }
        (Ok((request, _)), Err(_)) => {
            // What is left is JSON with the same fields.
            let headers = request.get("headers");
            let mut again = headers.to_string().into_bytes();
            let again: RawJson = json::from_slice(&mut again).expect("it is JSON");
            assert_eq!(again.fields().count(), headers.fields().count());
        }
        (Err(_), Ok(strict)) => {
            let is_text = |name| {
                fields_of(strict, name)
                    .next()
                    .and_then(RawJson::as_text)
                    .is_some_and(|text| !text.is_empty())
            };
            let bodies = || fields_of(strict, "body");
            let is_body = bodies().all(|body| body.is_null() || body.as_str().is_some());
            assert!(!(is_text("httpMethod") && is_text("path") && is_body && bodies().count() < 2));
        }
        (Err(_), Err(_)) => {}
    }
    _ = gunzip(bytes, &mut [0; 4096]);
}

fn fields_of<'a>(object: RawJson<'a>, name: &str) -> impl Iterator<Item = RawJson<'a>> {
    object
        .fields()
        .filter(move |(other, _)| other.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}
