//! The errors of calls.

use barelambda::{Error, FunctionError};

/// Defines constants of [`Error`].
macro_rules! errors {
    ($($(#[$doc:meta])+ $name:ident = $type:literal, $message:expr;)*) => {$(
        $(#[$doc])+
        pub const $name: Error = {
            const WHAT: &FunctionError = &FunctionError::new($type, $message);
            Error::of(WHAT)
        };
    )*};
}

errors! {
    /// No access key: neither AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY nor
    /// AWS_CONTAINER_CREDENTIALS_FULL_URI is set.
    NO_CREDENTIALS = "Aws.NoCredentials", "expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_CONTAINER_CREDENTIALS_FULL_URI, in the environment";

    /// The container credentials can't be fetched over plain HTTP from a host other than the
    /// loopback addresses and the two of ECS and EKS.
    CREDENTIALS_HOST = "Aws.Credentials", "AWS_CONTAINER_CREDENTIALS_FULL_URI: plain HTTP is allowed only to loopback, 169.254.170.2 and 169.254.170.23";

    /// The file that AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names can't be read. The number is the
    /// errno.
    CREDENTIALS_TOKEN = "Aws.Credentials", "cannot read AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: os error";

    /// The server of the container credentials refused. The number is the status.
    CREDENTIALS_STATUS = "Aws.Credentials", "the server of the container credentials returned status";

    /// The reply with the container credentials isn't what it should be.
    CREDENTIALS_REPLY = "Aws.Credentials", "the container credentials are not JSON with AccessKeyId, SecretAccessKey, Token and Expiration";

    /// Neither AWS_REGION nor AWS_DEFAULT_REGION is set, or it isn't the name of a region.
    NO_REGION = "Aws.NoRegion", "expected the name of a region in AWS_REGION";

    /// The name of a bucket isn't valid.
    BUCKET = "Aws.Bucket", "the name of a bucket consists of 3 to 63 letters, digits, hyphens and dots";

    /// The key of an object is empty.
    KEY = "Aws.Key", "the key of an object is empty";

    /// The call isn't one of the service's protocol: `call` is for JSON, `query` for forms.
    PROTOCOL = "Aws.Protocol", "the service has another protocol";

    /// No name server replied in time.
    RESOLVE_NO_REPLY = "Aws.Resolve", "no reply from the name servers";

    /// The kernel has no random bytes.
    RANDOM = "Aws.Random", "the kernel has no random bytes";

    /// The connection can't be opened. The number is the errno.
    CONNECT = "Aws.Connect", "cannot connect to the server: os error";

    /// The connection broke. The number is the errno.
    BROKEN = "Aws.ConnectionBroken", "the connection to the server broke: os error";

    /// The service refused the call. The number is the status of its reply.
    REFUSED = "Aws.Refused", "the service refused the call with status";

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

    /// The heap has no room for the body of a reply, and 48 KiB besides. The number is the length of
    /// the body in bytes, as far as it is known.
    REPLY_NO_ROOM = "Aws.TooLarge", "the heap has no room for a reply of a length in bytes of at least";

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

// The roots.
errors! {
    /// A bundle of certificates can't be opened or read. The number is the errno.
    TLS_BUNDLE = "Aws.TlsBundle", "the bundle of certificates can't be read: os error";

    /// A bundle has no certificate.
    TLS_NO_ROOTS = "Aws.TlsNoRoots", "no certificate in the bundle";

    /// A certificate of a bundle is malformed: in its PEM, its base64 or its DER. The number is its
    /// position in the bundle, from 1.
    TLS_BAD_ROOT = "Aws.TlsBadRoot", "the bundle has a malformed certificate: number";
}

// The certificates of a server, and the signature of its handshake.
errors! {
    /// A certificate of the server has expired.
    TLS_EXPIRED = "Aws.TlsExpired", "a certificate of the server has expired";

    /// A certificate of the server isn't valid yet. The clock may be wrong.
    TLS_NOT_YET_VALID = "Aws.TlsNotYetValid", "a certificate of the server isn't valid yet";

    /// The server's certificate is for another host.
    TLS_WRONG_HOST = "Aws.TlsWrongHost", "the server's certificate is for another host";

    /// The server's certificate doesn't lead to a trusted root: it is self-signed, its authority is
    /// unknown, or an intermediate certificate is missing.
    TLS_UNKNOWN_ISSUER = "Aws.TlsUnknownIssuer", "the server's certificate is self-signed or from an unknown authority: AWS_CA_BUNDLE names a file of other roots";

    /// A signature of a certificate or of the handshake is wrong.
    TLS_BAD_SIGNATURE = "Aws.TlsBadSignature", "a signature of the server's certificates or of its handshake is wrong";

    /// The server's certificate isn't for servers: its extended key usage is another, such as
    /// client authentication.
    TLS_WRONG_USAGE = "Aws.TlsWrongUsage", "the server's certificate isn't for servers";

    /// A certificate was issued with one that isn't that of an authority.
    TLS_NOT_AN_AUTHORITY = "Aws.TlsNotAnAuthority", "a certificate of the server was issued with one that isn't an authority's";

    /// The certificate of an authority is used as that of a server.
    TLS_AUTHORITY_AS_SERVER = "Aws.TlsAuthorityAsServer", "the server's certificate is an authority's";

    /// An authority may not issue certificates for this name.
    TLS_NAME_CONSTRAINTS = "Aws.TlsNameConstraints", "the name constraints of an authority exclude the server's certificate";

    /// A certificate or the handshake is signed with an algorithm that isn't accepted, such as
    /// SHA-1.
    TLS_SIGNATURE_ALGORITHM = "Aws.TlsSignatureAlgorithm", "a signature of the server's certificates or of its handshake uses an algorithm that isn't accepted";

    /// An RSA key of the server's certificates has fewer than 2,048 bits.
    TLS_SMALL_RSA_KEY = "Aws.TlsSmallRsaKey", "an RSA key of the server's certificates has fewer than 2048 bits";

    /// A certificate is malformed, or breaks another rule: it has an unknown critical extension, the
    /// chain is too long, or the search for one took too many steps.
    TLS_BAD_CERTIFICATE = "Aws.TlsBadCertificate", "a certificate of the server is malformed or breaks a rule of X.509";
}

// The handshake and the connection.
errors! {
    /// The host is neither a DNS name nor an IP address.
    TLS_HOST = "Aws.TlsHost", "the host is neither a DNS name nor an IP address";

    /// The server speaks no version of TLS that is enabled. TLS 1.2 needs the Cargo feature
    /// `tls12`; older versions aren't supported.
    TLS_VERSION = "Aws.TlsVersion", if cfg!(feature = "tls12") {
        "the server speaks neither TLS 1.3 nor TLS 1.2"
    } else {
        "the server doesn't speak TLS 1.3: the Cargo feature tls12 of barelambda-aws adds TLS 1.2"
    };

    /// The server and the client have no cipher suite, group or signature scheme in common.
    TLS_NO_COMMON_CIPHER = "Aws.TlsNoCommonCipher", "the server accepts none of the cipher suites, groups and signature schemes: TLS_AES_128_GCM_SHA256 with secp256r1 is needed";

    /// The server sent no certificate.
    TLS_NO_CERTIFICATE = "Aws.TlsNoCertificate", "the server sent no certificate";

    /// The server didn't prove that it has the key of its certificate.
    TLS_NO_CERTIFICATE_VERIFY = "Aws.TlsNoCertificateVerify", "the server sent no CertificateVerify";

    /// The server sent a message of the handshake that isn't allowed at that point: out of order or
    /// twice. The number is the message's type ([RFC 8446, section
    /// 4](https://www.rfc-editor.org/rfc/rfc8446#section-4)).
    TLS_UNEXPECTED_MESSAGE = "Aws.TlsUnexpectedMessage", "the server sent a handshake message out of order: type";

    /// The server sent a record that isn't allowed at that point. The number is the record's type
    /// ([RFC 8446, section 5.1](https://www.rfc-editor.org/rfc/rfc8446#section-5.1)).
    TLS_UNEXPECTED_RECORD = "Aws.TlsUnexpectedRecord", "the server sent a record out of order: type";

    /// The server ended the connection with an alert. The number is its code ([RFC 8446, section
    /// 6](https://www.rfc-editor.org/rfc/rfc8446#section-6)).
    TLS_ALERT = "Aws.TlsAlert", "the server refused the connection with alert";

    /// The server closed the connection without saying so in TLS: in the handshake, or without a
    /// close_notify after it. Data may be missing.
    TLS_TRUNCATED = "Aws.TlsTruncated", "the server closed the connection without a close_notify";

    /// A record can't be decrypted: it was changed on its way.
    TLS_DECRYPT = "Aws.TlsDecrypt", "a record from the server can't be decrypted";

    /// A record or a message of the handshake is too large: records have at most 16,384 bytes, and
    /// messages of the handshake at most 18,432.
    TLS_TOO_LARGE = "Aws.TlsTooLarge", "a message from the server is too large";

    /// A message is malformed: the server may not speak TLS.
    TLS_MALFORMED = "Aws.TlsMalformed", "a message from the server isn't valid TLS";

    /// The server broke another rule of the protocol.
    TLS_VIOLATION = "Aws.TlsViolation", "the server breaks the TLS protocol";

    /// The kernel has no random bytes.
    TLS_RANDOM = "Aws.TlsRandom", "the kernel has no random bytes";

    /// The handshake or the connection failed for another reason.
    TLS_FAILED = "Aws.TlsFailed", "the TLS connection failed";
}
