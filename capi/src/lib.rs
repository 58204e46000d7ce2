//! barelambda as a static library for C: what `include/barelambda.h` declares and describes.
//!
//! | module | what it has |
//! |---|---|
//! | `start` | `_start` and `main` for programs that have none; `barelambda_run` |
//! | `invocation` | the invocation that is being handled: what was answered so far, and what went wrong |
//! | `event`, `answer`, `http`, `stream`, `system` | the functions, in the header's order |
//! | `result` | the codes that they give |
//! | `arch` | what only assembly can say, per architecture |
//!
//! C gives no proof of anything. So an event and a responder are the address of the invocation that is being handled, and nothing is read
//! through any other; and what C may change at any time, the payload and the response buffer, is kept as addresses until the handler has
//! returned.
//!
//! Off musl the same sources make a library with std, which is there to be checked and not to be linked.
#![cfg_attr(target_env = "musl", no_std)]

mod answer;
#[cfg(target_env = "musl")]
mod arch;
mod event;
mod http;
mod invocation;
mod result;
mod start;
mod stream;
mod system;

#[cfg(target_env = "musl")]
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    runtime::entry::panicked(info)
}

/// The core library of a debug build names this function, which only unwinding would call.
// SAFETY: nothing calls it, and a program that has one of its own does not take this one from the library.
#[cfg(all(target_env = "musl", debug_assertions))]
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}
