//! A TCP connection.
#![allow(unsafe_code)]

use core::sync::atomic::{AtomicI32, Ordering::Relaxed};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fd::{BorrowedFd, RawFd};
use rustix::io::{Errno, IoSlice, read};
use rustix::net::{SendAncillaryBuffer, SendFlags, Shutdown, sendmsg, shutdown, sockopt};

use super::arch;
use crate::error::Error;

/// A blocking TCP socket that can be connected again and again.
///
/// No call has a timeout. No signal is raised when the other side is gone.
pub struct Socket {
    /// The descriptor, which this owns, or [`NONE`]. In a no_std program rustix's owned descriptors check their number with an assertion
    /// whose message takes 2 KiB.
    descriptor: RawFd,
}

const NONE: RawFd = -1;
/// The descriptor over which a stream goes, or [`NONE`]: what a panic in the handler has to bring to an end.
static STREAMING: AtomicI32 = AtomicI32::new(NONE);

const NOT_CONNECTED: Error = broken(Errno::NOTCONN);

impl Socket {
    /// Not connected yet.
    pub const fn new() -> Self {
        Self { descriptor: NONE }
    }

    /// Connects to a port of the host with these numbers (four, or the eight of IPv6); an earlier connection is closed.
    ///
    /// # Errors
    /// [`Error::CONNECT`] with the errno.
    pub fn connect(&mut self, numbers: &[u16; 8], is_ipv4: bool, port: u16) -> Result<(), Error> {
        const SOCK_STREAM_CLOEXEC: usize = 1 | 0o2_000_000;
        self.close();
        let address = Sockaddr::new(numbers, is_ipv4, port);
        // SAFETY: socket takes three numbers.
        let mut result = unsafe { arch::syscall(arch::SOCKET, address.family.into(), SOCK_STREAM_CLOEXEC, 0, 0) };
        if result >= 0 {
            self.descriptor = result;
            let len = if is_ipv4 { 16 } else { size_of::<Sockaddr>() };
            // SAFETY: connect reads `len` bytes of the address, which has them.
            result = unsafe { arch::syscall(arch::CONNECT, result as usize, (&raw const address).expose_provenance(), len, 0) };
        }
        if result < 0 { Err(Error::CONNECT.with(result.unsigned_abs())) } else { Ok(()) }
    }

    /// Sends all of the parts, one after the other.
    ///
    /// # Errors
    /// [`Error::CONNECTION_BROKEN`] with the errno. Some of the parts may have been sent, so nothing more can be: the connection is shut
    /// down, and [`receive`](Self::receive) gives what had come before, and then zero, without waiting.
    pub fn send(&mut self, mut parts: [&[u8]; 3]) -> Result<(), Error> {
        let descriptor = self.borrow().ok_or(NOT_CONNECTED)?;
        while parts.iter().any(|part| !part.is_empty()) {
            match sendmsg(descriptor, &parts.map(IoSlice::new), &mut SendAncillaryBuffer::default(), SendFlags::NOSIGNAL) {
                Ok(sent) => {
                    cut(&mut parts, sent);
                }
                Err(Errno::INTR) => {}
                Err(errno) => {
                    // It fails if the connection is gone already, which is as good.
                    let _ = shutdown(descriptor, Shutdown::Both);
                    return Err(broken(errno));
                }
            }
        }
        Ok(())
    }

    /// Waits until something can be sent, or until something has come in, or the other side has closed, and gives whether it is the latter.
    pub fn has_input(&self) -> bool {
        let Some(descriptor) = self.borrow() else {
            return false;
        };
        let mut polled = [PollFd::from_borrowed_fd(descriptor, PollFlags::IN | PollFlags::OUT)];
        // What it waits for may be what interrupts it. Other errors are those of the socket, which sending gives as well.
        while poll(&mut polled, None) == Err(Errno::INTR) {}
        polled.iter().any(|polled| polled.revents().contains(PollFlags::IN))
    }

