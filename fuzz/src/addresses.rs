//! Compares values of `AWS_LAMBDA_RUNTIME_API` with std's parsers of addresses.

use std::net::SocketAddr;

use barelambda::bytes::cursor::Cursor;
use barelambda::runtime_api::endpoint::Endpoint;
use barelambda::runtime_api::request;
use httparse::Status;

/// Parses a value with both, and checks the requests to its address.
///
/// # Panics
/// barelambda and std differ, except as listed, or a request to the address is invalid.
pub fn check(value: &[u8]) {
    let (host, prefix) = split(value);
    let theirs = std_address(host);
    match Endpoint::parse(value) {
        Ok(endpoint) => {
            let ours = SocketAddr::new(endpoint.address.ip(), endpoint.address.port());
            assert_eq!(Some(ours), theirs, "{}", value.escape_ascii());
            assert_eq!(
                (endpoint.host, endpoint.prefix),
                (host, prefix),
                "{}",
                value.escape_ascii()
            );
            assert!(!is_refused(value, host, prefix), "{}", value.escape_ascii());
            check_request(&endpoint);
        }
        Err(error) => {
            assert_eq!(error, barelambda::ProtocolError::Endpoint);
            assert!(
                theirs.is_none() || is_refused(value, host, prefix),
                "{}",
                value.escape_ascii()
            );
        }
    }
}

/// Returns whether barelambda intentionally rejects an address that std accepts:
/// 1. The port 0, and one that begins with a zero.
/// 2. An IPv6 address with a zone, or with an IPv4 address at its end.
/// 3. A path that isn't valid in a request line.
/// 4. More than 1,024 bytes.
fn is_refused(value: &[u8], host: &[u8], prefix: &[u8]) -> bool {
    let begins_with_zero =
        host.rsplit(|&byte| byte == b':').next().is_some_and(|port| port.starts_with(b"0"));
    let has_zone_or_ipv4 =
        host.starts_with(b"[") && host.iter().any(|byte| matches!(byte, b'%' | b'.'));
    let is_invalid_path =
        !prefix.iter().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#'));
    begins_with_zero || has_zone_or_ipv4 || is_invalid_path || value.len() > 1024
}

/// Returns the host with the port, and the path after them, without trailing slashes.
fn split(value: &[u8]) -> (&[u8], &[u8]) {
    let has_scheme = value.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"http://"));
    let rest = if has_scheme { &value[7..] } else { value };
    let (host, prefix) =
        rest.split_at(rest.iter().position(|&byte| byte == b'/').unwrap_or(rest.len()));
    let slashes = prefix.iter().rev().take_while(|&&byte| byte == b'/').count();
    (host, &prefix[..prefix.len() - slashes])
}

fn std_address(host: &[u8]) -> Option<SocketAddr> {
    let host = str::from_utf8(host).ok()?.to_ascii_lowercase();
    match host.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}").parse().ok(),
        None => host.parse().ok(),
    }
}

/// Checks that GET /next is one request, with this host and this path.
fn check_request(endpoint: &Endpoint<'_>) {
    let mut buffer = [0; 4096];
    let mut cursor = Cursor::new(&mut buffer);
    request::next(&mut cursor, endpoint);
    assert!(!cursor.is_full());
    let written = cursor.into_written();
    let mut fields = [httparse::EMPTY_HEADER; 4];
    let mut theirs = httparse::Request::new(&mut fields);
    assert_eq!(
        theirs.parse(written),
        Ok(Status::Complete(written.len())),
        "{}",
        written.escape_ascii()
    );
    let path = [endpoint.prefix, b"/2018-06-01/runtime/invocation/next"].concat();
    assert_eq!(
        (theirs.method, theirs.path.map(str::as_bytes)),
        (Some("GET"), Some(&path[..])),
        "{}",
        written.escape_ascii()
    );
    let names = theirs.headers.iter().map(|field| field.name);
    assert!(
        names.eq(["Host", "User-Agent"]) && theirs.headers[0].value == endpoint.host,
        "{}",
        written.escape_ascii()
    );
}
