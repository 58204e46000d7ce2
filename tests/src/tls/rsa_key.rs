//! RSA keys for what ring refuses to do: short keys, and SHA-1.

use rcgen::{PublicKeyData, SignatureAlgorithm, SigningKey};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use rsa::pkcs1::EncodeRsaPublicKey;
use rsa::pkcs8::DecodePrivateKey;
use rsa::sha2::Sha256;
use rsa::{Pkcs1v15Sign, PrivateKey, PublicKey};
use rustls::pki_types::CertificateDer;

use super::pki;

/// Keys that only tests use.
const RSA_1024: &[u8] = include_bytes!("rsa_1024.pk8.der");

/// A key that signs certificates with PKCS#1 v1.5 and SHA-256.
pub struct RsaKey {
    key: PrivateKey,
    public: Vec<u8>,
}

impl RsaKey {
    /// Returns the key of 1,024 bits.
    pub fn small() -> Self {
        Self::read(RSA_1024)
    }

    /// Returns the key of 2,048 bits.
    pub fn large() -> Self {
        Self::read(pki::RSA_2048)
    }

    fn read(der: &[u8]) -> Self {
        let key = PrivateKey::from_pkcs8_der(der).expect("the key can be read");
        let public = PublicKey::from(&key).to_pkcs1_der().expect("the key can be written");
        Self { key, public: public.as_bytes().to_vec() }
    }

    /// Signs with PSS and SHA-256.
    pub fn sign_pss(&self, message: &[u8]) -> Vec<u8> {
        self.key.pss_sign::<Sha256>(message).expect("the key is long enough")
    }

    /// Replaces the signature of a certificate, which this key has issued, by one with SHA-1.
    pub fn sign_with_sha1(&self, certificate: &CertificateDer<'_>) -> CertificateDer<'static> {
        // The algorithms sha256WithRSAEncryption and sha1WithRSAEncryption, RFC 8017, appendix C.
        const SHA256_WITH_RSA: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0b];
        // The DigestInfo of SHA-1, RFC 8017, section 9.2.
        const SHA1_INFO: [u8; 15] =
            [0x30, 0x21, 0x30, 9, 6, 5, 0x2b, 0x0e, 3, 2, 0x1a, 5, 0, 4, 0x14];

        let mut der = certificate.to_vec();
        let mut replaced = 0;
        for at in 0..der.len() - SHA256_WITH_RSA.len() {
            if der[at..].starts_with(&SHA256_WITH_RSA) {
                der[at + 8] = 5;
                replaced += 1;
            }
        }
        assert_eq!(replaced, 2, "the algorithm is in both parts");
        // Both sequences have lengths of two bytes.
        assert_eq!((der[1], der[4], der[5]), (0x82, 0x30, 0x82), "{der:x?}");
        let end = 8 + usize::from(u16::from_be_bytes([der[6], der[7]]));
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, &der[4..end]);
        let scheme = Pkcs1v15Sign { hash_len: Some(20), prefix: Box::new(SHA1_INFO) };
        let signature = self.key.sign(scheme, hash.as_ref()).expect("the key is long enough");
        let at = der.len() - signature.len();
        der[at..].copy_from_slice(&signature);
        CertificateDer::from(der)
    }
}

impl PublicKeyData for RsaKey {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}

impl SigningKey for RsaKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let hash = digest(&SHA256, message);
        let signature = self.key.sign(Pkcs1v15Sign::new::<Sha256>(), hash.as_ref());
        Ok(signature.expect("the key is long enough"))
    }
}
