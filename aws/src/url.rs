//! URLs of endpoints and of other servers ([RFC 3986, section
//! 3](https://www.rfc-editor.org/rfc/rfc3986#section-3)).

use barelambda::Error;
use barelambda::bytes::name::is_name;
use barelambda::bytes::number::decimal;
use barelambda::bytes::search::find_byte;
use barelambda::http1::request::is_path;

use crate::error::{
    URL_CHARACTER, URL_FRAGMENT, URL_HOST, URL_IPV6, URL_PORT, URL_SCHEME, URL_USER,
};

/// A URL, `https://HOST[:PORT][/PATH][?QUERY]`, in its parts. They borrow from the text.
///
/// ```
/// use barelambda_aws::url::{Scheme, Url};
///
/// let url = Url::parse("https://example.com:8443/a/b?c=d").unwrap();
/// assert_eq!((url.scheme, url.host, url.port), (Scheme::Https, "example.com", 8443));
/// assert_eq!((url.authority, url.path, url.query), ("example.com:8443", "/a/b", "c=d"));
/// ```
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Url<'a> {
    /// Whether the connection has TLS.
    pub scheme: Scheme,
    /// A name, or an IPv4 address.
    pub host: &'a str,
    /// The port, or the default of the scheme.
    pub port: u16,
    /// The value of the header `Host`: the host, and the port unless it is the default.
    pub authority: &'a str,
    /// The path as it was written, `/` if there is none.
    pub path: &'a str,
    /// The query as it was written, without the `?`.
    pub query: &'a str,
}

/// The scheme of a URL.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Without TLS, for endpoints of this machine.
    Http,
    /// With TLS.
    Https,
}

impl Scheme {
    /// Returns the scheme with the characters that follow it in a URL.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Http => "http://",
            Self::Https => "https://",
        }
    }

    /// Returns the port of URLs without one.
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl<'a> Url<'a> {
    /// Parses a URL. The scheme is case-insensitive.
    ///
    /// # Errors
    /// [`URL_SCHEME`], [`URL_HOST`], [`URL_IPV6`], [`URL_PORT`], [`URL_USER`], [`URL_FRAGMENT`] and
    /// [`URL_CHARACTER`].
    pub fn parse(text: &'a str) -> Result<Self, Error> {
        let is_strange = |byte: &u8| !matches!(*byte, b'!'..=b'~');
        if let Some(at) = text.as_bytes().iter().position(is_strange) {
            return Err(URL_CHARACTER.with(u32::try_from(at + 1).unwrap_or(u32::MAX)));
        }
        let (scheme, rest) = split_scheme(text).ok_or(URL_SCHEME)?;
        if find_byte(rest.as_bytes(), 0, b'#') < rest.len() {
            return Err(URL_FRAGMENT);
        }
        let (rest, query) = split(rest, |byte| byte == b'?');
        let (authority, path) = split(rest, |byte| byte == b'/');
        let query = query.get(1..).unwrap_or_default();
        let path = if path.is_empty() { "/" } else { path };
        if find_byte(authority.as_bytes(), 0, b'@') < authority.len() {
            return Err(URL_USER);
        }
        if authority.starts_with('[') {
            return Err(URL_IPV6);
        }
        let (host, port) = split(authority, |byte| byte == b':');
        let port = match port.get(1..) {
            None => scheme.default_port(),
            Some(digits) => parse_port(digits).ok_or(URL_PORT)?,
        };
        if !is_host(host.as_bytes()) {
            return Err(URL_HOST);
        }
        let authority = if port == scheme.default_port() { host } else { authority };
        Ok(Self { scheme, host, port, authority, path, query })
    }
}

fn split_scheme(text: &str) -> Option<(Scheme, &str)> {
    [Scheme::Https, Scheme::Http].into_iter().find_map(|scheme| {
        let (prefix, rest) = text.split_at_checked(scheme.prefix().len())?;
        is_name(prefix.as_bytes(), scheme.prefix().as_bytes()).then_some((scheme, rest))
    })
}

/// Splits `text` before the first byte for which `is_end` holds.
fn split(text: &str, is_end: impl Fn(u8) -> bool) -> (&str, &str) {
    let len = text.bytes().position(is_end).unwrap_or(text.len());
    text.split_at_checked(len).unwrap_or((text, ""))
}

fn parse_port(digits: &str) -> Option<u16> {
    let port = decimal(digits.as_bytes())?;
    // Some parsers take a leading zero for octal. It also rules out the port 0.
    if digits.starts_with('0') { None } else { u16::try_from(port).ok() }
}

