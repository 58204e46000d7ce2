//! Echoes its event, unless the event asks for a fault: `cargo bare invoke faults '"panic"'`
//!
//! `"fail"`, `"fail with a value"`, `"panic"`, `"index"` (out of bounds), `"large"` (a response too
//! large), `"slow"` (a response after one second) and `"exit"` (with status 3).
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
use core::time::Duration;

use barelambda::{Error, FunctionError, Invocation, Response};

barelambda::entry!(faults);

static ASKED_FOR: FunctionError =
    FunctionError::new("Function.AskedFor", "the event asked for an error");

fn faults(invocation: Invocation) -> Response {
    let Invocation { context, event, responder } = invocation;
    match event.payload() {
        b"\"fail\"" => Err(Error::from(&ASKED_FOR)),
        b"\"fail with a value\"" => {
            let id = context.request_id();
            responder.fail("Function.AskedFor", format_args!("invocation {id} asked for an error"))
        }
        b"\"panic\"" => panic!("the event asked for a panic"),
        b"\"index\"" => responder.bytes(&event.into_payload()[100..]),
        b"\"large\"" => {
            let mut response = responder.writer();
            loop {
                response.write(&[b'x'; 1000])?;
            }
        }
        b"\"slow\"" => {
            barelambda::sleep(Duration::from_secs(1));
            responder.bytes(event.into_payload())
        }
        b"\"exit\"" => barelambda::exit(3),
        _ => responder.bytes(event.into_payload()),
    }
}
