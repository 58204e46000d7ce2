//! The roots: Amazon's, compared with those of the system, and bundles.

use std::fs;

use barelambda::Error;
use barelambda_aws::error::{TLS_BAD_ROOT, TLS_BUNDLE, TLS_NO_ROOTS};
use barelambda_aws::tls::Roots;
use barelambda_tests::tls::client::roots;
use barelambda_tests::tls::pki;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, TrustAnchor};

/// From [amazontrust.com](https://www.amazontrust.com/repository/): the names, and the SHA-256 of
/// the keys.
const AMAZON: [(&str, &str); 5] = [
    ("Amazon Root CA 1", "fbe3018031f9586bcbf41727e417b7d1c45c2f47f93be372a17b96b50757d5a2"),
    ("Amazon Root CA 2", "7f4296fc5b6a4e3b35d3c369623e364ab1af381d8fa7121533c9d6c633ea2461"),
    ("Amazon Root CA 3", "36abc32656acfc645c61b71613c4bf21c787f5cabbee48348d58597803d7abc9"),
    ("Amazon Root CA 4", "f7ecded5c66047d28ed6466b543c40e0743abe81d109254dcf845d4c2c7853c5"),
    (
        "Starfield Services Root Certificate Authority - G2",
        "2b071c59a0a0ae76b0eadb2bad23bad4580b69c3601b630c2eaf0613afa83f92",
    ),
];

#[test]
fn amazons_roots_have_the_names_and_keys_that_amazon_publishes() {
    let anchors = Roots::AMAZON;
    assert_eq!(anchors.anchors().len(), AMAZON.len());
    for (anchor, (name, hash)) in anchors.anchors().iter().zip(AMAZON) {
        let subject = &anchor.subject;
        assert!(subject.ends_with(name.as_bytes()), "{name}: {subject:x?}");
        let key = webpki::spki_for_anchor(anchor);
        let digest = ring::digest::digest(&ring::digest::SHA256, &key);
        let digest: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digest, hash, "{name}");
    }
}

/// The bundle of the system where it is Debian's or Amazon Linux's.
fn system() -> Option<Vec<u8>> {
    ["/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt"]
        .iter()
        .find_map(|path| fs::read(path).ok())
}

#[test]
fn the_systems_bundle_is_read_as_rustls_reads_it_and_has_amazons_roots() {
    let Some(pem) = system() else {
        println!("this system has no bundle");
        return;
    };
    let certificates: Vec<CertificateDer<'_>> = CertificateDer::pem_slice_iter(&pem)
        .map(|certificate| certificate.expect("the bundle is valid"))
        .collect();
    let expected: Vec<TrustAnchor<'_>> = certificates
        .iter()
        .map(|certificate| webpki::anchor_from_trusted_cert(certificate).expect("it is a root"))
        .collect();
    for read in [Roots::system(), roots(&pem)] {
        let read = read.expect("the bundle can be read");
        assert_eq!(read.anchors(), expected);
        for root in Roots::AMAZON.anchors() {
            assert!(read.anchors().contains(root), "{:x?}", root.subject);
        }
    }
}

#[test]
fn a_bundle_is_read_whatever_is_around_its_certificates() {
    let pem = [pki::Kind::P256, pki::Kind::P384].map(|kind| pki::chain(kind).root);
    let expected = roots(pem.concat()).expect("the bundle can be read");
    assert_eq!(expected.anchors().len(), 2);
    let windows = pem.concat().replace("\r\n", "\n").replace('\n', "\r\n");
    let wide = pem.concat().replace("-----\n", "----- \t\n");
    let key = "-----BEGIN PRIVATE KEY-----\n???\n-----END PRIVATE KEY-----\n";
    let around = format!("{}\n{}{key}\n{}\n# the end", "x".repeat(100_000), pem[0], pem[1]);
    let one_line = |pem: &str| {
        let lines: Vec<&str> = pem.lines().collect();
        let (first, rest) = lines.split_first().expect("a line");
        let (last, rest) = rest.split_last().expect("a line");
        format!("{first}\n{}\n{last}", rest.concat())
    };
    let long = format!("{}\n{}", one_line(&pem[0]), one_line(&pem[1]));
    for text in [windows, wide, around, long] {
        let read = roots(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(read.anchors(), expected.anchors(), "{text}");
    }
}

#[test]
fn a_malformed_bundle_is_refused_with_the_number_of_its_certificate() {
    let good = pki::chain(pki::Kind::P256).root;
    let bad = |from: &str, to: &str| format!("{good}{}", good.replacen(from, to, 1));
    let body = good.lines().nth(1).expect("a line");
    let end = "-----END CERTIFICATE-----";
    for text in [
        bad(body, &format!("?{}", &body[1..])),
        bad(body, &body[1..]),
        bad(body, "AAAA"),
        bad(body, ""),
        bad(body, "-----BEGIN CERTIFICATE-----"),
        bad(end, ""),
        bad(end, "-----END PRIVATE KEY-----"),
        bad(body, &"AAAA".repeat(20_000)),
        format!("{good}-----BEGIN CERTIFICATE-----"),
        format!("{good}-----BEGIN CERTIFICATE-----\n{end}"),
    ] {
        assert_eq!(roots(&text).err(), Some(TLS_BAD_ROOT.with(2)), "{text}");
    }
    assert_eq!(
        TLS_BAD_ROOT.with(2).to_string(),
        "Aws.TlsBadRoot: the bundle has a malformed certificate: number 2"
    );
}

#[test]
fn a_bundle_without_certificates_or_without_a_file_is_refused() {
    let key = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
    for text in ["", "\n", "no certificate", key] {
        assert_eq!(roots(text).err(), Some(TLS_NO_ROOTS), "{text}");
    }
    let read = |path: &str| -> Option<Error> { Roots::bundle(path).err() };
    assert_eq!(read("/no/such/file"), Some(TLS_BUNDLE.with(2)));
    assert_eq!(read("/"), Some(TLS_BUNDLE.with(21)), "a folder");
    assert_eq!(read("a\0b"), Some(TLS_BUNDLE.with(22)));
}
