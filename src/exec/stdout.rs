//! The stdout of a program: a response that is buffered, or streamed as it is written.

use super::settings::{Mode, content_type};
use crate::bytes::search::find_byte;
use crate::error::Error;
use crate::handler::{Responded, Responder, Response, ResponseStream};
use crate::runtime_api::answer::{Answer, JSON};
use crate::sys::pipe::Pipe;

/// The most bytes of a stream that are read at once.
const PIECE: usize = 8192;
/// The longest response that may be an error line, in bytes.
const ERROR_LINE_LIMIT: usize = 4096;

pub enum Stdout<'a> {
    Buffered { buffer: &'a mut [u8], len: usize },
    Streamed(ResponseStream<'a>),
}

/// The result of a read.
pub enum Progress {
    /// The number of bytes read; zero at the end, or if none are available.
    More(usize),
    /// The line is complete. More bytes may follow it.
    Line { has_more: bool },
    /// The response is larger than its buffer.
    TooLarge,
    /// The response couldn't be sent.
    SendFailed(Error),
}

impl<'a> Stdout<'a> {
    pub fn new(responder: Responder<'a>, streams: bool) -> Self {
        if streams {
            Self::Streamed(responder.stream_of(content_type(b"application/octet-stream")))
        } else {
            Self::Buffered { buffer: responder.into_buffer(), len: 0 }
        }
    }

    /// Reads the available bytes.
    pub fn read(&mut self, pipe: &mut Pipe, mode: Mode) -> Progress {
        match self {
            Self::Buffered { buffer, len, .. } => {
                let mut beyond = [0];
                let room = match buffer.get_mut(*len..) {
                    Some(room) if !room.is_empty() => room,
                    _ => &mut beyond,
                };
                let count = pipe.read(room).unwrap_or_default();
                let new = room.get(..count).unwrap_or_default();
                let line = if mode == Mode::Lines { find_byte(new, 0, b'\n') } else { count };
                *len += line;
                if line < count {
                    Progress::Line { has_more: line + 1 < count }
                } else if *len > buffer.len() {
                    Progress::TooLarge
                } else {
                    Progress::More(count)
                }
            }
            Self::Streamed(stream) => {
                let mut piece = [0; PIECE];
                let count = pipe.read(&mut piece).unwrap_or_default();
                if count == 0 {
                    return Progress::More(0);
                }
                match stream
                    .write(piece.get(..count).unwrap_or_default())
                    .and_then(|()| stream.flush())
                {
                    Ok(()) => Progress::More(count),
                    Err(error) => Progress::SendFailed(error),
                }
            }
        }
    }

    /// Returns whether the response is an error line, `!TYPE MESSAGE`.
    pub fn is_error(&self) -> bool {
        matches!(self, Self::Buffered { buffer, len, .. } if *len <= ERROR_LINE_LIMIT && buffer.first() == Some(&b'!') && *len > 0)
    }

    /// Returns the response.
    ///
    /// # Errors
    /// Returns those of [`Responder::bytes`] and [`ResponseStream::finish`].
    pub fn finish(self) -> Response<'a> {
        match self {
            Self::Buffered { buffer, len } => {
                let answer = Answer::response(JSON, buffer.get(..len).unwrap_or_default())?;
                Ok(Responded { answer: answer.with_content_type(content_type(JSON.as_bytes())) })
            }
            Self::Streamed(stream) => stream.finish(),
        }
    }

    /// Returns the written bytes and the free part of the buffer. A stream has no written bytes,
    /// because they have been sent.
    pub fn into_parts(self) -> (&'a [u8], &'a mut [u8]) {
        match self {
            Self::Buffered { buffer, len, .. } => {
                // Only an error line is needed further. The space of a longer response is free.
                let len = if len <= ERROR_LINE_LIMIT { len } else { 0 };
                let (written, free) = buffer.split_at_mut_checked(len).unwrap_or_default();
                (written, free)
            }
            Self::Streamed(stream) => (b"", stream.into_buffer()),
        }
    }
}
