use super::*;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::thread;

const EPIPE: i32 = -32;
const ECONNRESET: i32 = -104;
const ECONNREFUSED: i32 = -111;

/// The `sockaddr_in` of 127.0.0.1.
fn ipv4(port: u16) -> [u8; 16] {
    let [high, low] = port.to_be_bytes();
    [2, 0, high, low, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]
}

/// The `sockaddr_in6` of `::1`.
fn ipv6(port: u16) -> [u8; 28] {
    let [high, low] = port.to_be_bytes();
    let mut address = [0; 28];
    address[..4].copy_from_slice(&[10, 0, high, low]);
    address[23] = 1;
    address
}

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
    socket.connect(&ipv4(port)).unwrap();
    socket.send([b"head", &large, b"end"]).unwrap();
    let mut buffer = [0; 10];
    assert_eq!(socket.receive(&mut buffer), Ok(4));
    assert_eq!(socket.receive(&mut buffer), Ok(0));
    let got = server.join().unwrap();
    assert!(got.starts_with(b"head\x07") && got.ends_with(b"\x07end") && got.len() == 20_000_007);
}

/// Interrupts system calls with signals while `work` runs.
pub(in crate::sys) fn interrupted<T>(work: impl FnOnce() -> T) -> T {
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
    socket.connect(&ipv4(port)).unwrap();
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
        assert!(Socket::new().connect(&ipv6(1)).is_err());
        return;
    };
    let mut socket = Socket::new();
    socket.connect(&ipv6(listener.local_addr().unwrap().port())).unwrap();
    listener.accept().unwrap().0.write_all(b"hello").unwrap();
    assert_eq!(socket.receive(&mut [0; 10]), Ok(5));
}

#[test]
fn a_closed_peer_is_an_error_and_not_a_signal() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut socket = Socket::new();
    assert_eq!(socket.send([b"x", b"", b""]), Err(broken(EBADF)));
    socket.connect(&ipv4(port)).unwrap();
    drop(listener.accept().unwrap());
    let large = std::vec![0; 1_000_000];
    let error = (0..100).find_map(|_| socket.send([&large, b"", b""]).err()).unwrap();
    assert!([broken(EPIPE), broken(ECONNRESET)].contains(&error), "{error}");
    assert!(socket.receive(&mut [0; 10]) != Ok(10));
    drop(listener);
    assert_eq!(socket.connect(&ipv4(port)), Err(Error::CONNECT.with(ECONNREFUSED.unsigned_abs())));
}

#[test]
fn a_peer_that_neither_reads_nor_closes_after_its_reply_ends_a_stream() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut socket = Socket::new();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_exact(&mut [0]).unwrap();
        stream.write_all(b"refused").unwrap();
        stream
    });
    socket.connect(&ipv4(port)).unwrap();
    // Less than the size of a part, which a blocking call would wait to send.
    sockopt::set_socket_send_buffer_size(socket.borrow().unwrap(), 4096).unwrap();
    let part = [7; 16_384];
    while socket.send_unless_input([b"head", &part, b"end"]).unwrap() {}
    let mut buffer = [0; 10];
    assert_eq!((socket.receive(&mut buffer), &buffer[..7]), (Ok(7), &b"refused"[..]));
    drop(server.join().unwrap());
}
