//! A TCP connection.
#![allow(unsafe_code)]

use core::marker::PhantomData;
use core::sync::atomic::{AtomicI32, Ordering::Relaxed};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fd::{BorrowedFd, RawFd};
use rustix::io::Errno;
use rustix::net::sockopt;

use super::arch;
use crate::error::Error;

/// A blocking TCP socket that can be reconnected.
///
/// No call has a timeout, and no call raises SIGPIPE.
pub struct Socket {
    /// The owned descriptor, or [`NONE`]. In a no_std program, rustix's `OwnedFd` checks its
    /// number with an assertion whose message costs 2 KiB.
    descriptor: RawFd,
}

const NONE: RawFd = -1;
const LAST_STANDARD_STREAM: RawFd = 2;
const MSG_DONTWAIT: usize = 0x40;
const MSG_NOSIGNAL: usize = 0x4000;
const SHUT_RDWR: usize = 2;
// Negative, as system calls return them.
const EINTR: i32 = -4;
const EBADF: i32 = -9;
const EAGAIN: i32 = -11;
/// The descriptor of the connection that carries a stream, or [`NONE`], with all bits inverted. So
/// it begins as zero, which takes no room in the file. A panic in the handler has to end that
/// stream.
static STREAMING: AtomicI32 = AtomicI32::new(!NONE);

impl Socket {
    /// Creates a socket that isn't connected.
    pub const fn new() -> Self {
        Self { descriptor: NONE }
    }

    /// Connects to the TCP port at `address`, a `sockaddr_in` or `sockaddr_in6` (ip(7), ipv6(7)),
    /// whose first byte is thus the family. An earlier connection is closed.
    ///
    /// # Errors
    /// [`Error::CONNECT`] with the errno.
    pub fn connect(&mut self, address: &[u8]) -> Result<(), Error> {
        const SOCK_STREAM_CLOEXEC: usize = 1 | 0o2_000_000;
        self.close();
        let family = address.first().copied().unwrap_or_default();
        // SAFETY: socket takes only numbers.
        let mut result =
            unsafe { arch::syscall(arch::SOCKET, family.into(), SOCK_STREAM_CLOEXEC, 0, 0) };
        if result <= LAST_STANDARD_STREAM {
            // Or a standard stream was closed. This socket keeps its number and is never used, so
            // that the log isn't written into a connection. The next attempt has another number.
            result = result.min(EBADF);
        } else {
            self.descriptor = result;
            // SAFETY: connect reads the bytes of the address.
            result = unsafe {
                arch::syscall(
                    arch::CONNECT,
                    result as usize,
                    address.as_ptr().expose_provenance(),
                    address.len(),
                    0,
                )
            };
        }
        if result < 0 { Err(Error::CONNECT.with(result.unsigned_abs())) } else { Ok(()) }
    }

    /// Sends all of the parts, one after the other.
    ///
    /// # Errors
    /// [`Error::CONNECTION_BROKEN`] with the errno. Some of the bytes may have been sent, so the
    /// connection is shut down: [`receive`](Self::receive) returns the bytes that have already
    /// arrived, and then zero, without blocking.
    pub fn send(&mut self, parts: [&[u8]; 3]) -> Result<(), Error> {
        let mut unsent = Unsent::new(parts);
        while self.send_some(&mut unsent, MSG_NOSIGNAL).map_err(|errno| self.shut_down(errno))? {}
        Ok(())
    }

    /// Sends all of the parts, unless there is input: a peer that neither reads nor closes after
    /// its reply doesn't block this. Returns whether all were sent.
    ///
    /// # Errors
    /// Those of [`send`](Self::send).
    pub fn send_unless_input(&mut self, parts: [&[u8]; 3]) -> Result<bool, Error> {
        let mut unsent = Unsent::new(parts);
        loop {
            if self.has_input() {
                return Ok(false);
            }
            if !self
                .send_some(&mut unsent, MSG_NOSIGNAL | MSG_DONTWAIT)
                .map_err(|errno| self.shut_down(errno))?
            {
                return Ok(true);
            }
        }
    }

