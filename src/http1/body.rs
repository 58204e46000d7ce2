//! Bodies, taken out of their framing in the buffer in which they arrive.

use core::ops::Range;

use super::Progress;
use super::chunked::{Chunked, Part};
use super::response::Framing;
use crate::buffer::move_down;
use crate::error::Error;

/// Takes a body out of its framing, in place, as it arrives.
///
/// The buffer holds, from its beginning: what is not ours (the head), the body as far as it is decoded, and the bytes that arrived
/// behind it. Of a body in one piece (a Content-Length, or a single chunk) not a byte is moved; the data of later chunks moves down to
/// the data before it.
///
/// ```
/// use barelambda::http1::{Progress, body::Body, response::Framing};
///
/// let mut buffer = *b"4\r\nWiki\r\n6\r\npedia \r\n0\r\n\r\nHTTP/1.1 ...";
/// let mut filled = buffer.len();
/// let mut body = Body::new(Framing::Chunked, 0, 1024);
/// assert_eq!(body.decode(&mut buffer, &mut filled), Ok(Progress::Complete(())));
/// assert_eq!(&buffer[body.range()], b"Wikipedia ");
/// assert_eq!(&buffer[body.end()..filled], b"HTTP/1.1 ...");
/// ```
#[derive(Clone, Debug)]
pub struct Body {
    framing: Remaining,
    /// Where the decoded data begins and ends.
    start: usize,
    end: usize,
    /// The first byte that is not yet decoded.
    next: usize,
    limit: usize,
    cut: bool,
}

#[derive(Clone, Debug)]
enum Remaining {
    Length(u64),
    Chunked(Chunked),
}

impl Body {
    /// A body that begins at `start` of the buffer, of which `limit` bytes are kept; the rest is read and dropped.
    pub const fn new(framing: Framing, start: usize, limit: usize) -> Self {
        let framing = match framing {
            Framing::Length(length) => Remaining::Length(length),
            Framing::Chunked => Remaining::Chunked(Chunked::First),
        };
        Self { framing, start, end: start, next: start, limit, cut: false }
    }

    /// Decodes what has arrived in `buffer[..filled]`. When more is needed, `filled` is where to put it: it goes down when room is won.
    ///
    /// # Errors
    /// Those of [`Chunked::frame`].
    pub fn decode(&mut self, buffer: &mut [u8], filled: &mut usize) -> Result<Progress<()>, Error> {
        loop {
            let arrived = buffer.get(self.next..*filled).unwrap_or_default();
            let part = match &mut self.framing {
                Remaining::Length(0) => Part::End(0),
                Remaining::Length(length) => Part::Data(*length),
                Remaining::Chunked(chunked) => chunked.frame(arrived)?,
            };
            match part {
                Part::Framing(len) => self.next += len,
                Part::End(len) => {
                    self.next += len;
                    return Ok(Progress::Complete(()));
                }
                Part::Data(size) if !arrived.is_empty() => {
                    let count = usize::try_from(size).unwrap_or(usize::MAX).min(arrived.len());
                    self.keep(buffer, count);
                    self.next += count;
                    match &mut self.framing {
                        Remaining::Length(length) => *length -= count as u64,
                        Remaining::Chunked(chunked) => chunked.data(count as u64),
                    }
                }
                Part::Data(_) | Part::Partial => {
                    // Framing that has been read, and data that was dropped, leave a gap that is of use now.
                    move_down(buffer, self.next..*filled, self.end);
                    *filled -= self.next - self.end;
                    self.next = self.end;
                    return Ok(Progress::Partial);
                }
            }
        }
    }

    /// Where the decoded data stands in the buffer.
    pub const fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Where the first byte behind the body stands, once it is complete.
    pub const fn end(&self) -> usize {
        self.next
    }

    /// Whether the body was longer than the limit.
    pub const fn is_cut(&self) -> bool {
        self.cut
    }

