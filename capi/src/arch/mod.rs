//! What stable Rust cannot say: definitions that give way to others of their name, and references to what may not be there. (A weak
//! definition gives way to an ordinary one; a weak reference that nothing defines is null.)

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(target_arch = "aarch64")]
pub use aarch64::{environ, handler, init};
#[cfg(target_arch = "x86_64")]
mod x86_64;
#[cfg(target_arch = "x86_64")]
pub use x86_64::{environ, handler, init};
