//! Handshakes with servers of rustls.

use barelambda_tests::tls::client::{call, call_as, trusting};
use barelambda_tests::tls::pki::{self, Kind};
use barelambda_tests::tls::server::{self, Server};

fn a_chain_of_these_keys_is_accepted(kind: Kind) {
    let identity = pki::chain(kind);
    let config = trusting(&identity.root);
    for host in ["localhost", "127.0.0.1"] {
        let server = Server::echo(server::config(&identity));
        let reply = call_as(&config, host, server.address, b"hello");
        assert_eq!(reply.as_deref(), Ok(&b"hello"[..]), "{host}");
        assert_eq!(server.received(), b"hello");
    }
}

#[test]
fn a_chain_of_p256_is_accepted() {
    a_chain_of_these_keys_is_accepted(Kind::P256);
}

#[test]
fn a_chain_of_p384_is_accepted() {
    a_chain_of_these_keys_is_accepted(Kind::P384);
}

#[test]
fn a_chain_of_rsa_is_accepted() {
    a_chain_of_these_keys_is_accepted(Kind::Rsa2048);
}

/// Requests and replies of sizes around those of records and buffers.
#[test]
fn data_of_many_sizes_comes_back() {
    let identity = pki::chain(Kind::P256);
    let config = trusting(&identity.root);
    for size in [1, 999, 1000, 1001, 8191, 8192, 8193, 16_383, 16_384, 16_385, 200_000] {
        let data = barelambda_tests::emulated::pattern(size);
        let server = Server::echo(server::config(&identity));
        let reply = call(&config, server.address, &data).expect("the call succeeds");
        assert!(reply == data && server.received() == data, "{size} bytes");
    }
}
