//! Calls to AWS and to other HTTPS servers, from functions on the `barelambda` runtime.
#![no_std]
#![deny(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod error;
