//! x86_64, after the System V ABI, AMD64 supplement: section 3.4.1 (process start), 3.2.3 (arguments in rdi, results in rax), 3.5.5 (global
//! offset table).

use core::arch::{global_asm, naked_asm};
use core::ffi::c_void;

use crate::start::{embedded, start};

global_asm!(
    ".pushsection .text.barelambda_start, \"ax\", @progbits", // a section of its own, which a linker can leave out
    ".weak _start",                                           // crt1.o has another one, where there is a C library
    ".type _start, @function",
    "_start:",
    "xor ebp, ebp",    // no caller: the outermost frame has a zero frame pointer
    "mov rdi, rsp",    // first argument: argc, argv, envp and auxv lie where the stack begins
    "call {start}",    // rsp is aligned to 16 here, so `start` finds it as after any call
    "ud2",             // it does not return
    ".size _start, . - _start",
    ".popsection",     // back to where the compiler was
    ".pushsection .text.barelambda_main, \"ax\", @progbits",
    ".weak main",                                             // the program may have one
    ".type main, @function",
    "main:",
    "jmp {embedded}",  // which returns to who called main, with its result
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
                concat!(".weak ", $symbol),                                     // it need not be there
                concat!("mov rax, qword ptr [rip + ", $symbol, "@GOTPCREL]"),   // its address, which the linker or the loader has put there
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
