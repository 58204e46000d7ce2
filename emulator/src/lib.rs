//! A local AWS Lambda for tests, benches and the command line.
//!
//! An [`Emulator`] runs one function. It serves the **Invoke API** to AWS clients and starts the
//! function's program when it is first invoked. It serves the **Runtime API** to each of the
//! function's processes on a separate port, with the states, statuses, headers and framings of the
//! real server. A process is kept warm between invocations, killed at its timeout and replaced
//! after an exit, and its log is shown line by line.
//!
//! A streamed answer reaches its caller while the function writes it, through
//! InvokeWithResponseStream or [`Emulator::invoke_streaming`]. [`Options::url`] serves the function
//! at a URL, as Lambda does with function URLs.
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
//! The [`script`] module is a server whose every byte is set by a test. It produces the faults that
//! a correct server never produces.
//!
//! # Non-features
//! - A payload isn't checked to be JSON, so that tests can send any bytes.
//! - A failed asynchronous invocation isn't retried.
//! - Memory and CPU aren't limited. The processes run as the caller's user, without a sandbox.
//! - Extensions, SnapStart and managed instances aren't supported.
//! - Streams aren't throttled. Lambda sends the first 6 MB at full speed and the rest at 2 MB a
//!   second.
//! - The function's URL is plain HTTP without IAM, CORS and an invoke mode: the function decides
//!   whether each answer is streamed.
//!
//! # Choices where AWS specifies nothing
//! - In `InvokeComplete`, an error that the function reports has the `ErrorCode` `Unhandled` and
//!   its JSON as `ErrorDetails`. An error that Lambda finds has its type and its message there.
//!   Neither is sent as a payload too.
//! - A stream that is cut off is `Runtime.TruncatedResponse`, and the process is killed.
//! - A stream over [`LARGEST_STREAM`], or over [`LARGEST_RESPONSE`] when its caller waits for the
//!   whole answer, is `Function.ResponseSizeTooLarge`. The process receives 413, as for any answer
//!   that is too large, and a streaming caller receives the bytes up to the limit.
//! - A caller that disconnects doesn't end the invocation, as the developer guide says of streams.
//! - An invalid answer to a request to the function's URL is explained in the log, and the client
//!   receives 502.

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
pub use invoke_api::check_payload;
pub use options::{Cookies, EventFraming, InvokeOptions, LogSink, Options, OutcomeSink};
pub use outcome::{FunctionError, Outcome, Report, normalized};
pub use response_stream::ResponseStream;

/// The size in bytes from which an event is sent as one chunk instead of with `Content-Length`
/// (Go's net/http).
pub const CHUNKED_FROM: usize = 2048;

/// The largest answer in bytes, 6 MiB + 100. One byte more is refused with 413, as measured on
/// AWS's Runtime Interface Emulator.
pub const LARGEST_RESPONSE: usize = (6 << 20) + 100;

/// The largest streamed answer in bytes, 200 MiB (developer guide: 200 MB). The bytes after it
/// don't reach the caller. A caller that waits for the whole of a streamed answer receives at most
/// [`LARGEST_RESPONSE`].
pub const LARGEST_STREAM: usize = 200 << 20;

/// The largest payload of a synchronous call of the Invoke API, in bytes (developer guide: 6 MB).
pub const LARGEST_PAYLOAD: usize = 6 << 20;

/// The largest payload of an asynchronous call of the Invoke API, in bytes (developer guide: 1 MB).
pub const LARGEST_ASYNCHRONOUS_PAYLOAD: usize = 1 << 20;

/// The region of the functions.
pub const REGION: &str = "us-east-1";
/// The account of the functions.
const ACCOUNT: &str = "123456789012";

/// Returns the peak memory (`VmHWM`) in KiB and the minor faults of the process so far, from
/// `/proc`. A value is `None` when it can't be read or is zero.
pub fn measured(pid: u32) -> (Option<u64>, Option<u64>) {
    let measured = process::measure(pid);
    (measured.peak_memory_kib, measured.faults)
}
