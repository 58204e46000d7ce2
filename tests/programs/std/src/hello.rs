//! The smallest std program, with a `main` of its own.
use barelambda::{Invocation, Response};

fn main() {
    barelambda::run(hello)
}

fn hello(invocation: Invocation) -> Response {
    invocation.responder.bytes(b"\"hello, world\"")
}
