//! The verification of a server's certificates, by webpki.

use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::{AtomicU8, Ordering::Relaxed};

use barelambda::Error;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, SignatureScheme};
use webpki::{EndEntityCert, KeyUsage};

use super::provider::{ALGORITHMS, is_small_rsa_key};
use super::roots::Roots;
use crate::error::*;

/// The verifier of one connection. It notes why it refuses a certificate, because rustls' errors
/// tell fewer reasons apart.
pub(super) struct Verifier {
    roots: Roots,
    /// The index of a reason in [`Reason::ALL`].
    reason: AtomicU8,
}

impl Verifier {
    pub(super) const fn new(roots: Roots) -> Self {
        Self { roots, reason: AtomicU8::new(u8::MAX) }
    }

    /// Returns why a certificate was refused, if one was.
    pub(super) fn refusal(&self) -> Option<Error> {
        let index = usize::from(self.reason.load(Relaxed));
        Reason::ALL.get(index).map(|reason| reason.error())
    }

    fn refuse(&self, reason: Reason) -> rustls::Error {
        self.reason.store(reason as u8, Relaxed);
        rustls::Error::InvalidCertificate(reason.told())
    }

    /// Refuses the signature of a handshake.
    fn refuse_handshake(
        &self,
        error: rustls::Error,
        certificate: &CertificateDer<'_>,
    ) -> rustls::Error {
        match error {
            rustls::Error::InvalidCertificate(CertificateError::BadSignature) => {
                self.refuse(signature_reason(&[certificate]))
            }
            rustls::Error::InvalidCertificate(CertificateError::BadEncoding) => {
                self.refuse(Reason::BadCertificate)
            }
            // The key isn't of the kind that the signature needs.
            rustls::Error::InvalidCertificate(_) => self.refuse(Reason::SignatureAlgorithm),
            error => error,
        }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        host: &ServerName<'_>,
        _: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verify = || {
            let parsed = EndEntityCert::try_from(certificate)?;
            parsed.verify_for_usage(
                ALGORITHMS.all,
                self.roots.anchors(),
                intermediates,
                now,
                KeyUsage::server_auth(),
                None,
                None,
            )?;
            parsed.verify_is_valid_for_subject_name(host)
        };
        verify().map(|()| ServerCertVerified::assertion()).map_err(|error: webpki::Error| {
            self.refuse(match reason(&error) {
                Reason::BadSignature => {
                    let chain: Vec<_> =
                        core::iter::once(certificate).chain(intermediates).collect();
                    signature_reason(&chain)
                }
                reason => reason,
            })
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, certificate, signature, &ALGORITHMS)
            .map_err(|error| self.refuse_handshake(error, certificate))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, certificate, signature, &ALGORITHMS)
            .map_err(|error| self.refuse_handshake(error, certificate))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ALGORITHMS.supported_schemes()
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier")
    }
}

/// Why a certificate is refused.
#[derive(Copy, Clone)]
enum Reason {
    Expired,
    NotYetValid,
    WrongHost,
    UnknownIssuer,
    BadSignature,
    WrongUsage,
    NotAnAuthority,
    AuthorityAsServer,
    NameConstraints,
    SignatureAlgorithm,
    SmallRsaKey,
    BadCertificate,
}

impl Reason {
    /// In the order of their definition.
    const ALL: [Self; 12] = [
        Self::Expired,
        Self::NotYetValid,
        Self::WrongHost,
        Self::UnknownIssuer,
        Self::BadSignature,
        Self::WrongUsage,
        Self::NotAnAuthority,
        Self::AuthorityAsServer,
        Self::NameConstraints,
        Self::SignatureAlgorithm,
        Self::SmallRsaKey,
        Self::BadCertificate,
    ];

    const fn error(self) -> Error {
        match self {
            Self::Expired => TLS_EXPIRED,
            Self::NotYetValid => TLS_NOT_YET_VALID,
            Self::WrongHost => TLS_WRONG_HOST,
            Self::UnknownIssuer => TLS_UNKNOWN_ISSUER,
            Self::BadSignature => TLS_BAD_SIGNATURE,
            Self::WrongUsage => TLS_WRONG_USAGE,
            Self::NotAnAuthority => TLS_NOT_AN_AUTHORITY,
            Self::AuthorityAsServer => TLS_AUTHORITY_AS_SERVER,
            Self::NameConstraints => TLS_NAME_CONSTRAINTS,
            Self::SignatureAlgorithm => TLS_SIGNATURE_ALGORITHM,
            Self::SmallRsaKey => TLS_SMALL_RSA_KEY,
            Self::BadCertificate => TLS_BAD_CERTIFICATE,
        }
    }

    /// Returns the form in which rustls tells the server: it selects the alert.
    const fn told(self) -> CertificateError {
        match self {
            Self::Expired => CertificateError::Expired,
            Self::NotYetValid => CertificateError::NotValidYet,
            Self::UnknownIssuer => CertificateError::UnknownIssuer,
            Self::BadSignature | Self::SignatureAlgorithm => CertificateError::BadSignature,
            Self::WrongUsage | Self::AuthorityAsServer => CertificateError::InvalidPurpose,
            Self::WrongHost
            | Self::NotAnAuthority
            | Self::NameConstraints
            | Self::SmallRsaKey
            | Self::BadCertificate => CertificateError::BadEncoding,
        }
    }
}

#[expect(deprecated, reason = "webpki still lists them, so a match without them would miss them")]
const fn reason(error: &webpki::Error) -> Reason {
    use webpki::Error as E;

    match error {
        E::CertExpired { .. } | E::InvalidCertValidity => Reason::Expired,
        E::CertNotValidYet { .. } => Reason::NotYetValid,
        E::CertNotValidForName(_) => Reason::WrongHost,
        E::UnknownIssuer => Reason::UnknownIssuer,
        E::InvalidSignatureForPublicKey => Reason::BadSignature,
        E::RequiredEkuNotFound | E::RequiredEkuNotFoundContext(_) => Reason::WrongUsage,
        E::EndEntityUsedAsCa => Reason::NotAnAuthority,
        E::CaUsedAsEndEntity => Reason::AuthorityAsServer,
        E::NameConstraintViolation => Reason::NameConstraints,
        E::UnsupportedSignatureAlgorithm
        | E::UnsupportedSignatureAlgorithmContext(_)
        | E::UnsupportedSignatureAlgorithmForPublicKey
        | E::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => Reason::SignatureAlgorithm,
        _ => Reason::BadCertificate,
    }
}

/// Returns why a signature by one of the certificates' keys isn't accepted: RSA keys that are too
/// small verify nothing.
fn signature_reason(chain: &[&CertificateDer<'_>]) -> Reason {
    let is_small = |certificate: &&CertificateDer<'_>| {
        EndEntityCert::try_from(*certificate)
            .is_ok_and(|parsed| is_small_rsa_key(&parsed.subject_public_key_info()))
    };
    if chain.iter().any(is_small) { Reason::SmallRsaKey } else { Reason::BadSignature }
}
