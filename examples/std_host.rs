//! The same runtime in an ordinary std program, built for the host: `cargo bare invoke std_host '{"name":"Ada"}'`
use barelambda::{Error, Event, Responded, Responder};

fn main() {
    barelambda::run(shout)
}

fn shout<'a>(event: Event<'a>, responder: Responder<'a>) -> Result<Responded<'a>, Error> {
    let text = String::from_utf8_lossy(event.payload()).to_uppercase();
    assert!(!text.contains("PANIC"), "asked for by {text}");
    let mut response = responder.writer();
    response.write(text.as_bytes())?;
    response.finish()
}