    /// Sends as much as one call accepts. Returns whether there is more.
    ///
    /// # Errors
    /// The negative errno.
    // Inlined, because its result takes more bytes to pass than it has code. Programs that stream
    // have it twice.
    #[inline(always)]
    fn send_some(&self, unsent: &mut Unsent<'_>, flags: usize) -> Result<bool, i32> {
        let parts = &mut unsent.parts;
        // The kernel's `msghdr`: name, its length, parts, their number, control data, its length,
        // flags.
        let message = [0, 0, parts.as_mut_ptr().expose_provenance(), parts.len(), 0, 0, 0];
        // SAFETY: sendmsg reads the message, the parts and their bytes. `unsent` borrows the bytes,
        // and an address advances by no more bytes than are left after it.
        let result = unsafe {
            arch::syscall(
                arch::SENDMSG,
                self.descriptor as usize,
                (&raw const message).expose_provenance(),
                flags,
                0,
            )
        };
        let mut sent = match result {
            0.. => result as usize,
            EINTR | EAGAIN => 0,
            errno => return Err(errno),
        };
        let mut is_more = false;
        for [address, len] in parts {
            let of_this = sent.min(*len);
            sent -= of_this;
            *address += of_this;
            *len -= of_this;
            is_more |= *len > 0;
        }
        Ok(is_more)
    }

    /// Shuts the connection down, and returns the error for the result of a call.
    fn shut_down(&self, errno: i32) -> Error {
        // This fails if the connection is already gone, which has the same effect.
        // SAFETY: shutdown takes only numbers.
        unsafe { arch::syscall(arch::SHUTDOWN, self.descriptor as usize, SHUT_RDWR, 0, 0) };
        broken(errno)
    }

    /// Waits until the socket is writable or readable, or the peer has closed the connection.
    /// Returns `true` if it is readable or closed.
    pub fn has_input(&self) -> bool {
        let Some(descriptor) = self.borrow() else {
            return false;
        };
        let mut polled = [PollFd::from_borrowed_fd(descriptor, PollFlags::IN | PollFlags::OUT)];
        // The event itself may interrupt the wait. Sending reports any other error of the socket as
        // well.
        while poll(&mut polled, None) == Err(Errno::INTR) {}
        polled.iter().any(|polled| polled.revents().contains(PollFlags::IN))
    }

    /// Returns the connection that carries a stream, or an unconnected socket if there is none.
    pub fn streaming() -> Self {
        Self { descriptor: !STREAMING.load(Relaxed) }
    }

    /// Sends without delay from now on, and makes this the connection that
    /// [`streaming`](Self::streaming) returns.
    pub fn begin_stream(&self) {
        if let Some(descriptor) = self.borrow() {
            // This can't fail on a TCP socket. If it did, sending would only be slower.
            let _ = sockopt::set_tcp_nodelay(descriptor, true);
        }
        STREAMING.store(!self.descriptor, Relaxed);
    }

    /// From now on, [`streaming`](Self::streaming) returns an unconnected socket.
    pub fn end_stream(&self) {
        STREAMING.store(!NONE, Relaxed);
    }

    /// Receives at least one byte. Returns the number of bytes, or zero if the peer has closed the
    /// connection.
    ///
    /// # Errors
    /// [`Error::CONNECTION_BROKEN`] with the errno.
    pub fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        loop {
            // SAFETY: read writes at most `buffer.len()` bytes into the buffer.
            let result = unsafe {
                arch::writing_syscall(
                    arch::READ,
                    self.descriptor as usize,
                    buffer.as_mut_ptr().expose_provenance(),
                    buffer.len(),
                    0,
                )
            };
            match result {
                0.. => return Ok(result as usize),
                EINTR => {}
                errno => return Err(broken(errno)),
            }
        }
    }

    fn borrow(&self) -> Option<BorrowedFd<'_>> {
        if self.descriptor < 0 {
            return None;
        }
        // SAFETY: the descriptor is open while `self` is borrowed: only `close`, which needs a
        // unique borrow, closes it.
        Some(unsafe { BorrowedFd::borrow_raw(self.descriptor) })
    }

    fn close(&mut self) {
        if self.descriptor >= 0 {
            // SAFETY: close takes only numbers. This owns the descriptor, and forgets it
            // afterwards.
            unsafe { arch::syscall(arch::CLOSE, self.descriptor as usize, 0, 0, 0) };
            self.descriptor = NONE;
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.close();
    }
}

/// The bytes that are still to be sent.
struct Unsent<'p> {
    /// The kernel's `iovec`s: the address and the length of what is left of each part.
    parts: [[usize; 2]; 3],
    borrowed: PhantomData<&'p [u8]>,
}

impl<'p> Unsent<'p> {
    fn new([a, b, c]: [&'p [u8]; 3]) -> Self {
        let part = |bytes: &[u8]| [bytes.as_ptr().expose_provenance(), bytes.len()];
        Self { parts: [part(a), part(b), part(c)], borrowed: PhantomData }
    }
}

/// Returns the error for the negative result of a system call.
const fn broken(errno: i32) -> Error {
    Error::CONNECTION_BROKEN.with(errno.unsigned_abs())
}

#[cfg(test)]
pub(super) mod tests;
