//! Responds with the event's bytes, without a copy: `cargo bare invoke echo '{"key":"value"}'`
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
use barelambda::{Invocation, Response};

barelambda::entry!(echo);

fn echo(invocation: Invocation) -> Response {
    invocation.responder.bytes(invocation.event.into_payload())
}
