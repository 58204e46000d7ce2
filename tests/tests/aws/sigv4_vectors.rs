//! AWS's signing test suite, in `tests/vectors`: the canonical request, the text that is signed,
//! and the signature, in a header and in the query.

use std::fs;
use std::path::{Path as FilePath, PathBuf};

use barelambda_aws::http::request::{Method, Path, Query, Request};
use barelambda_aws::sigv4::canonical::{self, CanonicalRequest};
use barelambda_aws::sigv4::date::Timestamp;
use barelambda_aws::sigv4::presign::signed_query;
use barelambda_aws::sigv4::sign::{Signer, SigningKey};
use barelambda_aws::sigv4::{Credentials, Payload, Style};
use barelambda_tests::cargo;
use serde_json::Value;

/// A vector: its files, and the request that one of them has.
struct Vector {
    folder: PathBuf,
    name: String,
    method: String,
    /// The path and the query, as they are written.
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Vector {
    fn read(folder: PathBuf) -> Self {
        let name = folder.file_name().expect("a folder has a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(folder.join("request.txt")).expect("each vector has it");
        let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
        let mut lines = head.lines();
        let line = lines.next().expect("there is a request line");
        let line = line.strip_suffix(" HTTP/1.1").expect("the version is 1.1");
        let (method, target) = line.split_once(' ').expect("a method precedes the path");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines {
            if line.starts_with(' ') {
                // A line that continues the value of the previous one.
                let (_, value) = headers.last_mut().expect("a header precedes");
                *value += &format!("\n{line}");
            } else {
                let (name, value) = line.split_once(':').expect("a header has a colon");
                headers.push((name.into(), value.into()));
            }
        }
        let [method, path, query, body] = [method, path, query, body].map(str::to_owned);
        Self { folder, name, method, path, query, headers, body }
    }

    fn file(&self, name: &str) -> String {
        let path = self.folder.join(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Returns the pairs of the query, decoded.
    fn pairs(&self) -> Vec<(String, String)> {
        let pairs = self.query.split('&').filter(|pair| !pair.is_empty());
        pairs
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decoded(name), decoded(value))
            })
            .collect()
    }

    /// Returns the path as it is sent, and the style with which its canonical form is that of the
    /// suite. The suite sets normalization and double encoding independently, but encodes the paths
    /// with other characters only once, and none of those has anything to normalize.
    fn sent_path(&self, normalize: bool) -> (String, Style) {
        let decoded = decoded(&self.path);
        let path = Path::Raw(&decoded).encoded().expect("the path begins with a slash");
        let style = if normalize && !path.contains('%') { Style::Standard } else { Style::S3 };
        (path.into_owned(), style)
    }
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [byte, after @ ..] = rest {
        rest = after;
        if let (b'%', Some((digits, after))) = (byte, after.split_first_chunk::<2>()) {
            let digits = str::from_utf8(digits).expect("digits are ASCII");
            bytes.push(u8::from_str_radix(digits, 16).expect("hexadecimal digits follow"));
            rest = after;
        } else {
            bytes.push(*byte);
        }
    }
    String::from_utf8(bytes).expect("the suite has text")
}

fn vectors() -> Vec<Vector> {
    let folder = FilePath::new(cargo::root()).join("tests/vectors/aws-signing-test-suite/v4");
    let entries = fs::read_dir(folder).expect("the suite is there");
    let mut vectors: Vec<Vector> =
        entries.map(|entry| Vector::read(entry.expect("it can be read").path())).collect();
    vectors.sort_by(|vector, other| vector.name.cmp(&other.name));
    vectors
}

fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (&**name, &**value)).collect()
}

/// 2015-08-30T12:36:00Z, the time of all vectors with a context.
const TIME: u64 = 1_440_938_160;

