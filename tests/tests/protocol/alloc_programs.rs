//! Bare programs with a heap, under the emulator.

use barelambda_emulator::{Emulator, Options};
use barelambda_tests::emulated::{answer, failure, invoke, start};
use barelambda_tests::on_each_architecture;
use barelambda_tests::programs::{Architecture, alloc_program, example};

const NATIVE: Architecture = Architecture::X86_64;

fn options(name: &str, architecture: Architecture) -> Options {
    let mut options = Options::new(alloc_program(name, architecture));
    options.runner = architecture.runner();
    options
}

fn serve(name: &str, architecture: Architecture) -> Emulator {
    start(options(name, architecture))
}

fn used(emulator: &Emulator, event: &str) -> usize {
    String::from_utf8(answer(emulator, event)).expect("a number").parse().expect("a number")
}

#[test]
fn they_are_small_and_others_have_nothing_of_the_heap() {
    for (name, limit) in [("alloc_vec", 18_432), ("alloc-function", 50_688)] {
        let size =
            std::fs::metadata(alloc_program(name, NATIVE)).expect("the program is there").len();
        println!("{name}: {size} bytes");
        assert!(size <= limit, "{name}: {size} bytes");
    }
    let has = |path: std::path::PathBuf, text: &[u8]| {
        let file = std::fs::read(path).expect("the program can be read");
        file.windows(text.len()).any(|window| window == text)
    };
    assert!(has(alloc_program("alloc_vec", NATIVE), b"HeapExhausted"));
    assert!(!has(example("echo", NATIVE), b"HeapExhausted"));
}

fn vectors_and_serde_json_work(architecture: Architecture) {
    let emulator = serve("alloc_vec", architecture);
    for event in ["", "abc", &"0123456789".repeat(50_000)] {
        let reversed: String = event.chars().rev().collect();
        assert_eq!(answer(&emulator, event), reversed.as_bytes());
    }
    let emulator = serve("alloc-function", architecture);
    assert_eq!(
        answer(&emulator, r#"[3, "b", {"a": 1.5}, null, [], "\u00e9"]"#),
        r#"["b","é",3,[],null,{"a":1.5}]"#.as_bytes()
    );
    assert_eq!(failure(&emulator, "{}").0.error_type, "Function.NoArray");
}
on_each_architecture!(vectors_and_serde_json_work);

fn an_exhausted_heap_is_a_failure_with_the_sizes_and_a_new_process_follows(
    architecture: Architecture,
) {
    let emulator = serve("alloc_probe", architecture);
    let kept = used(&emulator, "churn");
    let (error, outcome) = failure(&emulator, "exhaust");
    assert_eq!(
        (error.error_type.as_str(), error.reported.as_str()),
        ("Function.HeapExhausted", "Function.HeapExhausted")
    );
    let words = format!(
        "the heap of 262144 bytes has no room for 262144 more, with {kept} in use: `heap` in entry! sets its size"
    );
    assert_eq!(error.message, words);
    assert!(
        outcome.log.contains("the heap is exhausted") && outcome.log.contains(&words),
        "{}",
        outcome.log
    );
    let next = invoke(&emulator, "clear");
    assert!(next.function_error.is_none() && next.report.cold && next.pid != outcome.pid);

    let (error, _) =
        failure(&start(options("alloc_probe", architecture).env("INIT", "exhaust")), "{}");
    assert_eq!(error.reported, "Function.HeapExhausted");
    assert!(error.message.contains("no room for 262145 more"), "{}", error.message);
}
on_each_architecture!(an_exhausted_heap_is_a_failure_with_the_sizes_and_a_new_process_follows);

fn try_reserve_returns_its_error_and_other_panics_stay_panics(architecture: Architecture) {
    let emulator = serve("alloc_probe", architecture);
    let first = invoke(&emulator, "clear");
    for _ in 0..3 {
        let outcome = invoke(&emulator, "try_reserve");
        let text = String::from_utf8_lossy(&outcome.payload);
        assert!(text.contains("memory allocation failed"), "{text}");
        assert_eq!(outcome.pid, first.pid);
    }
    for event in ["panic", "too many"] {
        let (error, _) = failure(&emulator, event);
        assert_eq!(error.error_type, "Function.Panic", "{event}: {}", error.message);
    }
}
on_each_architecture!(try_reserve_returns_its_error_and_other_panics_stay_panics);

/// Blocks of many sizes come and go, 40 of them alive, up to 160 KB of 256 KB.
fn memory_does_not_fragment(invocations: u32) {
    let emulator = serve("alloc_probe", NATIVE);
    let first = invoke(&emulator, "clear");
    let empty = used(&emulator, "clear");
    for invocation in 0..invocations {
        let outcome = invoke(&emulator, "churn");
        assert_eq!(outcome.function_error, None, "invocation {invocation}: {}", outcome.log);
        assert_eq!(outcome.pid, first.pid, "invocation {invocation}");
    }
    assert!(used(&emulator, "none") > empty);
    assert_eq!(used(&emulator, "clear"), empty, "all that was allocated is free again");
}

#[test]
fn memory_does_not_fragment_in_20_000_invocations() {
    memory_does_not_fragment(20_000);
}

#[test]
#[ignore = "long; run `bash .ci/long`"]
fn memory_does_not_fragment_in_a_million_invocations() {
    memory_does_not_fragment(1_000_000);
}
