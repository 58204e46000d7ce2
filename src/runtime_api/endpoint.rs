//! Where the Runtime API is.

use core::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::error::Error;
use crate::http1::request::is_path;
use crate::http1::same_name;

/// What `AWS_LAMBDA_RUNTIME_API` says: `[http://]HOST:PORT[/PREFIX]`.
///
/// ```
/// use barelambda::runtime_api::endpoint::Endpoint;
///
/// let endpoint = Endpoint::parse(b"http://localhost:9000/.rt/hello/").unwrap();
/// assert_eq!(endpoint.host, b"localhost:9000");
/// assert_eq!(endpoint.prefix, b"/.rt/hello");
/// assert_eq!(endpoint.address(), "127.0.0.1:9000".parse().unwrap());
/// ```
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Endpoint<'a> {
    /// What the Host field says: host and port, as they were given.
    pub host: &'a [u8],
    /// What every path begins with; empty, or a path without a slash at its end.
    pub prefix: &'a [u8],
    ip: Ip,
    port: u16,
}

/// The longest value, in bytes: each request repeats it.
const LIMIT: usize = 1024;

impl<'a> Endpoint<'a> {
    /// Reads the value of `AWS_LAMBDA_RUNTIME_API`.
    ///
    /// # Errors
    /// [`Error::ENDPOINT`].
    pub fn parse(value: &'a [u8]) -> Result<Self, Error> {
        const HTTP: &[u8] = b"http://";
        let mut host = match value.split_at_checked(HTTP.len()) {
            Some((scheme, rest)) if same_name(scheme, HTTP) => rest,
            _ => value,
        };
        let mut prefix: &[u8] = b"";
        if let Some((before, path)) = host.iter().position(|&byte| byte == b'/').and_then(|slash| host.split_at_checked(slash)) {
            (host, prefix) = (before, path);
        }
        while let [shorter @ .., b'/'] = prefix {
            prefix = shorter;
        }
        if value.len() > LIMIT || !is_path(prefix) {
            return Err(Error::ENDPOINT);
        }
        match address(host) {
            Some((ip, port)) => Ok(Self { host, prefix, ip, port }),
            None => Err(Error::ENDPOINT),
        }
    }

    /// Where to connect to.
    pub fn address(&self) -> SocketAddr {
        match self.ip {
            Ip::V4([a, b, c, d]) => (Ipv4Addr::new(a as u8, b as u8, c as u8, d as u8), self.port).into(),
            Ip::V6(groups) => (Ipv6Addr::from(groups), self.port).into(),
        }
    }
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Ip {
    /// Numbers up to 255.
    V4([u16; 4]),
    V6([u16; 8]),
}

/// Reads `HOST:PORT`.
fn address(host: &[u8]) -> Option<(Ip, u16)> {
    let (name, port) = host.split_at_checked(host.iter().rposition(|&byte| byte == b':')?)?;
    let mut number = [0];
    numbers(port.get(1..)?, b':', 10, &mut number)?;
    let [port] = number;
    if port == 0 {
        return None;
    }
    if let [b'[', inner @ .., b']'] = name {
        return ipv6(inner).map(|groups| (Ip::V6(groups), port));
    }
    let name = if same_name(name, b"localhost") { b"127.0.0.1" } else { name };
    let mut bytes = [0; 4];
    let is_ipv4 = numbers(name, b'.', 10, &mut bytes)? == 4 && bytes.iter().all(|&byte| byte < 256);
    is_ipv4.then_some((Ip::V4(bytes), port))
}

/// Reads eight groups of hexadecimal digits, of which `::` may stand for one row of zeros
/// ([RFC 4291, section 2.2](https://www.rfc-editor.org/rfc/rfc4291#section-2.2), forms 1 and 2); no dotted end, no zone.
fn ipv6(text: &[u8]) -> Option<[u16; 8]> {
    let mut groups = [0; 8];
    let Some(gap) = text.windows(2).position(|pair| pair == b"::") else {
        return (numbers(text, b':', 16, &mut groups)? == 8).then_some(groups);
    };
    let mut last = [0; 8];
    let first_count = numbers(text.get(..gap)?, b':', 16, &mut groups)?;
    let last_count = numbers(text.get(gap + 2..)?, b':', 16, &mut last)?;
    for (group, last) in groups.iter_mut().skip(8 - last_count).zip(last) {
        *group = last;
    }
    (first_count + last_count < 8).then_some(groups)
}

/// Reads the numbers between the separators into `values`, and gives how many there are. A decimal number must not begin with a zero
/// (to some readers that means octal), a hexadecimal one has at most four digits.
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

    #[test]
    fn reads_every_form() {
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
            let endpoint = Endpoint::parse(value.as_bytes()).unwrap_or_else(|error| panic!("{value}: {error}"));
            assert_eq!(endpoint.host, host.as_bytes(), "{value}");
            assert_eq!(endpoint.prefix, prefix.as_bytes(), "{value}");
            assert_eq!(endpoint.address(), address.parse().unwrap(), "{value}");
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
        ] {
            assert_eq!(Endpoint::parse(value.as_bytes()), Err(Error::ENDPOINT), "{value}");
        }
    }
}
