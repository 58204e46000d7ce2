//! Calls to AWS.

mod bad_connections;
mod bad_replies;
mod credentials;
mod examples;
mod freeze;
mod good_replies;
mod http_and_dns;
mod lambda;
mod memory;
mod moto;
mod random;
mod resolve;
mod retries;
mod sigv4_botocore;
mod sigv4_vectors;
mod stalls;
mod tls_accepted;
mod tls_bad_certificates;
mod tls_bad_handshakes;
mod tls_handshake;
mod tls_openssl;
mod tls_programs;
mod tls_provider;
mod tls_roots;
