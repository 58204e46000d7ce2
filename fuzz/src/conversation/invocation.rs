//! Invocations and their expected responses.

use barelambda::{Error, FunctionError, Response};

use super::request::Request;

/// An action of the handler.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Act {
    Echo,
    Shout,
    Write,
    Fail,
    Error,
    Stream,
    StreamFail,
    StreamError,
}

static FAILED: FunctionError = FunctionError::new("Function.Failed", "the handler failed");

/// Data that exceeds the response buffer, and can still be streamed.
static LARGE: [u8; 1500] = [b'x'; 1500];

impl Act {
    pub fn of(byte: u8) -> Self {
        use Act::*;
        [Echo, Shout, Write, Fail, Error, Stream, StreamFail, StreamError][usize::from(byte % 8)]
    }

    /// Performs the action.
    pub fn handle(self, invocation: barelambda::Invocation<'_>) -> Response<'_> {
        let barelambda::Invocation { event, responder, .. } = invocation;
        let len = event.payload().len();
        match self {
            Self::Echo => responder.bytes(event.into_payload()),
            Self::Shout => {
                // The changed payload is sent, even if the response is sent again.
                let payload = event.into_payload();
                payload.make_ascii_uppercase();
                responder.content_type("text/plain")?.bytes(payload)
            }
            Self::Write => {
                let mut writer = responder.writer();
                writer.write(event.payload())?;
                writer.write(b"!")?;
                writer.finish()
            }
            Self::Fail => responder.fail("Function.Unfit", format_args!("{len} bytes")),
            Self::Error => Err(Error::from(&FAILED)),
            Self::Stream | Self::StreamFail | Self::StreamError => {
                let mut stream = responder.stream();
                for piece in pieces(event.payload()) {
                    stream.write(piece)?;
                    if is_flushed(piece) {
                        stream.flush()?;
                    }
                }
                match self {
                    Self::Stream => stream.finish(),
                    Self::StreamFail => stream.fail("Function.Unfit", format_args!("{len} bytes")),
                    _ => Err(Error::from(&FAILED)),
                }
            }
        }
    }

    /// Returns the expected response.
    fn answer(self, event: &[u8]) -> Answer {
        let unfit = error("Function.Unfit", &format!("{} bytes", event.len()));
        let failed = error("Function.Failed", "the handler failed");
        let data = pieces(event).concat();
        let has_begun = pieces(event).any(|piece| is_flushed(piece) || piece.len() >= LARGE.len());
        match self {
            Self::Echo => Answer::Whole { content_type: "application/json", body: event.to_vec() },
            Self::Shout => {
                Answer::Whole { content_type: "text/plain", body: event.to_ascii_uppercase() }
            }
            Self::Write => {
                Answer::Whole { content_type: "application/json", body: [event, b"!"].concat() }
            }
            Self::Fail => Answer::Error(unfit),
            Self::Error => Answer::Error(failed),
            Self::Stream => Answer::Stream { data, error: None },
            Self::StreamFail if has_begun => Answer::Stream { data, error: Some(unfit) },
            Self::StreamError if has_begun => Answer::Stream { data, error: Some(failed) },
            Self::StreamFail => Answer::Error(unfit),
            Self::StreamError => Answer::Error(failed),
        }
    }
}

/// Returns the pieces that are streamed for an event.
fn pieces(event: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    let large = (event.len() % 3 == 1).then_some(&LARGE[..]);
    event.chunks(9).chain(large)
}

fn is_flushed(piece: &[u8]) -> bool {
    piece[0] % 4 == 1
}

trait Concat {
    fn concat(self) -> Vec<u8>;
}

impl<'a, I: Iterator<Item = &'a [u8]>> Concat for I {
    fn concat(self) -> Vec<u8> {
        self.collect::<Vec<_>>().concat()
    }
}

/// An error: its type and its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub error_type: String,
    pub body: Vec<u8>,
}

fn error(error_type: &str, message: &str) -> Failure {
    let body = format!(
        "{{\"errorType\":\"{error_type}\",\"stackTrace\":[],\"errorMessage\":\"{message}\"}}"
    );
    Failure { error_type: error_type.to_owned(), body: body.into_bytes() }
}

#[derive(Debug)]
enum Answer {
    Whole { content_type: &'static str, body: Vec<u8> },
    Error(Failure),
    Stream { data: Vec<u8>, error: Option<Failure> },
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It awaits a response.
    Open,
    /// The server has accepted a response. The runtime may not know that.
    Accepted,
    /// The server doesn't accept a response any more: 410, 413.
    Gone,
    /// The server has rejected the response, without a defined consequence: 400, 403 and others.
    Refused,
}

/// An attempt at an invocation.
#[derive(Debug)]
pub struct Invocation {
    pub id: String,
    pub invocation_id: String,
    pub event: Vec<u8>,
    pub act: Act,
    pub state: State,
    /// Whether the runtime knows the server's decision about its response.
    pub is_settled: bool,
    /// Whether the handler was called for it.
    pub is_handled: bool,
    /// The number of received responses.
    pub answers: u32,
    /// The number of streams that the runtime has begun for it.
    pub streams: u32,
    /// The number of faults before it.
    pub faults: u32,
    /// Whether the event exceeds the limit.
    pub is_too_long: bool,
}

impl Invocation {
    /// Checks that `request` is the expected response, after `faults` faults in total.
    pub fn check_answer(&self, request: &Request, faults: u32) {
        let Request::Answer { content_type, error, body, is_stream, .. } = request else {
            panic!("{request:?} isn't a response")
        };
        if self.is_too_long {
            assert_eq!(
                error,
                &Some(self::error("Function.EventTooLarge", "the event is larger than its buffer"))
            );
            return;
        }
        match (self.act.answer(&self.event), is_stream) {
            (Answer::Whole { content_type: expected_type, body: expected }, false) => {
                assert_eq!((error, content_type.as_str()), (&None, expected_type));
                assert_eq!(body, &expected);
            }
            (Answer::Error(failure), false) => assert_eq!(error.as_ref(), Some(&failure)),
            (Answer::Stream { data, error: failure }, true) => {
                assert_eq!((error, content_type.as_str()), (&failure, "application/octet-stream"));
                assert_eq!(body, &data);
            }
            (Answer::Stream { error: failure, .. }, false) => {
                // The stream didn't arrive, or the runtime doesn't know that it did.
                let lost = self::error(
                    "Runtime.StreamLost",
                    "the Runtime API did not accept the whole stream",
                );
                assert!(faults > self.faults, "an error instead of a stream, without a fault");
                assert!(
                    *error == Some(lost) || failure.is_some() && *error == failure,
                    "{error:?}"
                );
            }
            (expected, _) => panic!("{request:?} instead of {expected:?}"),
        }
    }
}
