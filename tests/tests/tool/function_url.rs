//! HTTP requests to examples that `cargo barelambda serve --url` runs.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use barelambda_tests::serving::Serving;
use barelambda_tests::waiting::LIMIT;

/// Sends a request, and returns the response's head and a reader of its body.
fn ask(address: SocketAddr, request: &str) -> (String, BufReader<TcpStream>) {
    let mut stream = TcpStream::connect(address).expect("the URL is served");
    stream.set_read_timeout(Some(LIMIT)).expect("a time limit");
    stream.write_all(request.as_bytes()).expect("the server reads");
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).expect("a line"), 0, "{head}");
    }
    (head, reader)
}

/// Returns the next chunk of a chunked body, an empty one at its end, or `None` if the connection
/// is cut.
fn chunk(reader: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    if reader.read_line(&mut line).ok()? == 0 {
        return None;
    }
    let mut chunk = vec![0; usize::from_str_radix(line.trim_end(), 16).expect("a size") + 2];
    reader.read_exact(&mut chunk).expect("a whole chunk");
    chunk.truncate(chunk.len() - 2);
    Some(String::from_utf8(chunk).expect("text"))
}

#[test]
fn requests_reach_a_typed_handler_and_its_responses_the_client() {
    let serving = Serving::start("function_url");
    for (request, body, status, content_type, expected) in [
        ("GET /?name=Zo%C3%AB+Z", "", "200 OK", "text/plain; charset=utf-8", "Zoë Z".as_bytes()),
        (
            "POST /orders",
            r#"{"item":"tea","count":2}"#,
            "201 Created",
            "application/json",
            br#"{"item":"tea","cents":500}"#,
        ),
        (
            "POST /orders",
            "no order",
            "400 Bad Request",
            "text/plain; charset=utf-8",
            b"this is no order",
        ),
        (
            "GET /nowhere",
            "",
            "404 Not Found",
            "text/plain; charset=utf-8",
            b"there is nothing here",
        ),
        ("GET /icon", "", "200 OK", "image/gif", b"GIF89a\x01\0\x01\0"),
        ("HEAD /icon", "", "404 Not Found", "text/plain; charset=utf-8", b""),
    ] {
        let length = body.len();
        let fields = "Host: x\r\nConnection: close\r\nContent-Type: application/json";
        let (head, mut reader) = ask(
            serving.url,
            &format!("{request} HTTP/1.1\r\n{fields}\r\nContent-Length: {length}\r\n\r\n{body}"),
        );
        assert!(head.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{request}: {head}");
        assert!(
            head.contains(&format!("\r\nContent-Type: {content_type}\r\n")),
            "{request}: {head}"
        );
        assert_eq!(
            head.contains("\r\nSet-Cookie: last-order=1; Secure; HttpOnly; SameSite=Strict\r\n"),
            status == "201 Created"
        );
        let mut answer = Vec::new();
        reader.read_to_end(&mut answer).expect("a whole response");
        assert!(answer.starts_with(expected), "{request}: {answer:?}");
        assert_eq!(answer.is_empty(), expected.is_empty(), "{request}");
    }
    assert_eq!(serving.end().0, Some(0));
}

#[test]
fn cookies_are_in_the_list_the_header_or_both() {
    for (arguments, list, header) in [
        (&[][..], true, true),
        (&["--cookies", "list"], true, false),
        (&["--cookies", "header"], false, true),
    ] {
        // It responds with the event.
        let serving = Serving::start_with("echo", arguments);
        let request =
            "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: sid=1; theme=dark\r\n\r\n";
        let (_, mut reader) = ask(serving.url, request);
        let mut event = String::new();
        reader.read_to_string(&mut event).expect("a whole response");
        let has = |text| event.contains(text);
        assert_eq!(has(r#""cookies":["sid=1","theme=dark"]"#), list, "{event}");
        assert_eq!(has(r#""cookie":"sid=1; theme=dark""#), header, "{event}");
        assert_eq!(serving.end().0, Some(0));
    }
}

#[test]
fn a_stream_arrives_as_it_is_written() {
    let serving = Serving::start("stream");
    let (head, mut reader) = ask(serving.url, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"), "{head}");
    let begin = Instant::now();
    for number in 1..=5 {
        assert_eq!(chunk(&mut reader), Some(format!("data: {number}\n\n")));
        // Events are half a second apart. On a busy machine the head may arrive a second late.
        let written = Duration::from_millis(500) * (number - 1);
        assert!(
            begin.elapsed() + Duration::from_secs(1) > written,
            "{number}: {:?}",
            begin.elapsed()
        );
    }
    assert_eq!(chunk(&mut reader).as_deref(), Some(""));
    assert_eq!(serving.end().0, Some(0));
}

#[test]
fn a_failure_while_streaming_breaks_the_connection() {
    let serving = Serving::start("stream_error");
    let (head, mut reader) = ask(serving.url, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(
        head.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"),
        "{head}"
    );
    let mut came = String::new();
    while let Some(chunk) = chunk(&mut reader) {
        assert_ne!(chunk, "", "the body must not have a regular end");
        came += &chunk;
    }
    assert_eq!(came, "one\ntwo\n");
    let (code, words) = serving.end();
    assert_eq!(code, Some(0));
    assert!(
        words.contains(
            "\nerror: the function failed: Function.OutOfPaper: there is no third line\n"
        ),
        "{words}"
    );
}
