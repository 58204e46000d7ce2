//! Requests that other runtimes have been reported to misread.

use crate::error::Error;
use crate::events::http::*;
use crate::events::{alb, api_gateway_v1, api_gateway_v2};
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

/// Reads a request with payload format 2.0, with these fields.
fn v2(fields: &str) -> Vec<u8> {
    format!(r#"{{{fields},"rawPath":"/","requestContext":{{"http":{{"method":"GET"}}}}}}"#)
        .into_bytes()
}

#[test]
fn a_test_event_of_the_console_has_no_request_context() {
    let mut text = br#"{"path":"/p","httpMethod":"GET","headers":{"Accept":"*/*"}}"#.to_vec();
    let (request, body) = from_slice::<api_gateway_v1::Request>(&mut text).unwrap();
    assert_eq!(
        (request.method(), request.path(), request.header("accept")),
        ("GET", "/p", Some("*/*"))
    );
    let context = request.request_context();
    assert_eq!(
        (context.stage(), context.request_time(), context.request_time_epoch()),
        ("", None, 0)
    );
    assert_eq!((context.identity().source_ip(), context.identity().user_agent()), ("", None));
    assert!(context.authorizer().is_null() && body.is_empty() && !request.is_base64_encoded());
    assert!(request.query_parameters().is_empty() && request.path_parameters().is_empty());
}

#[test]
fn an_absent_or_null_method_or_path_is_an_error() {
    fn message<'a, R: HttpRequest<'a>>(text: &'a mut [u8]) -> &'static str {
        from_slice::<R>(text).err().unwrap().message()
    }
    for text in [
        r#"{"path":"/"}"#,
        r#"{"httpMethod":"GET"}"#,
        r#"{"httpMethod":null,"path":"/"}"#,
        r#"{"httpMethod":"GET","path":{}}"#,
    ] {
        let missing = Error::JSON_MISSING_FIELD.message();
        assert_eq!(message::<api_gateway_v1::Request>(&mut text.to_string().into_bytes()), missing);
        assert_eq!(message::<alb::Request>(&mut text.to_string().into_bytes()), missing);
    }
}

#[test]
fn a_cognito_identity_and_any_authorizer_can_be_reached() {
    let mut text = br#"{"rawPath":"/","requestContext":{"http":{"method":"GET"},"authorizer":{
        "iam":{"accountId":"1","cognitoIdentity":{"amr":["authenticated"],"identityId":"eu-central-1:x","identityPoolId":"eu-central-1:y"}},
        "custom":{"tier":["gold"]}}}}"#
        .to_vec();
    let (request, _) = from_slice::<api_gateway_v2::Request>(&mut text).unwrap();
    let authorizer = request.request_context().authorizer();
    let identity = authorizer.cognito_identity();
    assert_eq!(Texts::from(identity.get("amr")).iter().collect::<Vec<_>>(), ["authenticated"]);
    assert_eq!(identity.get("identityId").as_str(), Some("eu-central-1:x"));
    assert_eq!(identity.get("identityPoolId").as_str(), Some("eu-central-1:y"));
    assert_eq!(authorizer.get("custom").get("tier").to_string(), r#"["gold"]"#);
}

#[test]
fn claims_that_are_numbers_and_booleans_are_text() {
    let mut text = br#"{"rawPath":"/","requestContext":{"http":{"method":"GET"},"authorizer":{"jwt":{
        "claims":{"sub":"u1","iat":1727177216,"email_verified":true,"aud":["a","b"],"address":{"country":"IS"}},"scopes":null}}}}"#
        .to_vec();
    let (request, _) = from_slice::<api_gateway_v2::Request>(&mut text).unwrap();
    let claims = request.request_context().authorizer().jwt_claims();
    assert_eq!(
        (claims.get("sub"), claims.get("iat"), claims.get("email_verified"), claims.get("exp")),
        (Some("u1"), Some("1727177216"), Some("true"), None)
    );
    assert_eq!(claims.all("aud").collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(claims.raw("address").get("country").as_str(), Some("IS"));
    assert_eq!(claims.iter().count(), 5);
}

