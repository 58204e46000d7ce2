//! Server-sent events: five, half a second apart, each sent immediately.
//!
//! `cargo bare serve stream --url`, then `curl -N` with the address that it shows. If the event is
//! a number, as many events are sent immediately, of 64 bytes each: `cargo bare invoke stream 100`.
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
use core::time::Duration;

use barelambda::bytes::decimal::decimal;
use barelambda::{Invocation, Response};

barelambda::entry!(stream);

fn stream(invocation: Invocation) -> Response {
    let mut stream = invocation.responder.content_type("text/event-stream")?.stream();
    if let Some(count) = decimal(invocation.event.payload()) {
        for _ in 0..count {
            stream.write(b"data: another one of the events that are not waited for at all\n\n")?;
        }
        return stream.finish();
    }
    for digit in b"12345" {
        stream.write(b"data: ")?;
        stream.write(&[*digit])?;
        stream.write(b"\n\n")?;
        stream.flush()?;
        barelambda::sleep(Duration::from_millis(500));
    }
    stream.finish()
}
