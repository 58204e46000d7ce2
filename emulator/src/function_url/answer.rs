//! The HTTP response that a function's answer describes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, SET_COOKIE};
use hyper::{Response, StatusCode};
use serde_json::{Map, Value};

use crate::http::{Reply, sized};

/// The content types of answers that set none: of a whole answer, and of a streamed one.
const JSON: &str = "application/json";
pub(super) const BYTES: &str = "application/octet-stream";

/// The headers of a connection, which the server sets.
const OF_THE_CONNECTION: [&str; 7] =
    ["connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];

/// The reason why an answer is invalid, in words that follow "since".
pub(super) type Malformed = String;

/// A response without its body.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub status: StatusCode,
    pub headers: HeaderMap,
}

impl Head {
    pub fn response(self, body: Reply) -> Response<Reply> {
        // These statuses have no body. For other responses to HEAD, hyper leaves the body out.
        let body = match self.status {
            StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED => {
                sized("")
            }
            _ => body,
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

/// Reads an answer that isn't streamed: the JSON of a response, which has a `statusCode`, or any
/// other JSON, which is then the body.
pub(super) fn whole(answer: Bytes) -> Result<(Head, Bytes), Malformed> {
    let json: Value = serde_json::from_slice(&answer)
        .map_err(|error| format!("the answer is not JSON: {error}"))?;
    let Value::Object(fields) = json else { return Ok((head_of_json(), answer)) };
    if !fields.contains_key("statusCode") {
        return Ok((head_of_json(), answer));
    }
    let head = head(&fields, JSON)?;
    let body = match fields.get("body") {
        None | Some(Value::Null) => "",
        Some(Value::String(body)) => body,
        Some(other) => {
            return Err(format!("the answer's body is {}, expected a string", kind(other)));
        }
    };
    let body = match fields.get("isBase64Encoded") {
        None | Some(Value::Null | Value::Bool(false)) => Bytes::copy_from_slice(body.as_bytes()),
        Some(Value::Bool(true)) => BASE64
            .decode(body)
            .map_err(|error| format!("the answer's body is not base64: {error}"))?
            .into(),
        Some(other) => {
            return Err(format!(
                "the answer's isBase64Encoded is {}, expected a boolean",
                kind(other)
            ));
        }
    };
    Ok((head, body))
}

/// Reads the prelude of a streamed answer, which ends before the eight zero bytes.
pub(super) fn prelude(json: &[u8]) -> Result<Head, Malformed> {
    match serde_json::from_slice(json) {
        Ok(Value::Object(fields)) => head(&fields, BYTES),
        Ok(other) => Err(format!("the prelude is {}, expected an object", kind(&other))),
        Err(error) => Err(format!("the prelude is not JSON: {error}")),
    }
}

fn head_of_json() -> Head {
    let mut head = Head::default();
    head.headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
    head
}

fn head(fields: &Map<String, Value>, content_type: &'static str) -> Result<Head, Malformed> {
    let mut head = Head { status: status(fields.get("statusCode"))?, headers: HeaderMap::new() };
    match fields.get("headers") {
        None | Some(Value::Null) => {}
        Some(Value::Object(headers)) => {
            for (name, value) in headers {
                add_header(&mut head.headers, name, value)?;
            }
        }
        Some(other) => return Err(format!("headers is {}, expected an object", kind(other))),
    }
    match fields.get("cookies") {
        None | Some(Value::Null) => {}
        Some(Value::Array(cookies)) => {
            for cookie in cookies {
                let text = cookie
                    .as_str()
                    .ok_or_else(|| format!("a cookie is {}, expected a string", kind(cookie)))?;
                let value =
                    HeaderValue::from_str(text).map_err(|_| format!("invalid cookie {text:?}"))?;
                head.headers.append(SET_COOKIE, value);
            }
        }
        Some(other) => return Err(format!("cookies is {}, expected an array", kind(other))),
    }
    head.headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type));
    Ok(head)
}

/// Reads the status. A prelude may leave it out.
fn status(code: Option<&Value>) -> Result<StatusCode, Malformed> {
    let Some(code) = code else { return Ok(StatusCode::OK) };
    let number = code
        .as_u64()
        .and_then(|code| u16::try_from(code).ok())
        .filter(|code| (200..600).contains(code));
    let status = number.and_then(|code| StatusCode::from_u16(code).ok());
    status.ok_or_else(|| format!("statusCode is {code}, expected a number from 200 to 599"))
}

fn add_header(headers: &mut HeaderMap, name: &str, value: &Value) -> Result<(), Malformed> {
    let key: HeaderName = name.parse().map_err(|_| format!("invalid header name {name:?}"))?;
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        other => return Err(format!("the header {name} is {}, expected a string", kind(other))),
    };
    let value = HeaderValue::from_str(&text)
        .map_err(|_| format!("invalid value {text:?} of the header {name}"))?;
    if !OF_THE_CONNECTION.contains(&key.as_str()) {
        headers.append(key, value);
    }
    Ok(())
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_response_is_taken_apart() {
        let answer = r#"{"statusCode":201,"headers":{"X-One":"a","x-count":2,"Content-Length":"9"},"cookies":["a=1","b=2"],
            "body":"aGk=","isBase64Encoded":true}"#;
        let (head, body) = whole(answer.into()).unwrap();
        assert_eq!((head.status.as_u16(), &body[..]), (201, &b"hi"[..]));
        let values = |name: &str| {
            head.headers
                .get_all(name)
                .iter()
                .map(|value| value.to_str().unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!((values("x-one"), values("x-count")), (vec!["a"], vec!["2"]));
        assert_eq!(
            (values("set-cookie"), values("content-type")),
            (vec!["a=1", "b=2"], vec!["application/json"])
        );
        assert!(values("content-length").is_empty());
    }

    #[test]
    fn json_without_a_status_is_the_body() {
        for text in ["\"text\"", "[1]", "{\"body\":\"b\"}", " null "] {
            let (head, body) = whole(text.into()).unwrap();
            assert_eq!((head.status.as_u16(), &body[..]), (200, text.as_bytes()));
            assert_eq!(head.headers[CONTENT_TYPE], "application/json");
        }
    }

    #[test]
    fn invalid_answers_are_explained() {
        for (answer, words) in [
            ("", "the answer is not JSON: EOF"),
            ("text", "the answer is not JSON: expected"),
            (r#"{"statusCode":"200"}"#, "statusCode is \"200\", expected a number from 200 to 599"),
            (r#"{"statusCode":100}"#, "statusCode is 100, expected"),
            (
                r#"{"statusCode":200,"body":{}}"#,
                "the answer's body is an object, expected a string",
            ),
            (
                r#"{"statusCode":200,"body":"%","isBase64Encoded":true}"#,
                "the answer's body is not base64: ",
            ),
            (
                r#"{"statusCode":200,"isBase64Encoded":1}"#,
                "the answer's isBase64Encoded is a number",
            ),
            (r#"{"statusCode":200,"headers":[]}"#, "headers is an array, expected an object"),
            (r#"{"statusCode":200,"headers":{"a b":""}}"#, "invalid header name \"a b\""),
            (r#"{"statusCode":200,"headers":{"a":"\n"}}"#, "invalid value \"\\n\" of the header a"),
            (
                r#"{"statusCode":200,"headers":{"a":[]}}"#,
                "the header a is an array, expected a string",
            ),
            (r#"{"statusCode":200,"cookies":{}}"#, "cookies is an object, expected an array"),
            (r#"{"statusCode":200,"cookies":[1]}"#, "a cookie is a number, expected a string"),
            (r#"{"statusCode":200,"cookies":["\r"]}"#, "invalid cookie \"\\r\""),
        ] {
            let malformed = whole(answer.into()).unwrap_err();
            assert!(malformed.starts_with(words), "{answer}: {malformed}");
        }
        assert_eq!(prelude(b"[]").unwrap_err(), "the prelude is an array, expected an object");
        assert!(prelude(b"{").unwrap_err().starts_with("the prelude is not JSON: "));
    }

    #[test]
    fn a_prelude_need_not_say_anything() {
        let head = prelude(b"{}").unwrap();
        assert_eq!(
            (head.status.as_u16(), &head.headers[CONTENT_TYPE]),
            (200, &HeaderValue::from_static(BYTES))
        );
    }
}
