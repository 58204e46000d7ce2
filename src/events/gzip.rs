//! Decompression of gzip ([RFC 1952](https://www.rfc-editor.org/rfc/rfc1952)).

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

use crate::error::Error;

/// Decompresses gzip into `buffer`, and returns the decompressed bytes, as CloudWatch Logs sends
/// them. The checksum and the length are checked. It takes about 11 KB of the stack.
///
/// The data must be one member ([RFC 1952, section
/// 2.2](https://www.rfc-editor.org/rfc/rfc1952#section-2.2)).
///
/// # Errors
/// [`Error::DECODING_BUFFER`] if the result doesn't fit `buffer`; [`Error::GZIP`] if the data
/// aren't gzip, are cut or damaged, or go on after the member.
pub fn gunzip<'b>(gzip: &[u8], buffer: &'b mut [u8]) -> Result<&'b mut [u8], Error> {
    let compressed = body(gzip).ok_or(Error::GZIP)?;
    let mut decompressor = DecompressorOxide::new();
    let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (status, read, len) = decompress(&mut decompressor, compressed, buffer, 0, flags);
    match status {
        TINFLStatus::Done => {}
        TINFLStatus::HasMoreOutput => return Err(Error::DECODING_BUFFER),
        _ => return Err(Error::GZIP),
    }
    let bytes = buffer.get_mut(..len).unwrap_or_default();
    let trailer = [checksum(bytes), len as u32].map(u32::to_le_bytes);
    if compressed.get(read..) != Some(trailer.as_flattened()) {
        return Err(Error::GZIP);
    }
    Ok(bytes)
}

/// Returns what follows the header of a member ([RFC 1952, section
/// 2.3](https://www.rfc-editor.org/rfc/rfc1952#section-2.3)).
fn body(gzip: &[u8]) -> Option<&[u8]> {
    const CHECKSUM: u8 = 1 << 1;
    const EXTRA: u8 = 1 << 2;
    const NAME: u8 = 1 << 3;
    const COMMENT: u8 = 1 << 4;
    const RESERVED: u8 = 0b1110_0000;
    // The identification, the method deflate, the flags, the time, the level and the system.
    let ([0x1f, 0x8b, 8, flags, ..], mut rest) = gzip.split_first_chunk::<10>()? else {
        return None;
    };
    if flags & RESERVED != 0 {
        return None;
    }
    if flags & EXTRA != 0 {
        let (len, after) = rest.split_first_chunk()?;
        rest = after.get(usize::from(u16::from_le_bytes(*len))..)?;
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = rest.get(end + 1..)?;
        }
    }
    if flags & CHECKSUM != 0 {
        let (sum, after) = rest.split_first_chunk()?;
        let header = gzip.get(..gzip.len() - rest.len())?;
        if u16::from_le_bytes(*sum) != checksum(header) as u16 {
            return None;
        }
        rest = after;
    }
    Some(rest)
}

/// Returns the CRC-32 of `bytes` ([RFC 1952, section
/// 8](https://www.rfc-editor.org/rfc/rfc1952#section-8)), with a table of 64 bytes.
fn checksum(bytes: &[u8]) -> u32 {
    /// The remainders of the values of four bits.
    const REMAINDERS: [u32; 16] = {
        let mut remainders = [0; 16];
        let mut value = 0;
        while value < 16 {
            let mut remainder = value as u32;
            let mut bit = 0;
            while bit < 4 {
                let polynomial = if remainder & 1 == 1 { 0xedb8_8320 } else { 0 };
                remainder = remainder >> 1 ^ polynomial;
                bit += 1;
            }
            remainders[value] = remainder;
            value += 1;
        }
        remainders
    };
    !bytes.iter().fold(!0, |sum, byte| {
        let sum = sum ^ u32::from(*byte);
        let sum = sum >> 4 ^ REMAINDERS[(sum & 15) as usize];
        sum >> 4 ^ REMAINDERS[(sum & 15) as usize]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const TEXT: &[u8] = b"hello hello hello hello\n";
    /// The text, compressed by Python's zlib.
    const DEFLATED: [u8; 11] = [0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x27, 0xb9, 0x00];
    const TRAILER: [u8; 8] = [0x00, 0x88, 0x59, 0x0b, 24, 0, 0, 0];

    /// Returns a member with these flags, and these bytes after the fixed part of the header.
    fn member(flags: u8, fields: &[u8]) -> Vec<u8> {
        [&[0x1f, 0x8b, 8, flags, 1, 2, 3, 4, 2, 3], fields, &DEFLATED, &TRAILER].concat()
    }

    fn read(gzip: &[u8]) -> Result<Vec<u8>, Error> {
        gunzip(gzip, &mut [0; 64]).map(|bytes| bytes.to_vec())
    }

    #[test]
    fn checksums_of_the_known_values() {
        assert_eq!(checksum(b""), 0);
        assert_eq!(checksum(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn a_header_may_have_more_fields() {
        let mut with_checksum = [0x1f, 0x8b, 8, 2, 1, 2, 3, 4, 2, 3].to_vec();
        let sum = (checksum(&with_checksum) as u16).to_le_bytes();
        with_checksum.extend([&sum[..], &DEFLATED, &TRAILER].concat());
        for gzip in [
            member(0, b""),
            member(1, b""),
            member(4, b"\x03\0abc"),
            member(4, b"\0\0"),
            member(8, b"name\0"),
            member(16, b"\0"),
            member(4 | 8 | 16, b"\x02\0\0\0name\0comment\0"),
            with_checksum.clone(),
        ] {
            assert_eq!(read(&gzip).as_deref(), Ok(TEXT), "{gzip:?}");
            for end in 0..gzip.len() {
                assert_eq!(read(&gzip[..end]), Err(Error::GZIP), "{gzip:?} {end}");
            }
            assert_eq!(read(&[&gzip[..], b"\0"].concat()), Err(Error::GZIP));
            assert_eq!(read(&[&gzip[..], &gzip[..]].concat()), Err(Error::GZIP));
        }
        with_checksum[10] ^= 1;
        assert_eq!(read(&with_checksum), Err(Error::GZIP));
        for flags in [32, 64, 128] {
            assert_eq!(read(&member(flags, b"")), Err(Error::GZIP));
        }
    }

    #[test]
    fn damage_is_found() {
        let good = member(0, b"");
        for index in 0..good.len() {
            for bit in 0..8 {
                let mut bad = good.clone();
                bad[index] ^= 1 << bit;
                // The time, the level and the system aren't used, and neither is "is text".
                let is_used = !(4..10).contains(&index) && (index, bit) != (3, 0);
                assert_eq!(read(&bad).is_err(), is_used, "{index} {bit}");
            }
        }
    }

    #[test]
    fn the_result_must_fit() {
        for size in 0..TEXT.len() {
            let mut buffer = std::vec![0; size];
            assert_eq!(gunzip(&member(0, b""), &mut buffer), Err(Error::DECODING_BUFFER), "{size}");
        }
        let mut buffer = std::vec![0; TEXT.len()];
        assert_eq!(gunzip(&member(0, b""), &mut buffer).as_deref(), Ok(TEXT));
    }
}
