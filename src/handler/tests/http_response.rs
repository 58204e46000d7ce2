use crate::error::Error;
use crate::handler::{Responder, Response};
use std::borrow::ToOwned;
use std::string::String;

/// Returns the JSON of the response from `make`, with a response buffer of `size` bytes.
fn response(
    size: usize,
    make: impl FnOnce(Responder<'_>) -> Response<'_>,
) -> Result<String, Error> {
    let mut buffer = std::vec![0xff; size];
    let responded = make(Responder::new(&mut buffer, &()))?;
    assert_eq!(responded.answer.content_type(), b"application/json");
    assert!(!responded.answer.is_error());
    Ok(str::from_utf8(responded.answer.body()).expect("JSON is UTF-8").to_owned())
}

#[track_caller]
fn same(make: impl FnOnce(Responder<'_>) -> Response<'_>, expected: &str) {
    assert_eq!(response(1024, make).as_deref(), Ok(expected));
}

#[track_caller]
fn fails(make: impl FnOnce(Responder<'_>) -> Response<'_>, expected: Error) {
    assert_eq!(response(1024, make), Err(expected));
}

#[test]
fn each_body_has_a_default_content_type() {
    same(
        |responder| responder.http(200).text("a \"b\"\n\u{e9}"),
        r#"{"statusCode":200,"headers":{"content-type":"text/plain; charset=utf-8"},"isBase64Encoded":false,"body":"a \"b\"\né"}"#,
    );
    same(
        |responder| responder.http(404).json(&("a \"b\"\\\n", 1, [None, Some('\u{e9}')])),
        r#"{"statusCode":404,"headers":{"content-type":"application/json"},"isBase64Encoded":false,"body":"[\"a \\\"b\\\"\\\\\\n\",1,[null,\"é\"]]"}"#,
    );
    same(
        |responder| responder.http(599).bytes(b"\0\xff\x10\x80"),
        r#"{"statusCode":599,"headers":{"content-type":"application/octet-stream"},"isBase64Encoded":true,"body":"AP8QgA=="}"#,
    );
    same(
        |responder| responder.http(204).empty(),
        r#"{"statusCode":204,"headers":{},"isBase64Encoded":false,"body":""}"#,
    );
}

#[test]
fn a_content_type_replaces_the_default() {
    let expected = r#"{"statusCode":200,"headers":{"content-type":"text/html"},"isBase64Encoded":false,"body":"x"}"#;
    same(|responder| responder.http(200).content_type("text/html").text("x"), expected);
    same(|responder| responder.content_type("text/html")?.http(200).text("x"), expected);
    same(|responder| responder.http(200).header("Content-Type", "text/html").text("x"), expected);
    let expected = expected.replace("text/html", "application/json");
    same(|responder| responder.content_type("application/json")?.http(200).text("x"), &expected);
    fails(
        |responder| responder.http(200).content_type("a").header("CONTENT-TYPE", "b").text(""),
        Error::HTTP_CONTENT_TYPE,
    );
    same(
        |responder| {
            responder.content_type("a")?.http(200).content_type("application/json").text("x")
        },
        &expected,
    );
    same(
        |responder| responder.content_type("a")?.http(200).empty(),
        r#"{"statusCode":200,"headers":{},"isBase64Encoded":false,"body":""}"#,
    );
    fails(|responder| responder.content_type("\u{e9}")?.http(200).text(""), Error::HTTP_VALUE);
}

fn with_fields<'a>(responder: Responder<'a>, is_multi_value: bool) -> Response<'a> {
    responder
        .http(200)
        .header("Vary", "accept")
        .cookie("a=1; Path=/")
        .header("etag", "\"x\\y\tz\"")
        .header("VARY", "")
        .header("Set-Cookie", "b=\"2\"")
        .multi_value_headers(is_multi_value)
        .header("vary", "a: b, c")
        .cookie("a=3")
        .empty()
}

#[test]
fn fields_have_one_value_or_lists() {
    same(
        |responder| with_fields(responder, false),
        r#"{"statusCode":200,"headers":{"vary":"accept, , a: b, c","etag":"\"x\\y\tz\""},"cookies":["a=1; Path=/","b=\"2\"","a=3"],"isBase64Encoded":false,"body":""}"#,
    );
    same(
        |responder| with_fields(responder, true),
        r#"{"statusCode":200,"multiValueHeaders":{"vary":["accept","","a: b, c"],"set-cookie":["a=1; Path=/","b=\"2\"","a=3"],"etag":["\"x\\y\tz\""]},"isBase64Encoded":false,"body":""}"#,
    );
}

#[test]
fn what_cannot_be_sent_unchanged_is_rejected() {
    for status in [0, 99, 100, 101, 199, 600, u16::MAX] {
        fails(|responder| responder.http(status).text(""), Error::HTTP_STATUS.with(status.into()));
    }
    for name in ["", "a b", "a:", "a\r\nb", "\u{e9}", "a\0", "\"", " a"] {
        fails(|responder| responder.http(200).header(name, "x").text(""), Error::HTTP_NAME);
    }
    for value in
        ["a\r\nb: c", "\n", "a\0b", "\u{7f}", "\u{1b}[31m", "\u{e9}", " a", "a ", "\ta", "a\t"]
    {
        fails(|responder| responder.http(200).header("a", value).text(""), Error::HTTP_VALUE);
        fails(|responder| responder.http(200).content_type(value).text(""), Error::HTTP_VALUE);
    }
    for cookie in ["a=b\r\nc: d", "a=\0", "a=\u{e9}", "a=b ", " a=b"] {
        fails(|responder| responder.http(200).cookie(cookie).text(""), Error::HTTP_VALUE);
    }
    for cookie in ["", "a", "=a", "a b=c", "; a=b", "\"a\"=b"] {
        fails(|responder| responder.http(200).cookie(cookie).text(""), Error::HTTP_COOKIE);
        fails(
            |responder| responder.http(200).header("SET-COOKIE", cookie).text(""),
            Error::HTTP_COOKIE,
        );
    }
    for name in [
        "connection",
        "content-length",
        "keep-alive",
        "proxy-connection",
        "transfer-encoding",
        "upgrade",
    ] {
        fails(|responder| responder.http(200).header(name, "5").text(""), Error::HTTP_CONNECTION);
        fails(
            |responder| responder.http(200).header(&name.to_ascii_uppercase(), "5").text(""),
            Error::HTTP_CONNECTION,
        );
    }
    for status in [204, 205, 304] {
        fails(|responder| responder.http(status).text("x"), Error::HTTP_BODY.with(status.into()));
        fails(|responder| responder.http(status).bytes(b"x"), Error::HTTP_BODY.with(status.into()));
        fails(|responder| responder.http(status).json("x"), Error::HTTP_BODY.with(status.into()));
        assert!(response(256, |responder| responder.http(status).text("")).is_ok());
    }
}

#[test]
fn the_first_error_counts() {
    fails(|responder| responder.http(1).header("", "\n").text(""), Error::HTTP_STATUS.with(1));
    fails(
        |responder| responder.http(204).header("", "\n").header("a", "\n").text("x"),
        Error::HTTP_NAME,
    );
    fails(
        |responder| responder.http(200).header("a", "\n").header("", "").text("x"),
        Error::HTTP_VALUE,
    );
}

#[test]
fn at_every_size_it_fits_or_is_an_error() {
    const STEP: usize = if cfg!(miri) { 61 } else { 1 };
    for (body, is_base64) in [
        ("a \"quoted\"\n body \\ of some length, longer than the fields are", false),
        ("bytes", true),
    ] {
        let make = |responder: Responder<'_>, is_multi_value| -> Result<String, Error> {
            let http = responder
                .http(200)
                .multi_value_headers(is_multi_value)
                .header("a", "\"b\"")
                .cookie("c=d");
            let responded =
                if is_base64 { http.bytes(body.as_bytes()) } else { http.json(&[body]) }?;
            Ok(str::from_utf8(responded.answer.body()).expect("JSON is UTF-8").to_owned())
        };
        for is_multi_value in [false, true] {
            let expected =
                make(Responder::new(&mut [0; 1024], &()), is_multi_value).expect("there is room");
            let mut fits_from = None;
            for size in (0..=expected.len() + 128).step_by(STEP) {
                match make(Responder::new(&mut std::vec![0xff; size], &()), is_multi_value) {
                    Ok(response) => {
                        assert_eq!(response, expected, "{size}");
                        fits_from.get_or_insert(size);
                    }
                    Err(error) => {
                        assert_eq!((error, fits_from), (Error::RESPONSE_TOO_LARGE, None), "{size}")
                    }
                }
            }
            // The buffer holds each field twice.
            let fits_from = fits_from.expect("it fits at last");
            let fields = ["a\"b\"", "set-cookiec=d", "content-typeapplication/octet-stream"]
                .map(|field| field.len() + 2)
                .iter()
                .sum::<usize>();
            assert!(
                (expected.len()..expected.len() + fields + STEP).contains(&fits_from),
                "{fits_from} for {}",
                expected.len()
            );
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "the response is 6 MB")]
fn the_limit_applies_to_the_whole_response() {
    let mut buffer = std::vec![0; crate::PAYLOAD_LIMIT + 1000];
    let frame =
        Responder::new(&mut buffer, &()).http(200).text("").expect("it fits").answer.body().len();
    let body = "x".repeat(crate::PAYLOAD_LIMIT - frame);
    assert!(Responder::new(&mut buffer, &()).http(200).text(&body).is_ok());
    let error = Responder::new(&mut buffer, &()).http(200).text(&[&body, "x"].concat()).err();
    assert_eq!(error, Some(Error::RESPONSE_TOO_LARGE));
}