#[test]
fn cookies_are_also_found_in_the_header() {
    for (fields, expected) in [
        (r#""headers":{"cookie":"sid=1; theme=dark"}"#, [Some("1"), Some("dark")]),
        (
            r#""headers":{"Cookie":"sid=1;theme=dark; sid=2"},"cookies":null"#,
            [Some("1"), Some("dark")],
        ),
        (
            r#""headers":{"cookie":"sid=2; theme=dark"},"cookies":["sid=1"]"#,
            [Some("1"), Some("dark")],
        ),
        (r#""headers":{"cookie":"side=1"},"cookies":[]"#, [None, None]),
        (r#""headers":{"x-cookie":"sid=1"}"#, [None, None]),
    ] {
        let mut text = v2(fields);
        let (request, _) = from_slice::<api_gateway_v2::Request>(&mut text).unwrap();
        assert_eq!([request.cookie("sid"), request.cookie("theme")], expected, "{fields}");
    }
}

/// Values that aren't UTF-8, or that no encoder of UTF-8 writes.
const UNREADABLE: [&[u8]; 12] = [
    b"\xee",
    b"a\xeeb\xffc",
    b"\\xEE",
    b"\\udcEE",
    b"\\ud83d",
    b"a\\n\xfe\\\"\xff,\\\"x\\\":\\\"y",
    b"\\ud83d\\n",
    b"\\n\\n\\n\\n\\n\xff",
    b"\\n\\n\\n\\n\\n\\n\\n\\n\\n\xff,\\\"x\\\":\xfe",
    b"\\u0041\\u0041\xfe\xff\xff",
    b"\\q\\\"\\q",
    b"\\u12",
];

#[test]
fn a_header_that_is_not_utf8_is_unreadable_and_the_others_are_not() {
    for bytes in UNREADABLE {
        for [before, after] in [
            [&br#"{"headers":{"host":"h\u00e9","x-bad":""#[..], br#"","Accept":"\u002a"},"#],
            [
                br#"{"queryStringParameters":{"q":""#,
                br#""},"headers":{"host":"h\u00e9","accept":"*"},"#,
            ],
            [br#"{"x":[[""#, br#""]],"headers":{"host":"h\u00e9","accept":"*"},"#],
            [br#"{"headers":{"host":"h\u00e9",""#, br#"":"v","accept":"*"},"#],
            [br#"{""#, br#"":"v","headers":{"host":"h\u00e9","accept":"*"},"#],
        ] {
            let rest = br#""body":"b\n","httpMethod":"POST","path":"/\u00fc"}"#;
            let mut text = [before, bytes, after, rest].concat();
            let shown = String::from_utf8_lossy(&text).into_owned();
            let (request, body) = from_slice::<alb::Request>(&mut text)
                .unwrap_or_else(|error| panic!("{shown}: {error}"));
            assert_eq!((request.method(), request.path()), ("POST", "/ü"), "{shown}");
            assert_eq!(request.header("Host"), Some("hé"), "{shown}");
            assert_eq!(request.header("accept"), Some("*"), "{shown}");
            assert_eq!((request.header("x-bad"), request.query("q")), (None, None), "{shown}");
            // Nothing in a string becomes a field.
            assert_eq!((request.header("x"), request.query("x")), (None, None), "{shown}");
            assert_eq!(body.text(), Ok("b\n"), "{shown}");
            // It is still JSON, with the replacement character.
            let headers = request.get("headers");
            let mut again = headers.to_string().into_bytes();
            let again: crate::json::RawJson = crate::json::from_slice(&mut again).unwrap();
            assert_eq!(again.get("host").as_str(), Some("hé"), "{headers}");
            let mut buffer = [0; 256];
            let written = crate::json::to_slice(&headers, &mut buffer).unwrap();
            assert!(crate::json::from_slice::<crate::json::RawJson>(&mut written.to_vec()).is_ok());
        }
    }
}

#[test]
fn a_header_of_any_bytes_is_what_a_strict_reader_reads_or_absent() {
    const BYTES: [u8; 7] = *b"\\\"na\xff\xfe,";
    let len = if cfg!(miri) { 2 } else { 5 };
    for mut number in 0..BYTES.len().pow(len) {
        let value: Vec<u8> =
            (0..len).map(|_| (BYTES[number % BYTES.len()], number /= BYTES.len()).0).collect();
        // Only a string that ends where it should.
        let mut escaped = false;
        let is_inside = value.iter().all(|byte| {
            let ends = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            !ends
        });
        if !is_inside || escaped {
            continue;
        }
        let mut strict = [b"\"", &value[..], b"\""].concat();
        let expected = crate::json::from_slice::<&str>(&mut strict).ok();
        let mut text = [
            &br#"{"headers":{"a\n":"b\n","x":""#[..],
            &value,
            br#"","c\n":"d\n"},"httpMethod":"GET","path":"/"}"#,
        ]
        .concat();
        let (request, _) = from_slice::<alb::Request>(&mut text).unwrap();
        let all: Vec<_> = request.headers().iter().collect();
        let mut others = std::vec![("a\n", "b\n"), ("c\n", "d\n")];
        if let Some(expected) = expected {
            others.insert(1, ("x", expected));
        }
        assert_eq!(all, others, "{}", value.escape_ascii());
    }
}

#[test]
fn a_request_is_an_error_if_more_than_a_string_is_wrong() {
    for (text, error) in [
        (&b"{\"headers\":{\"a\":\"\xee"[..], Error::JSON_END),
        (b"{\"headers\":{\"a\":\"\\", Error::JSON_END),
        (b"{\"headers\":{\"a\":\"\\x\n\"}}", Error::JSON_CONTROL_CHARACTER),
        (b"{\"headers\":{\"a\":\"\xee\"x}}", Error::JSON_SYNTAX),
        (b"{\"httpMethod\":\"\xee\",\"path\":\"/\"}", Error::JSON_MISSING_FIELD),
        (b"{\"httpMethod\":\"GET\",\"path\":\"/\",\"body\":\"\\x\"}", Error::JSON_ESCAPE),
    ] {
        let mut own = text.to_vec();
        let result = from_slice::<alb::Request>(&mut own).map(|_| ());
        assert_eq!(
            result.map_err(|error| error.message()),
            Err(error.message()),
            "{}",
            text.escape_ascii()
        );
    }
}
