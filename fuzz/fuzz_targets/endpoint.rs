//! Values of `AWS_LAMBDA_RUNTIME_API` to barelambda and to std's parsers of addresses.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|value: &[u8]| barelambda_fuzz::addresses::check(value));
