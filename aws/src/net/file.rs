//! Small files of the system.

use alloc::vec::Vec;

use rustix::fs::{Mode, OFlags, open};
use rustix::io::{Errno, read};

/// Reads a whole file, of at most `limit` bytes.
///
/// # Errors
/// The errno; [`Errno::FBIG`] if the file is longer; [`Errno::NOMEM`] if the heap has no room.
pub(crate) fn read_file(path: &str, limit: usize) -> Result<Vec<u8>, Errno> {
    const STEP: usize = 4096;
    let file = open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    let mut text = Vec::new();
    loop {
        let len = text.len();
        if len > limit {
            return Err(Errno::FBIG);
        }
        text.try_reserve(STEP).map_err(|_| Errno::NOMEM)?;
        text.resize(len + STEP, 0);
        let count = loop {
            match read(&file, text.get_mut(len..).unwrap_or_default()) {
                Err(Errno::INTR) => {}
                result => break result?,
            }
        };
        text.truncate(len + count);
        if count == 0 {
            return Ok(text);
        }
    }
}
