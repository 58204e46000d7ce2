//! Server-sent events: five, half a second apart, each sent immediately.
//!
//! `cargo bare serve stream --url`, then `curl -N` with the address that it shows. If the event is
//! a number, as many events are sent immediately, of 64 bytes each: `cargo bare invoke stream 100`.
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
use core::time::Duration;

use barelambda::{Invocation, Response};

barelambda::entry!(stream);

fn stream(invocation: Invocation) -> Response {
    let mut stream = invocation.responder.content_type("text/event-stream")?.stream();
    if let Some(count @ 1..) = number(invocation.event.payload()) {
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

/// The number, below 2^32, that is written as `digits`; zero if there are none.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |number, byte| {
        let digit = byte.is_ascii_digit().then_some(byte & 15)?;
        Some(number.wrapping_mul(10).wrapping_add(digit.into()))
    })
}
