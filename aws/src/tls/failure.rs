//! What rustls' errors are called here.
//!
//! Each is matched as a value: formatting one would link the text of all of them.

use barelambda::Error;
use rustls::{AlertDescription, HandshakeType, PeerIncompatible, PeerMisbehaved};

use crate::error::*;

/// Returns the error of a failed connection. Errors of certificates have their names from the
/// verifier.
pub(super) fn named(error: &rustls::Error) -> Error {
    use rustls::Error as E;

    match error {
        E::InappropriateHandshakeMessage { expect_types, got_type } => {
            out_of_order(expect_types, *got_type)
        }
        E::InappropriateMessage { got_type, .. } => {
            TLS_UNEXPECTED_RECORD.with(u8::from(*got_type).into())
        }
        E::NoCertificatesPresented => TLS_NO_CERTIFICATE,
        E::InvalidCertificate(_) => TLS_BAD_CERTIFICATE,
        E::AlertReceived(alert) => alerted(*alert),
        E::PeerIncompatible(reason) => incompatible(reason),
        E::PeerMisbehaved(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme) => {
            TLS_SIGNATURE_ALGORITHM
        }
        E::PeerMisbehaved(_) => TLS_VIOLATION,
        E::InvalidMessage(reason) => malformed(reason),
        E::DecryptError => TLS_DECRYPT,
        E::PeerSentOversizedRecord => TLS_TOO_LARGE,
        E::FailedToGetRandomBytes => TLS_RANDOM,
        _ => TLS_FAILED,
    }
}

/// The messages that authenticate the server have names of their own if they are missing.
fn out_of_order(expected: &[HandshakeType], got: HandshakeType) -> Error {
    let is_certificate_missing = expected.contains(&HandshakeType::Certificate)
        && matches!(got, HandshakeType::CertificateVerify | HandshakeType::Finished);
    if is_certificate_missing {
        TLS_NO_CERTIFICATE
    } else if expected.contains(&HandshakeType::CertificateVerify) && got == HandshakeType::Finished
    {
        TLS_NO_CERTIFICATE_VERIFY
    } else {
        TLS_UNEXPECTED_MESSAGE.with(u8::from(got).into())
    }
}

fn alerted(alert: AlertDescription) -> Error {
    match alert {
        AlertDescription::CloseNotify => TLS_TRUNCATED,
        AlertDescription::ProtocolVersion => TLS_VERSION,
        // "Unable to negotiate an acceptable set of security parameters", RFC 8446, section 6.2.
        AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity => {
            TLS_NO_COMMON_CIPHER
        }
        _ => TLS_ALERT.with(u8::from(alert).into()),
    }
}

fn incompatible(reason: &PeerIncompatible) -> Error {
    use PeerIncompatible as P;

    match reason {
        P::ServerDoesNotSupportTls12Or13
        | P::ServerTlsVersionIsDisabledByOurConfig
        | P::SupportedVersionsExtensionRequired => TLS_VERSION,
        P::NoCipherSuitesInCommon | P::NoKxGroupsInCommon | P::NoSignatureSchemesInCommon => {
            TLS_NO_COMMON_CIPHER
        }
        _ => TLS_FAILED,
    }
}

fn malformed(reason: &rustls::InvalidMessage) -> Error {
    use rustls::InvalidMessage as M;

    match reason {
        M::CertificatePayloadTooLarge | M::HandshakePayloadTooLarge | M::MessageTooLarge => {
            TLS_TOO_LARGE
        }
        _ => TLS_MALFORMED,
    }
}
