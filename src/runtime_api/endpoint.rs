//! Where the Runtime API is.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::error::Error;
use crate::http1::request::is_path;
use crate::http1::response::decimal;
use crate::http1::same_name;

/// What `AWS_LAMBDA_RUNTIME_API` says: `[http://]HOST:PORT[/PREFIX]`.
///
/// ```
/// use barelambda::runtime_api::endpoint::Endpoint;
///
/// let endpoint = Endpoint::parse(b"http://localhost:9000/.rt/hello/").unwrap();
/// assert_eq!(endpoint.host, b"localhost:9000");
/// assert_eq!(endpoint.prefix, b"/.rt/hello");
/// assert_eq!(endpoint.address, "127.0.0.1:9000".parse().unwrap());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint<'a> {
    /// What the Host field says: host and port, as they were given.
    pub host: &'a [u8],
    /// What every path begins with; empty, or a path without a slash at its end.
    pub prefix: &'a [u8],
    /// Where to connect to.
    pub address: SocketAddr,
}

impl<'a> Endpoint<'a> {
    /// Reads the value of `AWS_LAMBDA_RUNTIME_API`.
    ///
    /// # Errors
    /// [`Error::ENDPOINT_SCHEME`], [`Error::ENDPOINT_HOST`], [`Error::ENDPOINT_PORT`] and [`Error::ENDPOINT_PATH`].
    pub fn parse(value: &'a [u8]) -> Result<Self, Error> {
        const HTTP: &[u8] = b"http://";
        let rest = match value.split_at_checked(HTTP.len()) {
            Some((scheme, rest)) if same_name(scheme, HTTP) => rest,
            _ => value,
        };
        let (host, path) = split_at_byte(rest, b'/');
        if path.is_some_and(|path| path.starts_with(b"/")) && host.ends_with(b":") {
            return Err(Error::ENDPOINT_SCHEME);
        }
        let colon = host.iter().rposition(|&byte| byte == b':').unwrap_or(host.len());
        let (name, port) = host.split_at_checked(colon).unwrap_or((host, b""));
        let port = port.get(1..).and_then(decimal).and_then(|port| u16::try_from(port).ok()).filter(|&port| port > 0);
        let address = SocketAddr::new(ip(name).ok_or(Error::ENDPOINT_HOST)?, port.ok_or(Error::ENDPOINT_PORT)?);
        let mut prefix = rest.get(host.len()..).unwrap_or_default();
        while let [shorter @ .., b'/'] = prefix {
            prefix = shorter;
        }
        if is_path(prefix) { Ok(Self { host, prefix, address }) } else { Err(Error::ENDPOINT_PATH) }
    }
}

/// What stands before the first `byte`, and what stands behind it; everything, and `None`, if there is none.
fn split_at_byte(text: &[u8], byte: u8) -> (&[u8], Option<&[u8]>) {
    let place = text.iter().position(|&other| other == byte).unwrap_or(text.len());
    (text.get(..place).unwrap_or_default(), text.get(place + 1..))
}

fn ip(name: &[u8]) -> Option<IpAddr> {
    if same_name(name, b"localhost") {
        return Some(Ipv4Addr::LOCALHOST.into());
    }
    match name {
        [b'[', inner @ .., b']'] => ipv6(inner).map(IpAddr::V6),
        _ => ipv4(name).map(IpAddr::V4),
    }
}

fn ipv4(name: &[u8]) -> Option<Ipv4Addr> {
    let mut octets = [0; 4];
    let mut rest = Some(name);
    for octet in &mut octets {
        let (digits, behind) = split_at_byte(rest?, b'.');
        // A leading zero means octal to some readers.
        if digits.len() > 1 && digits.starts_with(b"0") {
            return None;
        }
        *octet = u8::try_from(decimal(digits)?).ok()?;
        rest = behind;
    }
    if rest.is_none() { Some(Ipv4Addr::from(octets)) } else { None }
}

