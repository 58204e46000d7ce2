//! Heads of requests.

use crate::error::{
    CREDENTIALS_MALFORMED, HEADER_NAME, HEADER_RESERVED, HEADER_VALUE, PRESIGN_EXPIRY,
    REQUEST_HOST, REQUEST_PATH, REQUEST_QUERY,
};
use crate::http::request::{Method, Path, Query, RESERVED, Request, SIGNED};
use crate::sigv4::Credentials;
use crate::sigv4::canonical::CanonicalRequest;
use crate::sigv4::date::Timestamp;
use crate::sigv4::sign::{Signer, SigningKey};
use crate::sigv4::{Payload, Style};
use crate::url::Scheme;
use alloc::string::String;
use alloc::vec::Vec;
use barelambda::Error;
use std::string::ToString;

const GET: Request<'static> = Request {
    method: Method::Get,
    host: "h:1",
    path: Path::Raw("/"),
    query: Query::Pairs(&[]),
    headers: &[],
    body_len: None,
};

/// The core's writer ends each head with this header.
const END: &str = concat!("\r\nUser-Agent: barelambda/", env!("CARGO_PKG_VERSION"), "\r\n\r\n");

const CREDENTIALS: Credentials<'static> = Credentials {
    access_key_id: "AKID",
    secret_access_key: "secret",
    session_token: Some("token=="),
};

fn written(request: &Request<'_>) -> Result<String, Error> {
    let mut out = Vec::from(*b"before");
    let result = request.write(&mut out);
    let text = str::from_utf8(&out).unwrap().strip_prefix("before").unwrap();
    assert!(result.is_ok() || text.is_empty(), "{text}");
    result.map(|()| text.to_string())
}

fn with_signer(credentials: Credentials<'_>, style: Style, check: impl FnOnce(&Signer<'_>)) {
    let (time, region, service) = (Timestamp::at(1_440_938_160), "eu-west-1", "s3");
    let key = &SigningKey::derive(credentials.secret_access_key, time, region, service);
    check(&Signer { credentials, region, service, style, time, key });
}

#[test]
fn writes_every_part() {
    assert_eq!(written(&GET).unwrap(), std::format!("GET / HTTP/1.1\r\nHost: h:1{END}"));
    let request = Request {
        method: Method::Put,
        path: Path::Raw("/b/a key/\r\n\u{e9}?"),
        query: Query::Pairs(&[("b", "&"), ("a", "")]),
        headers: &[("X-A", "1"), ("x-b", ""), ("x-a", "2\t\u{e9}")],
        body_len: Some(0),
        ..GET
    };
    assert_eq!(
        written(&request).unwrap(),
        std::format!(
            "PUT /b/a%20key/%0D%0A%C3%A9%3F?a=&b=%26 HTTP/1.1\r\nHost: h:1\r\nX-A: 1\r\nx-b: \
            \r\nx-a: 2\t\u{e9}\r\nContent-Length: 0{END}"
        )
    );
    let request = Request {
        method: Method::Delete,
        path: Path::Encoded("/a%20b//.."),
        query: Query::Encoded("b&a=%2f?"),
        body_len: Some(usize::MAX),
        ..GET
    };
    assert_eq!(
        written(&request).unwrap(),
        std::format!(
            "DELETE /a%20b//..?b&a=%2f? HTTP/1.1\r\nHost: h:1\r\nContent-Length: {}{END}",
            usize::MAX
        )
    );
}

#[test]
fn names_of_methods() {
    use Method::{Delete, Get, Head, Patch, Post, Put};
    let names = [Get, Head, Post, Put, Patch, Delete].map(Method::name);
    assert_eq!(names, ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);
}

#[test]
fn a_long_head_fits() {
    let long = "a".repeat(100_000);
    let headers = std::vec![(&*long, &*long); 20];
    let path = String::from("/") + &long;
    let request = Request {
        method: Method::Delete,
        host: &long,
        path: Path::Raw(&path),
        query: Query::Encoded(&long),
        headers: &headers,
        body_len: Some(usize::MAX),
    };
    let text = written(&request).unwrap();
    assert!(text.len() > 42 * long.len() && text.ends_with(END));
}

#[test]
fn refuses_what_would_split_the_head() {
    for bad in ["\r", "\n", "\r\nX: y", " ", "\0", "\u{7f}", "\u{e9}"] {
        let text = std::format!("/a{bad}b");
        let host = Request { host: &text, ..GET };
        assert_eq!(written(&host), Err(REQUEST_HOST), "{bad:?}");
        let path = Request { path: Path::Encoded(&text), ..GET };
        assert_eq!(written(&path), Err(REQUEST_PATH), "{bad:?}");
        let query = Request { query: Query::Encoded(&text), ..GET };
        assert_eq!(written(&query), Err(REQUEST_QUERY), "{bad:?}");
        let name = std::format!("a{bad}b");
        let headers = Request { headers: &[(&name, "v")], ..GET };
        assert_eq!(written(&headers), Err(HEADER_NAME), "{bad:?}");
        let headers = Request { headers: &[("x", "y"), ("n", &name)], ..GET };
        let is_harmless = bad == " " || bad == "\u{e9}";
        assert_eq!(written(&headers).err(), (!is_harmless).then_some(HEADER_VALUE), "{bad:?}");
    }
    assert_eq!(written(&Request { host: "", ..GET }), Err(REQUEST_HOST));
    for path in ["", "a", "*", "?"] {
        assert_eq!(written(&Request { path: Path::Raw(path), ..GET }), Err(REQUEST_PATH));
        assert_eq!(written(&Request { path: Path::Encoded(path), ..GET }), Err(REQUEST_PATH));
    }
    for path in ["/a?b", "/a#b"] {
        assert_eq!(written(&Request { path: Path::Encoded(path), ..GET }), Err(REQUEST_PATH));
    }
    assert_eq!(written(&Request { query: Query::Encoded("a#"), ..GET }), Err(REQUEST_QUERY));
    for name in ["", "a:", "(a)", "\u{e9}"] {
        assert_eq!(written(&Request { headers: &[(name, "v")], ..GET }), Err(HEADER_NAME));
    }
}