/// Calls `check` with what the context of a vector says: the signer, whether the path is
/// normalized, whether the body's hash is a header, and the seconds of a presigned URL.
fn with_context(vector: &Vector, check: impl FnOnce(&Signer<'_>, bool, bool, u32)) {
    let context: Value = serde_json::from_str(&vector.file("context.json")).expect("it is JSON");
    let text = |value: &Value| value.as_str().expect("it is text").to_owned();
    assert_eq!(context["timestamp"], "2015-08-30T12:36:00Z", "{}", vector.name);
    let credentials = &context["credentials"];
    let (id, secret) =
        (text(&credentials["access_key_id"]), text(&credentials["secret_access_key"]));
    // Some services want the token in a header that is not signed.
    let is_omitted = context["omit_session_token"].as_bool().unwrap_or(false);
    let credentials = Credentials {
        access_key_id: &id,
        secret_access_key: &secret,
        session_token: credentials["token"].as_str().filter(|_| !is_omitted),
    };
    let (region, service) = (text(&context["region"]), text(&context["service"]));
    let time = Timestamp::at(TIME);
    let key = &SigningKey::derive(&secret, time, &region, &service);
    let style = Style::Standard;
    let signer = Signer { credentials, region: &region, service: &service, style, time, key };
    let flag = |name: &str| context[name].as_bool().expect("it is true or false");
    let seconds = context["expiration_in_seconds"].as_u64().expect("it is a number");
    check(&signer, flag("normalize"), flag("sign_body"), seconds.try_into().expect("it is short"));
}

#[test]
fn signs_every_vector_in_a_header() {
    let mut count = 0;
    for vector in vectors().iter().filter(|vector| vector.folder.join("context.json").exists()) {
        with_context(vector, |signer, normalize, sign_body, _| {
            let payload = Payload::of(vector.body.as_bytes());
            let hash = payload.text();
            let pairs = vector.pairs();
            let mut headers = borrowed(&vector.headers);
            headers.push(("X-Amz-Date", signer.time.as_str()));
            headers.extend(
                signer.credentials.session_token.map(|token| ("X-Amz-Security-Token", token)),
            );
            headers.extend(sign_body.then_some(("x-amz-content-sha256", &*hash)));
            let (path, style) = vector.sent_path(normalize);
            let request = CanonicalRequest::new(
                &vector.method,
                &canonical::path(&path, style),
                &canonical::query(&borrowed(&pairs)),
                &headers,
                &payload,
            );
            let name = &vector.name;
            assert_eq!(request.text, vector.file("header-canonical-request.txt"), "{name}");
            let text = signer.string_to_sign(&request);
            assert_eq!(text, vector.file("header-string-to-sign.txt"), "{name}");
            assert_eq!(signer.signature(&request), vector.file("header-signature.txt"), "{name}");
            let signed = vector.file("header-signed-request.txt");
            let authorization = format!("\nAuthorization:{}\n", signer.authorization(&request));
            assert!(signed.contains(&authorization), "{name}: {authorization}");
        });
        count += 1;
    }
    assert_eq!(count, 38);
}

#[test]
fn signs_every_vector_in_the_query() {
    let mut count = 0;
    for vector in vectors().iter().filter(|vector| vector.folder.join("context.json").exists()) {
        with_context(vector, |signer, normalize, _, seconds| {
            let (path, style) = vector.sent_path(normalize);
            let query = signed_query(
                &Signer { style, ..*signer },
                &vector.method,
                &path,
                &borrowed(&vector.pairs()),
                &borrowed(&vector.headers),
                &Payload::of(vector.body.as_bytes()),
                seconds,
            )
            .expect("the seconds are within the limit");
            let name = &vector.name;
            let (query, signature) = query.split_once("&X-Amz-Signature=").expect("it is signed");
            assert_eq!(signature, vector.file("query-signature.txt"), "{name}");
            let expected = vector.file("query-canonical-request.txt");
            assert_eq!(Some(query), expected.lines().nth(2), "{name}");
        });
        count += 1;
    }
    assert_eq!(count, 38);
}

/// The vectors whose request the writer of heads doesn't send as it is, and why.
const NOT_WRITTEN: [(&str, &str); 12] = [
    ("get-header-value-multiline", "values with line breaks are refused"),
    ("get-relative-relative-unnormalized", UNNORMALIZED),
    ("get-relative-unnormalized", UNNORMALIZED),
    ("get-slash-dot-slash-unnormalized", UNNORMALIZED),
    ("get-slash-pointless-dot-unnormalized", UNNORMALIZED),
    ("get-slash-unnormalized", UNNORMALIZED),
    ("get-slashes-unnormalized", UNNORMALIZED),
    ("get-space-normalized", ENCODED_ONCE),
    ("get-space-unnormalized", UNNORMALIZED),
    ("get-utf8", ENCODED_ONCE),
    ("post-x-www-form-urlencoded", CONTENT_LENGTH),
    ("post-x-www-form-urlencoded-parameters", CONTENT_LENGTH),
];

const UNNORMALIZED: &str = "only S3 has paths like this, and its requests have another header";
const ENCODED_ONCE: &str = "services other than S3 encode the path twice";
const CONTENT_LENGTH: &str = "the framing isn't signed";

#[test]
fn the_writer_of_heads_has_the_signatures() {
    let mut not_written = Vec::new();
    for vector in vectors().iter().filter(|vector| vector.folder.join("context.json").exists()) {
        if NOT_WRITTEN.iter().any(|(name, _)| *name == vector.name) {
            not_written.push(vector.name.clone());
            continue;
        }
        with_context(vector, |signer, _, _, _| {
            let (hosts, others): (Vec<_>, Vec<_>) = borrowed(&vector.headers)
                .into_iter()
                .partition(|(name, _)| name.eq_ignore_ascii_case("host"));
            let pairs = vector.pairs();
            let request = Request {
                method: if vector.method == "GET" { Method::Get } else { Method::Post },
                host: hosts[0].1,
                path: Path::Encoded(&vector.path),
                query: Query::Pairs(&borrowed(&pairs)),
                headers: &others,
                body_len: None,
            };
            let mut head = Vec::new();
            let written =
                request.write_signed(&mut head, signer, &Payload::of(vector.body.as_bytes()));
            assert_eq!(written, Ok(()), "{}", vector.name);
            let head = String::from_utf8(head).expect("heads are text");
            let signature = format!(", Signature={}\r\n", vector.file("header-signature.txt"));
            assert!(head.contains(&signature), "{}: {head}", vector.name);
        });
    }
    assert_eq!(not_written, NOT_WRITTEN.map(|(name, _)| name));
}

/// These two vectors have only a canonical request. It has another time than the request.
#[test]
fn paths_are_encoded_twice() {
    let mut count = 0;
    for vector in vectors().iter().filter(|vector| vector.name.starts_with("double-")) {
        let expected = vector.file("header-canonical-request.txt");
        let path = canonical::path(&vector.path, Style::Standard);
        let headers: Vec<(&str, &str)> = borrowed(&vector.headers)
            .into_iter()
            .map(|(name, value)| match name {
                "Host" => (name, value),
                _ => (name, "20210511T154045Z"),
            })
            .collect();
        let request = CanonicalRequest::new(&vector.method, &path, "", &headers, &Payload::of(b""));
        assert_eq!(request.text, expected, "{}", vector.name);
        count += 1;
    }
    assert_eq!(count, 2);
}
