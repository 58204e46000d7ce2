//! Where in what follows a head the data of its body is: by Content-Length, or by chunks
//! ([RFC 9112, sections 6 and 7.1](https://www.rfc-editor.org/rfc/rfc9112#section-6)).

use crate::error::ProtocolError;

/// The most bytes of framing in a row, chunk extensions or trailers, that are skipped.
pub const SKIP_LIMIT: usize = 4 * 1024;

/// What is still to come of a body.
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
    /// The number of bytes of data that come next.
    pub data: u64,
    /// What stands behind them.
    pub behind: Behind,
    /// Bytes of framing since the last data.
    skipped: usize,
}

/// What stands behind data.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Behind {
    /// No field of the head has said it so far.
    #[default]
    Unknown,
    /// Nothing: the body is complete.
    End,
    /// A chunk-size line.
    ChunkSize,
    /// The line end behind the data of a chunk.
    ChunkEnd,
    /// Trailers, and the empty line behind them.
    Trailers,
}

impl Framing {
    /// Steps over `count` bytes of data, no more than there are.
    pub const fn step(&mut self, count: usize) {
        self.data = self.data.saturating_sub(count as u64);
        self.skipped = 0;
    }

    /// Steps over a line of framing, given without its line end.
    ///
    /// # Errors
    /// [`ProtocolError::ChunkMalformed`] and [`ProtocolError::ChunkTooLarge`].
    // Inlined, it costs 200 bytes: its caller runs out of registers.
    #[inline(never)]
    pub fn line(&mut self, line: &[u8]) -> Result<(), ProtocolError> {
        self.skipped += line.len() + 2;
        self.check(0)?;
        self.behind = match self.behind {
            Behind::ChunkSize => {
                self.data = size(line).ok_or(ProtocolError::ChunkMalformed)?;
                if self.data > 0 { Behind::ChunkEnd } else { Behind::Trailers }
            }
            Behind::Trailers if !line.is_empty() => Behind::Trailers,
            Behind::Trailers => Behind::End,
            Behind::ChunkEnd if line.is_empty() => Behind::ChunkSize,
            Behind::ChunkEnd | Behind::End | Behind::Unknown => return Err(ProtocolError::ChunkMalformed),
        };
        Ok(())
    }

    /// Checks that there is not too much framing, with `more` bytes of a line whose end has not come.
    ///
    /// # Errors
    /// [`ProtocolError::ChunkTooLarge`].
    pub const fn check(&self, more: usize) -> Result<(), ProtocolError> {
        if self.skipped + more > SKIP_LIMIT { Err(ProtocolError::ChunkTooLarge) } else { Ok(()) }
    }
}

/// The size that a chunk-size line gives. Behind it may stand blanks, and an extension, which is of no interest.
fn size(line: &[u8]) -> Option<u64> {
    let mut size = 0;
    for (at, &byte) in line.iter().enumerate() {
        let Some(digit) = (byte as char).to_digit(16) else {
            let is_extension = matches!(line.get(at..)?.trim_ascii_start(), [] | [b';', ..]);
            return (at > 0 && is_extension).then_some(size);
        };
        if size >> 60 != 0 {
            return None;
        }
        size = size << 4 | u64::from(digit);
    }
    (!line.is_empty()).then_some(size)
}
