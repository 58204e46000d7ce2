//! Echoes each event with `minlambda`, as its documentation shows. See README.md.

use serde_json::Value;

fn main() -> ! {
    minlambda::run_ok(|event: Value| event)
}
