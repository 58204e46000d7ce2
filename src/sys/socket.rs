//! A TCP connection.
#![allow(unsafe_code)]

use core::sync::atomic::{AtomicI32, Ordering::Relaxed};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fd::{BorrowedFd, RawFd};
use rustix::io::{Errno, IoSlice, read};
use rustix::net::{SendAncillaryBuffer, SendFlags, Shutdown, sendmsg, shutdown, sockopt};

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
const EBADF: i32 = 9;
/// The descriptor of the connection that carries a stream, or [`NONE`]. A panic in the handler has
/// to end that stream.
static STREAMING: AtomicI32 = AtomicI32::new(NONE);

const NOT_CONNECTED: Error = broken(Errno::NOTCONN);

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
            result = result.min(-EBADF);
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
    pub fn send(&mut self, mut parts: [&[u8]; 3]) -> Result<(), Error> {
        let descriptor = self.borrow().ok_or(NOT_CONNECTED)?;
        while parts.iter().any(|part| !part.is_empty()) {
            match sendmsg(
                descriptor,
                &parts.map(IoSlice::new),
                &mut SendAncillaryBuffer::default(),
                SendFlags::NOSIGNAL,
            ) {
                Ok(sent) => {
                    cut(&mut parts, sent);
                }
                Err(Errno::INTR) => {}
                Err(errno) => {
                    // This fails if the connection is already gone, which has the same effect.
                    let _ = shutdown(descriptor, Shutdown::Both);
                    return Err(broken(errno));
                }
            }
        }
        Ok(())
    }

    /// Sends all of the parts, unless there is input: a peer that neither reads nor closes after
    /// its reply doesn't block this. Returns whether all were sent.
    ///
    /// # Errors
    /// Those of [`send`](Self::send).
    pub fn send_unless_input(&mut self, mut parts: [&[u8]; 3]) -> Result<bool, Error> {
        const MSG_NOSIGNAL_DONTWAIT: usize = 0x4000 | 0x40;
        const EINTR: i32 = -4;
        const EAGAIN: i32 = -11;
        let descriptor = self.borrow().ok_or(NOT_CONNECTED)?;
        while parts.iter().any(|part| !part.is_empty()) {
            if self.has_input() {
                return Ok(false);
            }
            let slices = parts.map(|part| [part.as_ptr().expose_provenance(), part.len()]);
            // The kernel's `msghdr`: name, its length, slices, their number, control data, its
            // length, flags.
            let message = [0, 0, (&raw const slices).expose_provenance(), slices.len(), 0, 0, 0];
            // SAFETY: sendmsg reads the message, the slices and their bytes. It isn't rustix's, of
            // which a second use would be linked into programs without streams too.
            let result = unsafe {
                arch::syscall(
                    arch::SENDMSG,
                    self.descriptor as usize,
                    (&raw const message).expose_provenance(),
                    MSG_NOSIGNAL_DONTWAIT,
                    0,
                )
            };
            match result {
                sent @ 0.. => cut(&mut parts, sent as usize),
                EINTR | EAGAIN => {}
                errno => {
                    let _ = shutdown(descriptor, Shutdown::Both);
                    return Err(Error::CONNECTION_BROKEN.with(errno.unsigned_abs()));
                }
            }
        }
        Ok(true)
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
        Self { descriptor: STREAMING.load(Relaxed) }
    }

    /// Sends without delay from now on, and makes this the connection that
    /// [`streaming`](Self::streaming) returns.
    pub fn begin_stream(&self) {
        if let Some(descriptor) = self.borrow() {
            // This can't fail on a TCP socket. If it did, sending would only be slower.
            let _ = sockopt::set_tcp_nodelay(descriptor, true);
        }
        STREAMING.store(self.descriptor, Relaxed);
    }

    /// From now on, [`streaming`](Self::streaming) returns an unconnected socket.
    pub fn end_stream(&self) {
        STREAMING.store(NONE, Relaxed);
    }

    /// Receives at least one byte. Returns the number of bytes, or zero if the peer has closed the
    /// connection.
    ///
    /// # Errors
    /// [`Error::CONNECTION_BROKEN`] with the errno.
    pub fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        let descriptor = self.borrow().ok_or(NOT_CONNECTED)?;
        loop {
            match read(descriptor, &mut *buffer) {
                Err(Errno::INTR) => {}
                result => return result.map_err(broken),
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
            // SAFETY: this owns the descriptor, and forgets it afterwards.
            unsafe { rustix::io::close(self.descriptor) };
            self.descriptor = NONE;
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.close();
    }
}

/// Removes the first `count` bytes from the parts.
#[inline(always)]
pub(super) fn cut<const N: usize>(parts: &mut [&[u8]; N], mut count: usize) {
    for part in parts {
        let of_this = count.min(part.len());
        *part = part.get(of_this..).unwrap_or_default();
        count -= of_this;
    }
}

const fn broken(errno: Errno) -> Error {
    Error::CONNECTION_BROKEN.with(errno.raw_os_error() as u32)
}

#[cfg(test)]
mod tests;
