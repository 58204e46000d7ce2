//! Where in what follows a head the data of its body is: by Content-Length, or by chunks
//! ([RFC 9112, sections 6 and 7.1](https://www.rfc-editor.org/rfc/rfc9112#section-6)).

use super::line;
use crate::error::Error;

/// The longest chunk-size line, with its extensions, and the longest trailer section, in bytes.
pub const SKIP_LIMIT: usize = 4 * 1024;

/// Where in a body the next byte stands.
///
/// ```text
///  ---> Length -- all of it --> end
///
///  ---> ChunkSize -- size > 0 --> ChunkData -- all of it --> ChunkEnd -- empty line --+
///        |  ^                                                                         |
///        |  +-------------------------------------------------------------------------+
///        +-- size = 0 --> Trailers -- empty line --> end
/// ```
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Before this many bytes of data, which are all that comes.
    Length(u64),
    /// At a chunk-size line.
    ChunkSize,
    /// Before this many bytes of the data of a chunk; more than none.
    ChunkData(u64),
    /// At the line end behind the data of a chunk.
    ChunkEnd,
    /// Behind the last chunk, and this many bytes of its trailer section.
    Trailers(usize),
}

/// What stands at the front of the bytes.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Framing of this many bytes, which has been stepped over.
    Framing(usize),
    /// Data of this many bytes, of which only some may be there.
    Data(u64),
    /// The end of the body, behind this many bytes of framing.
    End(usize),
    /// Framing that is not all there.
    Partial,
}

impl Default for Framing {
    fn default() -> Self {
        Self::Length(0)
    }
}

impl Framing {
    /// Looks at the front of `bytes`, and steps over it if it is framing.
    ///
    /// # Errors
    /// [`Error::CHUNK_MALFORMED`] and [`Error::CHUNK_TOO_LARGE`].
    pub fn look(&mut self, bytes: &[u8]) -> Result<Part, Error> {
        let mut skipped = match *self {
            Self::Length(0) => return Ok(Part::End(0)),
            Self::Length(size) | Self::ChunkData(size) => return Ok(Part::Data(size)),
            Self::Trailers(skipped) => skipped,
            Self::ChunkSize | Self::ChunkEnd => 0,
        };
        let line = line(bytes, Error::CHUNK_MALFORMED)?;
        let len = line.map_or(bytes.len(), |line| line.len() + 2);
        skipped += len;
        if skipped > SKIP_LIMIT {
            return Err(Error::CHUNK_TOO_LARGE);
        }
        *self = match (*self, line) {
            (_, None) => return Ok(Part::Partial),
            (Self::ChunkSize, Some(line)) => match size(line)? {
                0 => Self::Trailers(0),
                size => Self::ChunkData(size),
            },
            (Self::ChunkEnd, Some([])) => Self::ChunkSize,
            (Self::Trailers(_), Some([])) => return Ok(Part::End(len)),
            (Self::Trailers(_), Some(_)) => Self::Trailers(skipped),
            _ => return Err(Error::CHUNK_MALFORMED),
        };
        Ok(Part::Framing(len))
    }

    /// Steps over `count` bytes of data, no more than [`Part::Data`] said.
    pub const fn step(&mut self, count: u64) {
        match self {
            Self::Length(size) => *size = size.saturating_sub(count),
            Self::ChunkData(size) if count < *size => *size -= count,
            _ => *self = Self::ChunkEnd,
        }
    }
}

/// The size that a chunk-size line gives; what comes behind it is an extension, and of no interest.
fn size(line: &[u8]) -> Result<u64, Error> {
    let mut size = 0;
    for (at, &byte) in line.iter().enumerate() {
        match (byte as char).to_digit(16) {
            Some(digit) if size >> 60 == 0 => size = size << 4 | u64::from(digit),
            None if at > 0 && matches!(byte, b';' | b' ' | b'\t') => return Ok(size),
            _ => return Err(Error::CHUNK_MALFORMED),
        }
    }
    if line.is_empty() { Err(Error::CHUNK_MALFORMED) } else { Ok(size) }
}
