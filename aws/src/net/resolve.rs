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
    BROKEN, CONNECT, RANDOM, RESOLVE_NO_REPLY, RESOLVE_NO_SERVER, RESOLVE_SERVER, TIMEOUT,
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
    let settings = ResolvConf::parse(&settings)?;
    let wait = Duration::from_secs(settings.timeout.into()).min(limits.wait);
    let mut last = RESOLVE_NO_REPLY;
    for _ in 0..settings.attempts {
        for server in &settings.servers {
            match ask(*server, host, Limits { wait, ..limits }) {
                // The next server may do better.
                Err(error) if error == RESOLVE_NO_REPLY || error == RESOLVE_SERVER => last = error,
                result => return result,
            }
        }
    }
    Err(last)
}

/// Asks one name server, once.
fn ask(server: Ipv4Addr, host: &str, limits: Limits) -> Result<Vec<Ipv4Addr>, Error> {
    let mut id = [0; 2];
    if !random::fill(&mut id) {
        return Err(RANDOM);
    }
    let question = message::question(host, u16::from_ne_bytes(id))?;
    let until = Limits { deadline: limits.deadline.earlier(limits.wait), ..limits };
    let mut received = [0; ANSWER_LIMIT];
    let mut exchange = || -> Result<Vec<Ipv4Addr>, Error> {
        let mut socket = Socket::udp(server, PORT, until)?;
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
