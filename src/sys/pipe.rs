//! Pipes, and polling them.
#![allow(unsafe_code)]

use rustix::fd::{BorrowedFd, RawFd};
use rustix::io::{Errno, IoSlice};

use super::arch;

/// The largest capacity of a pipe, in bytes.
pub const PIPE_CAPACITY: usize = 1024 * 1024;

/// The current directory, as the base of a relative path.
pub const AT_FDCWD: usize = -100_isize as usize;

/// One end of a pipe, or another descriptor. It is closed when it is dropped, and on exec.
pub struct Pipe(RawFd);

const NONE: RawFd = -1;
const O_CLOEXEC: usize = 0o2_000_000;
const O_NONBLOCK: usize = 0o4000;

/// Opens pipes: each pair of `ends` becomes the read end and the write end of a pipe.
///
/// # Errors
/// The errno.
pub fn open(ends: &mut [Pipe]) -> Result<(), u32> {
    for [read, write] in ends.as_chunks_mut().0 {
        let mut pair = [NONE; 2];
        // SAFETY: pipe2 writes two descriptors, and `pair` has room for them.
        let result = unsafe {
            arch::writing_syscall(arch::PIPE2, (&raw mut pair).expose_provenance(), O_CLOEXEC, 0, 0)
        };
        if result < 0 {
            return Err(result.unsigned_abs());
        }
        [read.0, write.0] = pair;
    }
    Ok(())
}

/// Opens a descriptor of the child with this id. It becomes readable when the child exits.
///
/// # Errors
/// The errno.
pub fn of_process(id: i32) -> Result<Pipe, u32> {
    // SAFETY: pidfd_open takes only numbers.
    let result = unsafe { arch::syscall(arch::PIDFD_OPEN, id as usize, 0, 0, 0) };
    if result < 0 { Err(result.unsigned_abs()) } else { Ok(Pipe(result)) }
}

/// Opens `/dev/null`, if possible.
pub fn open_null() -> Option<Pipe> {
    const O_RDWR: usize = 2;
    // SAFETY: the path is zero-terminated.
    unsafe { open_at(c"/dev/null".as_ptr().expose_provenance(), O_RDWR) }
}

/// Opens the directory at `path`. Returns `None` if that fails, or if it isn't a directory.
///
/// # Safety
/// `path` must point to a zero-terminated string.
pub unsafe fn open_folder(path: usize) -> Option<Pipe> {
    #[cfg(target_arch = "aarch64")]
    const O_DIRECTORY: usize = 0o40_000;
    #[cfg(target_arch = "x86_64")]
    const O_DIRECTORY: usize = 0o200_000;
    // SAFETY: the caller guarantees it.
    unsafe { open_at(path, O_DIRECTORY) }
}

/// Opens the file at `path` for reading. Returns `None` if that fails.
///
/// # Safety
/// `path` must point to a zero-terminated string.
pub unsafe fn open_file(path: usize) -> Option<Pipe> {
    // Nonblocking, so that opening a named pipe doesn't wait for a writer.
    // SAFETY: the caller guarantees it.
    unsafe { open_at(path, O_NONBLOCK) }
}

/// # Safety
/// `path` must point to a zero-terminated string.
unsafe fn open_at(path: usize, flags: usize) -> Option<Pipe> {
    // SAFETY: openat reads the path, which the caller guarantees to be zero-terminated.
    let result = unsafe { arch::syscall(arch::OPENAT, AT_FDCWD, path, flags | O_CLOEXEC, 0) };
    if result < 0 { None } else { Some(Pipe(result)) }
}

impl Pipe {
    /// A closed pipe.
    pub const CLOSED: Self = Self(NONE);

    pub const fn descriptor(&self) -> RawFd {
        self.0
    }

    pub const fn is_open(&self) -> bool {
        self.0 >= 0
    }

    /// Returns whether the descriptor is one of the standard streams: 0, 1 or 2.
    pub const fn is_standard(&self) -> bool {
        self.0 >= 0 && self.0 < 3
    }

