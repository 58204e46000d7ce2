//! Handles a batch of orders, some of which may fail:
//! `cargo bare invoke sqs_batch --file examples/events/sqs.json`
//!
//! One message of this batch isn't an order. Only failed messages are delivered again, if the event
//! source mapping has ReportBatchItemFailures.
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
use barelambda::events::sqs::Message;
use barelambda::events::{BatchItemFailures, Body};
use barelambda::{Error, FunctionError, Invocation, Response};
use serde::Deserialize;

barelambda::entry!(batch);

static SOLD_OUT: FunctionError = FunctionError::new("Function.SoldOut", "there are not that many");

#[derive(Deserialize)]
struct Order<'a> {
    item: &'a str,
    quantity: u32,
}

fn batch(invocation: Invocation) -> Response {
    let mut failures = BatchItemFailures::new(invocation.responder);
    for message in invocation.event.records::<Message<Body>>()? {
        let message = message?;
        let id = message.message_id;
        if message.body.json().and_then(ship).is_err() {
            failures.add(id)?;
        }
    }
    failures.finish()
}

fn ship(order: Order<'_>) -> Result<(), Error> {
    if order.item.is_empty() || order.quantity > 100 { Err(Error::from(&SOLD_OUT)) } else { Ok(()) }
}
