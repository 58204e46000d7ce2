//! The trusted roots: Amazon's, which are compiled in, or those of a bundle.

use alloc::sync::Arc;
use alloc::vec::Vec;

use barelambda::Error;
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustls::pki_types::{CertificateDer, Der, TrustAnchor};

use super::pem::Certificates;
use crate::error::{TLS_BAD_ROOT, TLS_BUNDLE, TLS_NO_ROOTS};

/// The roots that certificates of AWS's services lead to: Amazon Root CA 1 to 4 and Starfield
/// Services Root Certificate Authority – G2. [Amazon Trust
/// Services](https://www.amazontrust.com/repository/) publishes them, with the SHA-256 of each
/// key's `SubjectPublicKeyInfo`, and asks clients to trust all five:
///
/// | root | SHA-256 of the key | valid until |
/// |---|---|---|
/// | Amazon Root CA 1, RSA 2048 | `fbe3018031f9586bcbf41727e417b7d1c45c2f47f93be372a17b96b50757d5a2` | 2038-01-17 |
/// | Amazon Root CA 2, RSA 4096 | `7f4296fc5b6a4e3b35d3c369623e364ab1af381d8fa7121533c9d6c633ea2461` | 2040-05-26 |
/// | Amazon Root CA 3, P-256 | `36abc32656acfc645c61b71613c4bf21c787f5cabbee48348d58597803d7abc9` | 2040-05-26 |
/// | Amazon Root CA 4, P-384 | `f7ecded5c66047d28ed6466b543c40e0743abe81d109254dcf845d4c2c7853c5` | 2040-05-26 |
/// | Starfield Services G2, RSA 2048 | `2b071c59a0a0ae76b0eadb2bad23bad4580b69c3601b630c2eaf0613afa83f92` | 2037-12-31 |
///
/// A root is a name and a key, without a date ([RFC 5280, section
/// 6.1.1](https://www.rfc-editor.org/rfc/rfc5280#section-6.1.1)). The files in `roots/` are the
/// contents of the certificates' fields `subject` and `subjectPublicKeyInfo`. A test compares them
/// with the system's bundle.
static AMAZON: [TrustAnchor<'static>; 5] = [
    root(include_bytes!("roots/amazon_1.subject.der"), include_bytes!("roots/amazon_1.key.der")),
    root(include_bytes!("roots/amazon_2.subject.der"), include_bytes!("roots/amazon_2.key.der")),
    root(include_bytes!("roots/amazon_3.subject.der"), include_bytes!("roots/amazon_3.key.der")),
    root(include_bytes!("roots/amazon_4.subject.der"), include_bytes!("roots/amazon_4.key.der")),
    root(
        include_bytes!("roots/starfield_g2.subject.der"),
        include_bytes!("roots/starfield_g2.key.der"),
    ),
];

const fn root(subject: &'static [u8], key: &'static [u8]) -> TrustAnchor<'static> {
    TrustAnchor {
        subject: Der::from_slice(subject),
        subject_public_key_info: Der::from_slice(key),
        name_constraints: None,
    }
}

/// Where systems keep the bundle of public roots: Amazon Linux and Fedora, and Debian.
const SYSTEM: [&str; 2] =
    ["/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt"];

/// Roots that a server's certificate may lead to. Clones share them.
#[derive(Clone)]
pub struct Roots(Anchors);

#[derive(Clone)]
enum Anchors {
    Amazon,
    Bundle(Arc<[TrustAnchor<'static>]>),
}

impl Roots {
    /// The roots of AWS's services, which are compiled in.
    pub const AMAZON: Self = Self(Anchors::Amazon);

    /// Reads the bundle of PEM certificates at `path`, in pieces of 4 KiB. Text between the
    /// certificates is ignored, as are other PEM sections.
    ///
    /// # Errors
    /// [`TLS_BUNDLE`], [`TLS_NO_ROOTS`], and [`TLS_BAD_ROOT`] for one malformed certificate:
    /// like OpenSSL, this refuses the whole file then.
    pub fn bundle(path: &str) -> Result<Self, Error> {
        read_bundle(path, Malformed::Refuse)
    }

    /// Reads the system's bundle of public roots: `/etc/pki/tls/certs/ca-bundle.crt` on Amazon
    /// Linux, `/etc/ssl/certs/ca-certificates.crt` on Debian. It may have roots that webpki doesn't
    /// understand and OpenSSL does; these are skipped.
    ///
    /// # Errors
    /// [`TLS_BUNDLE`] and [`TLS_NO_ROOTS`]; [`TLS_BAD_ROOT`] if the PEM or base64 of a certificate
    /// is malformed.
    pub fn system() -> Result<Self, Error> {
        let mut result = Err(TLS_BUNDLE);
        for path in SYSTEM {
            result = read_bundle(path, Malformed::Skip);
            let is_missing = result.as_ref().is_err_and(|error| *error == unreadable(Errno::NOENT));
            if !is_missing {
                break;
            }
        }
        result
    }

    /// Returns the roots as webpki needs them.
    pub fn anchors(&self) -> &[TrustAnchor<'static>] {
        match &self.0 {
            Anchors::Amazon => &AMAZON,
            Anchors::Bundle(anchors) => anchors,
        }
    }
}

/// What a certificate with malformed DER does to its bundle.
#[derive(Copy, Clone)]
enum Malformed {
    Refuse,
    Skip,
}

fn unreadable(errno: Errno) -> Error {
    TLS_BUNDLE.with(errno.raw_os_error().unsigned_abs())
}

fn read_bundle(path: &str, malformed: Malformed) -> Result<Roots, Error> {
    let file = rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
        .map_err(unreadable)?;
    let mut certificates = Certificates::default();
    let mut anchors = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let len = match rustix::io::read(&file, &mut buffer) {
            Ok(len) => len,
            Err(Errno::INTR) => continue,
            Err(errno) => return Err(unreadable(errno)),
        };
        let piece = buffer.get(..len).unwrap_or_default();
        certificates.read(piece, |number, der| {
            match webpki::anchor_from_trusted_cert(&CertificateDer::from_slice(der)) {
                Ok(anchor) => anchors.push(anchor.to_owned()),
                Err(_) => match malformed {
                    Malformed::Refuse => return Err(TLS_BAD_ROOT.with(number)),
                    Malformed::Skip => {}
                },
            }
            Ok(())
        })?;
        if len == 0 {
            break;
        }
    }
    if anchors.is_empty() {
        return Err(TLS_NO_ROOTS);
    }
    Ok(Roots(Anchors::Bundle(anchors.into())))
}
