//! The only module that calls the kernel, mostly through rustix. It doesn't know HTTP.
#![cfg_attr(bare, allow(unsafe_code))]

pub mod arch;
pub mod clock;
pub mod env;
pub mod exec_args;
pub mod executable;
#[cfg(any(all(bare, not(feature = "capi")), test))]
mod memory;
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

// The compiler also calls functions for floats, such as fmod for `%`. They come from the libc.a
// that rustup installs with the musl target (build.rs finds it), as those of compiler_builtins are
// larger: fmod by 1,500 bytes. None of its other functions is linked.
// SAFETY: the block declares nothing.
#[cfg(bare)]
#[link(name = "c", kind = "static", modifiers = "-bundle")]
unsafe extern "C" {}
