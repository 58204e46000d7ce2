//! Says hello: `cargo bare invoke hello`
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
use barelambda::{Error, Event, Responded, Responder};

barelambda::entry!(hello);

fn hello<'a>(_: Event<'a>, responder: Responder<'a>) -> Result<Responded<'a>, Error> {
    responder.bytes(b"\"hello, world\"")
}