    /// Keeps `count` bytes at `next` behind the data so far, as far as the limit allows.
    fn keep(&mut self, buffer: &mut [u8], count: usize) {
        let kept = count.min(self.limit.saturating_sub(self.end - self.start));
        self.cut |= kept < count;
        if kept == 0 {
            return;
        }
        if self.start == self.end {
            self.start = self.next;
            self.end = self.next;
        }
        move_down(buffer, self.next..self.next + kept, self.end);
        self.end += kept;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const CHUNKED: &[u8] = b"5;name=\"a b\"\r\nhello\r\n1 \t;x\r\n,\r\n00006\r\n world\r\n000\r\nTrailer: x\r\nOther: y\r\n\r\n";

    /// Feeds `message` in pieces of the given sizes (the last one again and again); gives the data, the end, and whether it was cut.
    fn feed(framing: Framing, message: &[u8], pieces: &[usize], limit: usize) -> Result<(Vec<u8>, Vec<u8>, bool), Error> {
        let mut buffer = std::vec![b'!'; message.len() + 8];
        buffer[..4].copy_from_slice(b"head");
        let mut body = Body::new(framing, 4, limit);
        let (mut filled, mut fed, mut turn) = (4, 0, 0);
        loop {
            if body.decode(&mut buffer, &mut filled)? == Progress::Complete(()) {
                assert_eq!(&buffer[..4], b"head");
                let rest = [&buffer[body.end()..filled], &message[fed..]].concat();
                return Ok((buffer[body.range()].to_vec(), rest, body.is_cut()));
            }
            assert!(fed < message.len(), "wants more than there is");
            let piece = pieces[turn.min(pieces.len() - 1)].min(message.len() - fed);
            buffer[filled..filled + piece].copy_from_slice(&message[fed..fed + piece]);
            (filled, fed, turn) = (filled + piece, fed + piece, turn + 1);
        }
    }

    #[test]
    fn every_split_gives_the_same_body() {
        for (framing, message, expected) in [
            (Framing::Length(12), &b"hello, world"[..], &b"hello, world"[..]),
            (Framing::Length(0), b"", b""),
            (Framing::Chunked, CHUNKED, b"hello, world"),
            (Framing::Chunked, b"0\r\n\r\n", b""),
        ] {
            let message = [message, b"HTTP/1.1 200"].concat();
            for first in 0..=message.len() {
                for second in [1, 2, 3, 5, message.len()] {
                    let got = feed(framing, &message, &[first, second], 100).unwrap();
                    assert_eq!(got, (expected.to_vec(), b"HTTP/1.1 200".to_vec(), false), "{first} {second}");
                }
            }
        }
    }

    #[test]
    fn what_is_beyond_the_limit_is_read_and_dropped() {
        for (framing, message) in [(Framing::Length(12), &b"hello, world"[..]), (Framing::Chunked, CHUNKED)] {
            for limit in 0..12 {
                for piece in [1, 4, 100] {
                    let got = feed(framing, message, &[piece], limit).unwrap();
                    assert_eq!(got, (b"hello, world"[..limit].to_vec(), std::vec![], true), "{limit} {piece}");
                }
            }
        }
    }

    #[test]
    fn malformed_chunks_are_errors() {
        for bad in [
            &b"\r\n"[..],
            b"g\r\n",
            b"5g\r\n",
            b";\r\n",
            b"-1\r\n",
            b"0x5\r\n",
            b"5\nhello",
            b"5\rhello\n",
            b"5;a\nhello",
            b"5\r\nhelloX\r\n",
            b"5\r\nhello\rX\n",
            b"5\r\nhello\n0\r\n\r\n",
            b"0\r\nA: b\n\r\n",
            b"0\r\n\rX\n",
            b"1ffffffffffffffff\r\n",
        ] {
            for piece in [1, 100] {
                assert_eq!(feed(Framing::Chunked, bad, &[piece], 100), Err(Error::CHUNK_MALFORMED), "{:?}", bad.escape_ascii());
            }
        }
    }

    #[test]
    fn endless_extensions_trailers_and_sizes_are_errors() {
        let long = std::vec![b'0'; 10_000];
        for bad in [[b"1;", &long[..], b"\r\n"].concat(), [b"0\r\nA:", &long[..]].concat(), long.clone()] {
            for piece in [1000, 20_000] {
                assert_eq!(feed(Framing::Chunked, &bad, &[piece], 100), Err(Error::CHUNK_TOO_LARGE));
            }
        }
        let many = [b"0\r\n", &b"A: b\r\n".repeat(3000)[..]].concat();
        assert_eq!(feed(Framing::Chunked, &many, &[1000], 100), Err(Error::CHUNK_TOO_LARGE));
    }

    #[test]
    fn a_length_beyond_memory_is_only_read_on() {
        let mut buffer = *b"abcdefgh";
        let mut filled = 8;
        let mut body = Body::new(Framing::Length(u64::MAX), 0, 4);
        assert_eq!(body.decode(&mut buffer, &mut filled), Ok(Progress::Partial));
        assert_eq!((filled, body.range(), body.is_cut()), (4, 0..4, true));
    }
}
