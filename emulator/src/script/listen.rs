use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU16, Ordering};

use crate::ids;

/// Listens at a port of `127.0.0.1` below the range that Linux assigns to outgoing connections and
/// to listeners at any port. So no other process takes the port while a script doesn't listen at
/// it.
///
/// Each call uses another port, so that a program that still looks for an old script doesn't find a
/// new one. Each process starts at a random port.
pub fn listen_anywhere() -> io::Result<TcpListener> {
    const LOWEST: u16 = 16_384;
    const COUNT: u16 = 16_000;
    static LISTENED: AtomicU16 = AtomicU16::new(0);
    static FIRST: LazyLock<u16> = LazyLock::new(|| u16::from_ne_bytes(ids::random()) % COUNT);
    let mut tries = 100;
    loop {
        let offset = u32::from(*FIRST) + u32::from(LISTENED.fetch_add(1, Ordering::Relaxed));
        let port = LOWEST + (offset % u32::from(COUNT)) as u16;
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && tries > 0 => tries -= 1,
            listener => return listener,
        }
    }
}

/// Returns an address of `127.0.0.1` where connections are refused.
pub fn refused_address() -> io::Result<SocketAddr> {
    listen_anywhere()?.local_addr()
}
