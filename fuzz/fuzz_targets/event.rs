//! Reads any bytes as an HTTP request, and compares it with a strict reader of JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| barelambda_fuzz::events::check(bytes));
