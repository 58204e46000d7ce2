//! The addresses of a host.

use alloc::vec::Vec;
use core::net::Ipv4Addr;
use core::time::Duration;

use barelambda::Error;

use super::file::read_file;
use super::socket::{Limits, Socket};
use crate::dns::hosts;
use crate::dns::message::{self, ANSWER_LIMIT};
use crate::dns::resolv_conf::ResolvConf;
use crate::error::{
    BROKEN, CONNECT, RANDOM, RESOLVE_MALFORMED, RESOLVE_NO_REPLY, RESOLVE_NO_SERVER,
    RESOLVE_REFUSED, RESOLVE_SERVER, TIMEOUT,
};
use crate::random;
use crate::stream::Stream as _;

/// The port of name servers.
const PORT: u16 = 53;

/// The longest file that is read, in bytes.
const FILE_LIMIT: usize = 256 * 1024;

/// Returns the IPv4 addresses of `host`, at least one: of its text, of /etc/hosts, or those that a
/// name server returns.
///
/// # Errors
/// Those of [`message::addresses`] and [`ResolvConf::parse`]; [`RESOLVE_NO_REPLY`]; [`TIMEOUT`] at
/// the end of the call.
pub(crate) fn resolve(host: &str, limits: Limits) -> Result<Vec<Ipv4Addr>, Error> {
    if let Ok(address) = host.parse() {
        return Ok(Vec::from([address]));
    }
    // Without the file, it has no address of the host.
    let hosts = read_file("/etc/hosts", FILE_LIMIT).unwrap_or_default();
    let addresses = hosts::addresses(&hosts, host);
    if !addresses.is_empty() {
        return Ok(addresses);
    }
    let settings = read_file("/etc/resolv.conf", FILE_LIMIT).map_err(|_| RESOLVE_NO_SERVER)?;
    ask_all(&ResolvConf::parse(&settings)?, PORT, host, limits)
}

/// Asks the name servers, one after the other, as often as the settings say.
fn ask_all(
    settings: &ResolvConf,
    port: u16,
    host: &str,
    limits: Limits,
) -> Result<Vec<Ipv4Addr>, Error> {
    let wait = Duration::from_secs(settings.timeout.into()).min(limits.wait);
    let mut last = RESOLVE_NO_REPLY;
    for _ in 0..settings.attempts {
        for server in &settings.servers {
            match ask(*server, port, host, Limits { wait, ..limits }) {
                Err(error) if is_of_the_server(error) => last = error,
                result => return result,
            }
        }
    }
    Err(last)
}

/// Whether the next server may do better.
fn is_of_the_server(error: Error) -> bool {
    let all = [RESOLVE_NO_REPLY, RESOLVE_SERVER, RESOLVE_REFUSED, RESOLVE_MALFORMED];
    all.iter().any(|one| one.kind() == error.kind())
}

