//! What the bare programs are as files: static, W^X, with a stack that is not executable.

use barelambda_tests::elf::{EM_AARCH64, EM_X86_64, ET_EXEC, Elf, PF_W, PF_X, PT_DYNAMIC, PT_GNU_STACK, PT_INTERP, PT_LOAD};
use barelambda_tests::emulated::{answer, serve};
use barelambda_tests::on_each_architecture;
use barelambda_tests::programs::{self, Architecture};

/// Linux maps whole pages, so two segments in one page would share its rights.
const PAGE: u64 = 4096;

fn it_is_static_and_nothing_is_both_writable_and_executable(architecture: Architecture) {
    for name in ["echo", "faults", "hello", "stateful"] {
        let path = programs::example(name, architecture);
        let elf = Elf::parse(&std::fs::read(&path).expect("the program can be read"));
        let shown = format!("{name} for {architecture:?}: {elf:#x?}");
        let machine = match architecture {
            Architecture::X86_64 => EM_X86_64,
            Architecture::Aarch64 => EM_AARCH64,
        };
        assert_eq!((elf.kind, elf.machine), (ET_EXEC, machine), "{shown}");
        assert!(elf.of_kind(PT_INTERP).is_empty(), "an interpreter: {shown}");
        assert!(elf.of_kind(PT_DYNAMIC).is_empty(), "a dynamic section: {shown}");
        let loaded = elf.of_kind(PT_LOAD);
        assert!(loaded.iter().any(|segment| segment.flags & PF_X != 0), "no code: {shown}");
        for segment in &loaded {
            assert_ne!(segment.flags & (PF_W | PF_X), PF_W | PF_X, "writable and executable: {shown}");
        }
        for pair in loaded.windows(2) {
            let (end, start) = (pair[0].memory.end, pair[1].memory.start);
            assert!(end.div_ceil(PAGE) <= start / PAGE, "two segments in one page: {shown}");
        }
        let stack = elf.of_kind(PT_GNU_STACK);
        assert_eq!(stack.len(), 1, "the kernel is told nothing of the stack: {shown}");
        assert_eq!(stack[0].flags & PF_X, 0, "an executable stack: {shown}");
    }
}
on_each_architecture!(it_is_static_and_nothing_is_both_writable_and_executable);

#[test]
fn a_debug_build_works() {
    let emulator = serve(programs::debug_example("echo"));
    assert_eq!(answer(&emulator, "{}"), b"{}");
    assert_eq!(answer(&emulator, vec![b'x'; 100_000]), vec![b'x'; 100_000]);
}
