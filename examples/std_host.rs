//! The same runtime in an ordinary std program, built for the host:
//! `cargo bare invoke std_host '{"name":"Ada"}'`
use barelambda::{Invocation, Response};

fn main() {
    barelambda::run(shout)
}

fn shout(invocation: Invocation) -> Response {
    let text = String::from_utf8_lossy(invocation.event.payload()).to_uppercase();
    assert!(!text.contains("PANIC"), "asked for by {text}");
    let mut response = invocation.responder.writer();
    response.write(text.as_bytes())?;
    response.finish()
}
