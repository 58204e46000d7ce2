//! x86_64, by the System V ABI, AMD64 supplement: section 3.4.1 (process start), 3.2.3 (arguments
//! in rdi, results in rax), 3.5.5 (global offset table).

use core::arch::{global_asm, naked_asm};
use core::ffi::c_void;

use crate::start::{embedded, start};

global_asm!(
    ".pushsection .text.barelambda_start, \"ax\", @progbits", // a separate section, which a linker can remove
    ".weak _start",                                           // crt1.o of a C library defines it too
    ".type _start, @function",
    ".globl __elf_machine",    // bare.x writes it into the ELF header
    ".set __elf_machine, 62",  // EM_X86_64
    "_start:",
    "xor ebp, ebp",    // no caller: the outermost frame has a zero frame pointer
    "mov rdi, rsp",    // first argument: argc, argv, envp and auxv are at the start of the stack
    "call {start}",    // rsp is aligned to 16 here, so `start` finds it as after any call
    "ud2",             // it does not return
    ".size _start, . - _start",
    ".popsection",     // back to the previous section
    ".pushsection .text.barelambda_main, \"ax\", @progbits",
    ".weak main",                                             // the program may have one
    ".type main, @function",
    "main:",
    "jmp {embedded}",  // it returns to the caller of main
    ".size main, . - main",
    ".popsection",
    start = sym start,
    embedded = sym embedded,
);

macro_rules! addresses {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $symbol:literal;)*) => {$(
        $(#[$doc])*
        #[unsafe(naked)]
        pub extern "C" fn $name() -> $type {
            naked_asm!(
                concat!(".weak ", $symbol),                                     // it may be undefined
                concat!("mov rax, qword ptr [rip + ", $symbol, "@GOTPCREL]"),   // its address, which the linker or the loader has set
                "ret",
            )
        }
    )*};
}

addresses! {
    /// The address of the C library's variable `environ`, or null.
    environ: *const *const *const u8 = "environ";
    /// The address of the program's function `barelambda_handler`, or null.
    handler: *const c_void = "barelambda_handler";
    /// The address of the program's function `barelambda_init`, or null.
    init: *const c_void = "barelambda_init";
}
