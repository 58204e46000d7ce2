//! The cryptography of TLS, from RustCrypto's crates, in the form that rustls asks for.
//!
//! There is one cipher suite, one group, and the signatures that AWS and public certificate
//! authorities use. Each one more costs bytes.
//!
//! | | |
//! |---|---|
//! | TLS 1.3 ([RFC 8446](https://www.rfc-editor.org/rfc/rfc8446)) | `TLS_AES_128_GCM_SHA256` |
//! | TLS 1.2 ([RFC 5288](https://www.rfc-editor.org/rfc/rfc5288), [RFC 5289](https://www.rfc-editor.org/rfc/rfc5289)), with the Cargo feature `tls12` | `TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256`, `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256` |
//! | key exchange | secp256r1 |
//! | signatures | ECDSA with P-256 and P-384, RSA-PSS and RSA PKCS#1 v1.5, with SHA-256 and SHA-384; RSA also with SHA-512. RSA keys have 2,048 to 8,192 bits. SHA-1 isn't accepted |

mod aead;
mod hash;
mod key_exchange;
mod point;
mod random;
mod signature;
#[cfg(feature = "tls12")]
mod tls12;

pub use aead::{Aes128, Gcm};
pub use hash::{HmacSha256, Sha256};
pub use key_exchange::Secp256r1;
pub use random::Random;
pub(super) use signature::is_small_rsa_key;
pub use signature::{ALGORITHMS, Scheme};

use alloc::sync::Arc;
use alloc::vec;

use rustls::crypto::tls13::HkdfUsingHmac;
use rustls::crypto::{CryptoProvider, KeyProvider};
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::SigningKey;
use rustls::{
    CipherSuite, CipherSuiteCommon, Error, SupportedCipherSuite, SupportedProtocolVersion,
    Tls13CipherSuite,
};

/// The protocol versions, the preferred one first.
pub static VERSIONS: &[&SupportedProtocolVersion] = &[
    &rustls::version::TLS13,
    #[cfg(feature = "tls12")]
    &rustls::version::TLS12,
];

/// The number of records that one key of AES-GCM may encrypt ([RFC 8446, section
/// 5.5](https://www.rfc-editor.org/rfc/rfc8446#section-5.5)), rounded down to a power of two.
const RECORDS_PER_KEY: u64 = 1 << 24;

/// Returns the provider.
pub fn provider() -> CryptoProvider {
    CryptoProvider {
        cipher_suites: vec![
            SupportedCipherSuite::Tls13(&AES_128_GCM_SHA256),
            #[cfg(feature = "tls12")]
            SupportedCipherSuite::Tls12(&tls12::ECDSA_AES_128_GCM_SHA256),
            #[cfg(feature = "tls12")]
            SupportedCipherSuite::Tls12(&tls12::RSA_AES_128_GCM_SHA256),
        ],
        kx_groups: vec![&Secp256r1],
        signature_verification_algorithms: ALGORITHMS,
        secure_random: &Random,
        key_provider: &NoKeys,
    }
}

static AES_128_GCM_SHA256: Tls13CipherSuite = Tls13CipherSuite {
    common: CipherSuiteCommon {
        suite: CipherSuite::TLS13_AES_128_GCM_SHA256,
        hash_provider: &Sha256,
        confidentiality_limit: RECORDS_PER_KEY,
    },
    hkdf_provider: &HkdfUsingHmac(&HmacSha256),
    aead_alg: &Aes128,
    quic: None,
};

/// Loads no private keys: clients here have no certificates.
#[derive(Debug)]
struct NoKeys;

impl KeyProvider for NoKeys {
    fn load_private_key(&self, _: PrivateKeyDer<'static>) -> Result<Arc<dyn SigningKey>, Error> {
        Err(Error::General("client certificates aren't supported".into()))
    }
}
