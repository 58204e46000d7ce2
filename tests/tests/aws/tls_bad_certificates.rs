//! Servers with bad certificates. Each has a named error, and receives no byte of a request.

use barelambda::Error;
use barelambda_aws::error::*;
use barelambda_tests::tls::client::{call, call_as, trusting};
use barelambda_tests::tls::handshake::{self, Message, PSS, Script};
use barelambda_tests::tls::pki::{self, Identity, Kind};
use barelambda_tests::tls::rsa_key::RsaKey;
use barelambda_tests::tls::server::{self, Server};
use rcgen::{
    CertificateParams, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, NameConstraints, SanType,
    date_time_ymd,
};

fn refused_as(host: &str, identity: &Identity, expected: Error) {
    let server = Server::echo(server::config(identity));
    let result = call_as(&trusting(&identity.root), host, server.address, b"a secret");
    assert_eq!(result, Err(expected));
    assert_eq!(server.received(), b"", "no byte of the request is sent");
}

fn refused(identity: &Identity, expected: Error) {
    refused_as("localhost", identity, expected);
}

fn chain_with(change: impl Fn(&mut [CertificateParams; 3])) -> Identity {
    let mut params = [pki::authority("root"), pki::authority("intermediate"), pki::server()];
    change(&mut params);
    let [root, intermediate, server] = params;
    pki::chain_of(Kind::P256, root, intermediate, server)
}

#[test]
fn expired() {
    for which in [1, 2] {
        let identity = chain_with(|params| params[which].not_after = date_time_ymd(2020, 1, 1));
        refused(&identity, TLS_EXPIRED);
    }
}

#[test]
fn not_yet_valid() {
    for which in [1, 2] {
        let identity = chain_with(|params| params[which].not_before = date_time_ymd(2999, 1, 1));
        refused(&identity, TLS_NOT_YET_VALID);
    }
}

#[test]
fn another_host() {
    let identity = pki::chain(Kind::P256);
    for host in ["example.com", "localhost.example.com", "host", "127.0.0.2", "::1"] {
        refused_as(host, &identity, TLS_WRONG_HOST);
    }
    let identity = chain_with(|params| params[2].subject_alt_names.clear());
    refused(&identity, TLS_WRONG_HOST);
}

/// The name in the subject doesn't count, only those in subjectAltName.
#[test]
fn the_host_in_the_subject_only() {
    let identity = chain_with(|params| {
        params[2] = pki::named("localhost", &["example.com"]);
    });
    refused(&identity, TLS_WRONG_HOST);
}

#[test]
fn self_signed() {
    let key = pki::key(Kind::P256);
    let certificate = pki::server().self_signed(&key).expect("a certificate can be made");
    refused(
        &Identity {
            chain: vec![certificate.der().clone()],
            key: pki::private(&key),
            root: pki::chain(Kind::P256).root,
        },
        TLS_UNKNOWN_ISSUER,
    );
}

#[test]
fn an_unknown_authority() {
    // An authority of the same name, with another key.
    let identity = Identity { root: pki::chain(Kind::P384).root, ..pki::chain(Kind::P384) };
    refused(&identity, TLS_BAD_SIGNATURE);
    let other = chain_with(|params| params[0] = pki::authority("another"));
    let identity = Identity { root: other.root, ..pki::chain(Kind::P256) };
    refused(&identity, TLS_UNKNOWN_ISSUER);
}

#[test]
fn a_missing_intermediate() {
    let mut identity = pki::chain(Kind::P256);
    identity.chain.truncate(1);
    refused(&identity, TLS_UNKNOWN_ISSUER);
}

#[test]
fn a_broken_signature() {
    for kind in [Kind::P256, Kind::P384, Kind::Rsa2048] {
        for which in [0, 1] {
            let mut identity = pki::chain(kind);
            let mut der = identity.chain[which].to_vec();
            // The last byte of the signature.
            *der.last_mut().expect("not empty") ^= 1;
            identity.chain[which] = der.into();
            refused(&identity, TLS_BAD_SIGNATURE);
        }
    }
}

#[test]
fn for_clients_only() {
    let identity = chain_with(|params| {
        params[2].extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    });
    refused(&identity, TLS_WRONG_USAGE);
}

#[test]
fn a_server_as_authority() {
    for kind in [IsCa::NoCa, IsCa::ExplicitNoCa] {
        let identity = chain_with(|params| params[1].is_ca = kind);
        refused(&identity, TLS_NOT_AN_AUTHORITY);
    }
}

#[test]
fn an_authority_as_server() {
    let identity = chain_with(|params| params[2].is_ca = pki::authority("").is_ca);
    refused(&identity, TLS_AUTHORITY_AS_SERVER);
}

