//! Calls to AWS.

mod sigv4_vectors;
mod tls_handshake;
mod tls_provider;
mod tls_roots;
