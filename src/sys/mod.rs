//! The only place that knows the kernel, through rustix. It knows no HTTP.
#![cfg_attr(target_env = "musl", allow(unsafe_code))]

pub mod arch;
pub mod clock;
pub mod env;
#[cfg(feature = "exec-wrapper")]
pub mod exec_args;
#[cfg(feature = "exec")]
pub mod pipe;
#[cfg(feature = "exec")]
pub mod process;
pub mod socket;
pub mod stderr;
#[cfg(feature = "exec-wrapper")]
pub mod wrapper;

#[cfg(target_env = "musl")]
pub use arch::exit;

/// Ends the process with `status`.
#[cfg(not(target_env = "musl"))]
pub fn exit(status: u8) -> ! {
    extern crate std;
    std::process::exit(status.into())
}

// memcpy and its like, which the compiler calls, come from the libc.a that rustup installs with the musl target (build.rs finds it).
// Of all its other functions none is linked.
// SAFETY: nothing is declared.
#[cfg(target_env = "musl")]
#[link(name = "c", kind = "static", modifiers = "-bundle")]
unsafe extern "C" {}
