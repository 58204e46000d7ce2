//! Server-sent events: five, half a second apart, each on its way as soon as it is there.
//!
//! `cargo barelambda serve stream --url`, and `curl -N` to the address that it shows. An event that is a number asks for that many at once,
//! of 1,000 bytes: `cargo barelambda invoke stream 100`.
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
use core::time::Duration;

use barelambda::http1::response::decimal;
use barelambda::{Error, Event, Responded, Responder};

barelambda::entry!(stream);

/// One event: a field, and the empty line that ends it.
const LARGE: [u8; 1000] = {
    let mut event = [b'.'; 1000];
    let mut at = 0;
    while at < 6 {
        event[at] = b"data: "[at];
        at += 1;
    }
    event[998] = b'\n';
    event[999] = b'\n';
    event
};

fn stream<'a>(event: Event<'a>, responder: Responder<'a>) -> Result<Responded<'a>, Error> {
    let count = decimal(event.payload());
    let mut stream = responder.content_type("text/event-stream")?.stream();
    if let Some(count) = count {
        for _ in 0..count {
            stream.write(&LARGE)?;
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