#[test]
fn outside_of_the_name_constraints() {
    let subtree = |name: &str| vec![GeneralSubtree::DnsName(name.into())];
    for constraints in [
        NameConstraints { permitted_subtrees: subtree("example.com"), excluded_subtrees: vec![] },
        NameConstraints { permitted_subtrees: vec![], excluded_subtrees: subtree("localhost") },
    ] {
        for which in [0, 1] {
            let identity =
                chain_with(|params| params[which].name_constraints = Some(constraints.clone()));
            refused(&identity, TLS_NAME_CONSTRAINTS);
        }
    }
}

#[test]
fn sha1() {
    let (root, key) = (pki::authority("root"), RsaKey::large());
    let mut identity = pki::leaf_of(&root, &key, &pki::server());
    // With SHA-256 it is accepted.
    let server = Server::echo(server::config(&identity));
    let reply = call(&trusting(&identity.root), server.address, b"hello");
    assert_eq!(reply.as_deref(), Ok(&b"hello"[..]));
    identity.chain[0] = key.sign_with_sha1(&identity.chain[0]);
    refused(&identity, TLS_SIGNATURE_ALGORITHM);
}

#[test]
fn an_authority_with_a_small_rsa_key() {
    let identity = pki::leaf_of(&pki::authority("root"), &RsaKey::small(), &pki::server());
    // The key of a root isn't in the server's chain, so the signature is what fails.
    refused(&identity, TLS_BAD_SIGNATURE);

    let (root, root_key) = (pki::authority("root"), pki::key(Kind::P256));
    let (middle, small) = (pki::authority("intermediate"), RsaKey::small());
    let issuer = rcgen::Issuer::from_params(&root, &root_key);
    let certificate = middle.signed_by(&small, &issuer).expect("a certificate can be made");
    let mut identity = pki::leaf_of(&middle, &small, &pki::server());
    identity.chain.push(certificate.der().clone());
    identity.root = root.self_signed(&root_key).expect("the root can be made").pem();
    refused(&identity, TLS_SMALL_RSA_KEY);
}

/// A server whose own key is of RSA, and signs the handshake.
fn a_server_with(key: RsaKey) -> (Server, String) {
    let (root, root_key) = (pki::authority("root"), pki::key(Kind::P256));
    let issuer = rcgen::Issuer::from_params(&root, &root_key);
    let leaf = pki::server().signed_by(&key, &issuer).expect("a certificate can be made");
    let script = Script {
        chain: vec![leaf.der().to_vec()],
        sign: Box::new(move |content| key.sign_pss(content)),
        messages: vec![
            Message::EncryptedExtensions,
            Message::Certificate,
            Message::CertificateVerify(PSS),
            Message::Finished,
        ],
    };
    let server = Server::start(move |stream| handshake::serve(&script, stream));
    (server, root.self_signed(&root_key).expect("the root can be made").pem())
}

#[test]
fn a_server_with_a_small_rsa_key() {
    // The same server with a longer key does the handshake, and the client sends its request.
    let (server, root) = a_server_with(RsaKey::large());
    let result = barelambda_tests::tls::client::send_only(&trusting(&root), server.address, b"hi");
    assert_eq!((result, &server.received()[..]), (Ok(()), &b"hi"[..]));

    let (server, root) = a_server_with(RsaKey::small());
    let result = call(&trusting(&root), server.address, b"a secret");
    assert_eq!(result, Err(TLS_SMALL_RSA_KEY));
    assert_eq!(server.received(), b"");
}

#[test]
fn malformed() {
    let root = pki::chain(Kind::P256).root;
    for der in [&b""[..], b"\x30\x00", b"no certificate"] {
        let script = Script {
            chain: vec![der.to_vec()],
            sign: Box::new(|_| Vec::new()),
            messages: vec![
                Message::EncryptedExtensions,
                Message::Certificate,
                Message::CertificateVerify(PSS),
                Message::Finished,
            ],
        };
        let server = Server::start(move |stream| handshake::serve(&script, stream));
        let result = call(&trusting(&root), server.address, b"a secret");
        assert_eq!(result, Err(TLS_BAD_CERTIFICATE), "{der:x?}");
        assert_eq!(server.received(), b"");
    }
}

/// A wildcard is for one label.
#[test]
fn wildcards() {
    let identity = chain_with(|params| {
        let name = "*.example.com".try_into().expect("the name is valid");
        params[2].subject_alt_names = vec![SanType::DnsName(name)];
    });
    let server = Server::echo(server::config(&identity));
    let reply = call_as(&trusting(&identity.root), "a.example.com", server.address, b"hello");
    assert_eq!(reply.as_deref(), Ok(&b"hello"[..]));
    for host in ["example.com", "a.b.example.com"] {
        refused_as(host, &identity, TLS_WRONG_HOST);
    }
}
