//! The errors of calls.

use barelambda::{Error, FunctionError};

/// Defines constants of [`Error`].
macro_rules! errors {
    ($($(#[$doc:meta])+ $name:ident = $type:literal, $message:literal;)*) => {$(
        $(#[$doc])+
        pub const $name: Error = {
            const WHAT: &FunctionError = &FunctionError::new($type, $message);
            Error::of(WHAT)
        };
    )*};
}

errors! {
    /// The call had no reply in time. A call ends before the invocation's deadline.
    TIMEOUT = "Aws.Timeout", "the call had no reply in time";

    /// A URL begins with neither `https://` nor `http://`.
    URL_SCHEME = "Aws.Url", "the URL begins with neither https:// nor http://";
    /// The host of a URL is missing, is longer than 253 bytes, or has a label that is empty, longer
    /// than 63 bytes, or has characters other than letters, digits, `-` and `_`.
    URL_HOST = "Aws.Url", "the URL has no valid host";
    /// The host of a URL is an IPv6 address, which isn't supported.
    URL_IPV6 = "Aws.Url", "IPv6 addresses in URLs are not supported";
    /// The port of a URL isn't a number from 1 to 65535 without leading zeros.
    URL_PORT = "Aws.Url", "the port of the URL is not a number from 1 to 65535";
    /// A URL has user information, as in `https://user@host`.
    URL_USER = "Aws.Url", "user information in URLs is not supported";
    /// A URL has a fragment, as in `https://host/#fragment`.
    URL_FRAGMENT = "Aws.Url", "fragments in URLs are not supported";
    /// A URL has a space, a control character, or a character outside of ASCII. The number is its
    /// position in bytes, counted from 1.
    URL_CHARACTER = "Aws.Url", "invalid character in the URL at byte";

    /// The path of a request doesn't begin with a slash, or, if it is already encoded, has a `?`, a
    /// `#`, a space, a control character, or a character outside of ASCII.
    REQUEST_PATH = "Aws.Request", "invalid path of a request";
    /// An encoded query of a request has a `#`, a space, a control character, or a character
    /// outside of ASCII.
    REQUEST_QUERY = "Aws.Request", "invalid query of a request";
    /// The host of a request is empty, or has a space, a control character, or a character outside
    /// of ASCII.
    REQUEST_HOST = "Aws.Request", "invalid host of a request";
    /// The name of a header isn't a token ([RFC 9110, section
    /// 5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2)).
    HEADER_NAME = "Aws.Request", "invalid name of a header";
    /// The value of a header has a control character other than a tab.
    HEADER_VALUE = "Aws.Request", "control character in the value of a header";
    /// A header is one that the client writes itself, for example `Host` or `Content-Length`.
    HEADER_RESERVED = "Aws.Request", "a header is one that the client writes itself";
    /// A presigned URL would be valid for less than a second or more than seven days.
    PRESIGN_EXPIRY = "Aws.Request", "a presigned URL is valid for 1 to 604800 seconds";
    /// The access key id, the session token, the region or the service has a control character.
    CREDENTIALS_MALFORMED = "Aws.Credentials", "control character in the credentials or the region";

    /// The server closed the connection before the first byte of a reply.
    REPLY_MISSING = "Aws.Closed", "the server closed the connection without a reply";
    /// The server closed the connection before the end of a reply.
    REPLY_TRUNCATED = "Aws.Closed", "the server closed the connection before the end of its reply";
    /// The head of a reply isn't HTTP/1 ([RFC 9112, sections 4 and
    /// 5](https://www.rfc-editor.org/rfc/rfc9112#section-4)).
    REPLY_HEAD = "Aws.Reply", "malformed header section of a reply";
    /// The head of a reply, with preceding 1xx replies, is longer than 16 KiB.
    REPLY_HEAD_TOO_LARGE = "Aws.Reply", "the header section of a reply is too large";
    /// The length of a reply's body is ambiguous or invalid ([RFC 9112, section
    /// 6.3](https://www.rfc-editor.org/rfc/rfc9112#section-6.3)).
    REPLY_LENGTH = "Aws.Reply", "ambiguous or invalid length of a reply";
    /// A chunk of a reply is malformed ([RFC 9112, section
    /// 7.1](https://www.rfc-editor.org/rfc/rfc9112#section-7.1)), or its size exceeds 64 bits.
    REPLY_CHUNK = "Aws.Reply", "malformed chunk of a reply";
    /// Chunk extensions or trailers of a reply are longer than 4 KiB.
    REPLY_CHUNK_TOO_LARGE = "Aws.Reply", "a chunk extension or trailer of a reply is too large";
    /// The body of a reply is longer than the caller's limit. The number is the limit in bytes.
    REPLY_TOO_LARGE = "Aws.TooLarge", "the reply is larger than the limit in bytes:";

    /// A name to be resolved isn't a valid host: see [`URL_HOST`].
    RESOLVE_NAME = "Aws.Resolve", "the host is not a valid name";
    /// `/etc/resolv.conf` has no name server with an IPv4 address.
    RESOLVE_NO_SERVER = "Aws.Resolve", "/etc/resolv.conf has no name server with an IPv4 address";
    /// The name doesn't exist (NXDOMAIN).
    RESOLVE_NO_NAME = "Aws.Resolve", "the name of the host does not exist";
    /// The name exists, but has no IPv4 address. IPv6 isn't supported.
    RESOLVE_NO_ADDRESS = "Aws.Resolve", "the host has no IPv4 address";
    /// The name server failed (SERVFAIL).
    RESOLVE_SERVER = "Aws.Resolve", "the name server failed";
    /// The name server refused the question. The number is its code ([RFC 1035, section
    /// 4.1.1](https://www.rfc-editor.org/rfc/rfc1035#section-4.1.1)).
    RESOLVE_REFUSED = "Aws.Resolve", "the name server refused the question with code";
    /// The answer has no address that fits into a datagram. TCP isn't supported.
    RESOLVE_TRUNCATED = "Aws.Resolve", "the name server's answer is truncated";
    /// The aliases of a name form a circle, or there are more than 16.
    RESOLVE_ALIASES = "Aws.Resolve", "too many aliases of the host";
    /// The answer of the name server is malformed ([RFC 1035, section
    /// 4](https://www.rfc-editor.org/rfc/rfc1035#section-4)).
    RESOLVE_MALFORMED = "Aws.Resolve", "malformed answer of the name server";
}
