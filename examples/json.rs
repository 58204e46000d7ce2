//! Reads and writes typed JSON: `cargo bare invoke json --file examples/events/order.json`
//!
//! What cannot be read says why and where: `cargo bare invoke json '{"item":"tea","count":-1}'`
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
use barelambda::{Error, Event, Responded, Responder};
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

fn price<'a>(event: Event<'a>, responder: Responder<'a>) -> Result<Responded<'a>, Error> {
    let order: Order = event.json()?;
    responder.json(&Price { item: order.item, cents: u64::from(order.count) * 250 })
}
