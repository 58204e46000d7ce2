//! The signature, and the header `Authorization` ([AWS: Calculate the
//! signature](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#calculate-signature)).

use alloc::string::String;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::canonical::CanonicalRequest;
use super::date::Timestamp;
use super::{Credentials, Style, hexadecimal};

/// The name of the algorithm.
pub const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// What the signatures of a request are made with.
#[derive(Copy, Clone)]
pub struct Signer<'a> {
    /// The keys.
    pub credentials: Credentials<'a>,
    /// The region of the service, for example `eu-central-1`.
    pub region: &'a str,
    /// The name of the service in signatures, for example `dynamodb`.
    pub service: &'a str,
    /// How the service expects the path and the payload to be signed.
    pub style: Style,
    /// The time of the request. AWS accepts a difference of up to five minutes, S3 of 15.
    pub time: Timestamp,
    /// The key of the credentials, the region, the service and the day of `time`.
    pub key: &'a SigningKey,
}

impl Signer<'_> {
    /// Returns the day, the region and the service, in which a signature is valid.
    pub fn scope(&self) -> String {
        let mut scope = String::from(self.time.day());
        for part in ["/", self.region, "/", self.service, "/aws4_request"] {
            scope.push_str(part);
        }
        scope
    }

    /// Returns the access key id and the scope.
    pub fn credential(&self) -> String {
        let mut credential = String::from(self.credentials.access_key_id);
        credential.push('/');
        credential.push_str(&self.scope());
        credential
    }

    /// Signs a request: 64 hexadecimal digits.
    pub fn signature(&self, request: &CanonicalRequest) -> String {
        hexadecimal(&hmac(&self.key.key, self.string_to_sign(request).as_bytes()))
    }

    /// Returns the value of the header `Authorization`.
    pub fn authorization(&self, request: &CanonicalRequest) -> String {
        let mut value = String::from(ALGORITHM);
        for part in [
            " Credential=",
            &self.credential(),
            ", SignedHeaders=",
            &request.signed_headers,
            ", Signature=",
            &self.signature(request),
        ] {
            value.push_str(part);
        }
        value
    }

    /// Returns the text that the key signs: the algorithm, the time, the scope, and the hash of the
    /// canonical request.
    pub fn string_to_sign(&self, request: &CanonicalRequest) -> String {
        let hash = hexadecimal(&Sha256::digest(request.text.as_bytes()));
        let mut text = String::from(ALGORITHM);
        for part in ["\n", self.time.as_str(), "\n", &self.scope(), "\n", &hash] {
            text.push_str(part);
        }
        text
    }
}

/// The key that signs the requests of one day to a service. Deriving it costs four HMACs, so it is
/// kept for the next request.
#[derive(Clone)]
pub struct SigningKey {
    /// The time from which the day is taken.
    time: Timestamp,
    key: [u8; 32],
}

impl SigningKey {
    /// Derives the key from a secret key of any length.
    pub fn derive(secret_access_key: &str, time: Timestamp, region: &str, service: &str) -> Self {
        let mut first = String::from("AWS4");
        first.push_str(secret_access_key);
        let day = hmac(first.as_bytes(), time.day().as_bytes());
        let key = [region, service, "aws4_request"]
            .into_iter()
            .fold(day, |key, part| hmac(&key, part.as_bytes()));
        Self { time, key }
    }

    /// Returns whether the key is that of the day of `time`. If not, or after a change of the
    /// credentials, the caller derives another one.
    pub fn is_valid_at(&self, time: Timestamp) -> bool {
        self.time.day() == time.day()
    }
}

fn hmac(key: &[u8], data: &[u8]) -> [u8; 32] {
    // HMAC accepts keys of every length, so there is always a result.
    let mac = Hmac::<Sha256>::new_from_slice(key);
    mac.map(|mac| mac.chain_update(data).finalize().into_bytes().into()).unwrap_or_default()
}
