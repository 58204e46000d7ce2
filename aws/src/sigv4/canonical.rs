//! The canonical form of a request ([AWS: Create a canonical
//! request](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request)).

use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::{Payload, Style};

/// The text that is hashed and signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanonicalRequest {
    /// The lines of the method, the path, the query, the headers, their names and the payload.
    pub text: String,
    /// The names of the signed headers, in lower case and in order, separated by semicolons.
    pub signed_headers: String,
}

/// A name and a value.
type Pair<'a> = (&'a str, &'a str);

impl CanonicalRequest {
    /// Writes the canonical form of a request whose path and query already have it. All `headers`
    /// are signed. Those of the same name become one, whose values are separated by commas.
    pub fn new(
        method: &str,
        path: &str,
        query: &str,
        headers: &[Pair<'_>],
        payload: &Payload,
    ) -> Self {
        let mut text = String::from(method);
        for part in ["\n", path, "\n", query, "\n"] {
            text.push_str(part);
        }
        let mut signed_headers = String::new();
        let mut sorted = Vec::new();
        for header in headers {
            insert(&mut sorted, *header, |header, other| compare_names(header.0, other.0));
        }
        let mut headers = sorted.iter().peekable();
        while let Some((name, value)) = headers.next() {
            let lowercase = name.bytes().map(|byte| char::from(byte.to_ascii_lowercase()));
            if !signed_headers.is_empty() {
                signed_headers.push(';');
            }
            signed_headers.extend(lowercase.clone());
            text.extend(lowercase);
            text.push(':');
            push_trimmed(&mut text, value);
            while let Some((_, value)) =
                headers.next_if(|other| compare_names(name, other.0) == Ordering::Equal)
            {
                text.push(',');
                push_trimmed(&mut text, value);
            }
            text.push('\n');
        }
        for part in ["\n", &signed_headers, "\n", &payload.text()] {
            text.push_str(part);
        }
        Self { text, signed_headers }
    }
}

/// Encodes text for a path or a query: each byte except letters, digits, `-`, `.`, `_`, `~` and
/// those in `kept` becomes `%` and two upper-case digits ([RFC 3986, section
/// 2.1](https://www.rfc-editor.org/rfc/rfc3986#section-2.1)).
pub fn push_encoded(out: &mut String, text: &str, kept: &str) {
    for byte in text.bytes() {
        let character = char::from(byte);
        if byte.is_ascii_alphanumeric() || "-._~".contains(character) || kept.contains(character) {
            out.push(character);
        } else {
            let digits = [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16));
            out.push('%');
            out.extend(digits.into_iter().flatten().map(|digit| digit.to_ascii_uppercase()));
        }
    }
}

/// Returns the canonical form of a path that is sent: the same for S3. For other services, it
/// excludes empty segments and dot segments, and is encoded once more.
pub fn path(sent: &str, style: Style) -> String {
    if style == Style::S3 {
        return sent.into();
    }
    let mut normalized = String::new();
    for segment in sent.split('/') {
        match segment {
            "" | "." => {}
            ".." => normalized.truncate(normalized.rfind('/').unwrap_or_default()),
            _ => {
                normalized.push('/');
                normalized.push_str(segment);
            }
        }
    }
    if normalized.is_empty() || sent.ends_with('/') {
        normalized.push('/');
    }
    let mut encoded = String::new();
    push_encoded(&mut encoded, &normalized, "/");
    encoded
}

/// Encodes the pairs of a query, and sorts them. The result is canonical, and can be sent.
pub fn query(pairs: &[Pair<'_>]) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        push_pair(&mut text, name, value, |out, part| push_encoded(out, part, ""));
    }
    encoded_query(&text)
}

/// Returns the canonical form of a query that is already encoded: sorted by name, then by value.
pub fn encoded_query(text: &str) -> String {
    let mut sorted = Vec::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        insert(&mut sorted, pair.split_once('=').unwrap_or((pair, "")), Ord::cmp);
    }
    let mut query = String::new();
    for (name, value) in sorted {
        push_pair(&mut query, name, value, String::push_str);
    }
    query
}

fn push_pair(query: &mut String, name: &str, value: &str, push: impl Fn(&mut String, &str)) {
    if !query.is_empty() {
        query.push('&');
    }
    push(query, name);
    query.push('=');
    push(query, value);
}

/// Inserts a pair after those that aren't greater. The sort of the standard library links several
/// KB, and requests have few pairs.
fn insert<'a>(
    sorted: &mut Vec<Pair<'a>>,
    pair: Pair<'a>,
    compare: impl Fn(&Pair<'a>, &Pair<'a>) -> Ordering,
) {
    let index = sorted.partition_point(|other| compare(other, &pair) != Ordering::Greater);
    sorted.insert(index, pair);
}

fn compare_names(name: &str, other: &str) -> Ordering {
    let lowercase = |byte: u8| byte.to_ascii_lowercase();
    name.bytes().map(lowercase).cmp(other.bytes().map(lowercase))
}

/// Appends a value without leading and trailing blanks, and with one space for each sequence of
/// them.
fn push_trimmed(text: &mut String, value: &str) {
    for (index, word) in value.split_ascii_whitespace().enumerate() {
        if index > 0 {
            text.push(' ');
        }
        text.push_str(word);
    }
}
