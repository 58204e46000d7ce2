//! The way of an answer to a caller that takes it while it is being written.
//!
//! ```text
//! the process ──POST /response──▶ RuntimeApi ──Begun, Data…──▶ ┐
//!                                 Function ─────────End──────▶ ┴─ a few pieces ──▶ ResponseStream, or the Reply to an HTTP caller
//! ```
//! No more than a few pieces are on their way. A caller that reads slowly so keeps the emulator from reading what the process
//! sends, and the kernel's buffers keep the process from sending more. A caller that has gone takes whatever comes: it is dropped.

use std::fmt;
use std::task::{Context, Poll};

use hyper::body::{Bytes, Frame};
use hyper::header::HeaderValue;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::Outcome;

/// How many pieces wait for a caller at most. One is what a single read of a socket gave, so at most 1 MiB
/// ([`crate::http`] sets the size), or a whole answer that was not streamed.
const MOST_WAITING: usize = 4;

/// What a caller is given of an invocation, in this order: `Begun` and `Data` if the function has answered, and `End` in any case.
pub(crate) enum Piece {
    Begun(Begun),
    Data(Bytes),
    /// The invocation is over. The outcome's payload holds nothing that has been delivered before.
    End(Box<Outcome>),
}

/// What is known when an answer begins.
#[derive(Clone, Debug, Default)]
pub(crate) struct Begun {
    /// The content type that the function gave its answer.
    pub content_type: Option<HeaderValue>,
    /// Whether the function streams. An answer that is not streamed comes as one `Data`, or none when it is empty.
    pub streamed: bool,
}

/// The emulator's end of the way.
#[derive(Clone, Debug)]
pub(crate) struct Caller(Sender<Piece>);

impl Caller {
    /// Waits until the caller has room for the piece, or is gone.
    pub async fn give(&self, piece: Piece) {
        // An error means that the caller has gone, which is no reason to stop.
        let _ = self.0.send(piece).await;
    }
}

/// Both ends of a new way.
pub(crate) fn caller() -> (Caller, Receiver<Piece>) {
    let (sender, receiver) = channel(MOST_WAITING);
    (Caller(sender), receiver)
}

/// A response's body that is made of pieces as they come.
pub(crate) struct Delivery {
    first: Option<Piece>,
    pieces: Receiver<Piece>,
    writer: Box<dyn FnMut(Piece) -> Written + Send>,
    state: State,
}

/// What a piece becomes in a body.
pub(crate) enum Written {
    Nothing,
    Bytes(Bytes),
    /// The body ends with these bytes.
    Last(Bytes),
    /// The body ends here.
    End,
    /// The connection is to break, so that the client cannot take what it has for the whole.
    Cut,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Ended,
    Cut,
}

/// The error that makes hyper break the connection.
#[derive(Debug)]
pub(crate) struct BrokenOff;

impl Delivery {
    /// `first` is a piece that has been taken already, and still has to be written.
    pub fn new(first: Option<Piece>, pieces: Receiver<Piece>, writer: impl FnMut(Piece) -> Written + Send + 'static) -> Self {
        Self { first, pieces, writer: Box::new(writer), state: State::Open }
    }

    pub fn poll_frame(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        loop {
            match self.state {
                State::Open => {}
                State::Ended => return Poll::Ready(None),
                State::Cut => return Poll::Ready(Some(Err(BrokenOff))),
            }
            let piece = match self.first.take() {
                Some(piece) => Some(piece),
                None => match self.pieces.poll_recv(context) {
                    Poll::Ready(piece) => piece,
                    Poll::Pending => return Poll::Pending,
                },
            };
            // Without an end there has been a panic in the emulator.
            match piece.map_or(Written::Cut, &mut self.writer) {
                Written::Nothing => {}
                Written::Bytes(bytes) if bytes.is_empty() => {}
                Written::Bytes(bytes) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                Written::Last(bytes) => {
                    self.state = State::Ended;
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                Written::End => self.state = State::Ended,
                Written::Cut => {
                    self.state = State::Cut;
                    // hyper drops what it has not written yet when it meets the error: it gets a turn to write it first.
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
            }
        }
    }

    pub fn is_ended(&self) -> bool {
        self.state == State::Ended
    }
}

impl fmt::Display for BrokenOff {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the invocation failed after its answer had begun")
    }
}

impl std::error::Error for BrokenOff {}
