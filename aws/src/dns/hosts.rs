//! The file `/etc/hosts` ([its manual page](https://man7.org/linux/man-pages/man5/hosts.5.html)).

use alloc::vec::Vec;
use core::net::Ipv4Addr;

/// Returns the IPv4 addresses of `name` in the file, in their order. Names are case-insensitive.
pub fn addresses(text: &[u8], name: &str) -> Vec<Ipv4Addr> {
    let lines = text.split(|&byte| byte == b'\n');
    lines.filter_map(|line| address(line, name)).collect()
}

/// Returns the address of a line that names `name`.
fn address(line: &[u8], name: &str) -> Option<Ipv4Addr> {
    let line = line.split(|&byte| byte == b'#').next()?;
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let address = str::from_utf8(words.next()?).ok()?.parse().ok()?;
    words.any(|word| word.eq_ignore_ascii_case(name.as_bytes())).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_address_of_a_name() {
        const TEXT: &[u8] = b"127.0.0.1 localhost\n::1\tlocalhost ip6-localhost\n# 1.2.3.4 db\n\n\
            10.0.0.7\tdb  Db.internal # the old one: cache\n10.0.0.8 db\nnonsense db\n10.0.0.9";
        let found = |name| addresses(TEXT, name).iter().map(Ipv4Addr::octets).collect::<Vec<_>>();
        assert_eq!(found("localhost"), [[127, 0, 0, 1]]);
        assert_eq!(found("DB"), [[10, 0, 0, 7], [10, 0, 0, 8]]);
        assert_eq!(found("db.internal"), [[10, 0, 0, 7]]);
        for missing in ["cache", "d", "db.", "10.0.0.9", ""] {
            assert_eq!(found(missing), [[0; 4]; 0], "{missing}");
        }
    }
}
