//! Bare programs that speak TLS, on both architectures.

use barelambda_emulator::{Emulator, Options};
use barelambda_tests::emulated::{answer, failure, invoke, pattern, start};
use barelambda_tests::on_each_architecture;
use barelambda_tests::programs::{Architecture, aws_program};
use barelambda_tests::tls::client::bundle;
use barelambda_tests::tls::pki::{self, Identity, Kind};
use barelambda_tests::tls::server::{self, Server};
use rustls::crypto::ring::default_provider;

fn serve(
    features: &[&str],
    architecture: Architecture,
    server: &Server,
    root: Option<&str>,
) -> Emulator {
    let mut options = Options::new(aws_program("tls_probe", features, architecture))
        .env("TLS_PORT", server.address.port().to_string());
    if let Some(root) = root {
        let path = bundle(root);
        options = options.env("AWS_CA_BUNDLE", path.to_str().expect("the path is UTF-8"));
    }
    options.runner = architecture.runner();
    start(options)
}

/// The handshake needs AES, SHA-256, SHA-384 and both kinds of signatures, each in the form that
/// the CPU has: on aarch64 it is found by `getauxval`.
fn requests_over_one_connection(architecture: Architecture) {
    for kind in [Kind::Rsa2048, Kind::P256, Kind::P384] {
        let identity = pki::chain(kind);
        let server = Server::echo(server::config(&identity));
        let emulator = serve(&[], architecture, &server, Some(&identity.root));
        let outcome = invoke(&emulator, "first");
        assert_eq!(outcome.payload, b"first", "{}", outcome.log);
        println!("{kind:?}: peak memory {:?} KiB", outcome.report.peak_memory_kib);
        if architecture == Architecture::X86_64 {
            let peak = outcome.report.peak_memory_kib.expect("the memory can be read");
            assert!(peak <= 640, "{kind:?}: {peak} KiB");
        }
        for size in [1, 100, 20_000, 60_000] {
            let data = pattern(size);
            assert!(answer(&emulator, data.clone()) == data, "{kind:?}, {size} bytes");
        }
        drop(emulator);
        let total = 1 + 100 + 20_000 + 60_000 + "first".len();
        assert_eq!(server.received().len(), total, "one connection has all requests");
    }
}
on_each_architecture!(requests_over_one_connection);

fn refused(
    features: &[&str],
    architecture: Architecture,
    (server, root): (Server, Option<&str>),
    expected: &str,
) {
    let emulator = serve(features, architecture, &server, root);
    let (error, outcome) = failure(&emulator, "a secret");
    assert_eq!(error.error_type, expected, "{}", outcome.log);
    drop(emulator);
    assert_eq!(server.received(), b"");
}

fn servers_of_unknown_authorities_are_refused(architecture: Architecture) {
    let identity = pki::chain(Kind::P256);
    let other = pki::chain_of(Kind::P256, pki::authority("a"), pki::authority("b"), pki::server());
    for root in [None, Some(&other.root[..])] {
        let server = Server::echo(server::config(&identity));
        refused(&[], architecture, (server, root), "Aws.TlsUnknownIssuer");
    }
}
on_each_architecture!(servers_of_unknown_authorities_are_refused);

/// A server that speaks only TLS 1.2.
fn old(identity: &Identity) -> Server {
    let versions = &[&rustls::version::TLS12];
    Server::echo(server::config_with(identity, default_provider(), versions))
}

fn tls_1_2_needs_its_feature(architecture: Architecture) {
    for kind in [Kind::Rsa2048, Kind::P256, Kind::P384] {
        let identity = pki::chain(kind);
        let root = Some(&identity.root[..]);
        refused(&[], architecture, (old(&identity), root), "Aws.TlsVersion");

        let server = old(&identity);
        let emulator = serve(&["tls12"], architecture, &server, root);
        for size in [1, 100, 20_000, 60_000] {
            let data = pattern(size);
            assert!(answer(&emulator, data.clone()) == data, "{kind:?}, {size} bytes");
        }
    }
    // TLS 1.3 is preferred, and other roots are refused as they are without the feature.
    let identity = pki::chain(Kind::P256);
    let server = Server::echo(server::config(&identity));
    let emulator = serve(&["tls12"], architecture, &server, Some(&identity.root));
    assert_eq!(answer(&emulator, "hello"), b"hello");
    refused(&["tls12"], architecture, (old(&identity), None), "Aws.TlsUnknownIssuer");
}
on_each_architecture!(
    tls_1_2_needs_its_feature,
    "compiles rustls with TLS 1.2; run `bash .ci/full`",
    "long; run `bash .ci/long`"
);

#[test]
fn the_system_s_bundle_fits_into_the_heap() {
    let paths = ["/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt"];
    let Some(pem) = paths.iter().find_map(|path| std::fs::read_to_string(path).ok()) else {
        println!("this system has no bundle");
        return;
    };
    let identity = pki::chain(Kind::P256);
    let server = Server::echo(server::config(&identity));
    let both = format!("{pem}\n{}", identity.root);
    let emulator = serve(&[], Architecture::X86_64, &server, Some(&both));
    let outcome = invoke(&emulator, "hello");
    assert_eq!(outcome.payload, b"hello", "{}", outcome.log);
    println!("peak memory {:?} KiB", outcome.report.peak_memory_kib);
}
