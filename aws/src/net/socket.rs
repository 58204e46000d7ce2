//! TCP and UDP sockets whose waits end.

use core::time::Duration;

use barelambda::Error;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::net::sockopt::{set_tcp_nodelay, socket_error};
use rustix::net::{
    AddressFamily, Ipv4Addr, RecvFlags, SendFlags, SocketAddrV4, SocketFlags, SocketType, connect,
    recv, send, socket_with,
};

use super::deadline::Deadline;
use crate::error::{BROKEN, CONNECT, TIMEOUT};
use crate::stream::Stream;

/// A connected, non-blocking socket.
#[derive(Debug)]
pub(crate) struct Socket {
    descriptor: OwnedFd,
    limits: Limits,
}

/// How long a socket waits.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Limits {
    /// The longest wait for the peer.
    pub(crate) wait: Duration,
    /// The end of the call.
    pub(crate) deadline: Deadline,
}

impl Limits {
    /// Returns the limits of a part of the call that isn't necessary: a second, and half of the
    /// time left.
    pub(crate) fn brief(self) -> Self {
        let left = self.deadline.left().unwrap_or_default();
        let deadline = self.deadline.earlier(Duration::from_secs(1).min(left / 2));
        Self { deadline, ..self }
    }
}

impl Socket {
    /// Opens a TCP connection.
    ///
    /// # Errors
    /// [`CONNECT`] with the errno; [`TIMEOUT`].
    pub(crate) fn tcp(address: Ipv4Addr, port: u16, limits: Limits) -> Result<Self, Error> {
        let socket = Self::new(SocketType::STREAM, limits)?;
        // A request is sent in one piece, and its last segment must not wait for the
        // acknowledgement of the one before.
        set_tcp_nodelay(&socket.descriptor, true).map_err(cannot_connect)?;
        match connect(&socket.descriptor, &SocketAddrV4::new(address, port)) {
            Ok(()) => return Ok(socket),
            // An interrupted connect continues.
            Err(Errno::INPROGRESS | Errno::INTR) => socket.wait(PollFlags::OUT)?,
            Err(errno) => return Err(cannot_connect(errno)),
        }
        match socket_error(&socket.descriptor) {
            Ok(Ok(())) => Ok(socket),
            Ok(Err(errno)) | Err(errno) => Err(cannot_connect(errno)),
        }
    }

    /// Opens a UDP socket that sends to one address, and receives only from it.
    ///
    /// # Errors
    /// [`CONNECT`] with the errno.
    pub(crate) fn udp(address: Ipv4Addr, port: u16, limits: Limits) -> Result<Self, Error> {
        let socket = Self::new(SocketType::DGRAM, limits)?;
        connect(&socket.descriptor, &SocketAddrV4::new(address, port)).map_err(cannot_connect)?;
        Ok(socket)
    }

    fn new(kind: SocketType, limits: Limits) -> Result<Self, Error> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let descriptor =
            socket_with(AddressFamily::INET, kind, flags, None).map_err(cannot_connect)?;
        Ok(Self { descriptor, limits })
    }

    /// Sets the limits of the next call.
    pub(crate) const fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Returns whether something can be received without waiting: bytes, the end of the
    /// connection, or an error.
    pub(crate) fn is_readable(&self) -> bool {
        let mut polled = [PollFd::new(&self.descriptor, PollFlags::IN)];
        loop {
            match poll(&mut polled, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })) {
                Ok(count) => return count > 0,
                Err(Errno::INTR) => {}
                // The next receive returns the error.
                Err(_) => return true,
            }
        }
    }

    fn wait(&self, events: PollFlags) -> Result<(), Error> {
        loop {
            let left = self.limits.deadline.left()?.min(self.limits.wait);
            let timeout = Timespec {
                tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: left.subsec_nanos().into(),
            };
            match poll(&mut [PollFd::new(&self.descriptor, events)], Some(&timeout)) {
                Ok(0) => return Err(TIMEOUT),
                Ok(_) => return Ok(()),
                Err(Errno::INTR) => {}
                Err(errno) => return Err(broken(errno)),
            }
        }
    }
}

impl Stream for Socket {
    fn send(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        while !bytes.is_empty() {
            match send(&self.descriptor, bytes, SendFlags::NOSIGNAL) {
                Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
                Err(Errno::AGAIN) => self.wait(PollFlags::OUT)?,
                Err(Errno::INTR) => {}
                Err(errno) => return Err(broken(errno)),
            }
        }
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        loop {
            self.wait(PollFlags::IN)?;
            match recv(&self.descriptor, &mut *buffer, RecvFlags::empty()) {
                Ok((_, count)) => return Ok(count),
                Err(Errno::AGAIN | Errno::INTR) => {}
                Err(errno) => return Err(broken(errno)),
            }
        }
    }
}

fn cannot_connect(errno: Errno) -> Error {
    CONNECT.with(errno.raw_os_error().unsigned_abs())
}

fn broken(errno: Errno) -> Error {
    BROKEN.with(errno.raw_os_error().unsigned_abs())
}
