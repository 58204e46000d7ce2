//! Static std programs for musl, under the emulator.

use barelambda_emulator::{Emulator, InvokeOptions, Options};
use barelambda_tests::emulated::{answer, failure, invoke, start};
use barelambda_tests::on_each_architecture;
use barelambda_tests::programs::{Architecture, std_program};
use elf::ElfBytes;
use elf::abi::{ET_EXEC, PF_W, PF_X, PT_DYNAMIC, PT_GNU_STACK, PT_INTERP, PT_LOAD};
use elf::endian::LittleEndian;
use elf::segment::ProgramHeader;

fn options(name: &str, architecture: Architecture) -> Options {
    let mut options = Options::new(std_program(name, architecture));
    options.runner = architecture.runner();
    options
}

fn serve(name: &str, architecture: Architecture) -> Emulator {
    start(options(name, architecture))
}

fn it_is_small_static_and_nothing_is_both_writable_and_executable(architecture: Architecture) {
    let bytes =
        std::fs::read(std_program("std_hello", architecture)).expect("the program can be read");
    let limit = match architecture {
        Architecture::X86_64 => 372_000,
        Architecture::Aarch64 => 345_000,
    };
    println!("std hello for {architecture:?}: {} bytes", bytes.len());
    assert!(bytes.len() <= limit, "{} bytes", bytes.len());
    let file = ElfBytes::<LittleEndian>::minimal_parse(&bytes).expect("the program is an ELF file");
    let segments: Vec<ProgramHeader> =
        file.segments().expect("the program has segments").iter().collect();
    let shown = format!("{:#x?} {segments:#x?}", file.ehdr);
    let of_type =
        |kind| segments.iter().filter(|segment| segment.p_type == kind).collect::<Vec<_>>();
    assert_eq!(file.ehdr.e_type, ET_EXEC, "{shown}");
    assert!(of_type(PT_INTERP).is_empty(), "an interpreter: {shown}");
    assert!(of_type(PT_DYNAMIC).is_empty(), "a dynamic section: {shown}");
    for segment in of_type(PT_LOAD) {
        let both = PF_W | PF_X;
        assert_ne!(segment.p_flags & both, both, "writable and executable: {shown}");
    }
    let is_executable = |segment: &ProgramHeader| segment.p_flags & PF_X != 0;
    assert!(!of_type(PT_GNU_STACK).into_iter().any(is_executable), "an executable stack: {shown}");
}
on_each_architecture!(it_is_small_static_and_nothing_is_both_writable_and_executable);

fn a_main_of_its_own_and_the_example_respond(architecture: Architecture) {
    assert_eq!(answer(&serve("std_hello", architecture), "{}"), b"\"hello, world\"");
    let emulator = serve("std-function", architecture);
    for _ in 0..3 {
        assert_eq!(answer(&emulator, "\"one two three\""), br#"{"words":3,"letters":11}"#);
    }
    assert!(
        invoke(&emulator, "\"\"").log.contains("counted on "),
        "what is printed to stdout is in the log"
    );
}
on_each_architecture!(a_main_of_its_own_and_the_example_respond);

fn std_works(architecture: Architecture) {
    let emulator = serve("std_probe", architecture);
    for (event, expected) in [
        ("threads", "42 356"),
        ("net", "through a socket"),
        ("fs", "through a file"),
        ("arguments", "1"),
        ("aligned", "0 7"),
        ("threads", "43 356"),
    ] {
        assert_eq!(String::from_utf8_lossy(&answer(&emulator, event)), expected, "{event}");
    }
    let printed = invoke(&emulator, "print");
    assert!(
        printed.log.contains("a line on stdout") && printed.log.contains("a line on stderr"),
        "{}",
        printed.log
    );
}
on_each_architecture!(std_works);

fn panics_and_exits_are_reported_and_a_new_process_follows(architecture: Architecture) {
    let emulator = serve("std_probe", architecture);
    for (event, error_type, words) in [
        ("panic", "Function.Panic", "the event has 5 bytes"),
        ("caught panic", "Function.Panic", "to be caught"),
        ("exit", "Runtime.ExitError", "exit status 3"),
        ("thread panic", "Runtime.ExitError", "signal: aborted"),
    ] {
        let (error, outcome) = failure(&emulator, event);
        assert_eq!(error.error_type, error_type, "{event}: {}", error.message);
        assert!(error.message.contains(words), "{event}: {}", error.message);
        if event == "thread panic" {
            assert!(outcome.log.contains("on another thread"), "{}", outcome.log);
        }
        let next = invoke(&emulator, "arguments");
        assert!(
            next.function_error.is_none() && next.report.cold && next.pid != outcome.pid,
            "{event}"
        );
    }
    let (error, _) = failure(&emulator, "panic");
    assert!(error.message.starts_with("panicked at src/probe.rs:"), "{}", error.message);
}
on_each_architecture!(panics_and_exits_are_reported_and_a_new_process_follows);

fn a_failed_initialisation_is_reported(architecture: Architecture) {
    for (init, error_type) in [("error", "Function.BadStart"), ("panic", "Function.Panic")] {
        let (error, _) =
            failure(&start(options("std_probe", architecture).env("INIT", init)), "{}");
        assert_eq!(error.reported, error_type);
        assert!(error.message.contains(&format!(
            "INIT asked for {}",
            if init == "error" { "an error" } else { "a panic" }
        )));
    }
}
on_each_architecture!(a_failed_initialisation_is_reported);

fn the_trace_header_is_in_the_environment(architecture: Architecture) {
    const TRACE: &str =
        "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    let emulator = serve("std_probe", architecture);
    for trace_id in [TRACE, "Root=1", "", TRACE] {
        let seen = |event: &str| {
            let outcome = emulator.invoke(
                event,
                InvokeOptions { trace_id: Some(trace_id.to_owned()), ..InvokeOptions::default() },
            );
            assert_eq!(outcome.function_error, None, "{}", outcome.log);
            String::from_utf8_lossy(&outcome.payload).into_owned()
        };
        let expected = if trace_id.is_empty() { "none" } else { trace_id };
        assert_eq!(seen("trace"), format!("{expected} {expected} none"));
        assert_eq!(seen("child"), trace_id);
    }
}
on_each_architecture!(the_trace_header_is_in_the_environment);
