//! serde's attributes that need an allocator, in a program that has one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Tagged {
    Order { item: String, count: u32 },
    Cancelled,
}

#[derive(Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Order(u32),
    Names(Vec<String>),
}

#[derive(Debug, PartialEq, Deserialize, Serialize)]
#[serde(untagged)]
enum Untagged {
    Number(i64),
    Float(f64),
    Text(String),
    List(Vec<bool>),
}

#[derive(Debug, PartialEq, Deserialize, Serialize)]
struct Page {
    page: u32,
    #[serde(flatten)]
    order: Order,
    #[serde(flatten)]
    others: BTreeMap<String, String>,
}

#[derive(Debug, PartialEq, Deserialize, Serialize)]
struct Order {
    item: String,
}

/// Reads a text with barelambda and serde_json, and writes it again.
fn check<T>(text: &str)
where
    T: for<'a> Deserialize<'a> + Serialize + PartialEq + std::fmt::Debug,
{
    let expected: T = serde_json::from_str(text).expect("the text fits the type");
    let value: T = barelambda::json::from_slice(&mut text.as_bytes().to_vec())
        .unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(value, expected);
    let mut buffer = [0; 256];
    let written = barelambda::json::to_slice(&value, &mut buffer).expect("it fits");
    assert_eq!(written, serde_json::to_vec(&expected).expect("it can be written"), "{text}");
}

#[test]
fn tagged_enums_and_flattened_structs_work_with_an_allocator() {
    check::<Tagged>(r#"{"count":2,"type":"order","item":"t\u00e9a \ud83d\ude00"}"#);
    check::<Tagged>(r#"{"type":"cancelled"}"#);
    check::<Adjacent>(r#"{"c":7,"t":"Order"}"#);
    check::<Adjacent>(r#"{"t":"Names","c":["a","\n"]}"#);
    for text in ["-7", "1.5", r#""\"x\"""#, "[true,false]"] {
        check::<Untagged>(text);
    }
    check::<Page>(r#"{"a":"1","item":"tea","page":2,"b":"\t"}"#);
}
