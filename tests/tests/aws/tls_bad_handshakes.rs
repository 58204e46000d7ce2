//! Servers that break the protocol in their handshake. Each has a named error, and receives no byte
//! of a request.

use std::io::Write;
use std::net::TcpStream;

use barelambda::Error;
use barelambda_aws::error::*;
use barelambda_aws::tls::Session;
use barelambda_tests::tls::client::{Tcp, call, send_only, trusting};
use barelambda_tests::tls::handshake::Message::{self, *};
use barelambda_tests::tls::handshake::{self, P256, Script, read_record};
use barelambda_tests::tls::pki::{self, Identity, Kind};
use barelambda_tests::tls::server::{self, Server};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::{default_provider, kx_group};

fn scripted(messages: &[Message]) -> (Server, Identity) {
    let identity = pki::chain(Kind::P256);
    let random = SystemRandom::new();
    let der = identity.key.secret_der();
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, der, &random)
        .expect("the key can be read");
    let script = Script {
        chain: identity.chain.iter().map(|certificate| certificate.to_vec()).collect(),
        sign: Box::new(move |content| {
            key.sign(&random, content).expect("the key signs").as_ref().to_vec()
        }),
        messages: messages.to_vec(),
    };
    (Server::start(move |stream| handshake::serve(&script, stream)), identity)
}

fn refused(server: Server, identity: &Identity, expected: Error, what: &str) {
    let result = call(&trusting(&identity.root), server.address, b"a secret");
    assert_eq!(result, Err(expected), "{what}");
    assert_eq!(server.received(), b"", "{what}: no byte of the request is sent");
}

const VERIFY: Message = CertificateVerify(P256);

#[test]
fn the_scripted_server_is_accepted_if_it_keeps_to_the_protocol() {
    let (server, identity) = scripted(&[EncryptedExtensions, Certificate, VERIFY, Finished]);
    assert_eq!(send_only(&trusting(&identity.root), server.address, b"hello"), Ok(()));
    assert_eq!(server.received(), b"hello");
}

#[test]
fn messages_that_are_missing_doubled_or_swapped() {
    // The types of RFC 8446, section 4.
    let unexpected = |kind| TLS_UNEXPECTED_MESSAGE.with(kind);
    let (extensions, certificate, verify, finished) = (8, 11, 15, 20);
    let cases: &[(&[Message], Error)] = &[
        // Without authentication.
        (&[EncryptedExtensions, Finished], TLS_NO_CERTIFICATE),
        (&[EncryptedExtensions, VERIFY, Finished], TLS_NO_CERTIFICATE),
        (&[EncryptedExtensions, NoCertificate, Finished], TLS_NO_CERTIFICATE_VERIFY),
        (&[EncryptedExtensions, NoCertificate, VERIFY, Finished], TLS_NO_CERTIFICATE),
        (&[EncryptedExtensions, Certificate, Finished], TLS_NO_CERTIFICATE_VERIFY),
        (&[EncryptedExtensions, Certificate, Finished, VERIFY], TLS_NO_CERTIFICATE_VERIFY),
        (&[EncryptedExtensions, VERIFY, Certificate, Finished], TLS_NO_CERTIFICATE),
        // Without extensions.
        (&[Certificate, VERIFY, Finished], unexpected(certificate)),
        (&[Finished], unexpected(finished)),
        // Swapped.
        (&[Certificate, EncryptedExtensions, VERIFY, Finished], unexpected(certificate)),
        (&[VERIFY, EncryptedExtensions, Certificate, Finished], unexpected(verify)),
        (&[Finished, EncryptedExtensions, Certificate, VERIFY], unexpected(finished)),
        // Doubled.
        (&[EncryptedExtensions, EncryptedExtensions, Certificate], unexpected(extensions)),
        (&[EncryptedExtensions, Certificate, Certificate, VERIFY], unexpected(certificate)),
        (&[EncryptedExtensions, Certificate, VERIFY, VERIFY, Finished], unexpected(verify)),
        (&[EncryptedExtensions, Certificate, VERIFY, Certificate], unexpected(certificate)),
        (&[EncryptedExtensions, Certificate, EncryptedExtensions], unexpected(extensions)),
    ];
    for (messages, expected) in cases {
        let (server, identity) = scripted(messages);
        refused(server, &identity, *expected, &format!("{messages:?}"));
    }
}

#[test]
fn wrong_signatures_and_macs() {
    let start = [EncryptedExtensions, Certificate];
    for (messages, expected) in [
        ([WrongCertificateVerify(P256), Finished], TLS_BAD_SIGNATURE),
        ([VERIFY, WrongFinished], TLS_DECRYPT),
        // ECDSA with SHA-1; RSA with PKCS#1, which TLS 1.3 doesn't have; RSA-PSS with a key of
        // ECDSA; an unknown scheme.
        ([CertificateVerify(0x0203), Finished], TLS_SIGNATURE_ALGORITHM),
        ([CertificateVerify(0x0401), Finished], TLS_SIGNATURE_ALGORITHM),
        ([CertificateVerify(0x0804), Finished], TLS_SIGNATURE_ALGORITHM),
        ([CertificateVerify(0x0503), Finished], TLS_SIGNATURE_ALGORITHM),
        ([CertificateVerify(0xfefe), Finished], TLS_SIGNATURE_ALGORITHM),
    ] {
        let (server, identity) = scripted(&[&start[..], &messages].concat());
        refused(server, &identity, expected, &format!("{messages:?}"));
    }
}

