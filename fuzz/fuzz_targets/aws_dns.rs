//! Reads answers of name servers, generated from the input or the input itself, and resolv.conf.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| barelambda_fuzz::answers::check(input));
