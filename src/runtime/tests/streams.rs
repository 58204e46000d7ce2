//! Responses that are sent while the handler runs.

use super::*;
use crate::bytes::cursor::Cursor;
use crate::handler::ResponseStream;
use core::fmt::Write;

/// Returns the head of the stream that responds to the invocation with this request id.
fn head(id: &str, content_type: &str) -> Vec<u8> {
    format!(
        "POST /2018-06-01/runtime/invocation/{id}/response{HOST}Content-Type: {content_type}\r\n\
         Lambda-Runtime-Function-Response-Mode: streaming\r\n\
         Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\nTransfer-Encoding: chunked\r\n{END}"
    )
    .into_bytes()
}

fn octets(id: &str) -> Vec<u8> {
    head(id, "application/octet-stream")
}

fn chunk(data: &str) -> Vec<u8> {
    format!("{:x}\r\n{data}\r\n", data.len()).into_bytes()
}

fn last_chunk() -> Vec<u8> {
    b"0\r\n\r\n".to_vec()
}

/// Returns the last chunk and the trailers of an error.
fn trailers(error_type: &str, message: &str) -> Vec<u8> {
    let body = format!(
        "{{\"errorType\":\"{error_type}\",\"stackTrace\":[],\"errorMessage\":\"{message}\"}}"
    );
    let (mut buffer, mut error) = ([0; 512], String::new());
    let mut cursor = Cursor::new(&mut buffer);
    crate::bytes::base64::encode(&mut cursor, body.as_bytes());
    error.push_str(str::from_utf8(cursor.into_written()).unwrap());
    format!("0\r\nLambda-Runtime-Function-Error-Type: {error_type}\r\nLambda-Runtime-Function-Error-Body: {error}\r\n\r\n").into_bytes()
}

/// Streams the event's words; a word that ends with `!` is flushed. The word `fail` fails, and
/// `error` returns an error.
fn words(invocation: Invocation) -> Response {
    let mut stream = invocation.responder.stream();
    for word in str::from_utf8(invocation.event.payload()).unwrap().split(' ') {
        match word {
            "fail" => return stream.fail("Function.Odd", format_args!("{} is odd", 3)),
            "error" => return Err(Error::EVENT_TOO_LARGE),
            word => stream.write(word.as_bytes())?,
        }
        if word.ends_with('!') {
            stream.flush()?;
        }
    }
    stream.finish()
}

/// Returns the script of one stream after GET /next. The stream ends with `end`. GET /next is then
/// pending.
fn script(event_text: &str, chunks: &[Vec<u8>], end: Vec<u8>) -> Vec<Beat> {
    let mut script = vec_of([Accept, Gets(next()), Gives(event("a", event_text))]);
    for (index, chunk) in chunks.iter().enumerate() {
        script.push(Gets(if index == 0 {
            both(octets("a"), chunk.clone())
        } else {
            chunk.clone()
        }));
    }
    script.push(Gets(both(end, next())));
    script.push(Gives(accepted()));
    script
}

fn vec_of<const N: usize>(beats: [Beat; N]) -> Vec<Beat> {
    beats.into_iter().collect()
}

#[test]
fn flushing_sends_and_the_end_requests_the_next_invocation() {
    talk_with(
        script("one! two! three", &[chunk("one!"), chunk("two!"), chunk("three")], last_chunk()),
        true,
        1,
        words,
    )
    .events();
    talk_with(script("one two", &[chunk("onetwo")], last_chunk()), true, 1, words).events();
    // An empty stream consists of its head.
    talk_with(script("", &[Vec::new()], last_chunk()), true, 1, words).events();
}

#[test]
fn without_pipelining_next_is_sent_after_the_reply() {
    let script = vec_of([
        Accept,
        Gets(next()),
        Gives(event("a", "one")),
        Gets(both(octets("a"), chunk("one"))),
        Gets(last_chunk()),
        Gives(accepted()),
        Gets(next()),
        Gives(event("b", "two")),
        Gets(both(octets("b"), chunk("two"))),
        Gets(last_chunk()),
        Gives(accepted()),
    ]);
    assert_eq!(talk_with(script, false, 2, words).events(), ["one", "two"]);
}

#[test]
fn an_error_before_the_first_byte_is_an_error_alone() {
    let begin = || vec_of([Accept, Gets(next()), Gives(event("a", "one error"))]);
    let mut script = begin();
    script.push(Gets(both(
        error("a", "Function.EventTooLarge", "the event is larger than its buffer"),
        next(),
    )));
    script.push(Gives(accepted()));
    talk_with(script, true, 1, words).events();
    let mut script = vec_of([Accept, Gets(next()), Gives(event("a", "one fail"))]);
    script.push(Gets(both(error("a", "Function.Odd", "3 is odd"), next())));
    script.push(Gives(accepted()));
    talk_with(script, true, 1, words).events();
}

#[test]
fn an_error_in_mid_stream_goes_into_the_trailers_after_the_written_data() {
    let end = trailers("Function.EventTooLarge", "the event is larger than its buffer");
    talk_with(
        script("one! two error", &[chunk("one!"), chunk("two")], end.clone()),
        true,
        1,
        words,
    )
    .events();
    talk_with(script("one! error", &[chunk("one!")], end), true, 1, words).events();
    talk_with(
        script(
            "one! two fail",
            &[chunk("one!"), chunk("two")],
            trailers("Function.Odd", "3 is odd"),
        ),
        true,
        1,
        words,
    )
    .events();
}

