//! The benchmark's row `json`: deserialises each record of the event, and serialises all of them
//! again, to the same bytes.
#![no_std]
#![no_main]

use core::cell::RefCell;

use barelambda::json::Records;
use barelambda::{Invocation, Response};
use serde::ser::{Error as _, SerializeSeq};
use serde::{Deserialize, Serialize, Serializer};

barelambda::entry!(copy);

#[derive(Deserialize, Serialize)]
struct Item<'a> {
    count: u32,
    name: &'a str,
    price: u32,
}

#[derive(Serialize)]
struct Order<'a> {
    #[serde(rename = "Records", serialize_with = "one_by_one")]
    items: RefCell<Records<'a, Item<'a>>>,
}

fn copy(invocation: Invocation) -> Response {
    invocation.responder.json(&Order { items: RefCell::new(invocation.event.records()?) })
}

/// Reads each item when it is written, so their number isn't limited. The serializer gets a shared
/// reference, and reading needs a mutable one: hence the cell.
fn one_by_one<'a, S: Serializer>(items: &RefCell<Records<'a, Item<'a>>>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut sequence = serializer.serialize_seq(None)?;
    for item in &mut *items.borrow_mut() {
        sequence.serialize_element(&item.map_err(|_| S::Error::custom("failed to read an item"))?)?;
    }
    sequence.end()
}
