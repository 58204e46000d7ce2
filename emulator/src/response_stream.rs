use hyper::body::Bytes;
use tokio::sync::mpsc::Receiver;

use crate::Outcome;
use crate::delivery::{AnswerStart, Piece};

/// An invocation whose answer is taken while the function writes it: an iterator over its pieces, and then [`ResponseStream::finish`].
///
/// A piece is what one read of the function's connection gave: a chunk that the function has sent, or a part of a large one. The answer
/// of a function that does not stream comes in one piece, or in none when it is empty. An error is no piece: it is in the outcome.
///
/// Nothing is read ahead but a few pieces, so a function is slowed down to the pace at which pieces are taken; its timeout goes on.
/// Dropping this does not stop the invocation.
pub struct ResponseStream {
    pieces: Receiver<Piece>,
    request_id: String,
    begun: Option<AnswerStart>,
    /// Data that came before anybody asked for it.
    data: Option<Bytes>,
    outcome: Option<Outcome>,
}

impl ResponseStream {
    pub(crate) fn new(pieces: Receiver<Piece>, request_id: String) -> Self {
        Self { pieces, request_id, begun: None, data: None, outcome: None }
    }

    /// The content type of the answer, as the function gave it; `None` when it gave none, or has failed without an answer.
    /// Waits until the answer begins.
    pub fn content_type(&mut self) -> Option<&str> {
        self.wait_for_the_begin();
        std::str::from_utf8(self.begun.as_ref()?.content_type.as_ref()?.as_bytes()).ok()
    }

    /// Whether the function streams its answer; `false` too when it has failed without one. Waits until the answer begins.
    pub fn is_streamed(&mut self) -> bool {
        self.wait_for_the_begin();
        self.begun.as_ref().is_some_and(|begun| begun.streamed)
    }

    /// Takes what is left of the answer, drops it, and gives the outcome. Its payload is the error, if there is one, and otherwise empty.
    pub fn finish(mut self) -> Outcome {
        self.by_ref().for_each(drop);
        self.outcome.take().expect("the answer is over")
    }

    fn wait_for_the_begin(&mut self) {
        if self.begun.is_none() && self.outcome.is_none() {
            self.data = self.take();
        }
    }

    /// The next data; `None` when the answer has only begun, or is over.
    fn take(&mut self) -> Option<Bytes> {
        match self.pieces.blocking_recv() {
            Some(Piece::Data(data)) => return Some(data),
            Some(Piece::Start(begun)) => self.begun = Some(begun),
            Some(Piece::End(outcome)) => self.outcome = Some(*outcome),
            None => self.outcome = Some(Outcome::shut_down(self.request_id.clone())),
        }
        None
    }
}

impl Iterator for ResponseStream {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut data = self.data.take();
        while data.is_none() && self.outcome.is_none() {
            data = self.take();
        }
        data.map(Vec::from)
    }
}
