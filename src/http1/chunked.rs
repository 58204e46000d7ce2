//! Chunked framing ([RFC 9112, section 7.1](https://www.rfc-editor.org/rfc/rfc9112#section-7.1)): the lines around the data.

use crate::error::Error;

/// The longest chunk-size line, with its extensions, and the longest trailer section, in bytes.
pub const SKIP_LIMIT: usize = 4 * 1024;

/// Where in a chunked body the next byte stands.
///
/// ```text
///  ---> First -- size > 0 --> Data -- all of it --> Next -- size = 0 --> Trailers -- empty line --> done
///         |                    ^                     |                      ^
///         |                    +------ size > 0 -----+                      |
///         +-------------------------- size = 0 ----------------------------+
/// ```
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Chunked {
    /// Before the first chunk.
    First,
    /// In the data of a chunk, before this many bytes of it; more than none.
    Data(u64),
    /// At the line end behind the data of a chunk.
    Next,
    /// Behind the last chunk, and this many bytes of its trailer section.
    Trailers(usize),
}

/// What stands at the front of the bytes.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Framing of this many bytes.
    Framing(usize),
    /// Data of this many bytes, most of which may not be there yet.
    Data(u64),
    /// The end of the body, behind this many bytes of framing.
    End(usize),
    /// Framing that is not all there.
    Partial,
}

impl Chunked {
    /// Looks at the front of `bytes`, and steps over it if it is framing.
    ///
    /// # Errors
    /// [`Error::CHUNK_MALFORMED`] and [`Error::CHUNK_TOO_LARGE`].
    pub fn frame(&mut self, bytes: &[u8]) -> Result<Part, Error> {
        let skipped = match *self {
            Self::Data(size) => return Ok(Part::Data(size)),
            Self::First => 0,
            Self::Trailers(skipped) => skipped,
            // The line end of the data is read as an empty line of its own.
            Self::Next => 0,
        };
        let Some(end) = bytes.iter().position(|&byte| byte == b'\n') else {
            return if skipped + bytes.len() > SKIP_LIMIT { Err(Error::CHUNK_TOO_LARGE) } else { Ok(Part::Partial) };
        };
        let Some([line @ .., b'\r']) = bytes.get(..end) else {
            return Err(Error::CHUNK_MALFORMED);
        };
        let len = end + 1;
        if skipped + len > SKIP_LIMIT {
            return Err(Error::CHUNK_TOO_LARGE);
        }
        *self = match *self {
            Self::Next if line.is_empty() => Self::First,
            Self::First => match size(line)? {
                0 => Self::Trailers(0),
                size => Self::Data(size),
            },
            Self::Trailers(_) if line.is_empty() => return Ok(Part::End(len)),
            Self::Trailers(_) => Self::Trailers(skipped + len),
            _ => return Err(Error::CHUNK_MALFORMED),
        };
        Ok(Part::Framing(len))
    }

    /// Steps over `count` bytes of data, no more than [`Part::Data`] said.
    pub const fn data(&mut self, count: u64) {
        if let Self::Data(size) = self {
            *self = if count < *size { Self::Data(*size - count) } else { Self::Next };
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
