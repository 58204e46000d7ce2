//! Servers that speak TLS, and certificates for them.
//!
//! - [`pki`] makes keys and certificates, good and bad.
//! - [`server`] is a server of rustls with ring.
//! - [`client`] is the client under test, over TCP.

pub mod client;
pub mod pki;
pub mod server;
