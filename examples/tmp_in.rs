#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
use barelambda::{Error, Event, Responded, Responder};
use serde::Deserialize;
barelambda::entry!(total);
#[derive(Deserialize)]
struct Order<'a> {
    customer: &'a str,
    note: Option<&'a str>,
    count: u32,
    cents: u64,
}
fn total<'a>(event: Event<'a>, responder: Responder<'a>) -> Result<Responded<'a>, Error> {
    let order: Order = event.json()?;
    responder.bytes(if order.cents + order.count as u64 > 7 {
        order.customer.as_bytes()
    } else {
        order.note.ok_or(Error::JSON_END)?.as_bytes()
    })
}
