//! The environment variable `_X_AMZN_TRACE_ID`, which AWS X-Ray's SDKs read.

extern crate std;

use std::env;

const NAME: &str = "_X_AMZN_TRACE_ID";

/// Sets the variable to the trace header of an invocation, or removes it.
pub(super) fn set(trace_id: Option<&str>) {
    // std panics if a value contains a zero.
    match trace_id.filter(|value| !value.contains('\0')) {
        // SAFETY: other threads may run, so nothing but std's functions, which share a lock with
        // this one, may access the environment. This crate reads a copy (`sys::env`). Of musl's
        // functions that std calls, only `posix_spawnp` and `execvp` read it, while std holds the
        // lock; musl's `getaddrinfo` doesn't read it. A program that calls others, such as
        // `getenv`, needs `unsafe` to do so; docs/std.md says what it must keep to.
        Some(value) => unsafe { env::set_var(NAME, value) },
        // SAFETY: as above.
        None => unsafe { env::remove_var(NAME) },
    }
}
