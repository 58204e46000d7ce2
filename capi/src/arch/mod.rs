//! Weak symbols, which stable Rust doesn't support. An ordinary definition replaces a weak one. A
//! weak reference to an undefined symbol is null.

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(target_arch = "aarch64")]
pub use aarch64::{environ, handler, init};
#[cfg(target_arch = "x86_64")]
mod x86_64;
#[cfg(target_arch = "x86_64")]
pub use x86_64::{environ, handler, init};
