//! A runtime for AWS Lambda's `provided.al2023` in a few KiB.
#![no_std]
#![deny(unsafe_code)]
#![warn(missing_docs)]

#[cfg(test)]
extern crate std;

pub mod buffer;
mod context;
pub mod entry;
mod error;
mod event;
mod handler;
#[cfg(not(target_env = "musl"))]
#[doc(hidden)]
pub mod host;
pub mod http1;
mod log;
mod response;
pub mod runtime;
pub mod runtime_api;
mod sys;

use core::time::Duration;

pub use context::Context;
pub use error::{Error, FunctionError};
pub use event::Event;
pub use handler::Handler;
#[cfg(not(target_env = "musl"))]
pub use host::run;
pub use response::{Responded, Responder, ResponseWriter};

/// The longest event and the longest response that Lambda takes synchronously, in bytes: 6 MiB and 100.
pub const PAYLOAD_LIMIT: usize = runtime_api::answer::RESPONSE_LIMIT;

/// The time since 1970-01-01 UTC, to the millisecond.
pub fn now() -> Duration {
    Duration::from_millis(sys::clock::now_ms())
}

/// Sleeps for `duration`, rounded up to milliseconds and at most 49 days; the rest of the program waits too.
pub fn sleep(duration: Duration) {
    sys::clock::sleep_ms(u32::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u32::MAX));
}

/// Ends the process with `status`. Lambda reports an invocation that was not answered as `Runtime.ExitError`.
pub fn exit(status: u8) -> ! {
    sys::exit(status)
}

/// The value of the environment variable `name`; `None` if it is not set or not UTF-8.
pub fn env(name: &str) -> Option<&'static str> {
    str::from_utf8(sys::env::var(name.as_bytes())?).ok()
}
