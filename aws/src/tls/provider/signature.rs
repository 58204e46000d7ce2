//! The signatures of certificates and handshakes.

use der::asn1::{AnyRef, BitStringRef, UintRef};
use der::{Decode, Reader, SliceReader};
use p256::NistP256;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p384::NistP384;
use rsa::{BoxedUint, Pkcs1v15Sign, PublicKey};
use rustls::SignatureScheme;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{
    AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id,
};
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::point::point;
use Scheme::*;

/// The shortest and the longest modulus of an RSA key, in bits. The CA/Browser Forum's Baseline
/// Requirements, section 6.1.5, ask for at least 2,048.
const MIN_RSA_BITS: usize = 2048;
const MAX_RSA_BITS: usize = 8192;

/// The algorithms: those of certificates, and those of handshakes in the order of preference.
pub static ALGORITHMS: WebPkiSupportedAlgorithms = WebPkiSupportedAlgorithms {
    all: &[
        &EcdsaP256Sha256,
        &EcdsaP256Sha384,
        &EcdsaP384Sha256,
        &EcdsaP384Sha384,
        &Pkcs1Sha256,
        &Pkcs1Sha384,
        &Pkcs1Sha512,
        &PssSha256,
        &PssSha384,
        &PssSha512,
    ],
    // In TLS 1.3, a scheme names the curve: only the first algorithm counts. In TLS 1.2, it names
    // only the hash. PKCS#1 v1.5 signs certificates in both, and handshakes only in TLS 1.2.
    mapping: &[
        (SignatureScheme::ECDSA_NISTP256_SHA256, &[&EcdsaP256Sha256, &EcdsaP384Sha256]),
        (SignatureScheme::ECDSA_NISTP384_SHA384, &[&EcdsaP384Sha384, &EcdsaP256Sha384]),
        (SignatureScheme::RSA_PSS_SHA256, &[&PssSha256]),
        (SignatureScheme::RSA_PSS_SHA384, &[&PssSha384]),
        (SignatureScheme::RSA_PSS_SHA512, &[&PssSha512]),
        (SignatureScheme::RSA_PKCS1_SHA256, &[&Pkcs1Sha256]),
        (SignatureScheme::RSA_PKCS1_SHA384, &[&Pkcs1Sha384]),
        (SignatureScheme::RSA_PKCS1_SHA512, &[&Pkcs1Sha512]),
    ],
};

/// A kind of key, a padding and a hash.
#[derive(Copy, Clone, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Scheme {
    EcdsaP256Sha256,
    EcdsaP256Sha384,
    EcdsaP384Sha256,
    EcdsaP384Sha384,
    Pkcs1Sha256,
    Pkcs1Sha384,
    Pkcs1Sha512,
    PssSha256,
    PssSha384,
    PssSha512,
}

