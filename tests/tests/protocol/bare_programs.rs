//! Bare programs that use what the examples don't, on both architectures.

use barelambda_emulator::{Emulator, Options};
use barelambda_tests::emulated::{answer, pattern, start};
use barelambda_tests::on_each_architecture;
use barelambda_tests::programs::{Architecture, bare_program};

fn serve(name: &str, architecture: Architecture) -> Emulator {
    let mut options = Options::new(bare_program(name, architecture));
    options.runner = architecture.runner();
    start(options)
}

fn the_functions_for_memory_do_what_single_bytes_do(architecture: Architecture) {
    let emulator = serve("bare_memory", architecture);
    for event in ["copies", "sets", "comparisons", "lengths"] {
        assert_eq!(answer(&emulator, event), b"\"checked\"", "{event}");
    }
    assert_eq!(answer(&emulator, pattern(1_000_000)), b"\"checked\"");
}
on_each_architecture!(the_functions_for_memory_do_what_single_bytes_do);

fn initialised_statics_atomic_additions_and_float_remainders_work(architecture: Architecture) {
    let emulator = serve("bare_statics", architecture);
    for (event, expected) in
        [("12345678", "[42,1023,2,5]"), ("", "[43,1022,4,0]"), ("1234567", "[44,1021,6,70]")]
    {
        assert_eq!(String::from_utf8_lossy(&answer(&emulator, event)), expected);
    }
}
on_each_architecture!(initialised_statics_atomic_additions_and_float_remainders_work);
