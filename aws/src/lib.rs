//! Calls to AWS and to other HTTPS servers, from functions on the `barelambda` runtime.
#![no_std]
#![deny(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;
#[cfg(test)]
extern crate std;

// Public only for the tests and the fuzz targets; they may change in any version.
#[doc(hidden)]
pub mod dns;
pub mod error;
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
