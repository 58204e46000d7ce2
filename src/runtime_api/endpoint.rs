//! The address of the Runtime API.

use core::mem;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::bytes::name::is_name;
use crate::bytes::number::number;
use crate::error::ProtocolError;
use crate::http1::request::is_path;

/// The value of `AWS_LAMBDA_RUNTIME_API`: `[http://]HOST:PORT[/PREFIX]`.
///
/// ```
/// use barelambda::runtime_api::endpoint::Endpoint;
///
/// let endpoint = Endpoint::parse(b"127.0.0.1:9000/.rt/hello/").unwrap();
/// assert_eq!(endpoint.host, b"127.0.0.1:9000");
/// assert_eq!(endpoint.prefix, b"/.rt/hello");
/// assert_eq!(endpoint.address.ip(), "127.0.0.1".parse::<core::net::IpAddr>().unwrap());
/// assert_eq!(endpoint.address.port(), 9000);
/// ```
#[derive(Copy, Clone, Default, Debug, PartialEq, Eq)]
pub struct Endpoint<'a> {
    /// The value of the Host field: host and port, as they were written.
    pub host: &'a [u8],
    /// The beginning of every path: empty, or a path that doesn't end with a slash.
    pub prefix: &'a [u8],
    /// The address to connect to.
    pub address: Address,
}

/// The longest value, in bytes. Each request repeats it.
const LIMIT: usize = 1024;

impl<'a> Endpoint<'a> {
    /// Parses the value of `AWS_LAMBDA_RUNTIME_API`.
    ///
    /// # Errors
    /// [`ProtocolError::Endpoint`].
    pub fn parse(value: &'a [u8]) -> Result<Self, ProtocolError> {
        let mut endpoint = Self::default();
        endpoint.read(value)?;
        Ok(endpoint)
    }

    /// As [`parse`](Self::parse), in place: a program that reads the value once isn't linked with
    /// copies of the result.
    pub(crate) fn read(&mut self, value: &'a [u8]) -> Result<(), ProtocolError> {
        let mut unread = Unread(value);
        if cfg!(feature = "local") {
            unread.skip_name(b"http://");
        }
        if value.len() > LIMIT || !is_path(value) || self.read_parts(unread).is_none() {
            return Err(ProtocolError::Endpoint);
        }
        Ok(())
    }

    /// Reads `HOST:PORT[/PREFIX]`; returns `None` if it is malformed.
    fn read_parts(&mut self, mut unread: Unread<'a>) -> Option<()> {
        let text = unread.0;
        self.address.read(&mut unread)?;
        (self.host, self.prefix) = text.split_at_checked(text.len() - unread.0.len())?;
        if !matches!(self.prefix, [] | [b'/', ..]) {
            return None;
        }
        while let [shorter @ .., b'/'] = self.prefix {
            self.prefix = shorter;
        }
        Some(())
    }
}

/// The address of a TCP port, in the form of the kernel: `sockaddr_in` or, with the feature `ipv6`,
/// `sockaddr_in6`.
///
/// | bytes | `sockaddr_in` | `sockaddr_in6` |
/// |---|---|---|
/// | 0, 1 | the family 2, little-endian | the family 10 |
/// | 2, 3 | the port, big-endian | the port |
/// | 4 to 7 | the IPv4 address | the flow: zero |
/// | 8 to 23 | ignored | the IPv6 address |
/// | 24 to 27 | | the scope: zero |
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Address([u8; if cfg!(has_ipv6) { 28 } else { 16 }]);

const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;

impl Address {
    /// Returns the IP address as a type of `core`.
    pub fn ip(&self) -> IpAddr {
        let [family, _, _, _, ip @ ..] = &self.0;
        match (*family, ip.first_chunk(), ip.get(4..20).and_then(<[u8]>::first_chunk)) {
            (AF_INET6, _, Some(ipv6)) => Ipv6Addr::from_octets(*ipv6).into(),
            (_, Some(ipv4), _) => Ipv4Addr::from_octets(*ipv4).into(),
            _ => Ipv4Addr::UNSPECIFIED.into(),
        }
    }

    /// Returns the port, from 1 to 65,535.
    pub const fn port(&self) -> u16 {
        let [_, _, high, low, ..] = self.0;
        u16::from_be_bytes([high, low])
    }

