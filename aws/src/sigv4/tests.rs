//! Signatures of examples in AWS's documentation, and the canonical forms.

use super::canonical::{CanonicalRequest, encoded_query, path, push_encoded, query};
use super::date::Timestamp;
use super::presign::signed_query;
use super::sign::{Signer, SigningKey};
use super::*;
use crate::error::PRESIGN_EXPIRY;

/// 2013-05-24 00:00:00, the time of the examples of S3.
const TIME: u64 = 1_369_353_600;

const EXAMPLE: Credentials<'static> = Credentials {
    access_key_id: "AKIAIOSFODNN7EXAMPLE",
    secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    session_token: None,
};

/// Lengths of secrets, and the signatures.
const SIGNATURES: [(usize, &str); 7] = [
    (0, "fef0175c74d05403850f8a5a213438086504d7e3e08ae33c78dabf910787ccd6"),
    (40, "fbaba2236aa32c0498e18f26b8d96cf9ccfe72746fa0600a208c79975b5b09de"),
    (59, "2f0cce108015ccb450fd24b0b28032fffcbd7cd72f2d0f56eb01f646412ec5b0"),
    (60, "540d9f535e5c30b7fee68307c0cc1debf453f3371c5a84b2c2382de5fdde2ff3"),
    (61, "e7e7716c5cd305acaa848372b9420643dc5bc312391724709172ba50265ba482"),
    (128, "6e4fe06dace3aed9700c785173fda591276264a8a0cd9e103a021e78c7770f24"),
    (5000, "1260d4cb871fa74e5fb42e363162730578c76d6a028a0dd231cf37a4f124b303"),
];

/// Calls `check` with a signer for S3 in us-east-1.
fn with_s3(credentials: Credentials<'_>, check: impl FnOnce(&Signer<'_>)) {
    let (time, region, service) = (Timestamp::at(TIME), "us-east-1", "s3");
    let key = &SigningKey::derive(credentials.secret_access_key, time, region, service);
    check(&Signer { credentials, region, service, style: Style::S3, time, key });
}

/// The example "GET Object" of [AWS: Signature calculations for the Authorization
/// header](https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
#[test]
fn signs_the_example_of_s3() {
    let payload = Payload::of(b"");
    let headers = [
        ("Range", "bytes=0-9"),
        ("x-amz-date", "20130524T000000Z"),
        ("Host", "examplebucket.s3.amazonaws.com"),
        ("x-amz-content-sha256", &payload.text()),
    ];
    let request = CanonicalRequest::new("GET", "/test.txt", "", &headers, &payload);
    with_s3(EXAMPLE, |signer| {
        assert_eq!(
            signer.authorization(&request),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
            SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, \
            Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        );
    });
}

