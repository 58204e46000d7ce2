//! Parses heads of replies with `barelambda::http1` and with httparse, at once and in two parts,
//! and checks the requests that follow.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| barelambda_fuzz::heads::check(input));
