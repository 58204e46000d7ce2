//! A runtime for AWS Lambda's `provided.al2023`. The program that is built with it *is* the
//! runtime: a static executable of a few KiB that opens one socket to the Runtime API and calls a
//! handler.
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
//! `Event::json` and `Responder::json` read and write typed data, in place and without an
//! allocator. With the Cargo feature `events`, the events of AWS's services are types, and
//! `Responder::http` returns HTTP responses. [`Responder::stream`] sends the response while the
//! handler runs.
//!
//! With the feature `exec`, any program can be the handler, for example a script.
//!
//! # Layers
//! Each module imports only from its own layer and the layers below. The test `layers` checks this
//! table and the imports.
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
//! Output on stderr is the function's log. The runtime logs each failed invocation there, before
//! the caller receives the error: its request id, and the type and message of the error. It also
//! logs its own errors. The messages begin with `barelambda: `.
//!
//! | variable | value | |
//! |---|---|---|
//! | `AWS_LAMBDA_LOG_FORMAT` | `JSON` | `{"timestamp":"2026-11-22T20:06:39.007Z","level":"INFO","requestId":"…","message":"…"}`, followed by `errorType`, `stackTrace` and `errorMessage` if it is a failure |
//! | | anything else | `barelambda: REQUEST-ID message`, followed by the error as JSON if it is a failure |
//! | `AWS_LAMBDA_LOG_LEVEL` | `TRACE`, `DEBUG`, `INFO`, `WARN`, `ERROR`, `FATAL` | the least severe level that is logged; INFO for any other value. FATAL is the level of panics and of errors that end the process, ERROR that of other failures |
//!
//! Values are case-insensitive. Each line is one write of at most 4,096 bytes; the rest is cut.
//! Control characters are escaped, so a message is one line. Without the Cargo feature `json-log`,
//! which is on by default, the variables have no effect, and all lines are text.
//!
//! With the feature `log`, [`entry!`] installs a logger for the crate `log`, unless the program has
//! already installed one. Each of its lines has the same format, with two differences, which the
//! runtime's messages then have too: in JSON, a `tenantId` follows the `requestId` if there is one,
//! and text is `2026-11-22T20:06:39.007Z REQUEST-ID INFO message`, with `-` for the request id
//! outside of an invocation. Line breaks in a record become carriage returns in text, so that
//! CloudWatch shows one log event, and a record that is cut ends with `…[cut]`. The crate `log`
//! doesn't have the level FATAL. In a std program, threads other than that of the handler log
//! without a request id.
//!
//! # Non-features
//! - No allocator unless the feature `alloc` adds one, no threads, and no libc.
//! - No timeout while waiting for the next invocation: Lambda may freeze the process for hours.
//! - No TLS and no name resolution: the Runtime API is plain HTTP at an IP address.
//! - `_X_AMZN_TRACE_ID` isn't set, except with the feature `std`: a bare program has no environment
//!   that it could change. See [`Context::trace_id`].
#![no_std]
// Each build compiles code that only other features use, but links none of it. This saves a `cfg`
// at each item.
#![cfg_attr(not(every_feature), allow(dead_code, unused_imports))]
#![deny(unsafe_code)]
#![warn(missing_docs)]

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
compile_error!("barelambda runs on Linux, on x86_64 and aarch64, as Lambda does");

#[cfg(test)]
extern crate std;

// `bytes`, `http1`, `runtime_api`, `runtime` and `ProtocolError` are public only for the fuzz
// targets, the tests and the C library, and may change in any version.
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
#[macro_use]
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
/// Runs handlers in unit tests.
#[cfg(not(bare))]
pub mod testing;

use core::time::Duration;

#[cfg(feature = "alloc")]
pub use entry::heap_used;
#[cfg(not(bare))]
pub use entry::std_host::run;
#[doc(hidden)]
pub use error::ProtocolError;
pub use error::{Error, ErrorKind, FunctionError};
#[cfg(feature = "json")]
pub use handler::HttpResponse;
pub use handler::{
    Context, Event, Handler, Invocation, Responded, Responder, Response, ResponseStream,
    ResponseWriter,
};

/// The longest event and the longest response of a synchronous invocation, in bytes: 6 MiB and 100
/// bytes ([Lambda
/// quotas](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)).
pub const PAYLOAD_LIMIT: usize = runtime_api::answer::RESPONSE_LIMIT;

/// Returns the time since 1970-01-01 UTC, in whole milliseconds.
pub fn now() -> Duration {
    Duration::from_millis(sys::clock::now_ms())
}

/// Returns the time that is left of the current invocation of this thread: zero if its deadline has
/// passed, [`Duration::MAX`] if it has none, and outside of an invocation, as in the initialiser.
/// [`Context::remaining`] is the same where the context is at hand.
pub fn remaining() -> Duration {
    entry::remaining()
}

/// Blocks the program for `duration`, rounded up to milliseconds, and for at most 49 days.
pub fn sleep(duration: Duration) {
    sys::clock::sleep_ms(
        u32::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u32::MAX),
    );
}

/// Exits with `status`. If an invocation is unanswered, Lambda reports it as `Runtime.ExitError`.
pub fn exit(status: u8) -> ! {
    sys::exit(status)
}

/// Returns the value of the environment variable `name`, or `None` if it isn't set or isn't UTF-8.
pub fn env(name: &str) -> Option<&'static str> {
    str::from_utf8(sys::env::var(name.as_bytes())?).ok()
}
