//! Certificates in PEM, piece by piece ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468)).

use alloc::vec::Vec;

use barelambda::Error;
use barelambda::bytes::base64;

use crate::error::TLS_BAD_ROOT;

const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
const END: &[u8] = b"-----END CERTIFICATE-----";

/// The longest certificate, in bytes of base64. Those of public authorities have 3,000 at most.
const LIMIT: usize = 65_536;

/// A reader of the certificates in a text. Everything else in it is ignored: explanations, and
/// other sections.
#[derive(Default)]
pub struct Certificates {
    /// The beginning of the current line; in a certificate the whole line.
    line: Vec<u8>,
    /// The base64 of the current certificate, without line breaks.
    body: Vec<u8>,
    is_inside: bool,
    /// The number of certificates that have begun.
    count: u32,
}

impl Certificates {
    /// Reads the next piece of the text, and calls `found` with the number of each certificate,
    /// from 1, and its DER. An empty piece is the end of the text.
    ///
    /// # Errors
    /// [`TLS_BAD_ROOT`] with the number of a certificate that has no end, another line that begins
    /// with `-----`, malformed base64, or more than 65,536 bytes of it; and the errors of `found`.
    pub fn read(
        &mut self,
        piece: &[u8],
        mut found: impl FnMut(u32, &[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for &byte in piece {
            match byte {
                b'\n' | b'\r' => self.end_line(&mut found)?,
                // The rest of a longer line matters only in a certificate.
                _ if self.is_inside || self.line.len() <= BEGIN.len() => self.push(byte)?,
                _ => {}
            }
        }
        if piece.is_empty() {
            self.end_line(&mut found)?;
            if self.is_inside {
                return Err(self.malformed());
            }
        }
        Ok(())
    }

    fn push(&mut self, byte: u8) -> Result<(), Error> {
        if self.line.len() + self.body.len() >= LIMIT {
            return Err(self.malformed());
        }
        self.line.push(byte);
        Ok(())
    }

    fn end_line(
        &mut self,
        found: &mut impl FnMut(u32, &[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let line = self.line.trim_ascii();
        if !self.is_inside {
            if line == BEGIN {
                self.is_inside = true;
                self.count += 1;
            }
        } else if line == END {
            self.is_inside = false;
            let len = base64::decode_in_place(&mut self.body).map_err(|_| self.malformed())?;
            found(self.count, self.body.get(..len).unwrap_or_default())?;
            self.body.clear();
        } else if line.starts_with(b"-----") {
            return Err(self.malformed());
        } else {
            self.body.extend_from_slice(line);
        }
        self.line.clear();
        Ok(())
    }

    fn malformed(&self) -> Error {
        TLS_BAD_ROOT.with(self.count)
    }
}