/// Eight groups of hexadecimal digits, of which `::` may stand for one row of zeros
/// ([RFC 4291, section 2.2](https://www.rfc-editor.org/rfc/rfc4291#section-2.2), forms 1 and 2); no dotted end, no zone.
fn ipv6(name: &[u8]) -> Option<Ipv6Addr> {
    const GROUPS: usize = 8;
    let mut groups = [0; GROUPS];
    let mut count = 0;
    let mut gap = None;
    let mut rest = Some(name);
    if let [b':', b':', behind @ ..] = name {
        gap = Some(0);
        rest = Some(behind).filter(|behind| !behind.is_empty());
    }
    while let Some(text) = rest {
        let (digits, behind) = split_at_byte(text, b':');
        *groups.get_mut(count)? = group(digits)?;
        count += 1;
        rest = behind;
        if let Some([b':', behind @ ..]) = behind
            && gap.is_none()
        {
            gap = Some(count);
            rest = Some(behind).filter(|behind| !behind.is_empty());
        }
    }
    let zeros = GROUPS - count;
    let gap = match gap {
        Some(gap) if zeros > 0 => gap,
        None if zeros == 0 => GROUPS,
        _ => return None,
    };
    Some(Ipv6Addr::from(core::array::from_fn::<u16, GROUPS, _>(|at| {
        let from = if at < gap { Some(at) } else { at.checked_sub(zeros).filter(|&from| from >= gap) };
        from.and_then(|from| groups.get(from).copied()).unwrap_or_default()
    })))
}

fn group(digits: &[u8]) -> Option<u16> {
    if digits.is_empty() || digits.len() > 4 {
        return None;
    }
    digits.iter().try_fold(0, |group, &digit| Some(group << 4 | (digit as char).to_digit(16)? as u16))
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
            assert_eq!(endpoint.address, address.parse().unwrap(), "{value}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for (value, error) in [
            ("https://127.0.0.1:9001", Error::ENDPOINT_SCHEME),
            ("unix:///run/api", Error::ENDPOINT_SCHEME),
            ("", Error::ENDPOINT_HOST),
            ("runtime.example:9001", Error::ENDPOINT_HOST),
            ("::1:9001", Error::ENDPOINT_HOST),
            ("[::1:9001", Error::ENDPOINT_HOST),
            ("[1::2::3]:9001", Error::ENDPOINT_HOST),
            ("[1:2:3:4:5:6:7]:9001", Error::ENDPOINT_HOST),
            ("[12345::]:9001", Error::ENDPOINT_HOST),
            ("[]:9001", Error::ENDPOINT_HOST),
            ("[:]:9001", Error::ENDPOINT_HOST),
            ("[:::]:9001", Error::ENDPOINT_HOST),
            ("[:1::]:9001", Error::ENDPOINT_HOST),
            ("[1::2:]:9001", Error::ENDPOINT_HOST),
            ("[1:2:3:4:5:6:7:8:9]:9001", Error::ENDPOINT_HOST),
            ("[1:2:3:4:5:6:7:8::]:9001", Error::ENDPOINT_HOST),
            ("[g::]:9001", Error::ENDPOINT_HOST),
            ("[::1%lo]:9001", Error::ENDPOINT_HOST),
            ("[::ffff:127.0.0.1]:9001", Error::ENDPOINT_HOST),
            ("1.2.3:9001", Error::ENDPOINT_HOST),
            ("1.2.3.4.5:9001", Error::ENDPOINT_HOST),
            ("1.2.3.256:9001", Error::ENDPOINT_HOST),
            ("1.2.3.04:9001", Error::ENDPOINT_HOST),
            ("user@127.0.0.1:9001", Error::ENDPOINT_HOST),
            ("127.0.0.1", Error::ENDPOINT_PORT),
            ("127.0.0.1:", Error::ENDPOINT_PORT),
            ("127.0.0.1:0", Error::ENDPOINT_PORT),
            ("127.0.0.1:65536", Error::ENDPOINT_PORT),
            ("127.0.0.1:9001 ", Error::ENDPOINT_PORT),
            ("127.0.0.1:9001/a b", Error::ENDPOINT_PATH),
            ("127.0.0.1:9001/a\r\nX: y", Error::ENDPOINT_PATH),
            ("127.0.0.1:9001/a?b", Error::ENDPOINT_PATH),
            ("127.0.0.1:9001/a#b", Error::ENDPOINT_PATH),
        ] {
            assert_eq!(Endpoint::parse(value.as_bytes()), Err(error), "{value}");
        }
    }
}
