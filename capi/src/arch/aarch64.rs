//! aarch64, by the ABI for the Arm 64-bit architecture: AAPCS64, section 6 (arguments and results
//! in x0, the stack aligned to 16), and AAELF64, section 5.7 (relocations through the global offset
//! table).

use core::arch::{global_asm, naked_asm};
use core::ffi::c_void;

use crate::start::{embedded, start};

global_asm!(
    ".pushsection .text.barelambda_start, \"ax\", @progbits", // a separate section, which a linker can remove
    ".weak _start",                                           // crt1.o of a C library defines it too
    ".type _start, @function",
    ".globl __elf_machine",    // bare.x writes it into the ELF header
    ".set __elf_machine, 183", // EM_AARCH64
    "_start:",
    "mov x29, xzr",    // no caller: the outermost frame has a zero frame pointer
    "mov x30, xzr",    // and a zero return address
    "mov x0, sp",      // first argument: argc, argv, envp and auxv are at the start of the stack, aligned to 16
    "b {start}",       // it does not return
    ".size _start, . - _start",
    ".popsection",     // back to the previous section
    ".pushsection .text.barelambda_main, \"ax\", @progbits",
    ".weak main",                                             // the program may have one
    ".type main, @function",
    "main:",
    "b {embedded}",    // it returns to the caller of main
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
                concat!(".weak ", $symbol),                            // it may be undefined
                concat!("adrp x0, :got:", $symbol),                    // the page of the entry with its address, which the linker or the
                concat!("ldr x0, [x0, :got_lo12:", $symbol, "]"),      // loader has set; and the offset of the entry in the page
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
