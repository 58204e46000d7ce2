//! Values made of bytes, written by `barelambda::json` and by serde_json, and read back.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| barelambda_fuzz::writing::compare(bytes));
