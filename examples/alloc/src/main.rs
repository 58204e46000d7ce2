//! A bare program with a heap. It sorts an array of any JSON values by their text:
//! `cargo barelambda invoke alloc-function '[3,"b",{"a":1}]'`
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
extern crate alloc;

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use barelambda::{Error, FunctionError, Invocation, Response};
use serde_json::Value;

// 1 MiB. Pages that aren't used cost no memory.
barelambda::entry!(sort, heap = 1_048_576);

static NO_ARRAY: FunctionError =
    FunctionError::new("Function.NoArray", "expected an array of JSON values");

fn sort(invocation: Invocation) -> Response {
    let Ok(Value::Array(values)) = serde_json::from_slice(invocation.event.payload()) else {
        return Err(Error::from(&NO_ARRAY));
    };
    let mut keyed: Vec<(String, Value)> =
        values.into_iter().map(|value| (value.to_string(), value)).collect();
    keyed.sort_by(|one, other| one.0.cmp(&other.0));
    let sorted: Value = keyed.into_iter().map(|(_, value)| value).collect();
    let mut response = invocation.responder.writer();
    response.write(sorted.to_string().as_bytes())?;
    response.finish()
}
