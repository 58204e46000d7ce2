//! Calls to AWS.

mod http_and_dns;
mod random;
mod sigv4_botocore;
mod sigv4_vectors;
mod tls_accepted;
mod tls_bad_certificates;
mod tls_bad_handshakes;
mod tls_handshake;
mod tls_openssl;
mod tls_programs;
mod tls_provider;
mod tls_roots;
