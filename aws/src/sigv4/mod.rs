//! Signatures of requests to AWS, version 4 ([AWS: Create a signed AWS API
//! request](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html)).
//!
//! - [`canonical`] writes the text of a request that is signed.
//! - [`sign`] signs it, and writes the header `Authorization`.
//! - [`presign`] puts the signature into the query of a URL.
//! - [`date`] writes the time in the format of the signature.

use alloc::string::String;

use sha2::{Digest, Sha256};

pub mod canonical;
pub mod date;
pub mod presign;
pub mod sign;

/// The keys of a role or a user. They don't implement `Debug`, so that no log shows them.
#[derive(Copy, Clone)]
pub struct Credentials<'a> {
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: &'a str,
    /// `AWS_SECRET_ACCESS_KEY`, of any length.
    pub secret_access_key: &'a str,
    /// `AWS_SESSION_TOKEN`, which the keys of roles have.
    pub session_token: Option<&'a str>,
}

/// How a service expects the path and the payload of a request to be signed.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Style {
    /// S3: the path as it is sent, and the header `x-amz-content-sha256`, which S3 requires.
    S3,
    /// Other services: the path normalized, and encoded once more.
    Standard,
}

/// The part of a signature that depends on the body.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// The SHA-256 hash of the body.
    Hash([u8; 32]),
    /// The body isn't signed. Only S3 accepts this, and only over TLS or in presigned URLs.
    Unsigned,
}

impl Payload {
    /// Hashes a body.
    pub fn of(body: &[u8]) -> Self {
        Self::Hash(Sha256::digest(body).into())
    }

    /// Returns the last line of a canonical request: 64 hexadecimal digits, or `UNSIGNED-PAYLOAD`.
    pub fn text(&self) -> String {
        match self {
            Self::Hash(hash) => hexadecimal(hash),
            Self::Unsigned => "UNSIGNED-PAYLOAD".into(),
        }
    }
}

/// Returns two lower-case digits for each byte.
fn hexadecimal(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

#[cfg(test)]
mod tests;
