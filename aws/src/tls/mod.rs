//! TLS by rustls, without std: the cryptography, the roots, and a connection over a [`Stream`].
//!
//! [`Stream`]: crate::stream::Stream

mod config;
mod failure;
pub mod pem;
pub mod provider;
pub mod roots;
mod session;
mod verifier;

pub use config::Config;
pub use roots::Roots;
pub use session::Session;
