//! The event of an HTTP request.

use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::header::{CONTENT_TYPE, COOKIE, HOST, USER_AGENT};
use hyper::http::request::Parts;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::http::header;
use crate::{Cookies, ids};

/// The headers of a connection, which aren't part of the event.
const OF_THE_CONNECTION: [&str; 6] =
    ["connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"];

/// Returns the JSON of an event in payload format 2.0. As in function URLs on Lambda, the path stays
/// percent-encoded (API Gateway's HTTP APIs, which send the same format, decode it), the query is
/// there raw and decoded, and fields without a value are left out. The cookies are a list, a
/// header, or both.
pub(super) fn of_request(
    head: &Parts,
    body: &[u8],
    peer: SocketAddr,
    request_id: &str,
    trace_id: &str,
    cookies: Cookies,
) -> String {
    let now = ids::since_epoch();
    let path = if head.uri.path().is_empty() { "/" } else { head.uri.path() };
    let query = head.uri.query().unwrap_or_default();
    let source_ip = peer.ip().to_canonical().to_string();
    let host = header(&head.headers, HOST.as_str()).unwrap_or_default();
    let (domain, port) = domain_and_port(host);
    let prefix = domain.split('.').next().unwrap_or_default();
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers(head, port, &source_ip, trace_id, cookies),
        "requestContext": {
            "accountId": "anonymous",
            "apiId": prefix,
            "domainName": domain,
            "domainPrefix": prefix,
            "http": {
                "method": head.method.as_str(),
                "path": path,
                "protocol": format!("{:?}", head.version),
                "sourceIp": source_ip,
                "userAgent": header(&head.headers, USER_AGENT.as_str()).unwrap_or_default(),
            },
            "requestId": request_id,
            "routeKey": "$default",
            "stage": "$default",
            "time": time(now),
            "timeEpoch": now.as_millis() as u64,
        },
        "isBase64Encoded": false,
    });
    let list = cookie_list(head);
    if cookies != Cookies::Header && !list.is_empty() {
        event["cookies"] = Value::from(list);
    }
    if !query.is_empty() {
        event["queryStringParameters"] = Value::from(parameters(query));
    }
    if !body.is_empty() {
        let content_type = header(&head.headers, CONTENT_TYPE.as_str()).unwrap_or_default();
        match std::str::from_utf8(body) {
            Ok(text) if is_text(content_type) => event["body"] = Value::from(text),
            _ => {
                event["body"] = Value::from(BASE64.encode(body));
                event["isBase64Encoded"] = Value::from(true);
            }
        }
    }
    event.to_string()
}

/// Returns a content type without its parameters.
pub(super) fn media_type(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

/// Returns the headers with lower-case names, and those that Lambda adds. The values of a repeated
/// name are joined by commas, and cookies by semicolons ([RFC 9113, section
/// 8.2.3](https://www.rfc-editor.org/rfc/rfc9113#section-8.2.3)).
fn headers(
    head: &Parts,
    port: &str,
    source_ip: &str,
    trace_id: &str,
    cookies: Cookies,
) -> Map<String, Value> {
    let mut headers = Map::new();
    for name in head.headers.keys() {
        let is_left_out = name == COOKIE && cookies == Cookies::List;
        if is_left_out || OF_THE_CONNECTION.contains(&name.as_str()) {
            continue;
        }
        let values: Vec<_> = head
            .headers
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        let separator = if name == COOKIE { "; " } else { "," };
        headers.insert(name.as_str().to_owned(), Value::from(values.join(separator)));
    }
    let forwarded = match header(&head.headers, "x-forwarded-for") {
        Some(before) => format!("{before}, {source_ip}"),
        None => source_ip.to_owned(),
    };
    for (name, value) in [
        ("x-amzn-trace-id", trace_id),
        ("x-forwarded-for", &forwarded),
        ("x-forwarded-port", port),
        ("x-forwarded-proto", "http"),
    ] {
        headers.insert(name.to_owned(), Value::from(value));
    }
    headers
}

fn cookie_list(head: &Parts) -> Vec<String> {
    let values = head
        .headers
        .get_all(COOKIE)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let cookies = values.flat_map(|value| {
        value.split(';').map(|cookie| cookie.trim().to_owned()).collect::<Vec<_>>()
    });
    cookies.filter(|cookie| !cookie.is_empty()).collect()
}

/// Returns the decoded query parameters. The values of a repeated name are joined by commas.
fn parameters(query: &str) -> Map<String, Value> {
    let mut parameters: Map<String, Value> = Map::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = decoded(value);
        match parameters.get_mut(&decoded(name)) {
            Some(Value::String(before)) => *before += &format!(",{value}"),
            _ => _ = parameters.insert(decoded(name), Value::from(value)),
        }
    }
    parameters
}

fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Returns whether Lambda passes a body of this type on as text. Any other body, a form's too, is
/// passed on in base64.
fn is_text(content_type: &str) -> bool {
    let media_type = media_type(content_type).to_ascii_lowercase();
    let known = ["application/json", "application/javascript", "application/xml"]
        .contains(&media_type.as_str());
    known
        || media_type.starts_with("text/")
        || media_type.ends_with("+json")
        || media_type.ends_with("+xml")
}

fn domain_and_port(host: &str) -> (&str, &str) {
    match host.rsplit_once(':') {
        Some((domain, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (domain, port),
        _ => (host, "80"),
    }
}

/// Formats a time as web servers' logs do, such as `12/Mar/2020:19:03:58 +0000`.
fn time(since_epoch: Duration) -> String {
    const MONTHS: [(&str, u64); 12] = [
        ("Jan", 31),
        ("Feb", 28),
        ("Mar", 31),
        ("Apr", 30),
        ("May", 31),
        ("Jun", 30),
        ("Jul", 31),
        ("Aug", 31),
        ("Sep", 30),
        ("Oct", 31),
        ("Nov", 30),
        ("Dec", 31),
    ];
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let seconds = since_epoch.as_secs();
    let (mut day, mut year) = (seconds / 86_400, 1970);
    while day >= 365 + u64::from(leap(year)) {
        day -= 365 + u64::from(leap(year));
        year += 1;
    }
    let mut month = 0;
    loop {
        let (name, length) = MONTHS[month];
        let length = length + u64::from(name == "Feb" && leap(year));
        if day < length {
            let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
            return format!("{:02}/{name}/{year}:{hour:02}:{minute:02}:{second:02} +0000", day + 1);
        }
        day -= length;
        month += 1;
    }
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;

    fn event(request: Request<()>, body: &[u8]) -> Value {
        with_cookies(request, body, Cookies::Both)
    }

    fn with_cookies(request: Request<()>, body: &[u8], cookies: Cookies) -> Value {
        let (head, ()) = request.into_parts();
        let peer = "[::ffff:10.1.2.3]:4000".parse().unwrap();
        serde_json::from_str(&of_request(&head, body, peer, "id-1", "Root=1", cookies)).unwrap()
    }

    #[test]
    fn cookies_are_where_the_options_say() {
        let list = json!(["c=1", "d=2", "e=3"]);
        for (cookies, in_list, in_header) in [
            (Cookies::Both, Some(&list), Some("c=1; d=2; e=3")),
            (Cookies::List, Some(&list), None),
            (Cookies::Header, None, Some("c=1; d=2; e=3")),
        ] {
            let request = Request::get("/").header("Cookie", "c=1; d=2").header("cookie", "e=3");
            let event = with_cookies(request.body(()).unwrap(), b"", cookies);
            assert_eq!(event.get("cookies"), in_list, "{cookies:?}");
            assert_eq!(event["headers"].get("cookie").and_then(Value::as_str), in_header);
        }
    }

    #[test]
    fn a_request_without_much_makes_an_event_without_much() {
        let event =
            event(Request::get("/").header("Host", "localhost:9001").body(()).unwrap(), b"");
        for absent in ["body", "cookies", "queryStringParameters"] {
            assert_eq!(event.get(absent), None, "{absent}");
        }
        assert_eq!(
            (&event["rawPath"], &event["rawQueryString"], &event["isBase64Encoded"]),
            (&json!("/"), &json!(""), &json!(false))
        );
        let context = &event["requestContext"];
        assert_eq!(
            (&context["domainName"], &context["domainPrefix"], &context["apiId"]),
            (&json!("localhost"), &json!("localhost"), &json!("localhost"))
        );
        assert_eq!(
            (&context["requestId"], &context["accountId"], &context["stage"]),
            (&json!("id-1"), &json!("anonymous"), &json!("$default"))
        );
        let http = json!({"method": "GET", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "10.1.2.3", "userAgent": ""});
        assert_eq!(context["http"], http);
        let headers = json!({"host": "localhost:9001", "x-amzn-trace-id": "Root=1", "x-forwarded-for": "10.1.2.3",
            "x-forwarded-port": "9001", "x-forwarded-proto": "http"});
        assert_eq!(event["headers"], headers);
    }

    #[test]
    fn everything_in_a_request_has_its_place() {
        let request = Request::put("/a%20b/%C3%B6?x=1&y=caf%C3%A9+1&x=2&z&")
            .header("host", "f.example.org")
            .header("Accept", "a")
            .header("Accept", "b")
            .header("Cookie", "c=1; d=2")
            .header("Cookie", "e=3")
            .header("Connection", "close")
            .header("User-Agent", "curl/8")
            .header("X-Forwarded-For", "9.9.9.9")
            .header("Content-Type", "Application/Problem+JSON; charset=utf-8")
            .body(())
            .unwrap();
        let event = event(request, "{\"ö\":1}".as_bytes());
        assert_eq!(
            (&event["rawPath"], &event["requestContext"]["http"]["path"]),
            (&json!("/a%20b/%C3%B6"), &json!("/a%20b/%C3%B6"))
        );
        assert_eq!(event["rawQueryString"], "x=1&y=caf%C3%A9+1&x=2&z&");
        assert_eq!(event["queryStringParameters"], json!({"x": "1,2", "y": "café 1", "z": ""}));
        assert_eq!(event["cookies"], json!(["c=1", "d=2", "e=3"]));
        let headers = &event["headers"];
        assert_eq!(
            (&headers["accept"], &headers["x-forwarded-for"]),
            (&json!("a,b"), &json!("9.9.9.9, 10.1.2.3"))
        );
        assert_eq!(
            (&headers["cookie"], headers.get("connection")),
            (&json!("c=1; d=2; e=3"), None)
        );
        assert_eq!(
            (&event["requestContext"]["domainPrefix"], &headers["x-forwarded-port"]),
            (&json!("f"), &json!("80"))
        );
        assert_eq!(event["requestContext"]["http"]["userAgent"], "curl/8");
        assert_eq!(
            (&event["body"], &event["isBase64Encoded"]),
            (&json!("{\"ö\":1}"), &json!(false))
        );
    }

    #[test]
    fn a_body_is_text_when_its_type_says_so_and_it_is() {
        for (content_type, body, expected, encoded) in [
            ("text/html", &b"<p>"[..], "<p>", false),
            ("text/plain", &[0xff], "/w==", true),
            ("image/svg+xml", b"<svg/>", "<svg/>", false),
            ("image/png", b"text", "dGV4dA==", true),
            ("application/x-www-form-urlencoded", b"a=b", "YT1i", true),
            ("", b"a", "YQ==", true),
        ] {
            let event = event(
                Request::post("/").header("content-type", content_type).body(()).unwrap(),
                body,
            );
            assert_eq!(
                (&event["body"], &event["isBase64Encoded"]),
                (&json!(expected), &json!(encoded)),
                "{content_type}"
            );
        }
    }

    #[test]
    fn times_are_those_of_the_calendar() {
        for (seconds, words) in [
            (0, "01/Jan/1970:00:00:00 +0000"),
            (951_782_399, "28/Feb/2000:23:59:59 +0000"),
            (951_782_400, "29/Feb/2000:00:00:00 +0000"),
            (1_735_689_599, "31/Dec/2024:23:59:59 +0000"),
            (1_727_176_388, "24/Sep/2024:11:13:08 +0000"),
        ] {
            assert_eq!(time(Duration::from_secs(seconds)), words);
        }
    }
}
