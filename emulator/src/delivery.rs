//! The path of an answer to a caller that receives it while the function writes it.
//!
//! ```text
//! the process ──POST /response──▶ RuntimeApi ──Start, Data…──▶ ┐
//!                                 Function ─────────End──────▶ ┴─ a few pieces ──▶ ResponseStream, or the Reply to an HTTP caller
//! ```
//! Only a few pieces are buffered. A caller that reads slowly therefore keeps the emulator from
//! reading what the process sends, and the kernel's buffers keep the process from sending more.
//! Pieces for a caller that has disconnected are dropped.

use std::fmt;

use http_body_util::channel::Channel;
use hyper::body::Bytes;
use hyper::header::HeaderValue;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::yield_now;

use crate::Outcome;

/// How many pieces are buffered for a caller. A piece is the result of one read of a socket, which
/// is at most 1 MiB ([`crate::http`] sets the size), or a whole answer that isn't streamed.
const MOST_WAITING: usize = 4;

/// A part of an invocation's result. A caller receives `Start` and `Data` if the function has
/// answered, and `End` in any case, in this order.
pub(crate) enum Piece {
    Start(AnswerStart),
    Data(Bytes),
    /// The invocation is over. The outcome's payload holds none of the bytes that have been
    /// delivered.
    End(Box<Outcome>),
}

/// The properties of an answer that are known when it begins.
#[derive(Clone, Debug, Default)]
pub(crate) struct AnswerStart {
    /// The content type that the function set.
    pub content_type: Option<HeaderValue>,
    /// Whether the function streams. An answer that isn't streamed is one `Data`, or none when it
    /// is empty.
    pub streamed: bool,
}

/// The emulator's end of the channel to a caller.
#[derive(Clone, Debug)]
pub(crate) struct Caller(Sender<Piece>);

impl Caller {
    /// Sends the piece, and waits while the buffer is full.
    pub async fn send(&self, piece: Piece) {
        // An error means that the caller has disconnected, which doesn't end the invocation.
        let _ = self.0.send(piece).await;
    }
}

/// Returns both ends of a new channel.
pub(crate) fn caller() -> (Caller, Receiver<Piece>) {
    let (sender, receiver) = channel(MOST_WAITING);
    (Caller(sender), receiver)
}

/// The effect of a piece on a response's body.
pub(crate) enum BodyStep {
    /// The body waits for the next piece.
    Nothing,
    /// The body continues with these bytes.
    Bytes(Bytes),
    /// The body ends with these bytes.
    Last(Bytes),
    /// The body ends.
    End,
    /// The connection breaks, so that the client can't mistake a part for the whole.
    Cut,
}

/// The error that makes hyper close the connection.
#[derive(Debug)]
pub(crate) struct BrokenOff;

/// Returns a response's body that `write` makes of the pieces as they arrive. `first` is a piece
/// that has been received already and is still to be written.
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
                    // An error means that the client has disconnected.
                    let _ = sender.send_data(bytes).await;
                    return;
                }
                BodyStep::End => return,
                BodyStep::Cut => {
                    // On an error, hyper drops the bytes that it hasn't written yet. Yielding lets
                    // the connection's task write them first.
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
