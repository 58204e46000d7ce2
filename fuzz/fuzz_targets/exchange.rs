//! Runs whole conversations of `Runtime` with a server that the input controls.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: barelambda_fuzz::conversation::show_panics(), |input: &[u8]| barelambda_fuzz::conversation::check(input));
