//! Reads and writes typed JSON: `cargo bare invoke json --file examples/events/order.json`
//!
//! An error says what is invalid, and at which byte:
//! `cargo bare invoke json '{"item":"tea","count":-1}'`
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
use barelambda::{Invocation, Response};
use serde::{Deserialize, Serialize};

barelambda::entry!(price);

#[derive(Deserialize)]
struct Order<'a> {
    item: &'a str,
    count: u32,
}

#[derive(Serialize)]
struct Price<'a> {
    item: &'a str,
    cents: u64,
}

fn price(invocation: Invocation) -> Response {
    let order: Order = invocation.event.json()?;
    invocation.responder.json(&Price { item: order.item, cents: u64::from(order.count) * 250 })
}
