//! Generates values from bytes, writes them with `barelambda::json` and with serde_json, and reads
//! them back.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| barelambda_fuzz::writing::compare(bytes));
