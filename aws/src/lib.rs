//! Calls to AWS, and to other HTTPS servers, from functions on the [`barelambda`] runtime: bare
//! programs with a heap, and std programs.
//!
//! ```no_run
//! use barelambda::{Error, Handler, Invocation, Response};
//! use barelambda_aws::{Aws, Client, Service};
//!
//! barelambda::entry!(init = init, heap = 1_048_576);
//!
//! struct Orders {
//!     dynamodb: Client,
//! }
//!
//! fn init() -> Result<Orders, Error> {
//!     let mut dynamodb = Aws::from_env()?.client(Service::DYNAMODB)?;
//!     dynamodb.connect()?;
//!     Ok(Orders { dynamodb })
//! }
//!
//! impl Handler for Orders {
//!     fn handle<'a>(&mut self, invocation: Invocation<'a>) -> Response<'a> {
//!         let reply = self.dynamodb.call_text("PutItem", invocation.event.payload())?;
//!         if !reply.is_success() {
//!             return reply.fail(invocation.responder);
//!         }
//!         invocation.responder.bytes(b"true")
//!     }
//! }
//! ```
//!
//! | | |
//! |---|---|
//! | [`Aws`] | the region, the access key and the certificates, from the environment |
//! | [`Client`] | signed calls to a [`Service`]: JSON, Query and REST |
//! | [`S3`], [`Lambda`] | objects of a bucket; other functions |
//! | [`Https`] | requests to any other server |
//! | [`Reply`], [`ReplyStream`] | what the server returned, whole or in pieces |
//! | [`error`] | every error |
//!
//! The inputs and outputs of calls are those of AWS's API references, as types of the function's
//! own or as JSON text: there are no generated types.
//!
//! # What it does, and doesn't
//! - **TLS 1.3** by [rustls](https://docs.rs/rustls), with cryptography by the RustCrypto crates;
//!   with the Cargo feature `tls12` also TLS 1.2. Servers of AWS are verified against Amazon's five
//!   roots, which are compiled in. Certificates aren't checked for revocation.
//! - **Signatures**: version 4. Not 4A, which only multi-region access points need.
//! - **Names** are resolved by the name servers of /etc/resolv.conf, to IPv4 addresses. Not IPv6,
//!   and no proxies.
//! - **HTTP/1.1**, with bodies of requests from memory. Not HTTP/2.
//! - **Memory**: a call needs about 100 KiB of the heap with the handshake, and 20 KiB afterwards,
//!   besides the bodies.
//!
//! # Layers
//! Each module imports only from its own layer and the layers below. Only `net` sees the operating
//! system, except for random bytes and the file with the certificates.
//!
//! | layer | modules | |
//! |---|---|---|
//! | 4 | `aws`, `client`, `https`, `lambda`, `s3` | what functions use |
//! | 3 | `channel`, `credentials`, `reply_stream`, `settings`, `signatures` | join the protocols and the sockets |
//! | 2 | `net` | sockets, name servers, time |
//! | 1 | `tls`, `dns`, `http`, `sigv4`, `reply`, `request`, `retry` | the protocols, without input and output |
//! | 0 | `error`, `json`, `random`, `service`, `stream`, `url` | |
#![no_std]
#![deny(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod aws;
mod channel;
mod client;
mod credentials;
pub mod error;
mod https;
mod json;
mod lambda;
mod net;
mod random;
mod reply;
mod reply_stream;
mod request;
mod retry;
mod s3;
mod service;
mod settings;
mod signatures;

// Public only for the tests and the fuzz targets; they may change in any version.
#[doc(hidden)]
pub mod dns;
#[doc(hidden)]
pub mod http;
#[doc(hidden)]
pub mod sigv4;
#[doc(hidden)]
pub mod stream;
#[doc(hidden)]
pub mod tls;
#[doc(hidden)]
pub mod url;

pub use aws::Aws;
pub use client::Client;
pub use http::request::Method;
pub use https::Https;
pub use lambda::Lambda;
pub use reply::Reply;
pub use reply_stream::ReplyStream;
pub use request::Request;
pub use s3::S3;
pub use service::{Protocol, Service};
