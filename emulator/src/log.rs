use std::io::{self, PipeReader, Read};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::net::unix::pipe::Receiver;

use crate::LogSink;

/// How many bytes of text are kept for one outcome. Older bytes are dropped.
const MOST_KEPT: usize = 1 << 20;

/// A line longer than this many bytes is passed to the sink in pieces.
const LONGEST_LINE: usize = 256 << 10;

/// The largest size of a pipe in bytes, unless root allows more (`/proc/sys/fs/pipe-max-size`). 64
/// KiB is usual.
const LARGEST_PIPE: usize = 1 << 20;

/// The output of one process. Stdout and stderr share one pipe, which keeps their order.
pub(crate) struct Log {
    /// Never blocks. It is read directly, without tokio's readiness, so that [`Log::take`] misses
    /// nothing.
    pipe: PipeReader,
    text: Mutex<LogText>,
    sink: Option<LogSink>,
}

#[derive(Default)]
struct LogText {
    /// All text since the last [`Log::take`].
    kept: Vec<u8>,
    /// An incomplete line.
    line: Vec<u8>,
}

impl Log {
    /// Returns the log, and the receiver that [`Log::follow`] needs. Must be called inside the
    /// emulator's tokio runtime.
    pub fn new(pipe: PipeReader, sink: Option<LogSink>) -> io::Result<(Self, Receiver)> {
        // This makes the pipe non-blocking for both its descriptors.
        let receiver = Receiver::from_owned_fd(pipe.try_clone()?.into())?;
        Ok((Self { pipe, text: Mutex::default(), sink }, receiver))
    }

    /// Passes on the output until the last writer has closed the pipe.
    pub async fn follow(&self, receiver: Receiver) {
        while receiver.readable().await.is_ok() {
            if let Pumped::Ended = self.pump(|buffer| receiver.try_read(buffer)) {
                return;
            }
            // A pipe that is never empty is always ready at once.
            tokio::task::yield_now().await;
        }
    }

    /// Returns the text since the last call, including everything that the process has written by
    /// now.
    pub fn take(&self) -> String {
        self.pump(|buffer| (&self.pipe).read(buffer));
        let kept = std::mem::take(&mut self.text().kept);
        String::from_utf8_lossy(&kept).into_owned()
    }

    /// Passes on a last line without a line feed, when the process has ended.
    pub fn end(&self) {
        self.pump(|buffer| (&self.pipe).read(buffer));
        let rest = std::mem::take(&mut self.text().line);
        if !rest.is_empty() {
            self.show(&rest);
        }
    }

    /// Reads what the pipe holds, without waiting for more, and no more than any pipe can hold at
    /// once. A program that writes without end must not block the emulator.
    fn pump(&self, mut read: impl FnMut(&mut [u8]) -> io::Result<usize>) -> Pumped {
        let mut text = self.text();
        let mut buffer = [0; 16 << 10];
        for _ in 0..LARGEST_PIPE / buffer.len() {
            match read(&mut buffer) {
                Ok(0) => return Pumped::Ended,
                Ok(count) => self.add(&mut text, &buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Pumped::Empty,
                Err(_) => return Pumped::Ended,
            }
        }
        Pumped::Empty
    }

    fn add(&self, text: &mut LogText, bytes: &[u8]) {
        text.kept.extend_from_slice(bytes);
        if text.kept.len() > 2 * MOST_KEPT {
            text.kept.drain(..text.kept.len() - MOST_KEPT);
        }
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            text.line.extend_from_slice(piece);
            let ended = text.line.pop_if(|last| *last == b'\n').is_some();
            if ended || text.line.len() >= LONGEST_LINE {
                self.show(&text.line);
                text.line.clear();
            }
        }
    }

    fn show(&self, line: &[u8]) {
        if let Some(sink) = &self.sink {
            sink(line);
        }
    }

    fn text(&self) -> MutexGuard<'_, LogText> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Pumped {
    Empty,
    Ended,
}
