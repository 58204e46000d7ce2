//! Answers each event with itself, by `minlambda`, in the way that its documentation shows: README.md.

use serde_json::Value;

fn main() -> ! {
    minlambda::run_ok(|event: Value| event)
}