    /// The connection over which a stream goes; not connected if there is none.
    pub fn streaming() -> Self {
        Self { descriptor: STREAMING.load(Relaxed) }
    }

    /// Lets everything that is sent leave at once from now on, and makes this the connection that is [`streaming`](Self::streaming).
    pub fn begin_stream(&self) {
        if let Some(descriptor) = self.borrow() {
            // It cannot fail on a TCP socket; if it did, it would take time, and nothing else.
            let _ = sockopt::set_tcp_nodelay(descriptor, true);
        }
        STREAMING.store(self.descriptor, Relaxed);
    }

    /// From now on, no connection is [`streaming`](Self::streaming).
    pub fn end_stream(&self) {
        STREAMING.store(NONE, Relaxed);
    }

    /// Receives some bytes, at least one, and gives their number; zero if the other side has closed.
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
        // SAFETY: the descriptor is open as long as `self` is borrowed: only `close`, with a unique borrow, closes it.
        Some(unsafe { BorrowedFd::borrow_raw(self.descriptor) })
    }

    fn close(&mut self) {
        if self.descriptor >= 0 {
            // SAFETY: this owned the descriptor, and forgets it.
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

/// Cuts the first `count` bytes from the parts.
#[inline(always)]
pub(super) fn cut<const N: usize>(parts: &mut [&[u8]; N], mut count: usize) {
    for part in parts {
        let of_this = count.min(part.len());
        *part = part.get(of_this..).unwrap_or_default();
        count -= of_this;
    }
}

/// `sockaddr_in6`, or `sockaddr_in`, which is 16 bytes of the same form: its address is at the place of the flow information, and what
/// follows is not looked at.
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
        assert!(got.starts_with(b"head\x07") && got.ends_with(b"\x07end") && got.len() == 20_000_007);
    }

    /// Signals whose handler does not restart system calls, for as long as `work` takes.
    fn interrupted<T>(work: impl FnOnce() -> T) -> T {
        use core::sync::atomic::{AtomicBool, Ordering::SeqCst};

        // SAFETY: POSIX has these functions, with arguments and results of this size.
        unsafe extern "C" {
            fn signal(signal: i32, handler: extern "C" fn(i32)) -> usize;
            fn siginterrupt(signal: i32, interrupts: i32) -> i32;
            fn pthread_self() -> usize;
            fn pthread_kill(thread: usize, signal: i32) -> i32;
        }
        extern "C" fn nothing(_: i32) {}
        const SIGUSR1: i32 = 10;

        // SAFETY: functions of the C library, as POSIX has them; the handler does nothing.
        let worker = unsafe {
            signal(SIGUSR1, nothing);
            siginterrupt(SIGUSR1, 1);
            pthread_self()
        };
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(SeqCst) {
                    // SAFETY: the worker lives: it is in this scope.
                    unsafe { pthread_kill(worker, SIGUSR1) };
                    thread::sleep(std::time::Duration::from_micros(200));
                }
            });
            // The signals must end even if the work panics.
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
            done.store(true, SeqCst);
            result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    #[test]
    fn a_signal_neither_ends_nor_repeats_anything() {
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
        let large: std::vec::Vec<u8> = (0..20_000_000u32).map(|number| number.wrapping_mul(2_654_435_761) as u8).collect();
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
            // Without IPv6 the family itself is unknown, or the address not there.
            assert!(Socket::new().connect(&[0, 0, 0, 0, 0, 0, 0, 1], false, 1).is_err());
            return;
        };
        let mut socket = Socket::new();
        socket.connect(&[0, 0, 0, 0, 0, 0, 0, 1], false, listener.local_addr().unwrap().port()).unwrap();
        listener.accept().unwrap().0.write_all(b"hello").unwrap();
        assert_eq!(socket.receive(&mut [0; 10]), Ok(5));
    }

    #[test]
    fn a_gone_server_is_an_error_and_not_a_signal() {
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
