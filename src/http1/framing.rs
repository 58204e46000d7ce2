//! Where the data of a body is in the bytes after the head, by Content-Length or by chunks ([RFC
//! 9112, sections 6 and 7.1](https://www.rfc-editor.org/rfc/rfc9112#section-6)).

use super::{Unread, line};
use crate::bytes::number::number;
use crate::error::ProtocolError;

/// The maximum number of consecutive bytes of framing that are skipped: chunk extensions and
/// trailers.
pub const SKIP_LIMIT: usize = 4 * 1024;

/// The state of reading a body.
///
/// ```text
///  Content-Length --> data --> End
///
///  chunked --> ChunkSize -- size > 0 --> data --> ChunkEnd --+
///               |   ^                                        |
///               |   +---------------- empty line ------------+
///               +-- size = 0 --> Trailers -- empty line --> End
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Framing {
    /// The number of bytes of data before the next framing.
    pub data: u64,
    /// The framing that follows the data.
    pub next: NextFraming,
    /// The number of bytes of framing since the last data.
    skipped: usize,
}

/// The framing that follows the data.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum NextFraming {
    /// The head hasn't had a field for it so far.
    #[default]
    Unknown,
    /// None: the body is complete.
    End,
    /// A chunk-size line.
    ChunkSize,
    /// The line end after the data of a chunk.
    ChunkEnd,
    /// Trailers, and the empty line after them.
    Trailers,
}

impl Framing {
    pub(super) const EMPTY: Self = Self { data: 0, next: NextFraming::Unknown, skipped: 0 };

    /// Advances past `count` bytes of data, at most [`data`](Self::data).
    pub const fn step(&mut self, count: usize) {
        self.data = self.data.saturating_sub(count as u64);
        self.skipped = 0;
    }

    /// Advances past the line of framing at the start of `bytes`, and moves `at` by its length with
    /// the line end.
    ///
    /// # Errors
    /// [`Unread::Partial`], [`ProtocolError::ChunkMalformed`] if the line isn't the next framing,
    /// and [`ProtocolError::ChunkTooLarge`] if it exceeds [`SKIP_LIMIT`].
    #[inline(never)]
    pub fn read_line(&mut self, bytes: &[u8], at: &mut usize) -> Result<(), Unread> {
        let (line, len) = match line(bytes, ProtocolError::ChunkMalformed) {
            Ok(line) => (Some(line), line.len() + 2),
            Err(Unread::Partial) => (None, bytes.len()),
            Err(malformed) => return Err(malformed),
        };
        if self.skipped + len > SKIP_LIMIT {
            return Err(ProtocolError::ChunkTooLarge.into());
        }
        let line = line.ok_or(Unread::Partial)?;
        self.skipped += len;
        *at += len;
        self.next = match self.next {
            NextFraming::ChunkSize => {
                self.data = size(line).ok_or(ProtocolError::ChunkMalformed)?;
                if self.data > 0 { NextFraming::ChunkEnd } else { NextFraming::Trailers }
            }
            NextFraming::Trailers if !line.is_empty() => NextFraming::Trailers,
            NextFraming::Trailers => NextFraming::End,
            _ if line.is_empty() => NextFraming::ChunkSize,
            _ => return Err(ProtocolError::ChunkMalformed.into()),
        };
        Ok(())
    }
}

/// Parses a chunk-size line. Spaces and an extension may follow the size; they are ignored.
fn size(line: &[u8]) -> Option<u64> {
    let (size, digits) = number(line, 16);
    let is_extension = matches!(line.get(digits..)?.trim_ascii_start(), [] | [b';', ..]);
    (digits > 0 && is_extension).then_some(size)
}
