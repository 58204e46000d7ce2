//! Checks the functions for memory that the program is linked with.
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]

use barelambda::{Invocation, Response};

#[path = "../../../../src/sys/memory/checks.rs"]
mod checks;

// SAFETY: the functions of the C standard, and of POSIX, have these signatures.
unsafe extern "C" {
    fn memcpy(to: *mut u8, from: *const u8, len: usize) -> *mut u8;
    fn memmove(to: *mut u8, from: *const u8, len: usize) -> *mut u8;
    fn memset(to: *mut u8, byte: i32, len: usize) -> *mut u8;
    fn memcmp(one: *const u8, other: *const u8, len: usize) -> i32;
    fn bcmp(one: *const u8, other: *const u8, len: usize) -> i32;
    fn strlen(text: *const u8) -> usize;
}

barelambda::entry!(check);

/// Runs the checks that the event names. The memory of another event is what is copied within.
fn check(invocation: Invocation) -> Response {
    let payload = invocation.event.into_payload();
    match &*payload {
        b"copies" => checks::copies(),
        b"sets" => checks::sets(),
        b"comparisons" => checks::comparisons(),
        b"lengths" => checks::lengths(),
        _ => {
            let (one, other) = payload.split_at_mut(payload.len() / 2);
            checks::large_copies(one, other);
        }
    }
    invocation.responder.bytes(b"\"checked\"")
}
