//! TLS by rustls, without std: the cryptography, the roots, and a connection over a [`Stream`].
//!
//! [`Stream`]: crate::stream::Stream

mod configured;
mod failure;
pub mod pem;
pub mod provider;
pub mod roots;
mod session;
mod verifier;

pub use roots::Roots;
pub use session::{Config, Session};
