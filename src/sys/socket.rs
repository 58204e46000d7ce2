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
/// The descriptor of the connection that carries a stream, or [`NONE`]. A panic in the handler has
/// to end that stream.
static STREAMING: AtomicI32 = AtomicI32::new(NONE);

const NOT_CONNECTED: Error = broken(Errno::NOTCONN);

impl Socket {
    /// Creates a socket that isn't connected.
    pub const fn new() -> Self {
        Self { descriptor: NONE }
    }

    /// Connects to a port of the host with these numbers (four for IPv4, or eight for IPv6). An
    /// earlier connection is closed.
    ///
    /// # Errors
    /// [`Error::CONNECT`] with the errno.
    pub fn connect(&mut self, numbers: &[u16; 8], is_ipv4: bool, port: u16) -> Result<(), Error> {
        const SOCK_STREAM_CLOEXEC: usize = 1 | 0o2_000_000;
        self.close();
        let address = Sockaddr::new(numbers, is_ipv4, port);
        // SAFETY: socket takes only numbers.
        let mut result = unsafe {
            arch::syscall(arch::SOCKET, address.family.into(), SOCK_STREAM_CLOEXEC, 0, 0)
        };
        if result >= 0 {
            self.descriptor = result;
            let len = if is_ipv4 { 16 } else { size_of::<Sockaddr>() };
            // SAFETY: connect reads `len` bytes of the address, which is at least that long.
            result = unsafe {
                arch::syscall(
                    arch::CONNECT,
                    result as usize,
                    (&raw const address).expose_provenance(),
                    len,
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

/// `sockaddr_in6`, whose first 16 bytes also serve as `sockaddr_in`: the IPv4 address is in place
/// of the flow information, and the kernel ignores the padding after it.
#[repr(C)]
struct Sockaddr {
    family: u16,
    port: u16,
    flow_or_ipv4: [u8; 4],
    ipv6: [u16; 8],
    scope: u32,
}

impl Sockaddr {
    fn new(numbers: &[u16; 8], is_ipv4: bool, port: u16) -> Self {
        const AF_INET: u16 = 2;
        const AF_INET6: u16 = 10;
        let (mut family, mut flow_or_ipv4) = (AF_INET6, [0; 4]);
        if is_ipv4 {
            family = AF_INET;
            for (byte, number) in flow_or_ipv4.iter_mut().zip(numbers) {
                *byte = *number as u8;
            }
        }
        Self { family, port: port.to_be(), flow_or_ipv4, ipv6: numbers.map(u16::to_be), scope: 0 }
    }
}

const fn broken(errno: Errno) -> Error {
    Error::CONNECTION_BROKEN.with(errno.raw_os_error() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{Ipv4Addr, TcpListener};
    use std::thread;

    #[test]
    fn sends_more_than_the_kernel_takes_at_once() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut socket = Socket::new();
        let large = std::vec![7; 20_000_000];
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut got = std::vec::Vec::new();
            let mut buffer = [0; 100_000];
            while got.len() < 20_000_007 {
                let count = stream.read(&mut buffer).unwrap();
                got.extend_from_slice(&buffer[..count]);
            }
            stream.write_all(b"done").unwrap();
            got
        });
        socket.connect(&[127, 0, 0, 1, 0, 0, 0, 0], true, port).unwrap();
        socket.send([b"head", &large, b"end"]).unwrap();
        let mut buffer = [0; 10];
        assert_eq!(socket.receive(&mut buffer), Ok(4));
        assert_eq!(socket.receive(&mut buffer), Ok(0));
        let got = server.join().unwrap();
        assert!(
            got.starts_with(b"head\x07") && got.ends_with(b"\x07end") && got.len() == 20_000_007
        );
    }

    /// Interrupts system calls with signals while `work` runs.
    fn interrupted<T>(work: impl FnOnce() -> T) -> T {
        use core::sync::atomic::{AtomicBool, Ordering::SeqCst};

        // SAFETY: POSIX defines these functions, with arguments and results of these sizes.
        unsafe extern "C" {
            fn signal(signal: i32, handler: extern "C" fn(i32)) -> usize;
            fn siginterrupt(signal: i32, interrupts: i32) -> i32;
            fn pthread_self() -> usize;
            fn pthread_kill(thread: usize, signal: i32) -> i32;
        }
        extern "C" fn nothing(_: i32) {}
        const SIGUSR1: i32 = 10;

        // SAFETY: the functions are POSIX's, and the handler does nothing.
        let worker = unsafe {
            signal(SIGUSR1, nothing);
            siginterrupt(SIGUSR1, 1);
            pthread_self()
        };
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(SeqCst) {
                    // SAFETY: the worker is alive, as this scope joins before it returns.
                    unsafe { pthread_kill(worker, SIGUSR1) };
                    thread::sleep(std::time::Duration::from_micros(200));
                }
            });
            // The signals have to end even if the work panics.
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
            done.store(true, SeqCst);
            result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    #[test]
    fn a_signal_neither_aborts_nor_repeats_a_call() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let pause = || thread::sleep(std::time::Duration::from_millis(5));
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut got = std::vec::Vec::new();
            let mut buffer = std::vec![0; 1_000_000];
            while got.len() < 20_000_000 {
                pause();
                let count = stream.read(&mut buffer).unwrap();
                got.extend_from_slice(&buffer[..count]);
            }
            pause();
            stream.write_all(b"done").unwrap();
            got
        });
        let large: std::vec::Vec<u8> =
            (0..20_000_000u32).map(|number| number.wrapping_mul(2_654_435_761) as u8).collect();
        let mut socket = Socket::new();
        socket.connect(&[127, 0, 0, 1, 0, 0, 0, 0], true, port).unwrap();
        let mut buffer = [0; 10];
        let received = interrupted(|| {
            socket.send([&large, b"", b""]).unwrap();
            socket.receive(&mut buffer)
        });
        assert_eq!((received, &buffer[..4]), (Ok(4), &b"done"[..]));
        assert!(server.join().unwrap() == large);
    }

    #[test]
    fn connects_over_ipv6() {
        let Ok(listener) = TcpListener::bind((std::net::Ipv6Addr::LOCALHOST, 0)) else {
            // Without IPv6, the family is unknown or the address is missing.
            assert!(Socket::new().connect(&[0, 0, 0, 0, 0, 0, 0, 1], false, 1).is_err());
            return;
        };
        let mut socket = Socket::new();
        socket
            .connect(&[0, 0, 0, 0, 0, 0, 0, 1], false, listener.local_addr().unwrap().port())
            .unwrap();
        listener.accept().unwrap().0.write_all(b"hello").unwrap();
        assert_eq!(socket.receive(&mut [0; 10]), Ok(5));
    }

    #[test]
    fn a_closed_peer_is_an_error_and_not_a_signal() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut socket = Socket::new();
        assert_eq!(socket.send([b"x", b"", b""]), Err(broken(Errno::NOTCONN)));
        socket.connect(&[127, 0, 0, 1, 0, 0, 0, 0], true, port).unwrap();
        drop(listener.accept().unwrap());
        let large = std::vec![0; 1_000_000];
        let error = (0..100).find_map(|_| socket.send([&large, b"", b""]).err()).unwrap();
        assert!([broken(Errno::PIPE), broken(Errno::CONNRESET)].contains(&error), "{error}");
        assert!(socket.receive(&mut [0; 10]) != Ok(10));
        drop(listener);
        assert_eq!(
            socket.connect(&[127, 0, 0, 1, 0, 0, 0, 0], true, port),
            Err(Error::CONNECT.with(Errno::CONNREFUSED.raw_os_error() as u32))
        );
    }
}
