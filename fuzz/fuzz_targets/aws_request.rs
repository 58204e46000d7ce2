//! Parses URLs, and writes requests of `barelambda-aws`, which httparse reads again.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| barelambda_fuzz::requests::check(input));