    /// Makes this end nonblocking, for every process that shares it.
    pub fn set_nonblocking(&self) {
        const F_SETFL: usize = 4;
        // SAFETY: this fcntl takes only numbers. It can't fail with these on a pipe.
        unsafe { arch::syscall(arch::FCNTL, self.0 as usize, F_SETFL, O_NONBLOCK, 0) };
    }

    /// Reads some bytes. Returns their number, or `None` if there is nothing to read yet. At the
    /// end, or after an error, closes the pipe and returns zero.
    pub fn read(&mut self, buffer: &mut [u8]) -> Option<usize> {
        let descriptor = self.borrow()?;
        loop {
            match rustix::io::read(descriptor, &mut *buffer) {
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return None,
                Ok(count) if count > 0 => return Some(count),
                Ok(_) | Err(_) => {
                    self.close();
                    return Some(0);
                }
            }
        }
    }

    /// Writes some of the parts, and removes the written bytes from them. If the pipe has no
    /// reader, closes it and empties the parts.
    pub fn write(&mut self, parts: &mut [&[u8]; 2]) {
        let Some(descriptor) = self.borrow() else {
            *parts = [b""; 2];
            return;
        };
        match rustix::io::writev(descriptor, &parts.map(IoSlice::new)) {
            Err(Errno::INTR | Errno::AGAIN) => {}
            Ok(written) => cut(parts, written),
            Err(_) => {
                self.close();
                *parts = [b""; 2];
            }
        }
    }

    // Not inlined, as every error path calls it.
    #[inline(never)]
    pub fn close(&mut self) {
        if self.is_open() {
            // SAFETY: this owns the descriptor, and forgets it afterwards.
            unsafe { rustix::io::close(self.0) };
            self.0 = NONE;
        }
    }

    /// For [`poll`]: waits until there is something to read.
    pub const fn polled(&self) -> Polled {
        Polled { descriptor: self.0, events: 1, ready: 0 }
    }

    /// For [`poll`]: waits until there is room to write.
    pub const fn polled_for_room(&self) -> Polled {
        Polled { descriptor: self.0, events: 4, ready: 0 }
    }

    fn borrow(&self) -> Option<BorrowedFd<'_>> {
        if !self.is_open() {
            return None;
        }
        // SAFETY: the descriptor is open while `self` is borrowed: only `close`, which needs a
        // unique borrow, closes it.
        Some(unsafe { BorrowedFd::borrow_raw(self.0) })
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        self.close();
    }
}

/// The kernel's `pollfd`.
#[derive(Copy, Clone)]
#[repr(C)]
pub struct Polled {
    /// The kernel ignores negative descriptors.
    descriptor: RawFd,
    events: i16,
    ready: i16,
}

impl Polled {
    /// Never ready.
    pub const NONE: Self = Self { descriptor: NONE, events: 0, ready: 0 };

    /// Returns whether the descriptor is ready. An error and the end count as well.
    pub const fn is_ready(self) -> bool {
        self.ready != 0
    }
}

/// Waits until one of the descriptors is ready, for at most `ms` milliseconds. A signal ends the
/// wait early.
pub fn poll<const N: usize>(polled: &mut [Polled; N], ms: Option<u64>) {
    let mut time = ms.map(|ms| [ms / 1000, ms % 1000 * 1_000_000]);
    let limit = time.as_mut().map_or(0, |time| time.as_mut_ptr().expose_provenance());
    // SAFETY: ppoll writes to the `N` elements of `polled`, and to `time` if it is given. The
    // signal mask is null.
    unsafe {
        arch::writing_syscall(arch::PPOLL, polled.as_mut_ptr().expose_provenance(), N, limit, 0)
    };
}

/// Removes the first `count` bytes from the parts.
fn cut(parts: &mut [&[u8]; 2], mut count: usize) {
    for part in parts {
        let of_this = count.min(part.len());
        *part = part.get(of_this..).unwrap_or_default();
        count -= of_this;
    }
}
