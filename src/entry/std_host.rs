//! The same runtime in a std program: for targets other than musl, or with the feature `std`.
#![deny(unsafe_code)]

extern crate std;

use std::boxed::Box;
use std::panic::PanicHookInfo;
use std::string::String;
use std::{panic, process, thread, vec};

use super::panic::report_panic;
use super::start::serve_from;
use crate::error::Error;
use crate::handler::Handler;
use crate::runtime::{Buffers, Heads, ROOM};
use crate::runtime_api::answer::{ErrorBody, RESPONSE_LIMIT};

/// The body of `entry!`: an ordinary `main`.
#[doc(hidden)]
#[macro_export]
macro_rules! __main {
    ($init:expr, $receive:expr, $response:expr $(, $heap:expr)?) => {
        $(const _: usize = $heap;)?

        fn main() {
            $crate::entry::std_host::run_sized($init, $receive, $response)
        }
    };
}

/// Serves invocations with `handler` until the process exits.
///
/// A panic on the calling thread is reported to the caller of the function and ends the process
/// with status 101, even if the handler would have caught it. When the runtime can't continue, the
/// process exits with status 1.
pub fn run(handler: impl Handler) -> ! {
    run_sized(|| Ok(handler), RESPONSE_LIMIT + ROOM, RESPONSE_LIMIT)
}

/// As [`run`], with an initialiser and the sizes of the buffers.
#[doc(hidden)]
pub fn run_sized<H: Handler>(
    init: impl FnOnce() -> Result<H, Error>,
    receive: usize,
    response: usize,
) -> ! {
    assert!(
        receive > ROOM && response >= ErrorBody::MIN,
        "the event buffer must have at least one byte, the response buffer 256"
    );
    let (mut receive, mut response) = (vec![0; receive], vec![0; response]);
    let thread = thread::current().id();
    let others = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() == thread {
            let (file, line) =
                info.location().map_or(("", 0), |location| (location.file(), location.line()));
            report_panic(file, line, message(info));
            process::exit(101);
        }
        others(info);
    }));
    let heads = &mut Heads::new();
    serve_from(init, Buffers { heads, receive: &mut receive, response: &mut response });
    process::exit(1)
}

fn message<'a>(info: &'a PanicHookInfo<'_>) -> &'a str {
    let payload = info.payload();
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or_default()
}
