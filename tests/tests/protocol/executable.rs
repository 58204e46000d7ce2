//! The ELF files of the bare programs: static, W^X, and with a stack that isn't executable.

use barelambda_tests::emulated::{answer, serve};
use barelambda_tests::on_each_architecture;
use barelambda_tests::programs::{self, Architecture};
use elf::ElfBytes;
use elf::abi::{
    EM_AARCH64, EM_X86_64, ET_EXEC, PF_W, PF_X, PT_DYNAMIC, PT_GNU_STACK, PT_INTERP, PT_LOAD,
};
use elf::endian::LittleEndian;
use elf::segment::ProgramHeader;

/// Linux maps whole pages, so two segments in one page would share its permissions.
const PAGE: u64 = 4096;

fn programs_are_static_and_no_segment_is_writable_and_executable(architecture: Architecture) {
    let examples = ["echo", "faults", "hello", "stateful"]
        .map(|name| (name, programs::example(name, architecture)));
    // It has initialised statics, too.
    let statics = ("bare_statics", programs::bare_program("bare_statics", architecture));
    for (name, path) in examples.into_iter().chain([statics]) {
        let bytes = std::fs::read(path).expect("the program can be read");
        let file =
            ElfBytes::<LittleEndian>::minimal_parse(&bytes).expect("the program is an ELF file");
        let segments: Vec<ProgramHeader> =
            file.segments().expect("the program has segments").iter().collect();
        let shown = format!("{name} for {architecture:?}: {:#x?} {segments:#x?}", file.ehdr);
        let of_type =
            |kind| segments.iter().filter(|segment| segment.p_type == kind).collect::<Vec<_>>();
        let machine = match architecture {
            Architecture::X86_64 => EM_X86_64,
            Architecture::Aarch64 => EM_AARCH64,
        };
        assert_eq!((file.ehdr.e_type, file.ehdr.e_machine), (ET_EXEC, machine), "{shown}");
        assert!(of_type(PT_INTERP).is_empty(), "an interpreter: {shown}");
        assert!(of_type(PT_DYNAMIC).is_empty(), "a dynamic section: {shown}");
        let loaded = of_type(PT_LOAD);
        assert!(loaded.iter().any(|segment| segment.p_flags & PF_X != 0), "no code: {shown}");
        for segment in &loaded {
            assert_ne!(
                segment.p_flags & (PF_W | PF_X),
                PF_W | PF_X,
                "writable and executable: {shown}"
            );
        }
        let end = loaded.iter().map(|segment| segment.p_offset + segment.p_filesz).max();
        assert_eq!(end, Some(bytes.len() as u64), "bytes that aren't loaded: {shown}");
        for pair in loaded.windows(2) {
            let (end, start) = (pair[0].p_vaddr + pair[0].p_memsz, pair[1].p_vaddr);
            assert!(end.div_ceil(PAGE) <= start / PAGE, "two segments in one page: {shown}");
        }
        let stack = of_type(PT_GNU_STACK);
        assert_eq!(stack.len(), 1, "no flags for the stack: {shown}");
        assert_eq!(stack[0].p_flags & PF_X, 0, "an executable stack: {shown}");
    }
}
on_each_architecture!(programs_are_static_and_no_segment_is_writable_and_executable);

#[test]
fn a_debug_build_works() {
    let emulator = serve(programs::debug_example("echo"));
    assert_eq!(answer(&emulator, "{}"), b"{}");
    assert_eq!(answer(&emulator, vec![b'x'; 100_000]), vec![b'x'; 100_000]);
}
