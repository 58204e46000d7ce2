//! Writes zips: the part of PKWARE's APPNOTE.TXT 6.3.10 that a package needs. The bytes don't
//! depend on the time or the machine.
//!
//! This isn't a library because the libraries that accept compressed data need a procedural macro
//! and ten times the time to compile.

use std::num::NonZeroU64;

use super::contents::Entry;
use crate::error::{Context, Error};

/// Entries above this size, in bytes, are compressed by the faster method: the slower one takes
/// several seconds for a megabyte.
const LARGE: usize = 256 * 1024;

/// The number of iterations of the slower method.
const ITERATIONS: NonZeroU64 = NonZeroU64::new(15).unwrap();

/// The highest level of the faster method.
const LEVEL: u8 = 10;

/// Midnight on 1 January 1980, the earliest time that a zip can represent (section 4.4.6).
const DATE: u16 = 1 << 5 | 1;
const TIME: u16 = 0;

/// Entries have Unix permissions (section 4.4.2), and version 2.0 is needed to extract them
/// (section 4.4.3).
const MADE_BY: u16 = 3 << 8 | NEEDED;
const NEEDED: u16 = 20;

/// The flag for a UTF-8 name (section 4.4.4, bit 11).
const UTF8: u16 = 1 << 11;

/// The compression methods (section 4.4.5).
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// S_IFREG: a regular file.
const REGULAR: u32 = 0o100_000;

/// Returns the zip of these entries in this order. Each is stored or deflated, whichever is
/// smaller.
pub fn zip(entries: &[Entry]) -> Result<Vec<u8>, Error> {
    let mut zip = Vec::new();
    let mut directory = Vec::new();
    for entry in entries {
        let start = number(zip.len())?;
        let data = entry.bytes()?;
        let common = Common::new(entry, &data)?;
        zip.extend(b"PK\x03\x04");
        common.write(&mut zip);
        zip.extend(entry.name.as_bytes());
        zip.extend(&common.packed);

        directory.extend(b"PK\x01\x02");
        directory.extend(MADE_BY.to_le_bytes());
        common.write(&mut directory);
        // No comment, the first disk, no internal attributes.
        directory.extend([0; 6]);
        directory.extend(((REGULAR | entry.mode()) << 16).to_le_bytes());
        directory.extend(start.to_le_bytes());
        directory.extend(entry.name.as_bytes());
    }
    let count = u16::try_from(entries.len()).context("too many files for a zip")?;
    let [start, size] = [number(zip.len())?, number(directory.len())?];
    zip.extend(directory);
    // The end of the central directory (section 4.3.16): one disk, no comment.
    zip.extend(b"PK\x05\x06\0\0\0\0");
    zip.extend(count.to_le_bytes());
    zip.extend(count.to_le_bytes());
    zip.extend(size.to_le_bytes());
    zip.extend(start.to_le_bytes());
    zip.extend([0; 2]);
    Ok(zip)
}

/// The fields that both headers of an entry have (sections 4.3.7 and 4.3.12).
struct Common {
    flags: u16,
    method: u16,
    checksum: u32,
    packed: Vec<u8>,
    size: u32,
    name_length: u16,
}

impl Common {
    fn new(entry: &Entry, data: &[u8]) -> Result<Self, Error> {
        let deflated = deflated(data).context(entry.path.display())?;
        let (method, packed) = if deflated.len() < data.len() {
            (DEFLATED, deflated)
        } else {
            (STORED, data.to_vec())
        };
        Ok(Self {
            flags: if entry.name.is_ascii() { 0 } else { UTF8 },
            method,
            checksum: crc32fast::hash(data),
            packed,
            size: number(data.len())?,
            name_length: u16::try_from(entry.name.len()).context(&entry.name)?,
        })
    }

    fn write(&self, header: &mut Vec<u8>) {
        for word in [NEEDED, self.flags, self.method, TIME, DATE] {
            header.extend(word.to_le_bytes());
        }
        // An entry is at most 250 MB, so no number is truncated.
        for number in [self.checksum, self.packed.len() as u32, self.size] {
            header.extend(number.to_le_bytes());
        }
        // No extra field.
        for word in [self.name_length, 0] {
            header.extend(word.to_le_bytes());
        }
    }
}

fn deflated(data: &[u8]) -> std::io::Result<Vec<u8>> {
    if data.len() > LARGE {
        return Ok(miniz_oxide::deflate::compress_to_vec(data, LEVEL));
    }
    let mut deflated = Vec::new();
    let options = zopfli::Options { iteration_count: ITERATIONS, ..zopfli::Options::default() };
    zopfli::compress(options, zopfli::Format::Deflate, data, &mut deflated)?;
    Ok(deflated)
}

fn number(length: usize) -> Result<u32, Error> {
    u32::try_from(length).context("the package is too large for a zip")
}
