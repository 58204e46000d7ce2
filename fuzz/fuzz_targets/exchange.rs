//! Whole conversations of `Runtime` with a server that does what the input says.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: barelambda_fuzz::conversation::show_panics(), |input: &[u8]| barelambda_fuzz::conversation::check(input));
