//! barelambda as a static library for C. `include/barelambda.h` declares and describes its
//! functions.
//!
//! | module | what it contains |
//! |---|---|
//! | `start` | `_start` and `main` for programs without them; `barelambda_run` |
//! | `invocation` | the current invocation: the state of its response, and its first error |
//! | `event`, `answer`, `http`, `stream`, `system` | the functions, in the header's order |
//! | `result` | the codes that they return |
//! | `arch` | weak symbols, which need assembly, per architecture |
//!
//! The compiler can't check C code. So an event and a responder are the address of the current
//! invocation, and no other address is dereferenced. C may change the payload and the response
//! buffer at any time, so they are stored as addresses until the handler returns.
//!
//! For targets other than musl, the same sources build a library with std that is only checked, not
//! linked.
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

/// The core library of a debug build refers to this function, which only unwinding would call.
// SAFETY: nothing calls it, and a program that defines it doesn't link this definition.
#[cfg(all(target_env = "musl", debug_assertions))]
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}
