//! The only place that knows the kernel, through rustix. It knows no HTTP.
#![cfg_attr(bare, allow(unsafe_code))]

pub mod arch;
pub mod clock;
pub mod env;
pub mod exec_args;
pub mod pipe;
pub mod process;
pub mod socket;
pub mod stderr;
pub mod wrapper;

#[cfg(bare)]
pub use arch::exit;

/// Ends the process with `status`.
#[cfg(not(bare))]
pub fn exit(status: u8) -> ! {
    extern crate std;
    std::process::exit(status.into())
}

// memcpy and its like, which the compiler calls, come from the libc.a that rustup installs with the musl target (build.rs finds it).
// Of all its other functions none is linked.
// SAFETY: nothing is declared.
#[cfg(bare)]
#[link(name = "c", kind = "static", modifiers = "-bundle")]
unsafe extern "C" {}
