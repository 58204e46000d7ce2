//! Pipes, and waiting for them.
#![allow(unsafe_code)]

use rustix::fd::{BorrowedFd, RawFd};
use rustix::io::{Errno, IoSlice};

use super::arch;
use super::socket::cut;

/// The most bytes that a pipe holds.
pub const PIPE_CAPACITY: usize = 1024 * 1024;

/// Where a relative path begins.
pub const AT_FDCWD: usize = -100_isize as usize;

/// One end of a pipe, or another descriptor; closed when it is dropped, and in every program that this process becomes.
pub struct Pipe(RawFd);

const NONE: RawFd = -1;
const O_CLOEXEC: usize = 0o2_000_000;
const O_NONBLOCK: usize = 0o4000;

/// Opens pipes: of each, the end to read from, and the end to write to.
///
/// # Errors
/// The errno.
pub fn open(ends: &mut [Pipe]) -> Result<(), u32> {
    for [read, write] in ends.as_chunks_mut().0 {
        let mut pair = [NONE; 2];
        // SAFETY: pipe2 writes two descriptors, and there is room for them.
        let result = unsafe { arch::writing_syscall(arch::PIPE2, (&raw mut pair).expose_provenance(), O_CLOEXEC, 0, 0) };
        if result < 0 {
            return Err(result.unsigned_abs());
        }
        [read.0, write.0] = pair;
    }
    Ok(())
}

/// A descriptor of the child with this id, which becomes readable when it ends.
///
/// # Errors
/// The errno.
pub fn of_process(id: i32) -> Result<Pipe, u32> {
    // SAFETY: pidfd_open takes numbers.
    let result = unsafe { arch::syscall(arch::PIDFD_OPEN, id as usize, 0, 0, 0) };
    if result < 0 { Err(result.unsigned_abs()) } else { Ok(Pipe(result)) }
}

/// `/dev/null`, if it can be opened.
pub fn open_null() -> Option<Pipe> {
    const O_RDWR: usize = 2;
    // SAFETY: the path ends with a zero.
    unsafe { open_at(c"/dev/null".as_ptr().expose_provenance(), O_RDWR) }
}

/// The folder at `path`; none if it is something else.
///
/// # Safety
/// `path` must point to a text that ends with a zero.
pub unsafe fn open_folder(path: usize) -> Option<Pipe> {
    #[cfg(target_arch = "aarch64")]
    const O_DIRECTORY: usize = 0o40_000;
    #[cfg(target_arch = "x86_64")]
    const O_DIRECTORY: usize = 0o200_000;
    // SAFETY: as the caller promises.
    unsafe { open_at(path, O_DIRECTORY) }
}

/// The file at `path`, to be read; none if that cannot be.
///
/// # Safety
/// `path` must point to a text that ends with a zero.
pub unsafe fn open_file(path: usize) -> Option<Pipe> {
    // A named pipe is not waited for.
    // SAFETY: as the caller promises.
    unsafe { open_at(path, O_NONBLOCK) }
}

/// # Safety
/// `path` must point to a text that ends with a zero.
unsafe fn open_at(path: usize, flags: usize) -> Option<Pipe> {
    // SAFETY: openat reads the path, as the caller promises.
    let result = unsafe { arch::syscall(arch::OPENAT, AT_FDCWD, path, flags | O_CLOEXEC, 0) };
    if result < 0 { None } else { Some(Pipe(result)) }
}

impl Pipe {
    /// No pipe.
    pub const CLOSED: Self = Self(NONE);

    pub const fn descriptor(&self) -> RawFd {
        self.0
    }

    pub const fn is_open(&self) -> bool {
        self.0 >= 0
    }

    /// Whether it has the number of one of the standard streams.
    pub const fn is_standard(&self) -> bool {
        self.0 >= 0 && self.0 < 3
    }

    /// Lets nobody wait any more who reads from this end, or writes to it.
    pub fn set_nonblocking(&self) {
        const F_SETFL: usize = 4;
        // SAFETY: fcntl takes numbers here. It cannot fail with these on a pipe.
        unsafe { arch::syscall(arch::FCNTL, self.0 as usize, F_SETFL, O_NONBLOCK, 0) };
    }

    /// Reads some bytes, and gives their number, or none if there is nothing to read now. Behind the end, which an error is too, the pipe is
    /// closed, and the number is zero.
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

    /// Writes some of the parts, and cuts from them what it has written. If nobody reads them, the pipe is closed, and they are emptied.
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

    // Not inlined, as it stands behind every error.
    #[inline(never)]
    pub fn close(&mut self) {
        if self.is_open() {
            // SAFETY: this owned the descriptor, and forgets it.
            unsafe { rustix::io::close(self.0) };
            self.0 = NONE;
        }
    }

    /// For [`poll`]: something to read.
    pub const fn polled(&self) -> Polled {
        Polled { descriptor: self.0, events: 1, ready: 0 }
    }

    /// For [`poll`]: room to write.
    pub const fn polled_for_room(&self) -> Polled {
        Polled { descriptor: self.0, events: 4, ready: 0 }
    }

    fn borrow(&self) -> Option<BorrowedFd<'_>> {
        if !self.is_open() {
            return None;
        }
        // SAFETY: the descriptor is open as long as `self` is borrowed: only `close`, with a unique borrow, closes it.
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
    /// Those below zero are passed over.
    descriptor: RawFd,
    events: i16,
    ready: i16,
}

impl Polled {
    /// Never ready.
    pub const NONE: Self = Self { descriptor: NONE, events: 0, ready: 0 };

    /// Whether something happened, an error or an end included.
    pub const fn is_ready(self) -> bool {
        self.ready != 0
    }
}

/// Waits until one of them is ready, at most `ms` milliseconds, or for a shorter time if a signal comes.
pub fn poll<const N: usize>(polled: &mut [Polled; N], ms: Option<u64>) {
    let mut time = ms.map(|ms| [ms / 1000, ms % 1000 * 1_000_000]);
    let limit = time.as_mut().map_or(0, |time| time.as_mut_ptr().expose_provenance());
    // SAFETY: ppoll writes to what is polled, of which there are as many as it is told, and perhaps to the time. It has no set of signals.
    unsafe { arch::writing_syscall(arch::PPOLL, polled.as_mut_ptr().expose_provenance(), N, limit, 0) };
}
