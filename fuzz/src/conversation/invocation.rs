//! Invocations, and what has to be answered to them.

use barelambda::{Error, FunctionError, Response};

use super::request::Request;

/// What a handler does.
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

/// What does not fit any buffer for answers, and is streamed all the same.
static LARGE: [u8; 1500] = [b'x'; 1500];

impl Act {
    pub fn of(byte: u8) -> Self {
        use Act::*;
        [Echo, Shout, Write, Fail, Error, Stream, StreamFail, StreamError][usize::from(byte % 8)]
    }

    /// Does it.
    pub fn handle(self, invocation: barelambda::Invocation<'_>) -> Response<'_> {
        let barelambda::Invocation { event, responder, .. } = invocation;
        let len = event.payload().len();
        match self {
            Self::Echo => responder.bytes(event.into_payload()),
            Self::Shout => {
                // What is changed in place is what is sent, also when it is sent again.
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

    /// The answer that comes of it.
    fn answer(self, event: &[u8]) -> Answer {
        let unfit = error("Function.Unfit", &format!("{} bytes", event.len()));
        let failed = error("Function.Failed", "the handler failed");
        let data = pieces(event).concat();
        let has_begun = pieces(event).any(|piece| is_flushed(piece) || piece.len() >= LARGE.len());
        match self {
            Self::Echo => Answer::Whole { content_type: "application/json", body: event.to_vec() },
            Self::Shout => Answer::Whole { content_type: "text/plain", body: event.to_ascii_uppercase() },
            Self::Write => Answer::Whole { content_type: "application/json", body: [event, b"!"].concat() },
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

/// What is streamed for an event.
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
    let body = format!("{{\"errorType\":\"{error_type}\",\"stackTrace\":[],\"errorMessage\":\"{message}\"}}");
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
    /// It waits for an answer.
    Open,
    /// It was answered, and the server has said so; whether that has arrived is another matter.
    Accepted,
    /// The server wants no answer to it: 410, 413.
    Gone,
    /// The server did not take the answer, and does not say what to do: 400, 403 and others.
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
    /// Whether the runtime has been told what came of its answer.
    pub is_settled: bool,
    /// Whether the handler has worked on it.
    pub is_handled: bool,
    /// How many answers to it have come in.
    pub answers: u32,
    /// How many streams the runtime has begun for it.
    pub streams: u32,
    /// What had gone wrong before it.
    pub faults: u32,
    /// Whether the event is longer than is taken.
    pub is_too_long: bool,
}

impl Invocation {
    /// Checks that `request` is what has to be answered, after so many `faults` altogether.
    pub fn check_answer(&self, request: &Request, faults: u32) {
        let Request::Answer { content_type, error, body, is_stream, .. } = request else { panic!("{request:?} is no answer") };
        if self.is_too_long {
            assert_eq!(error, &Some(self::error("Function.EventTooLarge", "the event is larger than its buffer")));
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
                // What was streamed did not arrive, or that it did was not heard of.
                let lost = self::error("Runtime.StreamLost", "the Runtime API did not accept the whole stream");
                assert!(faults > self.faults, "an error in place of a stream, and nothing went wrong");
                assert!(*error == Some(lost) || failure.is_some() && *error == failure, "{error:?}");
            }
            (expected, _) => panic!("{request:?}, and not {expected:?}"),
        }
    }
}
