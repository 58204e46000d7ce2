//! What stable Rust cannot say: definitions that give way to others of their name, and references to what may not be there. (A weak
//! definition gives way to an ordinary one; a weak reference that nothing defines is null.)

#[cfg(all(target_env = "musl", target_arch = "aarch64"))]
mod aarch64;
#[cfg(all(target_env = "musl", target_arch = "aarch64"))]
pub use aarch64::{environ, handler, init};
#[cfg(all(target_env = "musl", target_arch = "x86_64"))]
mod x86_64;
#[cfg(all(target_env = "musl", target_arch = "x86_64"))]
pub use x86_64::{environ, handler, init};

#[cfg(not(target_env = "musl"))]
mod hosted {
    use core::ffi::c_void;
    use core::ptr::null;

    pub fn handler() -> *const c_void {
        null()
    }

    pub fn init() -> *const c_void {
        null()
    }
}
#[cfg(not(target_env = "musl"))]
pub use hosted::{handler, init};