    /// Returns the address as the system call connect reads it.
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads `HOST:PORT`; returns `None` if it is malformed.
    fn read(&mut self, unread: &mut Unread<'_>) -> Option<()> {
        let [family, _, high, low, ip @ ..] = &mut self.0;
        *family = AF_INET;
        if cfg!(has_ipv6) && unread.skip(b'[') {
            *family = AF_INET6;
            read_ipv6(unread, ip.as_chunks_mut().0.get_mut(2..10)?)?;
            if !unread.skip(b':') {
                return None;
            }
        } else if cfg!(feature = "local") && unread.skip_name(b"localhost:") {
            *ip.first_chunk_mut()? = [127, 0, 0, 1];
        } else {
            for (byte, separator) in ip.iter_mut().zip(b"...:") {
                *byte = unread.number(10)?.try_into().ok()?;
                if !unread.skip(*separator) {
                    return None;
                }
            }
        }
        let port = unread.number(10)?;
        [*high, *low] = port.to_be_bytes();
        (port > 0).then_some(())
    }
}

/// Reads groups of hexadecimal digits, and the bracket after them. There must be eight, including
/// the zeros for which `::` may be written once ([RFC 4291, section
/// 2.2](https://www.rfc-editor.org/rfc/rfc4291#section-2.2), forms 1 and 2). A dotted end or a zone
/// is malformed.
fn read_ipv6(unread: &mut Unread<'_>, groups: &mut [[u8; 2]]) -> Option<()> {
    let mut gap = None;
    let mut count = 0;
    while count == 0 || !unread.skip(b']') {
        let is_separated = unread.skip(b':');
        if is_separated && unread.skip(b':') {
            if gap.replace(count).is_some() {
                return None;
            }
            if unread.skip(b']') {
                break;
            }
        } else if is_separated != (count > 0) {
            return None;
        }
        *groups.get_mut(count)? = unread.number(16)?.to_be_bytes();
        count += 1;
    }
    match gap {
        Some(gap) if count < groups.len() => {
            // The groups after the gap belong at the end.
            let zeros = groups.len() - count;
            for at in (gap..count).rev() {
                let group = mem::take(groups.get_mut(at)?);
                *groups.get_mut(at + zeros)? = group;
            }
            Some(())
        }
        None if count == groups.len() => Some(()),
        _ => None,
    }
}

/// The part of a text that hasn't been read.
struct Unread<'t>(&'t [u8]);

