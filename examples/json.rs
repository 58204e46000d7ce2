//! Reads and writes typed JSON: `cargo barelambda invoke json --file examples/events/order.json`
//!
//! An order that cannot be read says where: `cargo barelambda invoke json '{"customer":"Ada","items":[{"name":1}]}'`
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
use barelambda::json::RawJson;
use barelambda::{Error, Event, FunctionError, Responded, Responder};
use serde::{Deserialize, Serialize};

barelambda::entry!(total);

static TOO_MUCH: FunctionError = FunctionError::new("Function.TooMuch", "the total is beyond 64 bits");

#[derive(Deserialize)]
struct Order<'a> {
    customer: &'a str,
    note: Option<&'a str>,
    #[serde(borrow)]
    items: RawJson<'a>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(default = "one")]
    count: u32,
    cents: u64,
}

#[derive(Serialize)]
struct Total<'a> {
    customer: &'a str,
    note: &'a str,
    items: usize,
    cents: u64,
}

fn total<'a>(event: Event<'a>, responder: Responder<'a>) -> Result<Responded<'a>, Error> {
    let order: Order = event.json()?;
    let mut total = Total { customer: order.customer, note: order.note.unwrap_or("-"), items: 0, cents: 0 };
    for item in order.items.elements() {
        let item: Item = item.read()?;
        let cents = item.cents.checked_mul(item.count.into()).and_then(|cents| total.cents.checked_add(cents));
        total.cents = cents.ok_or(&TOO_MUCH)?;
        total.items += 1;
    }
    responder.bytes(order.customer.as_bytes())
}

fn one() -> u32 {
    1
}
