//! Reverses the event in a vector.
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
extern crate alloc;

use alloc::vec::Vec;

use barelambda::{Invocation, Response};

barelambda::entry!(reverse, heap = 1_048_576);

fn reverse(invocation: Invocation) -> Response {
    let reversed: Vec<u8> = invocation.event.payload().iter().rev().copied().collect();
    let mut response = invocation.responder.writer();
    response.write(&reversed)?;
    response.finish()
}
