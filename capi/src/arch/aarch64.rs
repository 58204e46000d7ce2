//! aarch64, after the ABI for the Arm 64-bit architecture: AAPCS64, section 6 (arguments and results in x0, the stack aligned to 16), and
//! AAELF64, section 5.7 (relocations through the global offset table).

use core::arch::{global_asm, naked_asm};
use core::ffi::c_void;

use crate::start::{embedded, start};

global_asm!(
    ".pushsection .text.barelambda_start, \"ax\", @progbits", // a section of its own, which a linker can leave out
    ".weak _start",                                           // crt1.o has another one, where there is a C library
    ".type _start, @function",
    "_start:",
    "mov x29, xzr",    // no caller: the outermost frame has a zero frame pointer
    "mov x30, xzr",    // and a zero return address
    "mov x0, sp",      // first argument: argc, argv, envp and auxv lie where the stack begins, aligned to 16
    "b {start}",       // it does not return
    ".size _start, . - _start",
    ".popsection",     // back to where the compiler was
    ".pushsection .text.barelambda_main, \"ax\", @progbits",
    ".weak main",                                             // the program may have one
    ".type main, @function",
    "main:",
    "b {embedded}",    // which returns to who called main, with its result
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
                concat!(".weak ", $symbol),                            // it need not be there
                concat!("adrp x0, :got:", $symbol),                    // the page of the place that has its address, which the linker or
                concat!("ldr x0, [x0, :got_lo12:", $symbol, "]"),      // the loader has put there; and the place in the page
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
