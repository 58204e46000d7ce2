//! Keys and certificates of servers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, SignatureAlgorithm, SigningKey,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// A key that only tests and the benchmark use. Making RSA keys takes seconds.
pub const RSA_2048: &[u8] = include_bytes!("rsa_2048.pk8.der");

/// The kinds of keys.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// ECDSA with P-256 and SHA-256.
    P256,
    /// ECDSA with P-384 and SHA-384.
    P384,
    /// RSA with 2,048 bits, PKCS#1 v1.5 and SHA-256.
    Rsa2048,
}

/// Returns a key. Those of RSA are all the same.
pub fn key(kind: Kind) -> KeyPair {
    let generate = |algorithm: &'static SignatureAlgorithm| {
        KeyPair::generate_for(algorithm).expect("a key can be made")
    };
    match kind {
        Kind::P256 => generate(&rcgen::PKCS_ECDSA_P256_SHA256),
        Kind::P384 => generate(&rcgen::PKCS_ECDSA_P384_SHA384),
        Kind::Rsa2048 => KeyPair::from_pkcs8_der_and_sign_algo(
            &PrivatePkcs8KeyDer::from(RSA_2048),
            &rcgen::PKCS_RSA_SHA256,
        )
        .expect("the key can be read"),
    }
}

/// Returns the parameters of an authority's certificate.
pub fn authority(name: &str) -> CertificateParams {
    let mut params = named(name, &[]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
}

/// Returns the parameters of the certificate of a server on this machine: for `localhost` and
/// 127.0.0.1.
pub fn server() -> CertificateParams {
    let mut params = named("server", &["localhost", "127.0.0.1"]);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

/// Returns parameters with a name, and names of hosts.
pub fn named(name: &str, hosts: &[&str]) -> CertificateParams {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).into()).collect();
    let mut params = CertificateParams::new(hosts).expect("the hosts are valid");
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

/// A certificate with its key, and what its clients must trust.
pub struct Identity {
    /// The server's certificate and those that lead from it to the root, without the root.
    pub chain: Vec<CertificateDer<'static>>,
    /// The key of the first certificate.
    pub key: PrivateKeyDer<'static>,
    /// The root, as PEM.
    pub root: String,
}

/// Returns a chain of root, intermediate authority and server, all with keys of a kind.
pub fn chain(kind: Kind) -> Identity {
    chain_of(kind, authority("root"), authority("intermediate"), server())
}

/// Returns a chain with these parameters.
pub fn chain_of(
    kind: Kind,
    root: CertificateParams,
    intermediate: CertificateParams,
    server: CertificateParams,
) -> Identity {
    let keys = [key(kind), key(kind), key(kind)];
    let root_certificate = root.self_signed(&keys[0]).expect("the root can be made");
    let issuer = rcgen::Issuer::from_params(&root, &keys[0]);
    let middle = intermediate.signed_by(&keys[1], &issuer).expect("a certificate can be made");
    let issuer = rcgen::Issuer::from_params(&intermediate, &keys[1]);
    let leaf = server.signed_by(&keys[2], &issuer).expect("a certificate can be made");
    Identity {
        chain: vec![leaf.der().clone(), middle.der().clone()],
        key: private(&keys[2]),
        root: root_certificate.pem(),
    }
}

/// Returns a chain of a root with this key, and a server with a key of P-256.
pub fn leaf_of(
    root: &CertificateParams,
    root_key: &impl SigningKey,
    server: &CertificateParams,
) -> Identity {
    let key = key(Kind::P256);
    let issuer = rcgen::Issuer::from_params(root, root_key);
    let leaf = server.signed_by(&key, &issuer).expect("a certificate can be made");
    let root = root.self_signed(root_key).expect("the root can be made");
    Identity { chain: vec![leaf.der().clone()], key: private(&key), root: root.pem() }
}

/// Returns a key in the form that rustls reads.
pub fn private(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()))
}

/// Returns a PEM text ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468)).
pub fn pem(label: &str, der: &[u8]) -> String {
    let text = BASE64.encode(der);
    let mut pem = format!("-----BEGIN {label}-----\n");
    for line in text.as_bytes().chunks(64) {
        pem += &String::from_utf8_lossy(line);
        pem.push('\n');
    }
    pem + &format!("-----END {label}-----\n")
}
