//! The address of the Runtime API.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::bytes::name::is_name;
use crate::error::ProtocolError;
use crate::http1::request::is_path;

/// The value of `AWS_LAMBDA_RUNTIME_API`: `[http://]HOST:PORT[/PREFIX]`.
///
/// ```
/// use barelambda::runtime_api::endpoint::Endpoint;
///
/// let endpoint = Endpoint::parse(b"http://localhost:9000/.rt/hello/").unwrap();
/// assert_eq!(endpoint.host, b"localhost:9000");
/// assert_eq!(endpoint.prefix, b"/.rt/hello");
/// assert_eq!(endpoint.address.ip(), "127.0.0.1".parse::<core::net::IpAddr>().unwrap());
/// assert_eq!(endpoint.address.port, 9000);
/// ```
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Endpoint<'a> {
    /// The value of the Host field: host and port, as they were written.
    pub host: &'a [u8],
    /// The beginning of every path: empty, or a path that doesn't end with a slash.
    pub prefix: &'a [u8],
    /// The address to connect to.
    pub address: Address,
}

/// The address of a TCP port.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// The numbers between the separators: four up to 255, or eight.
    pub numbers: [u16; 8],
    /// From 1 to 65,535.
    pub port: u16,
    /// Whether there are four numbers.
    pub is_ipv4: bool,
}

/// The longest value, in bytes. Each request repeats it.
const LIMIT: usize = 1024;

impl<'a> Endpoint<'a> {
    /// Parses the value of `AWS_LAMBDA_RUNTIME_API`.
    ///
    /// # Errors
    /// [`ProtocolError::Endpoint`].
    pub fn parse(value: &'a [u8]) -> Result<Self, ProtocolError> {
        const HTTP: &[u8] = b"http://";
        let mut endpoint = Self { host: value, prefix: b"", address: Address::default() };
        if let Some((scheme, rest)) = value.split_at_checked(HTTP.len())
            && is_name(scheme, HTTP)
        {
            endpoint.host = rest;
        }
        if let Some(slash) = endpoint.host.iter().position(|&byte| byte == b'/') {
            (endpoint.host, endpoint.prefix) =
                endpoint.host.split_at_checked(slash).ok_or(ProtocolError::Endpoint)?;
        }
        while let [shorter @ .., b'/'] = endpoint.prefix {
            endpoint.prefix = shorter;
        }
        if value.len() > LIMIT || !is_path(value) || endpoint.address.read(endpoint.host).is_none()
        {
            return Err(ProtocolError::Endpoint);
        }
        Ok(endpoint)
    }
}

impl Address {
    /// Returns the IP address as a type of `core`.
    pub fn ip(&self) -> IpAddr {
        if let (true, [a, b, c, d, ..]) = (self.is_ipv4, self.numbers) {
            Ipv4Addr::new(a as u8, b as u8, c as u8, d as u8).into()
        } else {
            Ipv6Addr::from(self.numbers).into()
        }
    }

    /// Parses `HOST:PORT`; returns `None` if it is malformed.
    #[inline(never)]
    fn read(&mut self, host: &[u8]) -> Option<()> {
        let (name, port) = host.split_at_checked(host.iter().rposition(|&byte| byte == b':')?)?;
        numbers(port.get(1..)?, b':', 10, core::slice::from_mut(&mut self.port))?;
        let is_fit = match name {
            [b'[', inner @ .., b']'] => ipv6(inner, &mut self.numbers)?,
            _ => {
                self.is_ipv4 = true;
                let name = if is_name(name, b"localhost") { b"127.0.0.1" } else { name };
                numbers(name, b'.', 10, &mut self.numbers)? == 4
                    && self.numbers.iter().all(|&byte| byte < 256)
            }
        };
        (is_fit && self.port > 0).then_some(())
    }
}

/// Parses groups of hexadecimal digits. Returns whether there are eight, including the zeros for
/// which `::` may be written once ([RFC 4291, section
/// 2.2](https://www.rfc-editor.org/rfc/rfc4291#section-2.2), forms 1 and 2). A dotted end or a zone
/// is malformed.
fn ipv6(text: &[u8], groups: &mut [u16; 8]) -> Option<bool> {
    let gap = text.windows(2).position(|pair| pair == b"::");
    let first = numbers(text.get(..gap.unwrap_or(text.len()))?, b':', 16, groups)?;
    let mut rest = [0; 8];
    let mut count = 0;
    if let Some(gap) = gap {
        count = numbers(text.get(gap + 2..)?, b':', 16, &mut rest)?;
    }
    for (group, last) in groups.iter_mut().skip(8 - count).zip(rest) {
        *group = last;
    }
    Some(if gap.is_some() { first + count < 8 } else { first == 8 })
}

/// Parses the numbers between the separators into `values`, and returns their count. A decimal
/// number must not begin with a zero, which some parsers take for octal. A hexadecimal number has
/// at most four digits.
fn numbers(text: &[u8], separator: u8, radix: u32, values: &mut [u16]) -> Option<usize> {
    let mut count = 0;
    let mut digits = 0;
    for (at, &byte) in text.iter().enumerate() {
        let value = values.get_mut(count)?;
        if byte == separator && digits > 0 && at + 1 < text.len() {
            count += 1;
            digits = 0;
            continue;
        }
        let digit = (byte as char).to_digit(radix)?;
        if digits == 4 && radix == 16 || digits > 0 && *value == 0 && radix == 10 {
            return None;
        }
        *value = u16::try_from(u32::from(*value) * radix + digit).ok()?;
        digits += 1;
    }
    Some(count + usize::from(digits > 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::net::SocketAddr;

    #[test]
    fn parses_every_form() {
        for (value, host, prefix, address) in [
            ("169.254.100.1:9001", "169.254.100.1:9001", "", "169.254.100.1:9001"),
            ("127.0.0.1:65535/", "127.0.0.1:65535", "", "127.0.0.1:65535"),
            ("HTTP://127.0.0.1:9000/.rt/f-1", "127.0.0.1:9000", "/.rt/f-1", "127.0.0.1:9000"),
            ("http://[::]:9000/.rt/f", "[::]:9000", "/.rt/f", "[::]:9000"),
            ("[fe80::1:2]:80", "[fe80::1:2]:80", "", "[fe80::1:2]:80"),
            ("[1:2:3:4:5:6:7:8]:80//", "[1:2:3:4:5:6:7:8]:80", "", "[1:2:3:4:5:6:7:8]:80"),
            ("[1:2::]:80", "[1:2::]:80", "", "[1:2::]:80"),
            ("[::1:2:3:4:5:6:7]:80", "[::1:2:3:4:5:6:7]:80", "", "[::1:2:3:4:5:6:7]:80"),
            ("[A:bC:0:0::DeF:8]:80", "[A:bC:0:0::DeF:8]:80", "", "[a:bc:0:0::def:8]:80"),
            ("Localhost:1", "Localhost:1", "", "127.0.0.1:1"),
        ] {
            let endpoint = Endpoint::parse(value.as_bytes())
                .unwrap_or_else(|error| panic!("{value}: {error}"));
            assert_eq!(endpoint.host, host.as_bytes(), "{value}");
            assert_eq!(endpoint.prefix, prefix.as_bytes(), "{value}");
            let address: SocketAddr = address.parse().unwrap();
            assert_eq!(
                (endpoint.address.ip(), endpoint.address.port),
                (address.ip(), address.port()),
                "{value}"
            );
        }
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
        ] {
            assert_eq!(Endpoint::parse(value.as_bytes()), Err(ProtocolError::Endpoint), "{value}");
        }
    }
}
