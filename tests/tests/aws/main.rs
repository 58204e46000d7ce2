//! Calls to AWS.

mod tls_handshake;
mod tls_provider;
mod tls_roots;
