//! Answers with the event's bytes, uncopied: `cargo bare invoke echo '{"key":"value"}'`
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
use barelambda::{Error, Event, Responded, Responder};

barelambda::entry!(echo);

fn echo<'a>(event: Event<'a>, responder: Responder<'a>) -> Result<Responded<'a>, Error> {
    responder.bytes(event.into_payload())
}
