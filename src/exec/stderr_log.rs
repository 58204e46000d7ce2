//! The stderr of a program. Each line is logged, and the last lines are kept for error messages.

use crate::bytes::cursor::move_down;
use crate::log::{self, Format};
use crate::runtime_api::invocation::InvocationHead;
use crate::sys::pipe::{PIPE_CAPACITY, Pipe};

/// The longest line, in bytes.
const LINE: usize = 2048;
/// The size of the tail, in bytes.
const TAIL: usize = 1024;

pub struct StderrLog {
    format: Format,
    /// The incomplete line.
    line: [u8; LINE],
    len: usize,
    tail: [u8; TAIL],
    tail_len: usize,
    /// Whether the tail lacks the beginning.
    is_cut: bool,
}

impl StderrLog {
    pub const fn new(format: Format) -> Self {
        Self { format, line: [0; LINE], len: 0, tail: [0; TAIL], tail_len: 0, is_cut: false }
    }

    /// Clears the tail.
    pub const fn begin(&mut self) {
        self.tail_len = 0;
        self.is_cut = false;
    }

    /// Reads the available bytes, at most the length of a line, and logs the lines that they
    /// complete. Returns the number of bytes.
    pub fn read(&mut self, pipe: &mut Pipe, invocation: &InvocationHead<'_>) -> usize {
        let room = self.line.get_mut(self.len..).unwrap_or_default();
        let count = pipe.read(room).unwrap_or_default();
        let new = room.get(..count).unwrap_or_default();
        remember(&mut self.tail, &mut self.tail_len, &mut self.is_cut, new);
        self.len += count;
        let mut rest = self.line.get(..self.len).unwrap_or_default();
        while let Some(at) = rest.iter().position(|byte| *byte == b'\n') {
            let (line, after) = rest.split_at_checked(at).unwrap_or_default();
            log::program_line(self.format, Some(invocation), line);
            rest = after.get(1..).unwrap_or_default();
        }
        let left = rest.len();
        move_down(&mut self.line, self.len - left..self.len, 0);
        self.len = left;
        if left == LINE {
            self.end(invocation);
        }
        count
    }

    /// Reads like [`read`](Self::read) until the pipe is empty or 1 MiB, the largest capacity of a
    /// pipe, has been read.
    pub fn read_all(&mut self, pipe: &mut Pipe, invocation: &InvocationHead<'_>) {
        let mut left = PIPE_CAPACITY;
        while left > 0 {
            match self.read(pipe, invocation) {
                0 => break,
                count => left = left.saturating_sub(count),
            }
        }
    }

    /// Logs the incomplete line.
    pub fn end(&mut self, invocation: &InvocationHead<'_>) {
        if self.len > 0 {
            log::program_line(
                self.format,
                Some(invocation),
                self.line.get(..self.len).unwrap_or_default(),
            );
            self.len = 0;
        }
    }

    /// Returns the last lines of this invocation that fit the tail whole.
    pub fn last_lines(&self) -> &[u8] {
        let tail = self.tail.get(..self.tail_len).unwrap_or_default().trim_ascii_end();
        let start = if self.is_cut {
            tail.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1)
        } else {
            0
        };
        tail.get(start..).unwrap_or_default()
    }

    /// Returns the last line of this invocation.
    pub fn last_line(&self) -> &[u8] {
        let lines = self.last_lines();
        let start = lines.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        lines.get(start..).unwrap_or_default()
    }
}

/// Appends to the tail, dropping its oldest bytes.
fn remember(tail: &mut [u8; TAIL], len: &mut usize, is_cut: &mut bool, new: &[u8]) {
    let kept = new.get(new.len().saturating_sub(TAIL)..).unwrap_or_default();
    let over = (*len + kept.len()).saturating_sub(TAIL);
    *is_cut |= over > 0 || kept.len() < new.len();
    move_down(tail, over..*len, 0);
    *len -= over;
    // `copy_from_slice` would link a panic.
    tail.iter_mut().skip(*len).zip(kept).for_each(|(place, byte)| *place = *byte);
    *len += kept.len();
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn the_tail_keeps_the_end_for_any_pieces() {
        let text: Vec<u8> = (0..3 * TAIL).map(|place| b'a' + (place % 23) as u8).collect();
        for size in [1, 7, TAIL - 1, TAIL, TAIL + 1, text.len()] {
            let (mut tail, mut len, mut is_cut) = ([0; TAIL], 0, false);
            let mut read = 0;
            for piece in text.chunks(size) {
                remember(&mut tail, &mut len, &mut is_cut, piece);
                read += piece.len();
                assert_eq!(
                    (&tail[..len], is_cut),
                    (&text[read.saturating_sub(TAIL)..read], read > TAIL),
                    "{size}"
                );
            }
        }
    }

    #[test]
    fn the_last_lines_are_whole() {
        let mut stderr_log = StderrLog::new(Format::Text);
        let mut add = |text: &[u8]| {
            remember(&mut stderr_log.tail, &mut stderr_log.tail_len, &mut stderr_log.is_cut, text)
        };
        add(b"one\ntwo\n\n");
        assert_eq!(
            (stderr_log.last_lines(), stderr_log.last_line()),
            (&b"one\ntwo"[..], &b"two"[..])
        );
        let mut add = |text: &[u8]| {
            remember(&mut stderr_log.tail, &mut stderr_log.tail_len, &mut stderr_log.is_cut, text)
        };
        add(&[b'x'; TAIL - 5]);
        add(b"\nend\n");
        assert_eq!((stderr_log.last_lines(), stderr_log.last_line()), (&b"end"[..], &b"end"[..]));
        stderr_log.begin();
        assert_eq!((stderr_log.last_lines(), stderr_log.last_line()), (&b""[..], &b""[..]));
    }
}