#[test]
fn refuses_the_headers_of_the_client() {
    for name in RESERVED {
        let headers = [(&*name.to_ascii_uppercase(), "v")];
        assert_eq!(written(&Request { headers: &headers, ..GET }), Err(HEADER_RESERVED));
    }
    with_signer(CREDENTIALS, Style::Standard, |signer| {
        for name in SIGNED {
            let headers = [(name, "v")];
            let request = Request { headers: &headers, ..GET };
            assert!(written(&request).unwrap().contains(name));
            let mut out = Vec::new();
            let result = request.write_signed(&mut out, signer, &Payload::Unsigned);
            assert_eq!((result, out.len()), (Err(HEADER_RESERVED), 0));
            assert_eq!(request.presign(Scheme::Https, signer, 1), Err(HEADER_RESERVED));
        }
    });
}

#[test]
fn a_signed_request_has_the_headers_of_its_style() {
    let request = Request {
        query: Query::Encoded("b=2&a"),
        headers: &[("X-A", "1"), ("X-Amzn-Trace-Id", "Root=1")],
        body_len: Some(2),
        ..GET
    };
    let payload = Payload::of(b"{}");
    for (style, token) in [
        (Style::S3, Some("token==")),
        (Style::S3, None),
        (Style::Standard, Some("token==")),
        (Style::Standard, None),
    ] {
        with_signer(Credentials { session_token: token, ..CREDENTIALS }, style, |signer| {
            let mut out = Vec::new();
            request.write_signed(&mut out, signer, &payload).unwrap();
            let mut added = Vec::from([("x-amz-date", "20150830T123600Z")]);
            let text = payload.text();
            added.extend((style == Style::S3).then_some(("x-amz-content-sha256", &*text)));
            added.extend(token.map(|token| ("x-amz-security-token", token)));
            let headers = [&[("host", "h:1"), ("x-a", "1")][..], &added].concat();
            let canonical = CanonicalRequest::new("GET", "/", "a=&b=2", &headers, &payload);
            let authorization = signer.authorization(&canonical);
            added.push(("authorization", &authorization));
            let lines: String =
                added.iter().map(|(name, value)| std::format!("\r\n{name}: {value}")).collect();
            assert_eq!(
                str::from_utf8(&out).unwrap(),
                std::format!(
                    "GET /?b=2&a HTTP/1.1\r\nHost: h:1\r\nX-A: 1\r\nX-Amzn-Trace-Id: Root=1{lines}\r\nContent-Length: 2{END}"
                )
            );
        });
    }
}

#[test]
fn refuses_malformed_credentials() {
    for credentials in [
        Credentials { access_key_id: "a\n", ..CREDENTIALS },
        Credentials { session_token: Some("t\r\nX: y"), ..CREDENTIALS },
    ] {
        with_signer(credentials, Style::S3, |signer| {
            let mut out = Vec::new();
            let result = GET.write_signed(&mut out, signer, &Payload::Unsigned);
            assert_eq!((result, out.len()), (Err(CREDENTIALS_MALFORMED), 0));
        });
    }
    with_signer(CREDENTIALS, Style::S3, |signer| {
        for signer in
            [Signer { region: "eu-west-1\n", ..*signer }, Signer { service: "s3\0", ..*signer }]
        {
            let result = GET.write_signed(&mut Vec::new(), &signer, &Payload::Unsigned);
            assert_eq!(result, Err(CREDENTIALS_MALFORMED));
        }
    });
}

#[test]
fn presigns_a_url() {
    with_signer(CREDENTIALS, Style::S3, |signer| {
        let request = Request { path: Path::Raw("/a b"), ..GET };
        let url = request.presign(Scheme::Http, signer, 60).unwrap();
        assert!(url.starts_with("http://h:1/a%20b?X-Amz-Algorithm=AWS4-HMAC-SHA256&"), "{url}");
        let (_, signature) = url.split_once("&X-Amz-Signature=").unwrap();
        assert!(signature.len() == 64 && signature.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let empty = Request { query: Query::Encoded(""), ..request };
        assert_eq!(empty.presign(Scheme::Http, signer, 60), Ok(url));
        for (request, error) in [
            (Request { query: Query::Encoded("a"), ..GET }, REQUEST_QUERY),
            (Request { host: "a b", ..GET }, REQUEST_HOST),
            (Request { path: Path::Raw(""), ..GET }, REQUEST_PATH),
            (Request { headers: &[("a", "\n")], ..GET }, HEADER_VALUE),
        ] {
            assert_eq!(request.presign(Scheme::Https, signer, 60), Err(error));
        }
        assert_eq!(GET.presign(Scheme::Https, signer, 0), Err(PRESIGN_EXPIRY));
    });
}
