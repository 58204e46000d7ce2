use hyper::body::Bytes;
use tokio::sync::mpsc::Receiver;

use crate::Outcome;
use crate::delivery::{AnswerStart, Piece};

/// An answer that the caller receives while the function writes it: an iterator over its pieces,
/// followed by [`ResponseStream::finish`].
///
/// A piece is the result of one read of the function's connection: a chunk that the function has
/// sent, or a part of a large one. An answer that isn't streamed is one piece, or none when it is
/// empty. An error isn't a piece: the outcome has it.
///
/// Only a few pieces are read ahead, so that the caller sets the pace of the function. The
/// function's timeout is unaffected. Dropping the stream doesn't stop the invocation.
pub struct ResponseStream {
    pieces: Receiver<Piece>,
    request_id: String,
    begun: Option<AnswerStart>,
    /// Data that arrived during [`ResponseStream::wait_for_the_begin`].
    data: Option<Bytes>,
    outcome: Option<Outcome>,
}

impl ResponseStream {
    pub(crate) fn new(pieces: Receiver<Piece>, request_id: String) -> Self {
        Self { pieces, request_id, begun: None, data: None, outcome: None }
    }

    /// Returns the content type that the function set, or `None` when it set none or failed without
    /// an answer. Waits until the answer begins.
    pub fn content_type(&mut self) -> Option<&str> {
        self.wait_for_the_begin();
        std::str::from_utf8(self.begun.as_ref()?.content_type.as_ref()?.as_bytes()).ok()
    }

    /// Returns whether the function streams its answer, and `false` when it failed without one.
    /// Waits until the answer begins.
    pub fn is_streamed(&mut self) -> bool {
        self.wait_for_the_begin();
        self.begun.as_ref().is_some_and(|begun| begun.streamed)
    }

    /// Discards the rest of the answer and returns the outcome. Its payload is the error, if there
    /// is one, and otherwise empty.
    pub fn finish(mut self) -> Outcome {
        self.by_ref().for_each(drop);
        self.outcome.take().expect("the answer is over")
    }

    fn wait_for_the_begin(&mut self) {
        if self.begun.is_none() && self.outcome.is_none() {
            self.data = self.take();
        }
    }

    /// Returns the next data, or `None` when the answer has only begun or is over.
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
