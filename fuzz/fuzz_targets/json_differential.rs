//! The same bytes to `barelambda::json` and to serde_json, into types of every kind: one for each text.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| barelambda_fuzz::reading::compare_once(text));
