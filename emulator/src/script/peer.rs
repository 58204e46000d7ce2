//! Whether the client has read what was sent, from Linux's view of its socket on the same machine.

use std::net::{SocketAddr, SocketAddrV4, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

/// How long to wait for a client that doesn't read. It may be writing, or waiting for the rest.
const LONGEST: Duration = Duration::from_millis(100);

/// The pause between two checks, and the whole wait when the socket can't be checked.
const PAUSE: Duration = Duration::from_millis(1);

/// Waits until the client has read everything from its socket, so that it receives the next bytes
/// in a separate read. Stops after 100 ms, since a client need not read.
pub fn wait_until_read(stream: &TcpStream) {
    let deadline = Instant::now() + LONGEST;
    loop {
        match unread_by_peer(stream) {
            Some(0) => return,
            Some(_) if Instant::now() < deadline => thread::sleep(PAUSE),
            Some(_) => return,
            None => return thread::sleep(PAUSE),
        }
    }
}

/// Returns how many bytes in the client's socket are unread, or `None` when the kernel doesn't list
/// it.
fn unread_by_peer(stream: &TcpStream) -> Option<u64> {
    let (SocketAddr::V4(server), SocketAddr::V4(client)) =
        (stream.local_addr().ok()?, stream.peer_addr().ok()?)
    else {
        return None;
    };
    receive_queue(&std::fs::read_to_string("/proc/net/tcp").ok()?, client, server)
}

/// Finds the socket from `local` to `remote` in the text of `/proc/net/tcp`. Its fields are the
/// number, both addresses, the state, and the lengths of both queues.
fn receive_queue(list: &str, local: SocketAddrV4, remote: SocketAddrV4) -> Option<u64> {
    let (local, remote) = (written(local), written(remote));
    list.lines().find_map(|line| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let found = fields.next()? == local && fields.next()? == remote;
        let (_, receive) = fields.nth(1).filter(|_| found)?.split_once(':')?;
        u64::from_str_radix(receive, 16).ok()
    })
}

/// Formats an address as the kernel does: the four bytes as one native-endian number in
/// hexadecimal.
fn written(address: SocketAddrV4) -> String {
    format!("{:08X}:{:04X}", u32::from_ne_bytes(address.ip().octets()), address.port())
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn unread_bytes_of_the_client_are_counted() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        assert_eq!(unread_by_peer(&server), Some(0));
        server.write_all(b"abc").unwrap();
        assert_eq!(unread_by_peer(&server), Some(3));
        client.read_exact(&mut [0; 3]).unwrap();
        assert_eq!(unread_by_peer(&server), Some(0));
    }
}
