//! Servers that speak TLS, and certificates for them.
//!
//! - [`pki`] makes keys and certificates, good and bad: those of the benchmark's server, too.
//! - [`server`] is a server of rustls with ring.
//! - [`handshake`] is one that breaks the protocol.
//! - [`rsa_key`] has keys for bad certificates.
//! - [`client`] is the client under test, over TCP.

pub mod client;
pub mod handshake;
pub mod rsa_key;
pub mod server;

pub use barelambda_bench::https::pki;
