//! A runtime for AWS Lambda's `provided.al2023`: the program that is built with it *is* the runtime, a static executable of a few KiB
//! that opens one socket to the Runtime API and calls a handler.
//!
//! ```no_run
//! # // On the host; examples/hello.rs has the line that makes it a program without std on musl.
//! use barelambda::{Invocation, Response};
//!
//! barelambda::entry!(hello);
//!
//! fn hello(invocation: Invocation) -> Response {
//!     invocation.responder.bytes(b"\"hello, world\"")
//! }
//! ```
//!
//! [`Event::json`] and [`Responder::json`] read and write typed data, in place and without an allocator; with the Cargo feature `events`
//! the events of AWS's services are types, and [`Responder::http`] answers over HTTP. [`Responder::stream`] answers while the handler works.
//!
//! With the feature `exec`, any program is the handler: a script, for example.
//!
//! # Layers
//! Each module imports only from its own layer and from those below it. The test `layers` checks this table and the imports.
//!
//! | layer | modules | |
//! |---|---|---|
//! | 6 | [`mod@entry`], `testing` | start and panic; a handler in a unit test |
//! | 5 | `runtime`, `exec` | join the protocol and the operating system |
//! | 4 | `handler`, `events` | what handlers see |
//! | 3 | `conversation`, `log`, `metrics` | the protocol over any connection; lines on stderr |
//! | 2 | `runtime_api` | the Lambda protocol, without input and output |
//! | 1 | `http1`, `json`, `sys` | HTTP/1.1 and JSON, without input and output; the kernel, through rustix |
//! | 0 | `bytes`, `error` | |
//!
//! # The log
//! Whatever is written to stderr is the function's log. The runtime says there what went wrong, in lines that begin with `barelambda: `.
//!
//! With the feature `log`, [`entry!`] sets a logger for the crate `log`, unless the program has set one, and the runtime's own messages
//! take the same way:
//!
//! | variable | value | |
//! |---|---|---|
//! | `AWS_LAMBDA_LOG_FORMAT` | `JSON` | `{"timestamp":"2026-11-22T20:06:39.007Z","level":"INFO","requestId":"…","message":"…"}`, and a `tenantId` behind the `requestId` when there is one |
//! | | anything else | `2026-11-22T20:06:39.007Z REQUEST-ID INFO message`, with `-` for the request id outside of an invocation; a line break in the message becomes a carriage return, so that CloudWatch makes one event of it |
//! | `AWS_LAMBDA_LOG_LEVEL` | `TRACE`, `DEBUG`, `INFO`, `WARN`, `ERROR`, `FATAL` | this level and graver ones are logged; INFO if it is anything else. FATAL is for panics and for what ends the process: the crate `log` has no such level |
//!
//! Capitals or not makes no difference. A line is written with one write, and has at most 4,096 bytes: a longer message is cut, and ends
//! with `…[cut]`. In a std program, other threads than the one that runs the handler log without a request id.
//!
//! # Non-features
//! - No allocator, no threads, and no libc calls but memcpy and its like.
//! - No timeout while it waits for the next invocation: the wait, and the process, may be frozen for hours.
//! - No TLS and no name resolution: the Runtime API is plain HTTP at an IP address.
//! - `_X_AMZN_TRACE_ID` is not set: there is no environment to write to. See [`Context::trace_id`].
#![no_std]
// Each build compiles what other features need, and links nothing of it: so that needs no `cfg`.
#![cfg_attr(not(every_feature), allow(dead_code, unused_imports))]
#![deny(unsafe_code)]
#![warn(missing_docs)]

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
compile_error!("barelambda runs on Linux, on x86_64 and aarch64, as Lambda does");

#[cfg(test)]
extern crate std;

// `bytes`, `http1`, `runtime_api`, `runtime` and `ProtocolError` are public for the fuzz targets, the tests and the C library alone, and may
// change in any version.
#[doc(hidden)]
pub mod bytes;
mod conversation;
pub mod entry;
mod error;
#[cfg(feature = "events")]
pub mod events;
#[cfg(feature = "exec")]
pub mod exec;
mod handler;
#[doc(hidden)]
pub mod http1;
#[cfg(feature = "json")]
pub mod json;
mod log;
#[cfg(feature = "metrics")]
pub mod metrics;
#[doc(hidden)]
pub mod runtime;
#[doc(hidden)]
pub mod runtime_api;
mod sys;
/// For unit tests of handlers.
#[cfg(not(bare))]
pub mod testing;

use core::time::Duration;

#[cfg(not(bare))]
pub use entry::std_host::run;
#[doc(hidden)]
pub use error::ProtocolError;
pub use error::{Error, ErrorKind, FunctionError};
#[cfg(feature = "json")]
pub use handler::HttpResponse;
pub use handler::{Context, Event, Handler, Invocation, Responded, Responder, Response, ResponseStream, ResponseWriter};

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
