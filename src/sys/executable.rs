//! Whether a program can be executed.
#![allow(unsafe_code)]

use core::mem;

use super::arch;
use super::pipe::{self, Pipe};
use crate::bytes::cursor::Cursor;

/// The errno (ELOOP) that [`check`] returns for this program itself. As its own child, it would
/// request invocations too.
pub const ITSELF: u32 = 40;

/// The longest path of a program, in bytes, including the terminating zero. Lambda's handlers have
/// at most 128.
const LONGEST_PATH: usize = 1024;

/// Checks whether a program can be executed, as far as its own file shows: the interpreter of a
/// script isn't checked. The path is given in parts. Also opens the standard streams that are
/// closed, so that no later descriptor takes their numbers.
///
/// # Errors
/// The errno with the reason.
pub fn check(path: &[&[u8]]) -> Result<(), u32> {
    const X_OK: usize = 1;
    const NO_EXECUTABLE: u32 = 8;
    const IS_A_DIRECTORY: u32 = 21;
    const NAME_TOO_LONG: u32 = 36;
    let mut buffer = [0; LONGEST_PATH];
    let mut text = Cursor::new(&mut buffer);
    path.iter().for_each(|part| _ = text.push(part));
    if !text.push(b"\0") {
        return Err(NAME_TOO_LONG);
    }
    let path = text.written().as_ptr().expose_provenance();
    // SAFETY: faccessat reads the path, which is zero-terminated.
    let result = unsafe { arch::syscall(arch::FACCESSAT, pipe::AT_FDCWD, path, X_OK, 0) };
    // SAFETY: the path is zero-terminated.
    let mut file = unsafe { pipe::open_file(path) };
    // Usually all three streams are open, and this costs nothing.
    if file.as_ref().is_none_or(Pipe::is_standard) {
        // The file has to be closed first. Otherwise it keeps the number of a stream, which would
        // be closed again once the file is dropped.
        drop(file.take());
        fill_standard_streams();
        // SAFETY: as above.
        file = unsafe { pipe::open_file(path) };
    }
    if result < 0 {
        return Err(result.unsigned_abs());
    }
    // A file can be executable without being readable.
    let start = file.map(|mut file| {
        let mut start = [0; 4];
        file.read(&mut start);
        start
    });
    match start {
        // A script isn't this program, so it costs no look at files.
        Some([b'#', b'!', ..]) => Ok(()),
        None | Some([0x7f, b'E', b'L', b'F']) => {
            if is_self(text.written()) {
                Err(ITSELF)
            } else {
                Ok(())
            }
        }
        // SAFETY: the path is zero-terminated.
        _ if unsafe { pipe::open_folder(path) }.is_some() => Err(IS_A_DIRECTORY),
        _ => Err(NO_EXECUTABLE),
    }
}

/// Opens /dev/null for each standard stream that is closed.
fn fill_standard_streams() {
    while let Some(null) = pipe::open_null().filter(Pipe::is_standard) {
        // It stays open in place of the stream.
        mem::forget(null);
    }
}

/// Returns whether the file at a zero-terminated path is this program's, by any path or link.
fn is_self(path: &[u8]) -> bool {
    let own = identity(c"/proc/self/exe".to_bytes_with_nul());
    own.is_some() && identity(path) == own
}

/// Returns the device and the inode of the file at a zero-terminated path.
fn identity(path: &[u8]) -> Option<(u64, u64)> {
    // The kernel's `stat` has at most 144 bytes, and begins with the device and the inode on both
    // architectures.
    let mut stat = [0_u64; 18];
    let place = stat.as_mut_ptr().expose_provenance();
    let path = path.as_ptr().expose_provenance();
    // SAFETY: newfstatat reads the path, which is zero-terminated, and writes a `stat`.
    let result = unsafe { arch::writing_syscall(arch::NEWFSTATAT, pipe::AT_FDCWD, path, place, 0) };
    let [device, inode, ..] = stat;
    (result == 0).then_some((device, inode))
}
