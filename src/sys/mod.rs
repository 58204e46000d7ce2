//! The only module that calls the kernel, mostly through rustix. It doesn't know HTTP.
#![cfg_attr(bare, allow(unsafe_code))]

pub mod arch;
pub mod clock;
pub mod env;
pub mod exec_args;
pub mod executable;
pub mod pipe;
pub mod process;
pub mod socket;
pub mod stderr;
pub mod wrapper;

#[cfg(bare)]
pub use arch::exit;

/// Exits with `status`.
#[cfg(not(bare))]
pub fn exit(status: u8) -> ! {
    extern crate std;
    std::process::exit(status.into())
}

// The compiler emits calls of memcpy and its like. They come from the libc.a that rustup installs
// with the musl target (build.rs finds it). None of its other functions is linked.
// SAFETY: the block declares nothing.
#[cfg(bare)]
#[link(name = "c", kind = "static", modifiers = "-bundle")]
unsafe extern "C" {}