/// The example of [AWS: Authenticating requests: using query
/// parameters](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html).
#[test]
fn presigns_the_example_of_s3() {
    let headers = [("host", "examplebucket.s3.amazonaws.com")];
    with_s3(EXAMPLE, |signer| {
        let query = |seconds| {
            signed_query(signer, "GET", "/test.txt", &[], &headers, &Payload::Unsigned, seconds)
        };
        assert_eq!(
            query(86400).as_deref(),
            Ok("X-Amz-Algorithm=AWS4-HMAC-SHA256\
                &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
                &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
                &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
        );
        for seconds in [0, 604_801, u32::MAX] {
            assert_eq!(query(seconds), Err(PRESIGN_EXPIRY));
        }
        assert!(query(1).is_ok() && query(604_800).is_ok());
    });
}

#[test]
fn a_presigned_url_has_the_session_token() {
    let credentials = Credentials { session_token: Some("a/b+c=="), ..EXAMPLE };
    with_s3(credentials, |signer| {
        let pairs = [("versionId", "a b"), ("X-Z", "1")];
        let query =
            signed_query(signer, "PUT", "/k", &pairs, &[("host", "h")], &Payload::Unsigned, 60);
        let query = query.expect("the expiry is valid");
        let names: std::vec::Vec<&str> =
            query.split('&').map(|pair| pair.split_once('=').unwrap().0).collect();
        assert_eq!(
            names,
            [
                "X-Amz-Algorithm",
                "X-Amz-Credential",
                "X-Amz-Date",
                "X-Amz-Expires",
                "X-Amz-Security-Token",
                "X-Amz-SignedHeaders",
                "X-Z",
                "versionId",
                "X-Amz-Signature",
            ]
        );
        assert!(query.contains("&X-Amz-Security-Token=a%2Fb%2Bc%3D%3D&"), "{query}");
        assert!(query.contains("&versionId=a%20b&"), "{query}");
    });
}

/// The keys are those of Python's `hmac`, whose blocks are 64 bytes long: longer keys are hashed.
#[test]
fn secrets_have_any_length() {
    let payload = Payload::of(b"");
    let request = CanonicalRequest::new("GET", "/", "", &[("host", "h")], &payload);
    for (len, signature) in SIGNATURES {
        let secret = "s".repeat(len);
        let credentials = Credentials { secret_access_key: &secret, ..EXAMPLE };
        with_s3(credentials, |signer| assert_eq!(signer.signature(&request), signature, "{len}"));
    }
}

#[test]
fn a_key_is_valid_for_a_day() {
    let key = SigningKey::derive("secret", Timestamp::at(TIME), "r", "s");
    for (seconds, is_valid) in
        [(TIME - 1, false), (TIME, true), (TIME + 86_399, true), (TIME + 86_400, false)]
    {
        assert_eq!(key.is_valid_at(Timestamp::at(seconds)), is_valid, "{seconds}");
    }
}

#[test]
fn encodes_all_but_unreserved_characters() {
    for byte in 0..=127_u8 {
        let text = String::from(char::from(byte));
        let mut encoded = String::new();
        push_encoded(&mut encoded, &text, "");
        let is_unreserved = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let expected = if is_unreserved { text.clone() } else { std::format!("%{byte:02X}") };
        assert_eq!(encoded, expected);
    }
    let mut encoded = String::new();
    push_encoded(&mut encoded, "/a b/\u{e9}\u{1f980}%2f+", "/");
    assert_eq!(encoded, "/a%20b/%C3%A9%F0%9F%A6%80%252f%2B");
}

#[test]
fn normalizes_paths_except_those_of_s3() {
    for (sent, canonical) in [
        ("/", "/"),
        ("//", "/"),
        ("/a", "/a"),
        ("/a/", "/a/"),
        ("//a//b//", "/a/b/"),
        ("/./a/./", "/a/"),
        ("/a/..", "/"),
        ("/a/../", "/"),
        ("/../../a", "/a"),
        ("/a/b/../c", "/a/c"),
        ("/a/...", "/a/..."),
        ("/arn%3Aaws:x/@", "/arn%253Aaws%3Ax/%40"),
    ] {
        assert_eq!(path(sent, Style::Standard), canonical, "{sent}");
        assert_eq!(path(sent, Style::S3), sent);
    }
}

#[test]
fn sorts_the_query_by_encoded_name_then_value() {
    for (pairs, expected) in [
        (&[][..], ""),
        (&[("b", "2"), ("a", "1")], "a=1&b=2"),
        (&[("a", "2"), ("a", "1"), ("a", "")], "a=&a=1&a=2"),
        (&[("Param-3", "x"), ("Param", "y"), ("\u{1234}", "z")], "%E1%88%B4=z&Param=y&Param-3=x"),
        (&[("a", "z"), ("B", "y"), ("", "x")], "=x&B=y&a=z"),
        (&[("a b", "c&d=e+f/")], "a%20b=c%26d%3De%2Bf%2F"),
        (&[("a", "~"), ("a", "\u{e9}")], "a=%C3%A9&a=~"),
    ] {
        assert_eq!(query(pairs), expected);
    }
    for (text, expected) in
        [("", ""), ("acl", "acl="), ("b=2&a=1&&c", "a=1&b=2&c="), ("a=b=c&a=%2F", "a=%2F&a=b=c")]
    {
        assert_eq!(encoded_query(text), expected);
    }
}

#[test]
fn trims_joins_and_sorts_headers() {
    let headers = [
        ("X-B", " a   b\t c "),
        ("Host", "h"),
        ("x-a", "2"),
        ("X-A", ""),
        ("X-a", " 1"),
        ("x-a-b", "\u{e9}"),
    ];
    let request = CanonicalRequest::new("PUT", "/p", "q=1", &headers, &Payload::Unsigned);
    assert_eq!(
        request.text,
        "PUT\n/p\nq=1\nhost:h\nx-a:2,,1\nx-a-b:\u{e9}\nx-b:a b c\n\n\
        host;x-a;x-a-b;x-b\nUNSIGNED-PAYLOAD"
    );
    assert_eq!(request.signed_headers, "host;x-a;x-a-b;x-b");
}
