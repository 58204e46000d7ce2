//! The file `/etc/resolv.conf` ([its manual
//! page](https://man7.org/linux/man-pages/man5/resolv.conf.5.html)).

use alloc::vec::Vec;
use core::net::Ipv4Addr;

use barelambda::Error;
use barelambda::bytes::number::decimal;

use crate::error::RESOLVE_NO_SERVER;

/// The name servers, and how to ask them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvConf {
    /// The IPv4 addresses of the name servers, in their order, at least one.
    pub servers: Vec<Ipv4Addr>,
    /// How long to wait for an answer, in seconds, from 1 to 30: the option `timeout`. The default
    /// is 5.
    pub timeout: u32,
    /// How often to ask each server, from 1 to 5: the option `attempts`. The default is 2.
    pub attempts: u32,
}

impl ResolvConf {
    /// Parses the file. Lines and options that it doesn't know are ignored, as are servers with an
    /// IPv6 address.
    ///
    /// # Errors
    /// [`RESOLVE_NO_SERVER`] if no server has an IPv4 address.
    pub fn parse(text: &[u8]) -> Result<Self, Error> {
        let mut servers = Vec::new();
        let (mut timeout, mut attempts) = (5, 2);
        for line in text.split(|&byte| byte == b'\n') {
            // A keyword must begin its line.
            let mut words = line.split(u8::is_ascii_whitespace);
            let keyword = words.next().unwrap_or_default();
            let mut words = words.filter(|word| !word.is_empty());
            match keyword {
                b"nameserver" => servers.extend(words.next().and_then(ipv4)),
                b"options" => {
                    for word in words {
                        if let Some(number) = word.strip_prefix(b"timeout:").and_then(decimal) {
                            timeout = number.clamp(1, 30) as u32;
                        }
                        if let Some(number) = word.strip_prefix(b"attempts:").and_then(decimal) {
                            attempts = number.clamp(1, 5) as u32;
                        }
                    }
                }
                _ => {}
            }
        }
        if servers.is_empty() {
            return Err(RESOLVE_NO_SERVER);
        }
        Ok(Self { servers, timeout, attempts })
    }
}

fn ipv4(text: &[u8]) -> Option<Ipv4Addr> {
    str::from_utf8(text).ok()?.parse().ok()
}
