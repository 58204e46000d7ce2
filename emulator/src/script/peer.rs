//! Whether the client has read what was sent, as Linux tells of its socket on the same machine.

use std::net::{SocketAddr, SocketAddrV4, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

/// How long to wait for a client that does not read: it may be writing itself, or waiting for the rest.
const LONGEST: Duration = Duration::from_millis(100);

/// The pause between two looks, and the whole wait where there is nothing to look at.
const PAUSE: Duration = Duration::from_millis(1);

/// Waits until the client has taken everything out of its socket, so that what is sent next is a read of its own; gives up
/// after a while, since a client need not read.
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

/// How many bytes lie unread in the client's socket; nothing when it is not in the kernel's list.
fn unread_by_peer(stream: &TcpStream) -> Option<u64> {
    let (SocketAddr::V4(server), SocketAddr::V4(client)) = (stream.local_addr().ok()?, stream.peer_addr().ok()?) else {
        return None;
    };
    receive_queue(&std::fs::read_to_string("/proc/net/tcp").ok()?, client, server)
}

/// Finds the socket from `local` to `remote` in the text of `/proc/net/tcp`: its fields are the number, both addresses, the
/// state, and the lengths of both queues.
fn receive_queue(list: &str, local: SocketAddrV4, remote: SocketAddrV4) -> Option<u64> {
    let (local, remote) = (written(local), written(remote));
    list.lines().find_map(|line| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let found = fields.next()? == local && fields.next()? == remote;
        let (_, receive) = fields.nth(1).filter(|_| found)?.split_once(':')?;
        u64::from_str_radix(receive, 16).ok()
    })
}

/// An address as the kernel writes it there: the four bytes as one number of this machine, in hexadecimal.
fn written(address: SocketAddrV4) -> String {
    format!("{:08X}:{:04X}", u32::from_ne_bytes(address.ip().octets()), address.port())
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn what_the_client_has_not_read_is_counted() {
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