/// Returns whether `host` can be resolved and sent: labels of letters, digits, `-` and `_` ([RFC
/// 1035, section 2.3.4](https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4)). Underscores occur
/// in names of local networks.
pub(crate) fn is_host(host: &[u8]) -> bool {
    let is_character = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    host.len() <= 253
        && host
            .split(|&byte| byte == b'.')
            .all(|label| (1..=63).contains(&label.len()) && label.iter().all(is_character))
}

/// Returns whether `query` can be sent unchanged after the `?` of a request target.
pub(crate) fn is_query(query: &[u8]) -> bool {
    query.split(|&byte| byte == b'?').all(is_path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    #[test]
    fn parses_every_form() {
        for (text, scheme, host, port, authority, path, query) in [
            ("https://h", Scheme::Https, "h", 443, "h", "/", ""),
            ("HTTPS://H.example/", Scheme::Https, "H.example", 443, "H.example", "/", ""),
            ("https://h:443/a", Scheme::Https, "h", 443, "h", "/a", ""),
            ("https://h:80", Scheme::Https, "h", 80, "h:80", "/", ""),
            ("http://h:80?a", Scheme::Http, "h", 80, "h", "/", "a"),
            ("http://h:443/?", Scheme::Http, "h", 443, "h:443", "/", ""),
            (
                "http://127.0.0.1:65535/",
                Scheme::Http,
                "127.0.0.1",
                65535,
                "127.0.0.1:65535",
                "/",
                "",
            ),
            ("https://a_b.c-d?e=/f?g@:", Scheme::Https, "a_b.c-d", 443, "a_b.c-d", "/", "e=/f?g@:"),
            ("https://h/a%20b//../[@:]", Scheme::Https, "h", 443, "h", "/a%20b//../[@:]", ""),
        ] {
            let expected = Url { scheme, host, port, authority, path, query };
            assert_eq!(Url::parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn refuses_everything_else() {
        let long_label = std::format!("https://{}", "a".repeat(64));
        let long_host = std::format!("https://{}a", "a.".repeat(127));
        for (text, error) in [
            ("", URL_SCHEME),
            ("h", URL_SCHEME),
            ("//h", URL_SCHEME),
            ("ftp://h", URL_SCHEME),
            ("https:/h", URL_SCHEME),
            ("https:h//", URL_SCHEME),
            ("https://", URL_HOST),
            ("https:///a", URL_HOST),
            ("https://?a", URL_HOST),
            ("https://:1", URL_HOST),
            ("https://a..b", URL_HOST),
            ("https://.a", URL_HOST),
            ("https://a.", URL_HOST),
            ("https://a%20b", URL_HOST),
            ("https://a\\b", URL_HOST),
            ("https://a,b", URL_HOST),
            (&long_label, URL_HOST),
            (&long_host, URL_HOST),
            ("https://[::1]", URL_IPV6),
            ("https://[::1]:8443/a", URL_IPV6),
            ("https://h:", URL_PORT),
            ("https://h:/", URL_PORT),
            ("https://h:0", URL_PORT),
            ("https://h:0443", URL_PORT),
            ("https://h:65536", URL_PORT),
            ("https://h:+1", URL_PORT),
            ("https://h:1:2", URL_PORT),
            ("https://::1", URL_PORT),
            ("https://h:99999999999999999999", URL_PORT),
            ("https://user@h", URL_USER),
            ("https://user:secret@h:1/", URL_USER),
            ("https://h#", URL_FRAGMENT),
            ("https://h/?a#b", URL_FRAGMENT),
            (" https://h", URL_CHARACTER.with(1)),
            ("https://h ", URL_CHARACTER.with(10)),
            ("https://h/a b", URL_CHARACTER.with(12)),
            ("https://h/\r\nX: y", URL_CHARACTER.with(11)),
            ("https://h/\u{7f}", URL_CHARACTER.with(11)),
            ("https://h\u{e9}", URL_CHARACTER.with(10)),
        ] {
            assert_eq!(Url::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn every_byte_is_in_a_part_or_refused() {
        let text = "https://example.com:8443/a/b?c=d";
        for cut in 0..text.len() {
            let text = &text[..cut];
            match Url::parse(text) {
                Ok(url) => assert!(text.starts_with(url.scheme.prefix()) && !url.host.is_empty()),
                Err(error) if cut < 8 => assert_eq!(error, URL_SCHEME),
                Err(error) if cut == 8 => assert_eq!(error, URL_HOST),
                Err(error) => assert!([(16, URL_HOST), (20, URL_PORT)].contains(&(cut, error))),
            }
        }
        for byte in 0..=127_u8 {
            let text = String::from_iter(["https://a", str::from_utf8(&[byte]).unwrap(), "b"]);
            let is_part = byte.is_ascii_alphanumeric() || b"-_./?".contains(&byte);
            assert_eq!(Url::parse(&text).is_ok(), is_part, "{text:?}");
        }
    }
}
