//! The way of an answer to a caller that takes it while it is being written.
//!
//! ```text
//! the process ──POST /response──▶ RuntimeApi ──Start, Data…──▶ ┐
//!                                 Function ─────────End──────▶ ┴─ a few pieces ──▶ ResponseStream, or the Reply to an HTTP caller
//! ```
//! No more than a few pieces are on their way. A caller that reads slowly so keeps the emulator from reading what the process
//! sends, and the kernel's buffers keep the process from sending more. A caller that has gone takes whatever comes: it is dropped.

use std::fmt;

use http_body_util::channel::Channel;
use hyper::body::Bytes;
use hyper::header::HeaderValue;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::yield_now;

use crate::Outcome;

/// How many pieces wait for a caller at most. One is what a single read of a socket gave, so at most 1 MiB
/// ([`crate::http`] sets the size), or a whole answer that was not streamed.
const MOST_WAITING: usize = 4;

/// What a caller is given of an invocation, in this order: `Start` and `Data` if the function has answered, and `End` in any case.
pub(crate) enum Piece {
    Start(AnswerStart),
    Data(Bytes),
    /// The invocation is over. The outcome's payload holds nothing that has been delivered before.
    End(Box<Outcome>),
}

/// What is known when an answer begins.
#[derive(Clone, Debug, Default)]
pub(crate) struct AnswerStart {
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
    pub async fn send(&self, piece: Piece) {
        // An error means that the caller has gone, which is no reason to stop.
        let _ = self.0.send(piece).await;
    }
}

/// Both ends of a new way.
pub(crate) fn caller() -> (Caller, Receiver<Piece>) {
    let (sender, receiver) = channel(MOST_WAITING);
    (Caller(sender), receiver)
}

/// What the body of a response does when a piece comes.
pub(crate) enum BodyStep {
    /// It waits for the next piece.
    Nothing,
    /// It continues with these bytes.
    Bytes(Bytes),
    /// It ends with these bytes.
    Last(Bytes),
    /// It ends.
    End,
    /// The connection breaks, so that the client can't mistake a part for the whole.
    Cut,
}

/// The error that makes hyper break the connection.
#[derive(Debug)]
pub(crate) struct BrokenOff;

/// Returns a response's body that `write` makes of the pieces as they come. `first` is a piece that
/// has been received already, and still has to be written.
pub(crate) fn body(
    mut first: Option<Piece>,
    mut pieces: Receiver<Piece>,
    mut write: impl FnMut(Piece) -> BodyStep + Send + 'static,
) -> Channel<Bytes, BrokenOff> {
    let (mut sender, body) = Channel::new(1);
    tokio::spawn(async move {
        loop {
            let piece = match first.take() {
                Some(piece) => Some(piece),
                None => pieces.recv().await,
            };
            // Pieces that end without an `End` mean that the emulator has panicked.
            let sent = match piece.map_or(BodyStep::Cut, &mut write) {
                BodyStep::Nothing => Ok(()),
                BodyStep::Bytes(bytes) => sender.send_data(bytes).await,
                BodyStep::Last(bytes) => {
                    // An error means that the client has hung up.
                    let _ = sender.send_data(bytes).await;
                    return;
                }
                BodyStep::End => return,
                BodyStep::Cut => {
                    // hyper drops the bytes that it hasn't written yet when it meets the error: the
                    // connection's task gets a turn to write them first.
                    yield_now().await;
                    return sender.abort(BrokenOff);
                }
            };
            if sent.is_err() {
                return;
            }
        }
    });
    body
}

impl fmt::Display for BrokenOff {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the invocation failed after its answer had begun")
    }
}

impl std::error::Error for BrokenOff {}
