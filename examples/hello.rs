//! Says hello: `cargo bare invoke hello`
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
use barelambda::{Invocation, Response};

barelambda::entry!(hello);

fn hello(invocation: Invocation) -> Response {
    invocation.responder.bytes(b"\"hello, world\"")
}