#[test]
fn a_huge_message() {
    let (server, identity) = scripted(&[EncryptedExtensions, Huge]);
    refused(server, &identity, TLS_TOO_LARGE, "60,000 bytes");
}

/// A server that sends `bytes` after the ClientHello, and closes.
fn raw(bytes: Vec<u8>) -> Server {
    Server::start(move |mut stream: TcpStream| {
        let _ = read_record(&mut stream).expect("a ClientHello");
        stream.write_all(&bytes).expect("the client reads");
        stream.shutdown(std::net::Shutdown::Write).expect("the stream can be closed");
        // What follows can only be an alert.
        let mut received = Vec::new();
        while let Some((kind, body)) = read_record(&mut stream) {
            if kind != 21 {
                received.extend_from_slice(&body);
            }
        }
        received
    })
}

#[test]
fn alerts() {
    let identity = pki::chain(Kind::P256);
    for (alert, expected) in [
        (0, TLS_TRUNCATED),
        (10, TLS_ALERT.with(10)),
        (40, TLS_NO_COMMON_CIPHER),
        (70, TLS_VERSION),
        (71, TLS_NO_COMMON_CIPHER),
        (80, TLS_ALERT.with(80)),
        (112, TLS_ALERT.with(112)),
        (255, TLS_ALERT.with(255)),
    ] {
        let server = raw(vec![21, 3, 3, 0, 2, 2, alert]);
        refused(server, &identity, expected, &format!("alert {alert}"));
    }
    assert_eq!(
        TLS_ALERT.with(80).to_string(),
        "Aws.TlsAlert: the server refused the connection with alert 80"
    );
}

#[test]
fn no_tls_and_the_end_of_the_stream() {
    let identity = pki::chain(Kind::P256);
    for (bytes, expected) in [
        (&b""[..], TLS_TRUNCATED),
        (b"\x16", TLS_TRUNCATED),
        (b"\x16\x03\x03\x00\x10\x02\x00", TLS_TRUNCATED),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", TLS_MALFORMED),
        (b"\x16\x03\x03\xff\xff\x00", TLS_TOO_LARGE),
        (b"\x16\x03\x03\x00\x00", TLS_MALFORMED),
        // A close_notify; two wrong records after the alert that is sent.
        (b"\x15\x03\x03\x00\x02\x01\x00", TLS_TRUNCATED),
        (b"\x17\x03\x03\x00\x01a\x17\x03\x03\x00\x01a", TLS_UNEXPECTED_RECORD.with(23)),
        (b"\x17\x03\x03\x00\x02hi", TLS_UNEXPECTED_RECORD.with(23)),
        // A Finished in place of a ServerHello.
        (b"\x16\x03\x03\x00\x04\x14\x00\x00\x00", TLS_UNEXPECTED_MESSAGE.with(20)),
    ] {
        refused(raw(bytes.to_vec()), &identity, expected, &format!("{bytes:x?}"));
    }
}

/// A ServerHello without extensions, with a version and a cipher suite.
fn old_hello(version: [u8; 2], suite: [u8; 2]) -> Vec<u8> {
    let body = [&version[..], &[7; 32], &[0], &suite, &[0, 0, 0]].concat();
    let message = [&[2, 0, 0, u8::try_from(body.len()).expect("it is short")][..], &body].concat();
    let len = u8::try_from(message.len()).expect("it is short");
    [&[22, version[0], version[1], 0, len][..], &message].concat()
}

#[test]
fn old_versions() {
    let identity = pki::chain(Kind::P256);
    // TLS 1.1, 1.0 and SSL 3.0; TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA.
    for minor in [2, 1, 0] {
        let server = raw(old_hello([3, minor], [0xc0, 0x13]));
        refused(server, &identity, TLS_VERSION, &format!("version 3.{minor}"));
    }
    // Without the feature `tls12`, with which these tests aren't built.
    let server = raw(old_hello([3, 3], [0xc0, 0x2f]));
    refused(server, &identity, TLS_VERSION, "TLS 1.2");
    let versions = &[&rustls::version::TLS12];
    let server = Server::echo(server::config_with(&identity, default_provider(), versions));
    refused(server, &identity, TLS_VERSION, "a server of TLS 1.2");
    assert_eq!(
        TLS_VERSION.to_string(),
        "Aws.TlsVersion: the server doesn't speak TLS 1.3: the Cargo feature tls12 of \
         barelambda-aws adds TLS 1.2"
    );
}

#[test]
fn nothing_in_common() {
    let identity = pki::chain(Kind::P256);
    let tls13 = &[&rustls::version::TLS13];
    let x25519 = CryptoProvider { kx_groups: vec![kx_group::X25519], ..default_provider() };
    for (provider, what) in [(server::other_cipher(), "cipher"), (x25519, "group")] {
        let server = Server::echo(server::config_with(&identity, provider, tls13));
        refused(server, &identity, TLS_NO_COMMON_CIPHER, what);
    }
}

#[test]
fn hosts_that_are_neither_names_nor_addresses() {
    let identity = pki::chain(Kind::P256);
    for host in ["", "a b", "-", "http://localhost", "localhost:443", "[::1]", "1.2.3", "é"] {
        let server = Server::start(|mut stream| {
            assert!(read_record(&mut stream).is_none(), "nothing is sent");
            Vec::new()
        });
        let mut stream = Tcp::connect(server.address);
        let result = Session::connect(&trusting(&identity.root), host, &mut stream);
        assert_eq!(result.err(), Some(TLS_HOST), "{host:?}");
        drop(stream);
        server.received();
    }
}
