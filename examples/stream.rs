//! Server-sent events, each on its way as soon as it is there: `cargo barelambda serve stream --url`, and then `curl -N` to the address
//! that is shown. The event may be a number: of how many bytes to stream at full speed.
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
use core::time::Duration;

use barelambda::{Error, Event, Responded, Responder};

barelambda::entry!(stream);

fn stream<'a>(_: Event<'a>, responder: Responder<'a>) -> Result<Responded<'a>, Error> {
    let mut stream = responder.content_type("text/event-stream")?.stream();
    for number in b'1'..=b'5' {
        stream.write(b"data: ")?;
        stream.write(&[number])?;
        stream.write(b"\n\n")?;
        stream.flush()?;
        barelambda::sleep(Duration::from_millis(500));
    }
    stream.finish()
}
