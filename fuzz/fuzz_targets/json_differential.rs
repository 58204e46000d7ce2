//! Parses the same bytes with `barelambda::json` and with serde_json, into one type for each text.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| barelambda_fuzz::reading::compare_once(text));
