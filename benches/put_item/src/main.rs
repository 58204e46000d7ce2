//! The benchmark's row `put-item`: writes each event as an item to DynamoDB, and returns the event.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::string::ToString;

use barelambda::{Error, Handler, Invocation, Response};
use barelambda_aws::{Aws, Client, Service};
use serde::{Deserialize, Serialize};

barelambda::entry!(init = init, heap = 1_048_576);

struct Orders {
    dynamodb: Client,
}

fn init() -> Result<Orders, Error> {
    let mut dynamodb = Aws::from_env()?.client(Service::DYNAMODB)?;
    // The handshake is a part of the cold start, where Lambda gives the process a whole processor.
    dynamodb.connect()?;
    Ok(Orders { dynamodb })
}

impl Handler for Orders {
    fn handle<'a>(&mut self, invocation: Invocation<'a>) -> Response<'a> {
        let order: Order = invocation.event.json()?;
        let [count, price] = [order.count, order.price].map(|number| number.to_string());
        let item =
            Item { count: N { n: &count }, name: S { s: order.name }, price: N { n: &price } };
        let reply = self.dynamodb.call("PutItem", &PutItem { table_name: "orders", item })?;
        if !reply.is_success() {
            return reply.fail(invocation.responder);
        }
        invocation.responder.json(&order)
    }
}

#[derive(Deserialize, Serialize)]
struct Order<'a> {
    count: u32,
    name: &'a str,
    price: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PutItem<'a> {
    table_name: &'a str,
    item: Item<'a>,
}

#[derive(Serialize)]
struct Item<'a> {
    count: N<'a>,
    name: S<'a>,
    price: N<'a>,
}

/// A number, as DynamoDB reads it.
#[derive(Serialize)]
#[serde(rename_all = "UPPERCASE")]
struct N<'a> {
    n: &'a str,
}

/// A string, as DynamoDB reads it.
#[derive(Serialize)]
#[serde(rename_all = "UPPERCASE")]
struct S<'a> {
    s: &'a str,
}
