//! The paths in errors.

use std::vec::Vec;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::json::{RawJson, Records, from_slice};

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "it is only read into")]
struct Root<'a> {
    #[serde(borrow, default)]
    orders: heapless::Vec<Order<'a>, 4>,
    #[serde(default)]
    choice: Option<Choice>,
    #[serde(borrow, default)]
    raw: Option<RawJson<'a>>,
    #[serde(default)]
    grid: [[u8; 2]; 2],
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "it is only read into")]
struct Order<'a> {
    #[serde(rename = "the name")]
    name: &'a str,
    #[serde(default)]
    price: f32,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "it is only read into")]
enum Choice {
    One { inner: u8 },
    Two(u8, bool),
}

#[test]
fn fields_lead_to_the_error() {
    for (text, path) in [
        ("7", ""),
        ("{} 1", ""),
        (r#"{"orders":7}"#, "orders"),
        (r#"{"orders":[7]}"#, "orders[0]"),
        (
            r#"{"orders":[{"the name":"a"},{"the name":"b"},{"the name":"c","price":"x"}]}"#,
            "orders[2].price",
        ),
        (r#"{"orders":[{"the name":"a"},{"price":1}]}"#, "orders[1].the name"),
        (r#"{"orders":[{"th\u0065 name":null}]}"#, "orders[0].the name"),
        (r#"{"ignored":{"a":[1,}}"#, "ignored"),
        (r#"{"grid":[[1,2],[3,"4"]]}"#, "grid[1][1]"),
        (r#"{"grid":[[1,2],[3]]}"#, "grid[1]"),
        (r#"{"raw":{"a":tru}}"#, "raw"),
        (r#"{"choice":{"One":{"inner":256}}}"#, "choice.inner"),
        (r#"{"choice":{"Two":[1,2]}}"#, "choice[1]"),
        (r#"{"choice":"Three"}"#, "choice"),
        (r#"{"grid""#, ""),
    ] {
        let mut own = Vec::from(text);
        assert_eq!(from_slice::<Root>(&mut own).unwrap_err().path(), path, "{text}");
    }
}

#[test]
fn a_missing_field_of_the_root_is_named() {
    let mut text = *b"{\"price\":1}";
    let error = from_slice::<Order>(&mut text).unwrap_err();
    assert_eq!(
        std::format!("{error}"),
        "Function.InvalidJson: missing field before byte 12, in the name"
    );
}

#[test]
fn raw_values_and_records_have_separate_paths() {
    let mut text = *br#"{"raw":{"orders":[{}]}}"#;
    let root: Root = from_slice(&mut text).unwrap();
    assert_eq!(root.raw.unwrap().read::<Root>().unwrap_err().path(), "orders[0].the name");
    let mut text = *br#"{"Records":[{"the name":"a"},{"the name":2}]}"#;
    let mut records = Records::<Order>::new(&mut text, "Records").unwrap();
    assert!(records.next().unwrap().is_ok());
    assert_eq!(records.next().unwrap().unwrap_err().path(), "the name");
}

#[test]
fn a_long_path_is_cut_at_its_beginning() {
    #[derive(Debug, Deserialize)]
    struct Chain<'a> {
        #[serde(borrow)]
        #[expect(dead_code, reason = "it is only read into")]
        a_name_of_some_length: heapless::index_map::FnvIndexMap<&'a str, [(IgnoredAny, u8); 1], 2>,
    }
    for length in (1..120).step_by(if cfg!(miri) { 17 } else { 1 }) {
        let key = "k".repeat(length);
        let mut text =
            Vec::from(std::format!("{{\"a_name_of_some_length\":{{\"{key}\":[[0,true]]}}}}"));
        let error = from_slice::<Chain>(&mut text).unwrap_err();
        let whole = std::format!("a_name_of_some_length.{key}[0][1]");
        let path = error.path();
        assert!(path.len() <= 80 && path.ends_with("[0][1]"), "{path}");
        let is_cut = path.strip_prefix('…').is_some_and(|rest| whole.ends_with(rest));
        assert!(path == whole || is_cut, "{path}");
        assert!(whole.len() > 76 || path == whole, "{path}");
    }
}