impl Unread<'_> {
    /// Reads `byte`, and returns true, or returns false if another byte or nothing is next.
    fn skip(&mut self, byte: u8) -> bool {
        match self.0 {
            [first, rest @ ..] if *first == byte => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    /// As [`skip`](Self::skip), for a name in any case. [`is_name`] states what it can consist of.
    fn skip_name(&mut self, name: &[u8]) -> bool {
        let (front, after) = self.0.split_at_checked(name.len()).unwrap_or_default();
        let is_next = is_name(front, name);
        if is_next {
            self.0 = after;
        }
        is_next
    }

    /// Reads a number of 16 bits. Decimal digits must not begin with a zero, which some parsers
    /// take for octal. There are at most four hexadecimal digits.
    fn number(&mut self, radix: u8) -> Option<u16> {
        let (number, count) = number(self.0, radix);
        let (digits, after) = self.0.split_at_checked(count)?;
        self.0 = after;
        match (radix, digits) {
            (_, []) | (10, [b'0', _, ..]) | (16, [_, _, _, _, _, ..]) => None,
            _ => number.try_into().ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::net::SocketAddr;

    fn check(value: &str, host: &str, prefix: &str, address: &str) {
        let endpoint =
            Endpoint::parse(value.as_bytes()).unwrap_or_else(|error| panic!("{value}: {error}"));
        assert_eq!(endpoint.host, host.as_bytes(), "{value}");
        assert_eq!(endpoint.prefix, prefix.as_bytes(), "{value}");
        let address: SocketAddr = address.parse().unwrap();
        assert_eq!(
            (endpoint.address.ip(), endpoint.address.port()),
            (address.ip(), address.port()),
            "{value}"
        );
    }

    #[test]
    fn parses_every_form() {
        for (value, host, prefix, address) in [
            ("169.254.100.1:9001", "169.254.100.1:9001", "", "169.254.100.1:9001"),
            ("127.0.0.1:65535/", "127.0.0.1:65535", "", "127.0.0.1:65535"),
            ("127.0.0.1:9000/.rt/f-1", "127.0.0.1:9000", "/.rt/f-1", "127.0.0.1:9000"),
            ("[::]:9000/.rt/f", "[::]:9000", "/.rt/f", "[::]:9000"),
            ("[fe80::1:2]:80", "[fe80::1:2]:80", "", "[fe80::1:2]:80"),
            ("[1:2:3:4:5:6:7:8]:80//", "[1:2:3:4:5:6:7:8]:80", "", "[1:2:3:4:5:6:7:8]:80"),
            ("[1:2::]:80", "[1:2::]:80", "", "[1:2::]:80"),
            ("[::1:2:3:4:5:6:7]:80", "[::1:2:3:4:5:6:7]:80", "", "[::1:2:3:4:5:6:7]:80"),
            ("[A:bC:0:0::DeF:8]:80", "[A:bC:0:0::DeF:8]:80", "", "[a:bc:0:0::def:8]:80"),
        ] {
            check(value, host, prefix, address);
        }
    }

    #[test]
    fn the_feature_local_adds_forms() {
        for (value, host, prefix, address) in [
            ("HTTP://127.0.0.1:9000/.rt/f-1", "127.0.0.1:9000", "/.rt/f-1", "127.0.0.1:9000"),
            ("http://[::]:9000/.rt/f", "[::]:9000", "/.rt/f", "[::]:9000"),
            ("Localhost:1", "Localhost:1", "", "127.0.0.1:1"),
            ("http://localhost:9000/", "localhost:9000", "", "127.0.0.1:9000"),
        ] {
            if cfg!(feature = "local") {
                check(value, host, prefix, address);
            } else {
                assert_eq!(
                    Endpoint::parse(value.as_bytes()),
                    Err(ProtocolError::Endpoint),
                    "{value}"
                );
            }
        }
    }

    #[test]
    fn an_address_has_the_bytes_that_the_kernel_reads() {
        let bytes = |value| Endpoint::parse(value).unwrap().address.as_bytes().to_vec();
        let ipv4 = bytes(b"169.254.100.1:9001");
        assert_eq!(ipv4[..8], [2, 0, 35, 41, 169, 254, 100, 1]);
        assert!(ipv4[8..].iter().all(|&byte| byte == 0));
        let ipv6 = bytes(b"[fe80::1:2]:80");
        assert_eq!(ipv6[..8], [10, 0, 0, 80, 0, 0, 0, 0]);
        assert_eq!(ipv6[8..24], "fe80::1:2".parse::<Ipv6Addr>().unwrap().octets());
        assert_eq!(ipv6[24..], [0; 4]);
    }

    #[test]
    fn refuses_everything_else() {
        for value in [
            "https://127.0.0.1:9001",
            "unix:///run/api",
            "",
            "runtime.example:9001",
            "::1:9001",
            "[::1:9001",
            "[1::2::3]:9001",
            "[1:2:3:4:5:6:7]:9001",
            "[12345::]:9001",
            "[]:9001",
            "[:]:9001",
            "[:::]:9001",
            "[:1::]:9001",
            "[1::2:]:9001",
            "[1:2:3:4:5:6:7:8:9]:9001",
            "[1:2:3:4:5:6:7:8::]:9001",
            "[g::]:9001",
            "[::1%lo]:9001",
            "[::ffff:127.0.0.1]:9001",
            "1.2.3:9001",
            "1.2.3.4.5:9001",
            "1.2.3.256:9001",
            "1.2.3.04:9001",
            "user@127.0.0.1:9001",
            "127.0.0.1",
            "127.0.0.1:",
            "127.0.0.1:0",
            "127.0.0.1:65536",
            "127.0.0.1:9001 ",
            "127.0.0.1:9001/a b",
            "127.0.0.1:9001/a\r\nX: y",
            "127.0.0.1:9001/a?b",
            "127.0.0.1:9001/a#b",
            "http:/\u{f}127.0.0.1:9001",
            "ht\u{54}p\u{1a}//127.0.0.1:9001",
            "localhost",
            "localhost\u{1a}9001",
            "[::1]\u{1a}9001",
            "localhosts:9001",
            "1.2.3.4.:9001",
            "127.0.0.1:09001",
            "127.0.0.1:9001:1",
            "[::1]9001",
            "[::1",
            "[00001::]:9001",
        ] {
            assert_eq!(Endpoint::parse(value.as_bytes()), Err(ProtocolError::Endpoint), "{value}");
        }
    }
}
