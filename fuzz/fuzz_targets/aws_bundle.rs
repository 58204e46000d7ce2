//! Reads bundles of certificates, generated from the input or the input itself.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| barelambda_fuzz::bundles::check(input));