#[test]
fn data_beyond_the_buffer_is_sent_after_the_buffered_data() {
    let large = "x".repeat(RESPONSE_LEN - 2);
    let chunks = [chunk("one"), chunk(&large), chunk("end")];
    talk_with(script("", &chunks, last_chunk()), true, 1, |invocation| {
        let mut stream = invocation.responder.stream();
        stream.write(b"one")?;
        stream.write("x".repeat(RESPONSE_LEN - 2).as_bytes())?;
        write!(stream, "end")?;
        stream.finish()
    })
    .events();
}

#[test]
fn one_handler_streams_and_buffers() {
    let script = vec_of([
        Accept,
        Gets(next()),
        Gives(event("a", "s")),
        Gets(both(octets("a"), chunk("s"))),
        Gets(both(last_chunk(), next())),
        Gives(accepted()),
        Gives(event("b", "b")),
        Gets(both(answer("b", "b"), next())),
        Gives(accepted()),
        Gives(event("c", "s")),
        Gets(both(octets("c"), chunk("s"))),
        Gets(both(last_chunk(), next())),
        Gives(accepted()),
    ]);
    let talk = talk_with(script, true, 3, |invocation| {
        if invocation.event.payload() == b"s" { words(invocation) } else { echo(invocation) }
    });
    assert_eq!(talk.events(), ["s", "b", "s"]);
}

#[test]
fn a_stream_connects_if_the_server_has_closed() {
    let closing = String::from_utf8(event("a", "one")).unwrap().replacen(
        "Date:",
        "Connection: close\r\nDate:",
        1,
    );
    let script = vec_of([
        Accept,
        Gets(next()),
        Gives(closing.into_bytes()),
        Accept,
        Gets(both(octets("a"), chunk("one"))),
        Gets(both(last_chunk(), next())),
        Gives(accepted()),
    ]);
    talk_with(script, true, 1, words).events();
}

/// Checks that writing to a broken stream fails each time.
fn writes_fail(mut stream: ResponseStream<'_>) -> Response<'_> {
    let first = stream.flush();
    assert!(first.is_err());
    assert_eq!(stream.write(&[b'x'; RESPONSE_LEN + 1]), Err(Error::STREAM_LOST));
    assert_eq!(stream.flush(), Err(Error::STREAM_LOST));
    assert_eq!(stream.finish().err(), Some(Error::STREAM_LOST));
    Err(first.unwrap_err())
}

/// A handler whose stream breaks after its beginning.
fn breaks(invocation: Invocation) -> Response {
    let mut stream = invocation.responder.stream();
    stream.write(b"one")?;
    stream.flush()?;
    stream.write(b"two")?;
    writes_fail(stream)
}

#[test]
fn a_rejected_stream_cannot_be_written() {
    for (code, goes_on) in [(413, true), (410, true), (403, true), (400, true), (500, false)] {
        let mut script = vec_of([
            Accept,
            Gets(next()),
            Gives(event("a", "")),
            Gets(both(octets("a"), chunk("one"))),
            Gives(status(code, "")),
        ]);
        if goes_on {
            script.extend([
                Accept,
                Gets(next()),
                Gives(event("b", "b")),
                Gets(both(answer("b", "b"), next())),
                Gives(accepted()),
            ]);
        }
        let talk = talk_with(script, true, 2, |invocation| {
            if invocation.event.payload().is_empty() {
                breaks(invocation)
            } else {
                echo(invocation)
            }
        });
        if goes_on {
            assert_eq!(talk.events(), ["", "b"], "{code}");
        } else {
            assert_eq!(talk.error(), Error::CANNOT_GO_ON.with(500));
        }
    }
}

const LOST: &str = "the Runtime API did not accept the whole stream";

#[test]
fn a_stream_that_broke_is_an_error_if_its_invocation_comes_again() {
    let broken = |text: &str| {
        vec_of([
            Accept,
            Gets(next()),
            Gives(event("a", text)),
            Gets(both(octets("a"), chunk("one"))),
            Fails(chunk("two")),
            Closes,
            Accept,
            Gets(next()),
        ])
    };
    let mut script = broken("");
    script.extend([
        Gives(event("a", "")),
        Gets(both(error("a", "Runtime.StreamLost", LOST), next())),
    ]);
    script.push(Gives(accepted()));
    talk_with(script, true, 1, breaks).events();
    // Another invocation means that the broken one is over.
    let mut script = broken("");
    script.extend([
        Gives(event("b", "b")),
        Gets(both(answer("b", "b"), next())),
        Gives(accepted()),
    ]);
    let talk = talk_with(script, true, 2, |invocation| {
        if invocation.event.payload().is_empty() { breaks(invocation) } else { echo(invocation) }
    });
    assert_eq!(talk.events(), ["", "b"]);
}

#[test]
fn a_whole_stream_whose_reply_is_lost_is_an_error_if_its_invocation_comes_again() {
    let mut script = script("one", &[chunk("one")], last_chunk());
    script.pop();
    script.extend([Closes, Accept, Gets(next()), Gives(event("a", "one"))]);
    script.extend([Gets(both(error("a", "Runtime.StreamLost", LOST), next())), Gives(accepted())]);
    talk_with(script, true, 1, words).events();
}

#[test]
fn a_server_that_is_gone_when_a_stream_begins_ends_the_process() {
    let closing = String::from_utf8(event("a", "one")).unwrap().replacen(
        "Date:",
        "Connection: close\r\nDate:",
        1,
    );
    let mut script = vec_of([Accept, Gets(next()), Gives(closing.into_bytes())]);
    script.extend((0..6).map(|_| Refuse(111)));
    assert_eq!(talk_with(script, true, 1, words).error(), Error::CONNECT.with(111));
}
