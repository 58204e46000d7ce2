//! A TCP connection.
#![allow(unsafe_code)]

use core::net::SocketAddr;

use rustix::fd::{BorrowedFd, RawFd};
use rustix::io::{Errno, Result};
use rustix::net::{RecvFlags, SendAncillaryBuffer, SendFlags, Shutdown, connect, recv, sendmsg, shutdown};

use super::arch;
use super::gather::write_all;
use crate::error::Error;

/// A blocking TCP socket that can be connected again and again to one address.
///
/// No call has a timeout. No signal is raised when the other side is gone.
pub struct Socket {
    address: SocketAddr,
    connection: Connection,
}

impl Socket {
    /// A socket for `address`, not connected yet.
    pub const fn new(address: SocketAddr) -> Self {
        Self { address, connection: Connection(NONE) }
    }

    /// Connects; an earlier connection is closed.
    ///
    /// # Errors
    /// [`Error::CONNECT`] with the errno.
    pub fn connect(&mut self) -> core::result::Result<(), Error> {
        self.connection = Connection(NONE);
        let connect = || {
            let connection = Connection::open(self.address.is_ipv4())?;
            connect(connection.get()?, &self.address)?;
            Ok(connection)
        };
        self.connection = connect().map_err(|errno| Error::CONNECT.with(number(errno)))?;
        Ok(())
    }

    /// Sends all of the parts, one after the other.
    ///
    /// # Errors
    /// [`Error::CONNECTION_BROKEN`] with the errno. Some of the parts may have been sent, so nothing more can be: the connection is shut
    /// down, and [`receive`](Self::receive) gives what had come before, and then zero, without waiting.
    pub fn send(&mut self, parts: &[&[u8]]) -> core::result::Result<(), Error> {
        let send = |connection| {
            write_all(parts, &mut |slices| sendmsg(connection, slices, &mut SendAncillaryBuffer::default(), SendFlags::NOSIGNAL)).inspect_err(
                |_| {
                    // It fails if the connection is gone already, which is as good.
                    let _ = shutdown(connection, Shutdown::Both);
                },
            )
        };
        self.connection.get().and_then(send).map_err(broken)
    }

    /// Receives some bytes, at least one, and gives their number; zero if the other side has closed.
    ///
    /// # Errors
    /// [`Error::CONNECTION_BROKEN`] with the errno.
    pub fn receive(&mut self, buffer: &mut [u8]) -> core::result::Result<usize, Error> {
        let receive = |connection| {
            loop {
                match recv(connection, &mut *buffer, RecvFlags::empty()) {
                    Ok((count, _)) => return Ok(count),
                    Err(Errno::INTR) => {}
                    Err(errno) => return Err(errno),
                }
            }
        };
        self.connection.get().and_then(receive).map_err(broken)
    }
}

/// An open socket, or [`NONE`]. In a no_std program rustix's own type checks its number with an assertion whose message takes 2 KiB.
struct Connection(RawFd);

const NONE: RawFd = -1;

impl Connection {
    fn open(ipv4: bool) -> Result<Self> {
        const AF_INET: usize = 2;
        const AF_INET6: usize = 10;
        const SOCK_STREAM_CLOEXEC: usize = 1 | 0o2_000_000;
        let result = arch::socket(if ipv4 { AF_INET } else { AF_INET6 }, SOCK_STREAM_CLOEXEC);
        if result < 0 { Err(Errno::from_raw_os_error(-result as i32)) } else { Ok(Self(result as RawFd)) }
    }

    fn get(&self) -> Result<BorrowedFd<'_>> {
        if self.0 < 0 {
            return Err(Errno::NOTCONN);
        }
        // SAFETY: the descriptor is open for as long as `self` lives, which owns it.
        Ok(unsafe { BorrowedFd::borrow_raw(self.0) })
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.0 >= 0 {
            // SAFETY: this owned the descriptor, and is gone now.
            unsafe { rustix::io::close(self.0) };
        }
    }
}

fn broken(errno: Errno) -> Error {
    Error::CONNECTION_BROKEN.with(number(errno))
}

fn number(errno: Errno) -> u32 {
    errno.raw_os_error() as u32
}
