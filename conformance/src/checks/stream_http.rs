use serde_json::{Value, json};

use super::{asking, id};
use crate::check::source::STREAMING;
use crate::check::{Check, Group};
use crate::harness::Harness;
use crate::session::brief;
use crate::verdict::{CheckResult, ensure, failed};

/// The separator between the prelude and the body.
const SEPARATOR: [u8; 8] = [0; 8];

macro_rules! http_check {
    ($name:literal, $requires:literal, $run:expr) => {
        Check {
            name: $name,
            group: Group::Stream,
            requires: $requires,
            source: STREAMING,
            run: $run,
        }
    };
}

pub const CHECKS: &[Check] = &[
    http_check!(
        "stream-http-content-type",
        "A streamed HTTP response has the content type application/vnd.awslambda.http-integration-response.",
        content_type
    ),
    http_check!(
        "stream-http-separator",
        "Eight zero bytes separate the JSON prelude of an HTTP response from its body.",
        |harness| { parts(harness).map(drop) }
    ),
    http_check!(
        "stream-http-status",
        "The prelude of an HTTP response has its status, as a number, in statusCode.",
        status
    ),
    http_check!(
        "stream-http-headers",
        "The prelude of an HTTP response has its header fields in headers.",
        headers
    ),
    http_check!(
        "stream-http-cookies",
        "The prelude of an HTTP response has its cookies in cookies or as a header field.",
        cookies
    ),
    http_check!("stream-http-body", "Only the body follows the eight zero bytes.", body),
];

fn content_type(harness: &Harness) -> CheckResult {
    let session = harness.start()?;
    session.next()?.deliver(&asking(1, "stream-http"))?;
    let posted = session.response(&id(1))?;
    let content_type = posted.request.header("Content-Type").unwrap_or_default();
    ensure!(
        content_type == "application/vnd.awslambda.http-integration-response",
        "the content type is {content_type:?}"
    );
    Ok(())
}

/// Returns the prelude and the body.
fn parts(harness: &Harness) -> CheckResult<(Value, Vec<u8>)> {
    let session = harness.start()?;
    session.next()?.deliver(&asking(1, "stream-http"))?;
    let posted = session.response(&id(1))?;
    let bytes = &posted.request.body;
    let Some(place) = bytes.windows(8).position(|window| window == SEPARATOR) else {
        return failed(format!("eight zero bytes are missing in {}", brief(bytes)));
    };
    match serde_json::from_slice(&bytes[..place]) {
        Ok(prelude @ Value::Object(_)) => Ok((prelude, bytes[place + 8..].to_vec())),
        _ => failed(format!("the prelude isn't a JSON object: {}", brief(&bytes[..place]))),
    }
}

/// Returns a header field of the prelude. Its name is case-insensitive.
fn header<'p>(prelude: &'p Value, name: &str) -> Option<&'p Value> {
    let fields = ["headers", "multiValueHeaders"]
        .into_iter()
        .filter_map(|member| prelude.get(member)?.as_object())
        .flatten();
    fields.into_iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn status(harness: &Harness) -> CheckResult {
    let (prelude, _) = parts(harness)?;
    ensure!(prelude["statusCode"] == json!(201), "the prelude is {prelude}");
    Ok(())
}

fn headers(harness: &Harness) -> CheckResult {
    let (prelude, _) = parts(harness)?;
    let is = |name, value: &str| {
        header(&prelude, name).is_some_and(|given| given.to_string().contains(value))
    };
    ensure!(
        is("x-conformance", "\"yes\"") && is("content-type", "text/plain"),
        "the prelude is {prelude}"
    );
    Ok(())
}

fn cookies(harness: &Harness) -> CheckResult {
    let (prelude, _) = parts(harness)?;
    let member = prelude["cookies"] == json!(["a=b"]);
    let field =
        header(&prelude, "set-cookie").is_some_and(|given| given.to_string().contains("a=b"));
    ensure!(member || field, "the prelude is {prelude}");
    Ok(())
}

fn body(harness: &Harness) -> CheckResult {
    let (_, body) = parts(harness)?;
    ensure!(body == b"one\ntwo\n", "the body is {}", brief(&body));
    Ok(())
}
