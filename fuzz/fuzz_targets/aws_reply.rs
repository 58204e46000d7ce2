//! Reads replies to requests of `barelambda-aws`, generated from the input or the input itself, in
//! pieces of any sizes.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| barelambda_fuzz::replies::check(input));
