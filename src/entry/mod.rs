//! The start and the end of a program: the `entry!` macro, the functions that it calls, and the
//! report of a panic.
#![allow(unsafe_code)]

#[cfg(bare)]
mod bare;
#[cfg(feature = "capi")]
#[doc(hidden)]
pub mod c_support;
mod current;
#[cfg(feature = "alloc")]
mod heap;
#[cfg(feature = "log")]
mod logger;
mod panic;
mod start;
#[cfg(not(bare))]
#[doc(hidden)]
pub mod std_host;
#[cfg(sets_trace_id)]
mod trace_id;

#[cfg(test)]
mod tests;

// The functions that `entry!` calls, which aren't a public interface.
#[cfg(bare)]
#[doc(hidden)]
pub use bare::{panicked, start};
pub(crate) use current::remaining;
#[doc(hidden)]
pub use start::{HeadMemory, Memory};

#[cfg(feature = "alloc")]
pub use heap::heap_used;
#[cfg(feature = "alloc")]
#[doc(hidden)]
pub use heap::{Arena, Heap};

/// Turns a handler into a program. It must be called once, at the root of the program's crate,
/// whose first line is `#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]`.
///
/// ```no_run
/// use barelambda::{Error, Handler, Invocation, Response};
///
/// struct Counter(u32);
///
/// fn setup() -> Result<Counter, Error> {
///     Ok(Counter(0))
/// }
///
/// impl Handler for Counter {
///     fn handle<'a>(&mut self, invocation: Invocation<'a>) -> Response<'a> {
///         self.0 += 1;
///         invocation.responder.bytes(invocation.event.into_payload())
///     }
/// }
///
/// barelambda::entry!(init = setup, event = 65_536, response = 4096);
/// ```
///
/// - `entry!(handler)` takes a [`Handler`](crate::Handler), usually a function. `entry!(init =
///   setup)` takes a function that returns one. An error or a panic of `setup` is reported to
///   /init/error, and the program exits.
/// - `event` is the longest event, and `response` the longest response that
///   [`Responder::writer`](crate::Responder::writer) can write, in bytes. The defaults are Lambda's
///   limit, 6,291,556. The minimum `response` is 256. The buffers are in .bss, so pages that are
///   never used cost nothing.
/// - `heap`, with the Cargo feature `alloc`, is the size of the heap of a bare program, in bytes:
///   `entry!(handler, heap = 1_048_576)`. docs/alloc.md says how to use it. Other programs have
///   std's allocator, and ignore the size.
/// - For a musl target, the macro defines `_start` and the panic handler of a program without std.
///   For other targets, and with the Cargo feature `std`, it defines an ordinary `main`, so that
///   the program and its tests also run on the host.
#[macro_export]
macro_rules! entry {
    (
        init = $init:expr $(, event = $event:expr)? $(, response = $response:expr)?
        $(, heap = $heap:expr)? $(,)?
    ) => {
        $crate::__main!(
            $init,
            [$($event,)? $crate::PAYLOAD_LIMIT][0] + $crate::runtime::ROOM,
            [$($response,)? $crate::PAYLOAD_LIMIT][0]
            $(, $heap)?
        );
    };
    (
        $handler:expr $(, event = $event:expr)? $(, response = $response:expr)?
        $(, heap = $heap:expr)? $(,)?
    ) => {
        $crate::entry!(
            init = || ::core::result::Result::Ok($handler) $(, event = $event)?
            $(, response = $response)? $(, heap = $heap)?
        );
    };
}