impl SignatureVerificationAlgorithm for Scheme {
    fn verify_signature(
        &self,
        key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let hash: &[u8] = match self {
            EcdsaP256Sha256 | EcdsaP384Sha256 | Pkcs1Sha256 | PssSha256 => &Sha256::digest(message),
            EcdsaP256Sha384 | EcdsaP384Sha384 | Pkcs1Sha384 | PssSha384 => &Sha384::digest(message),
            Pkcs1Sha512 | PssSha512 => &Sha512::digest(message),
        };
        let is_valid = match self {
            EcdsaP256Sha256 | EcdsaP256Sha384 => {
                let point = point::<NistP256>(key).ok_or(InvalidSignature)?;
                let signature = p256::ecdsa::Signature::from_der(signature);
                p256::ecdsa::VerifyingKey::from_affine(point)
                    .and_then(|key| key.verify_prehash(hash, &signature?))
                    .is_ok()
            }
            EcdsaP384Sha256 | EcdsaP384Sha384 => {
                let point = point::<NistP384>(key).ok_or(InvalidSignature)?;
                let signature = p384::ecdsa::Signature::from_der(signature);
                p384::ecdsa::VerifyingKey::from_affine(point)
                    .and_then(|key| key.verify_prehash(hash, &signature?))
                    .is_ok()
            }
            _ => {
                let key = rsa_key(key).ok_or(InvalidSignature)?;
                let verify_pkcs1 = |padding| key.verify(padding, hash, signature);
                match self {
                    PssSha256 => key.pss_verify_prehash::<Sha256>(hash, signature),
                    PssSha384 => key.pss_verify_prehash::<Sha384>(hash, signature),
                    PssSha512 => key.pss_verify_prehash::<Sha512>(hash, signature),
                    // The hashes differ only in a prefix.
                    Pkcs1Sha256 => verify_pkcs1(Pkcs1v15Sign::new::<Sha256>()),
                    Pkcs1Sha384 => verify_pkcs1(Pkcs1v15Sign::new::<Sha384>()),
                    _ => verify_pkcs1(Pkcs1v15Sign::new::<Sha512>()),
                }
                .is_ok()
            }
        };
        if is_valid { Ok(()) } else { Err(InvalidSignature) }
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        match self {
            EcdsaP256Sha256 | EcdsaP256Sha384 => alg_id::ECDSA_P256,
            EcdsaP384Sha256 | EcdsaP384Sha384 => alg_id::ECDSA_P384,
            _ => alg_id::RSA_ENCRYPTION,
        }
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        match self {
            EcdsaP256Sha256 | EcdsaP384Sha256 => alg_id::ECDSA_SHA256,
            EcdsaP256Sha384 | EcdsaP384Sha384 => alg_id::ECDSA_SHA384,
            Pkcs1Sha256 => alg_id::RSA_PKCS1_SHA256,
            Pkcs1Sha384 => alg_id::RSA_PKCS1_SHA384,
            Pkcs1Sha512 => alg_id::RSA_PKCS1_SHA512,
            PssSha256 => alg_id::RSA_PSS_SHA256,
            PssSha384 => alg_id::RSA_PSS_SHA384,
            PssSha512 => alg_id::RSA_PSS_SHA512,
        }
    }
}

/// Reads an `RSAPublicKey` ([RFC 8017, appendix
/// A.1.1](https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1)). Returns `None` if it is
/// malformed, if its modulus has fewer than 2,048 or more than 8,192 bits, or if its exponent is
/// even or longer than 33 bits.
fn rsa_key(key: &[u8]) -> Option<PublicKey> {
    let (modulus, exponent) = rsa_numbers(key).ok()?;
    let number = |number: UintRef<'_>| BoxedUint::from_be_slice_vartime(number.as_bytes());
    let sizes = MIN_RSA_BITS..=MAX_RSA_BITS;
    PublicKey::new_with_size_limits(number(modulus), number(exponent), sizes).ok()
}

fn rsa_numbers(key: &[u8]) -> der::Result<(UintRef<'_>, UintRef<'_>)> {
    let mut reader = SliceReader::new(key)?;
    let numbers = reader.sequence(pair)?;
    reader.finish()?;
    Ok(numbers)
}

/// Reads the only two fields of a sequence.
fn pair<'a, A: Decode<'a>, B: Decode<'a>>(fields: &mut impl Reader<'a>) -> der::Result<(A, B)>
where
    der::Error: From<A::Error> + From<B::Error>,
{
    Ok((A::decode(fields)?, B::decode(fields)?))
}

/// Returns whether `info`, a `SubjectPublicKeyInfo` ([RFC 5280, section
/// 4.1](https://www.rfc-editor.org/rfc/rfc5280#section-4.1)), has an RSA key with fewer than 2,048
/// bits.
pub fn is_small_rsa_key(info: &[u8]) -> bool {
    let fields = SliceReader::new(info)
        .and_then(|mut reader| reader.sequence(pair::<AnyRef<'_>, BitStringRef<'_>>));
    let Ok((algorithm, key)) = fields else { return false };
    let numbers = key.as_bytes().map(rsa_numbers);
    let Some(Ok((modulus, _))) = numbers else { return false };
    let modulus = modulus.as_bytes();
    let zeros = modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
    algorithm.value() == alg_id::RSA_ENCRYPTION.as_ref() && modulus.len() * 8 - zeros < MIN_RSA_BITS
}