/// Asks one name server, once.
fn ask(server: Ipv4Addr, port: u16, host: &str, limits: Limits) -> Result<Vec<Ipv4Addr>, Error> {
    let mut id = [0; 2];
    if !random::fill(&mut id) {
        return Err(RANDOM);
    }
    let question = message::question(host, u16::from_ne_bytes(id))?;
    let until = Limits { deadline: limits.deadline.earlier(limits.wait), ..limits };
    let mut received = [0; ANSWER_LIMIT];
    let mut exchange = || -> Result<Vec<Ipv4Addr>, Error> {
        let mut socket = Socket::udp(server, port, until)?;
        socket.send(&question)?;
        loop {
            let len = socket.receive(&mut received)?;
            let answer = received.get(..len).unwrap_or_default();
            if let Some(addresses) = message::addresses(&question, answer)? {
                return Ok(addresses);
            }
        }
    };
    match exchange() {
        // The server is slow, or its host refuses. The call itself may have time left.
        Err(error) if [TIMEOUT, BROKEN, CONNECT].iter().any(|one| one.kind() == error.kind()) => {
            limits.deadline.left()?;
            Err(RESOLVE_NO_REPLY)
        }
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;
    use std::thread;

    use super::*;
    use crate::error::RESOLVE_NO_NAME;
    use crate::net::deadline::Deadline;

    /// The addresses of two name servers, which have the same port.
    const SERVERS: [Ipv4Addr; 2] = [Ipv4Addr::new(127, 0, 0, 1), Ipv4Addr::new(127, 0, 0, 2)];

    /// What a name server does with a question.
    #[derive(Copy, Clone, Debug, PartialEq)]
    enum Act {
        Silence,
        /// An answer with this code and an address.
        Code(u8),
        /// Answers with another id, to another question, and cut ones, before the right one.
        Others,
        /// An answer with a record that isn't complete.
        Malformed,
    }

    const FOUND: [u8; 4] = [10, 1, 2, 3];

    fn answer(question: &[u8], code: u8) -> Vec<u8> {
        let mut answer = question.to_vec();
        // An answer, recursion available, with one record: the name by a pointer, type, class, time
        // to live and data.
        (answer[2], answer[3], answer[7]) = (0x81, 0x80 | code, 1);
        answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4]);
        answer.extend(FOUND);
        answer
    }

    fn messages(question: &[u8], act: Act) -> Vec<Vec<u8>> {
        let whole = answer(question, 0);
        match act {
            Act::Silence => Vec::new(),
            Act::Code(code) => std::vec![answer(question, code)],
            Act::Others => {
                let (mut other_id, mut other_name) = (whole.clone(), whole.clone());
                other_id[0] ^= 1;
                other_name[14] ^= 1;
                let cut = whole[..8].to_vec();
                std::vec![other_id, other_name, question.to_vec(), cut, Vec::new(), whole]
            }
            Act::Malformed => std::vec![whole[..whole.len() - 1].to_vec()],
        }
    }

    /// Asks two servers that do what `acts` says with each of their questions. Returns the result,
    /// and the number of questions that each has received.
    fn asked(
        acts: [&'static [Act]; 2],
        attempts: u32,
        wait_ms: u64,
    ) -> (Result<Vec<Ipv4Addr>, Error>, [usize; 2]) {
        let (sockets, port) = loop {
            let first = UdpSocket::bind((SERVERS[0], 0)).unwrap();
            let port = first.local_addr().unwrap().port();
            if let Ok(second) = UdpSocket::bind((SERVERS[1], port)) {
                break ([first, second], port);
            }
        };
        let enders = sockets.each_ref().map(|socket| socket.try_clone().unwrap());
        let [first, second] = [(0, acts[0]), (1, acts[1])].map(|(at, acts)| {
            let socket = sockets[at].try_clone().unwrap();
            thread::spawn(move || {
                let mut received = [0; 512];
                let mut count = 0;
                loop {
                    let (len, peer) = socket.recv_from(&mut received).unwrap();
                    // The end of the test.
                    if len == 1 {
                        return count;
                    }
                    for message in messages(&received[..len], acts[count]) {
                        socket.send_to(&message, peer).unwrap();
                    }
                    count += 1;
                }
            })
        });
        let settings = ResolvConf { servers: SERVERS.into(), timeout: 5, attempts };
        let limits = Limits { wait: Duration::from_millis(wait_ms), deadline: Deadline::begin() };
        let result = ask_all(&settings, port, "host.example", limits);
        for (ender, server) in enders.iter().zip(SERVERS) {
            ender.send_to(b"e", (server, port)).unwrap();
        }
        (result, [first.join().unwrap(), second.join().unwrap()])
    }

    fn found() -> Result<Vec<Ipv4Addr>, Error> {
        Ok([FOUND.into()].into())
    }

    #[test]
    fn the_first_server_is_enough() {
        assert_eq!(asked([&[Act::Code(0)], &[]], 2, 5000), (found(), [1, 0]));
        assert_eq!(asked([&[Act::Others], &[]], 2, 5000), (found(), [1, 0]));
    }

    #[test]
    fn the_next_server_is_asked_when_one_fails() {
        for act in [[Act::Code(2)].as_slice(), &[Act::Code(5)], &[Act::Malformed]] {
            let act = Vec::leak(act.to_vec());
            assert_eq!(asked([act, &[Act::Code(0)]], 2, 5000), (found(), [1, 1]), "{act:?}");
        }
        let failing = &[Act::Code(2), Act::Code(2)];
        assert_eq!(asked([failing, failing], 2, 5000), (Err(RESOLVE_SERVER), [2, 2]));
        let refusing = &[Act::Code(5)];
        assert_eq!(asked([refusing, refusing], 1, 5000).0, Err(RESOLVE_REFUSED.with(5)));
    }

    #[test]
    fn a_lost_question_is_asked_again() {
        let (silent, second) = (&[Act::Silence, Act::Silence], &[Act::Silence, Act::Code(0)]);
        assert_eq!(asked([silent, second], 2, 300), (found(), [2, 2]));
        assert_eq!(asked([silent, silent], 2, 50), (Err(RESOLVE_NO_REPLY), [2, 2]));
    }

    #[test]
    fn a_name_that_does_not_exist_is_not_asked_for_again() {
        assert_eq!(asked([&[Act::Code(3)], &[]], 2, 5000), (Err(RESOLVE_NO_NAME), [1, 0]));
    }

    /// Nothing listens there, so that the kernel refuses at once.
    #[test]
    fn a_missing_server_is_no_reply() {
        let socket = UdpSocket::bind((SERVERS[0], 0)).unwrap();
        let port = socket.local_addr().unwrap().port();
        drop(socket);
        let settings = ResolvConf { servers: SERVERS[..1].into(), timeout: 30, attempts: 1 };
        let limits = Limits { wait: Duration::from_secs(60), deadline: Deadline::begin() };
        let result = ask_all(&settings, port, "host.example", limits);
        assert_eq!(result, Err(RESOLVE_NO_REPLY));
        let late = Limits { deadline: limits.deadline.earlier(Duration::ZERO), ..limits };
        assert_eq!(ask_all(&settings, port, "host.example", late), Err(TIMEOUT));
    }
}
