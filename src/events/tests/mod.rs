mod http;
mod more_sources;
mod records;
mod records_in_place;
mod reported;
mod reported_records;
mod sources;

use std::vec::Vec;

use crate::json::{FromJson, Records};

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Order<'a> {
    item: &'a str,
    quantity: u32,
    note: Option<&'a str>,
}

fn records<'a, T: FromJson<'a>>(text: &'a mut [u8]) -> Vec<T> {
    Records::new(text, "Records")
        .unwrap()
        .map(|record| record.unwrap_or_else(|error| panic!("{error}")))
        .collect()
}

macro_rules! file {
    ($name:literal) => {
        &mut include_bytes!(concat!("../../../examples/events/", $name)).to_vec()
    };
}

use file;
