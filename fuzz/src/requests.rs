//! URLs, and requests with parts from the input, which are read again with httparse.

use barelambda_aws::http::request::{Method, Path, Query, Request};
use barelambda_aws::sigv4::canonical;
use barelambda_aws::sigv4::date::Timestamp;
use barelambda_aws::sigv4::sign::{Signer, SigningKey};
use barelambda_aws::sigv4::{Credentials, Payload, Style};
use barelambda_aws::url::Url;
use httparse::Status;

use super::source::Source;

/// Parses a URL, or writes a request, depending on the first byte.
///
/// # Panics
/// A part is lost, or changes the others.
pub fn check(input: &[u8]) {
    let mut source = Source { bytes: input };
    match source.byte() % 3 {
        0 => check_url(&text(source.bytes)),
        1 => check_canonical(&mut source),
        _ => check_request(&mut source),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn check_url(text: &str) {
    let Ok(url) = Url::parse(text) else { return };
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.contains('#'), "{text:?}");
    assert!(!url.host.is_empty() && url.port > 0 && url.path.starts_with('/'), "{text:?}");
    // The parts make the same URL, except for its scheme's case, a default port, and what is empty.
    let again = format!("{}{}{}?{}", url.scheme.prefix(), url.authority, url.path, url.query);
    assert_eq!(Url::parse(&again), Ok(url), "{text:?}");
    let with_port =
        format!("{}{}:{}{}?{}", url.scheme.prefix(), url.host, url.port, url.path, url.query);
    assert_eq!(Url::parse(&with_port), Ok(url), "{text:?}");
    assert!(text.len() >= again.len() - 2, "{text:?}");
    let request = Request {
        method: Method::Get,
        host: url.authority,
        path: Path::Encoded(url.path),
        query: Query::Encoded(url.query),
        headers: &[],
        body_len: None,
    };
    let mut head = Vec::new();
    request.write(&mut head).expect("the parts of a URL can be sent");
    let target = match url.query {
        "" => url.path.to_owned(),
        query => format!("{}?{query}", url.path),
    };
    check_head(&head, "GET", &target, &[("Host", url.authority)]);
}

fn check_canonical(source: &mut Source<'_>) {
    let pairs: Vec<(String, String)> =
        (0..source.byte() % 8).map(|_| (text(&source.bytes()), text(&source.bytes()))).collect();
    let borrowed: Vec<(&str, &str)> =
        pairs.iter().map(|(name, value)| (&**name, &**value)).collect();
    let query = canonical::query(&borrowed);
    assert_eq!(canonical::encoded_query(&query), query);
    let found: Vec<(&str, &str)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').expect("each pair has an equals sign"))
        .collect();
    assert!(found.is_sorted(), "{query}");
    let mut decoded: Vec<(String, String)> =
        found.iter().map(|(name, value)| (decode(name), decode(value))).collect();
    decoded.sort();
    let mut pairs = pairs;
    pairs.sort();
    assert_eq!(decoded, pairs);

    let raw = format!("/{}", text(source.bytes));
    let sent = Path::Raw(&raw).encoded().expect("it begins with a slash");
    assert_eq!(decode(&sent), raw);
    assert_eq!(canonical::path(&sent, Style::S3), sent);
    let normalized = decode(&canonical::path(&sent, Style::Standard));
    assert_eq!(decode(&canonical::path(&normalized, Style::Standard)), normalized);
    let inner = normalized.strip_prefix('/').expect("it begins with a slash");
    let segments: Vec<&str> = inner.strip_suffix('/').unwrap_or(inner).split('/').collect();
    assert!(
        inner.is_empty() || segments.iter().all(|segment| !["", ".", ".."].contains(segment)),
        "{normalized}"
    );
}

/// Decodes what was encoded, strictly: upper-case digits, and no characters that must be encoded.
fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || {
                let digit = rest.next().expect("two digits follow");
                assert!(!digit.is_ascii_lowercase(), "{text}");
                char::from(digit).to_digit(16).expect("digits are hexadecimal") as u8
            };
            bytes.push(digit() << 4 | digit());
        } else {
            assert!(byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte), "{text}");
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).expect("the text is whole")
}

fn check_request(source: &mut Source<'_>) {
    let is_signed = source.byte() >= 128;
    let style = if source.byte() >= 128 { Style::S3 } else { Style::Standard };
    let host = text(&source.bytes());
    let is_raw = source.byte() >= 128;
    let path = text(&source.bytes());
    let query = text(&source.bytes());
    let headers: Vec<(String, String)> =
        (0..source.byte() % 4).map(|_| (text(&source.bytes()), text(&source.bytes()))).collect();
    let borrowed: Vec<(&str, &str)> =
        headers.iter().map(|(name, value)| (&**name, &**value)).collect();
    let token = text(source.bytes);
    let request = Request {
        method: Method::Put,
        host: &host,
        path: if is_raw { Path::Raw(&path) } else { Path::Encoded(&path) },
        query: Query::Encoded(&query),
        headers: &borrowed,
        body_len: Some(5),
    };
    let mut head = b"before".to_vec();
    let result = if is_signed {
        let (time, region, service) = (Timestamp::at(1_440_938_160), "eu-west-1", "service");
        let credentials = Credentials {
            access_key_id: &token,
            secret_access_key: &token,
            session_token: Some(&token),
        };
        let key = &SigningKey::derive(&token, time, region, service);
        let signer = Signer { credentials, region, service, style, time, key };
        request.write_signed(&mut head, &signer, &Payload::of(b"hello"))
    } else {
        request.write(&mut head)
    };
    if result.is_err() {
        assert_eq!(head, b"before");
        return;
    }
    let path = request.path.encoded().expect("it was written");
    let target = if query.is_empty() { path.into_owned() } else { format!("{path}?{query}") };
    let mut expected = vec![("Host", &*host)];
    expected.extend(&borrowed);
    check_head(&head[b"before".len()..], "PUT", &target, &expected);
}

/// Checks that a head is one request, whose first headers are `expected`.
fn check_head(head: &[u8], method: &str, target: &str, expected: &[(&str, &str)]) {
    let shown = head.escape_ascii();
    let mut fields = [httparse::EMPTY_HEADER; 16];
    let mut theirs = httparse::Request::new(&mut fields);
    assert_eq!(theirs.parse(head), Ok(Status::Complete(head.len())), "{shown}");
    assert_eq!((theirs.method, theirs.path), (Some(method), Some(target)), "{shown}");
    let names: Vec<&str> = theirs.headers.iter().map(|field| field.name).collect();
    assert_eq!(names.iter().filter(|name| name.eq_ignore_ascii_case("host")).count(), 1, "{shown}");
    for (field, (name, value)) in theirs.headers.iter().zip(expected) {
        // httparse removes blanks around values.
        let value = value.trim_matches([' ', '\t']).as_bytes();
        assert_eq!((field.name, field.value), (*name, value), "{shown}");
    }
    assert!(theirs.headers.len() > expected.len(), "{shown}");
    assert_eq!(names.last(), Some(&"User-Agent"), "{shown}");
}
