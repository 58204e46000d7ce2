//! The answers that a handler can return.

use super::peer::BROKEN;
use super::*;
use crate::FunctionError;
use crate::runtime_api::answer::RESPONSE_LIMIT;
use core::fmt::Write;

static FAILURE: FunctionError =
    FunctionError::new("Function.OutOfStock", "the \"last\" one\\was\nsold \u{e9}");
static LARGE: [u8; RESPONSE_LIMIT + 1] = [7; RESPONSE_LIMIT + 1];

/// Checks that a handler's answer to r-1 is `expected`, that it is sent again when it is lost, and
/// that the next invocation works.
fn answers<F>(expected: &[u8], mut handler: F)
where
    F: FnMut(Invocation<'_>) -> Response<'_>,
{
    let sent = || both(expected.to_vec(), next());
    let script = std::vec![
        Accept,
        Gets(next()),
        Gives(event("r-1", "one")),
        Gets(sent()),
        Gives(accepted()[..40].to_vec()),
        Breaks,
        Accept,
        Gets(next()),
        GivesBy(50, event("r-1", &"one ".repeat(200))),
        Gets(sent()),
        GivesBy(3, accepted()),
        Gives(event("r-2", "two")),
        Gets(both(answer("r-2", "two"), next())),
        Gives(accepted()),
    ];
    let talk = talk_with(script, true, 2, |invocation| {
        if invocation.context.request_id() == "r-1" {
            handler(invocation)
        } else {
            echo(invocation)
        }
    });
    assert_eq!(talk.events(), ["one", "two"]);
}

#[test]
fn a_handlers_error_has_its_type_and_message() {
    let expected = error("r-1", "Function.OutOfStock", "the \\\"last\\\" one\\\\was\\nsold \u{e9}");
    answers(&expected, |_| Err(Error::from(&FAILURE)));
    answers(&error("r-1", BROKEN.error_type(), &format!("{} 104", BROKEN.message())), |_| {
        Err(BROKEN)
    });
}

#[test]
fn an_error_message_can_be_made_at_run_time() {
    answers(
        &error("r-1", "Function.BadLength", "3 bytes are \\\"odd\\\""),
        |Invocation { event, responder, .. }| {
            responder.fail(
                "Function.BadLength",
                format_args!("{} bytes are \"odd\"", event.payload().len()),
            )
        },
    );
    for unsendable in ["", "A\r\nX: y", "\0", &"x".repeat(1025)] {
        let mut peer = Peer::new(std::vec![
            Accept,
            Gets(next()),
            Gives(event("r-1", unsendable)),
            Gets(error("r-1", "Function.Unknown", "why")),
            Gives(accepted()),
        ]);
        let (mut receive, mut response) = (std::vec![0; ROOM + 2000], [0; 256]);
        let mut runtime = runtime(&mut peer, &mut receive, &mut response, false).unwrap();
        let result = runtime.step(&mut observe(|Invocation { event, responder, .. }| {
            let error_type = str::from_utf8(event.into_payload()).unwrap();
            responder.fail(error_type, format_args!("why"))
        }));
        assert_eq!(result, Ok(()));
        peer.end();
    }
}

/// A character may need six bytes, so up to five bytes stay unused.
#[test]
#[cfg_attr(miri, ignore = "long, and what it reads is what shorter ones read")]
fn a_long_error_message_is_cut_to_the_response_buffer() {
    let kept =
        RESPONSE_LEN - r#"{"errorType":"Function.E","stackTrace":[],"errorMessage":""}"#.len() - 5;
    for len in [kept - 1, kept, kept + 1, kept + 6, 5000] {
        let message = "x".repeat(len);
        let expected = error("r-1", "Function.E", &message[..len.min(kept)]);
        answers(&expected, |invocation| {
            invocation.responder.fail("Function.E", format_args!("{message}"))
        });
    }
}

#[test]
fn a_content_type_can_be_chosen() {
    let longest = "x".repeat(1024);
    for content_type in ["text/plain; charset=\"utf-8\"", "a\tb", "\u{e9}", &longest] {
        let content_type = String::from(content_type).leak();
        answers(&answer_to("r-1", "", content_type, b"hello"), |invocation| {
            invocation.responder.content_type(content_type)?.bytes(b"hello")
        });
        answers(&answer_to("r-1", "", content_type, b"hello"), |invocation| {
            let mut writer = invocation.responder.content_type(content_type)?.writer();
            writer.write(b"hello")?;
            writer.finish()
        });
    }
}

#[test]
fn a_content_type_that_would_split_the_request_is_an_error() {
    let too_long = "x".repeat(1025);
    for content_type in ["", "text/plain\r\nX: y", "a\0", "a\x7f", "\n", &too_long] {
        let content_type = String::from(content_type).leak();
        let expected =
            error("r-1", Error::CONTENT_TYPE.error_type(), Error::CONTENT_TYPE.message());
        answers(&expected, |invocation| {
            invocation.responder.content_type(content_type)?.bytes(b"hello")
        });
    }
}

#[test]
fn bytes_may_come_from_the_event_changed_in_place() {
    answers(&answer("r-1", "NE"), |Invocation { event, responder, .. }| {
        let payload = event.into_payload();
        payload.make_ascii_uppercase();
        responder.bytes(&payload[1..])
    });
    answers(&answer("r-1", ""), |invocation| invocation.responder.bytes(b""));
    answers(&answer("r-1", "static"), |invocation| invocation.responder.bytes(b"static"));
}

#[test]
fn a_response_may_have_the_limit() {
    let script = std::vec![
        Accept,
        Gets(next()),
        Gives(event("r-1", "one")),
        Gets(both(answer("r-1", &LARGE[1..]), next())),
        Gives(accepted()),
    ];
    assert_eq!(
        talk_with(script, true, 1, |invocation| invocation.responder.bytes(&LARGE[1..])).events(),
        ["one"]
    );
}

#[test]
fn a_larger_response_is_an_error() {
    let expected =
        error("r-1", "Function.ResponseSizeTooLarge", Error::RESPONSE_TOO_LARGE.message());
    answers(&expected, |invocation| invocation.responder.bytes(&LARGE));
}

#[test]
fn a_writer_puts_pieces_together() {
    answers(&answer("r-1", "[3,\"one\",null]"), |Invocation { event, responder, .. }| {
        let mut writer = responder.writer();
        assert!(writer.is_empty() && writer.is_empty());
        write!(writer, "[{},", event.payload().len())?;
        writer.write(b"\"")?;
        writer.write(event.payload())?;
        writer.write(b"")?;
        assert_eq!((writer.len(), writer.is_empty()), (7, false));
        write!(writer, "\",null]")?;
        writer.finish()
    });
    answers(&answer("r-1", ""), |invocation| invocation.responder.writer().finish());
}

#[test]
fn a_writer_may_fill_the_response_buffer() {
    answers(&answer("r-1", [b'x'; RESPONSE_LEN]), |invocation| {
        let mut writer = invocation.responder.writer();
        for _ in 0..RESPONSE_LEN {
            writer.write(b"x")?;
        }
        writer.finish()
    });
}

#[test]
fn a_writer_that_overflows_is_an_error_even_if_it_is_ignored() {
    let expected =
        error("r-1", "Function.ResponseSizeTooLarge", Error::RESPONSE_TOO_LARGE.message());
    let full = [b'x'; RESPONSE_LEN + 1];
    answers(&expected, |invocation| {
        let mut writer = invocation.responder.writer();
        writer.write(&full)?;
        writer.finish()
    });
    answers(&expected, |invocation| {
        let mut writer = invocation.responder.writer();
        write!(writer, "{:513}", 1)?;
        writer.finish()
    });
    answers(&expected, |invocation| {
        let mut writer = invocation.responder.writer();
        assert_eq!(writer.write(&full[1..]), Ok(()));
        assert_eq!(writer.write(b"x"), Err(Error::RESPONSE_TOO_LARGE));
        assert_eq!(writer.write(b""), Err(Error::RESPONSE_TOO_LARGE));
        assert_eq!(writer.len(), RESPONSE_LEN);
        writer.finish()
    });
    answers(&expected, |invocation| {
        let mut writer = invocation.responder.writer();
        let _ = writer.write(&full);
        let _ = write!(writer, "short");
        writer.finish()
    });
}

#[test]
fn an_error_after_writing_is_the_whole_answer() {
    answers(
        &error("r-1", Error::EVENT_TOO_LARGE.error_type(), Error::EVENT_TOO_LARGE.message()),
        |invocation| {
            let mut writer = invocation.responder.writer();
            writer.write(b"half of an ans")?;
            Err(Error::EVENT_TOO_LARGE)
        },
    );
}

#[test]
fn a_handler_with_state_keeps_it() {
    struct Counter(u32);
    impl Handler for Counter {
        fn handle<'a>(&mut self, invocation: Invocation<'a>) -> Response<'a> {
            self.0 += 1;
            let mut writer = invocation.responder.writer();
            write!(writer, "{}", self.0)?;
            writer.finish()
        }
    }
    let mut peer = Peer::new(std::vec![
        Accept,
        Gets(next()),
        Gives(event("r-1", "")),
        Gets(both(answer("r-1", "1"), next())),
        Gives(both(accepted(), event("r-2", ""))),
        Gets(both(answer("r-2", "2"), next())),
        Gives(accepted()),
    ]);
    let (mut receive, mut response) = (std::vec![0; ROOM + 1], [0; 256]);
    let mut runtime = runtime(&mut peer, &mut receive, &mut response, true).unwrap();
    let mut counter = Counter(0);
    assert_eq!(runtime.step(&mut counter).and_then(|()| runtime.step(&mut counter)), Ok(()));
    peer.end();
}
