//! A local AWS Lambda for tests, benches and the command line.
//!
//! An [`Emulator`] runs one function. It serves the **Invoke API** to AWS clients, starts the function's program cold when
//! it is first invoked, and serves the **Runtime API** to each of its processes on a port of its own: the states, statuses,
//! headers and framings of the real server. Processes are killed at their timeout, replaced after an exit, and kept warm
//! in between; their log is shown line by line. What a function streams reaches its caller as it is written, by
//! InvokeWithResponseStream or [`Emulator::invoke_streaming`], and [`Options::url`] puts the function behind a URL, as Lambda does with
//! function URLs.
//!
//! ```no_run
//! use barelambda_emulator::{Emulator, InvokeOptions, Options};
//!
//! let emulator = Emulator::start(Options::new("target/x86_64-unknown-linux-musl/release/examples/echo"))?;
//! let outcome = emulator.invoke(r#"{"n":1}"#, InvokeOptions::default());
//! assert_eq!(outcome.payload, br#"{"n":1}"#);
//! assert!(outcome.function_error.is_none() && outcome.report.cold);
//! println!("{}", outcome.report_line());
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! The [`script`] module is the other half: a server whose every byte a test dictates, for the faults that a correct
//! server never shows.
//!
//! # Non-features
//! - A payload is not checked to be JSON, so that tests can send any bytes.
//! - An asynchronous invocation that fails is not tried again.
//! - Memory and CPU are not limited; the processes run as the caller's user, without a sandbox.
//! - No extensions, SnapStart or managed instances.
//! - Streams are not paced. Lambda sends the first 6 MB at full speed and the rest at 2 MB a second.
//! - The function's URL is plain HTTP without IAM and CORS, and has no invoke mode: each answer is streamed or not, as the function says.
//!
//! # Decisions where AWS says nothing
//! - In `InvokeComplete` an error that the function has reported has the `ErrorCode` `Unhandled`, and its JSON for `ErrorDetails`; one
//!   that Lambda has found has its type and its message there. It is not sent as a payload as well.
//! - A stream that is cut off in the middle is `Runtime.TruncatedResponse`, and the process is ended. One over [`LARGEST_STREAM`], or over
//!   [`LARGEST_RESPONSE`] when its caller waits for the whole, is `Function.ResponseSizeTooLarge`: the process gets 413, as for any answer that
//!   is too large, and a streaming caller what fits.
//! - A caller that goes away does not end the invocation (the developer guide says so of streams).
//! - What is wrong with an answer to the function's URL is said in the log, and its client gets 502.

mod delivery;
mod emulator;
mod environment;
mod function;
mod function_url;
mod http;
mod ids;
mod invoke_api;
mod log;
mod options;
mod outcome;
mod process;
mod response_stream;
mod runtime_api;
pub mod script;

pub use emulator::Emulator;
pub use options::{EventFraming, InvokeOptions, LogSink, Options, OutcomeSink};
pub use outcome::{FunctionError, Outcome, Report, normalized};
pub use response_stream::ResponseStream;

/// The size in bytes from which an event is sent as one chunk instead of with `Content-Length` (Go's net/http).
pub const CHUNKED_FROM: usize = 2048;

/// The largest answer in bytes, 6 MiB + 100; one byte more is refused with 413 (as tried on AWS's Runtime Interface Emulator).
pub const LARGEST_RESPONSE: usize = (6 << 20) + 100;

/// The largest streamed answer in bytes, 200 MiB (developer guide: 200 MB); what is over it does not reach the caller. A caller that waits
/// for the whole of a streamed answer gets no more than [`LARGEST_RESPONSE`].
pub const LARGEST_STREAM: usize = 200 << 20;

/// The largest payload of a synchronous call of the Invoke API, in bytes (developer guide: 6 MB).
pub const LARGEST_PAYLOAD: usize = 6 << 20;

/// The largest payload of an asynchronous call of the Invoke API, in bytes (developer guide: 1 MB).
pub const LARGEST_ASYNCHRONOUS_PAYLOAD: usize = 1 << 20;

/// The region and the account that functions here belong to.
const REGION: &str = "us-east-1";
const ACCOUNT: &str = "123456789012";

/// Peak memory (`VmHWM`) in KiB and minor faults of the process so far, read from `/proc`; `None` for what cannot be read, or reads as zero.
pub fn measured(pid: u32) -> (Option<u64>, Option<u64>) {
    let measured = process::measure(pid);
    (measured.peak_memory_kib, measured.faults)
}
