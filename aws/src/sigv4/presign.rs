//! Presigned URLs, whose query has the signature, so that a browser can use them ([AWS:
//! Authenticating requests: using query
//! parameters](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html)).

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use barelambda::Error;

use super::Payload;
use super::canonical::{self, CanonicalRequest};
use super::sign::{ALGORITHM, Signer};
use crate::error::PRESIGN_EXPIRY;

/// The longest validity of a presigned URL, in seconds: seven days.
pub const EXPIRY_LIMIT: u32 = 604_800;

/// Returns the query of a presigned URL, encoded. `path` is the path as it is sent, `query` the
/// pairs of the query, not encoded. The request must have the same `headers`, among them `host`.
/// The URL is valid for `seconds` from the time of the signer.
///
/// # Errors
/// [`PRESIGN_EXPIRY`] if `seconds` is zero or more than [`EXPIRY_LIMIT`].
pub fn signed_query(
    signer: &Signer<'_>,
    method: &str,
    path: &str,
    query: &[(&str, &str)],
    headers: &[(&str, &str)],
    payload: &Payload,
    seconds: u32,
) -> Result<String, Error> {
    if !(1..=EXPIRY_LIMIT).contains(&seconds) {
        return Err(PRESIGN_EXPIRY);
    }
    // The names of the headers are part of the query, which is part of the canonical request.
    let names = CanonicalRequest::new(method, "", "", headers, payload).signed_headers;
    let (credential, seconds) = (signer.credential(), seconds.to_string());
    let mut pairs = Vec::from(query);
    pairs.extend([
        ("X-Amz-Algorithm", ALGORITHM),
        ("X-Amz-Credential", &credential),
        ("X-Amz-Date", signer.time.as_str()),
        ("X-Amz-Expires", &seconds),
        ("X-Amz-SignedHeaders", &names),
    ]);
    pairs.extend(signer.credentials.session_token.map(|token| ("X-Amz-Security-Token", token)));
    let mut query = canonical::query(&pairs);
    let path = canonical::path(path, signer.style);
    let request = CanonicalRequest::new(method, &path, &query, headers, payload);
    query.push_str("&X-Amz-Signature=");
    query.push_str(&signer.signature(&request));
    Ok(query)
}
