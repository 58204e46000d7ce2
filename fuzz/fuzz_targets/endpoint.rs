//! Parses values of `AWS_LAMBDA_RUNTIME_API` with barelambda and with std.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|value: &[u8]| barelambda_fuzz::addresses::check(value));
