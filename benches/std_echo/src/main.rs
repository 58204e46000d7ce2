//! The benchmark's row `std`: returns the bytes of the event, in a std program.
use barelambda::{Invocation, Response};

barelambda::entry!(echo);

fn echo(invocation: Invocation) -> Response {
    invocation.responder.bytes(invocation.event.into_payload())
}
