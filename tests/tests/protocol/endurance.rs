//! Long runs of one process.

use std::thread;
use std::time::Duration;

use barelambda_tests::emulated::{invoke, pattern, serve};
use barelambda_tests::programs::{Architecture, example};

const INVOCATIONS: usize = 10_000;

/// After this many invocations the process has touched all memory that it will ever use.
const WARM: usize = 100;

/// Longer than the usual idle timeouts of HTTP connections.
const GAP: Duration = Duration::from_secs(5);

#[test]
fn ten_thousand_invocations_need_one_process_and_constant_memory() {
    let emulator = serve(example("echo", Architecture::X86_64));
    let (mut pid, mut peak) = (None, None);
    for number in 0..INVOCATIONS {
        let event = pattern(number % 600);
        let outcome = invoke(&emulator, event.clone());
        assert_eq!(outcome.function_error, None, "invocation {number}");
        assert!(outcome.payload == event, "invocation {number}");
        assert_eq!(*pid.get_or_insert(outcome.pid), outcome.pid, "invocation {number}");
        let now = outcome.report.peak_memory_kib.expect("the memory can be read");
        if number >= WARM {
            assert_eq!(*peak.get_or_insert(now), now, "KiB, invocation {number}");
        }
    }
}

#[test]
fn an_idle_gap_loses_nothing() {
    let emulator = serve(example("stateful", Architecture::X86_64));
    let first = invoke(&emulator, "{}");
    thread::sleep(GAP);
    let second = invoke(&emulator, "{}");
    assert_eq!((first.payload.as_slice(), second.payload.as_slice()), (&b"1"[..], &b"2"[..]));
    assert_eq!(second.pid, first.pid);
    assert_eq!(second.log, "", "no request was retried");
}
