//! Heads of responses to `barelambda::http1` and to httparse, at once and in two parts, and what is answered to them.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| barelambda_fuzz::heads::check(input));
