//! aarch64, after the Procedure Call Standard for the Arm 64-bit Architecture and Linux's `arch/arm64/kernel/entry.S`.
#![allow(unsafe_code)]

use core::arch::asm;

// From Linux's `include/uapi/asm-generic/unistd.h`.
pub const SOCKET: usize = 198;
#[cfg(target_env = "musl")]
pub const RT_SIGACTION: usize = 134;
pub const CONNECT: usize = 203;
#[cfg(target_env = "musl")]
const CLOCK_GETTIME: usize = 113;
#[cfg(target_env = "musl")]
const EXIT_GROUP: usize = 94;

/// Defines `_start`, which hands the kernel's stack to `$main: unsafe extern "C" fn(*const usize) -> !`.
#[doc(hidden)]
#[macro_export]
macro_rules! __start {
    ($main:path) => {
        // SAFETY: the linker script makes this the entry point; nothing else has or calls the name.
        #[unsafe(naked)]
        #[unsafe(no_mangle)]
        unsafe extern "C" fn _start() -> ! {
            ::core::arch::naked_asm!(
                "mov x29, xzr",    // no caller: the outermost frame has a zero frame pointer
                "mov x30, xzr",    // and a zero return address
                "mov x0, sp",      // first argument: argc, argv, envp and auxv lie where the stack begins, aligned to 16
                "b {main}",        // main does not return
                main = sym $main,
            )
        }
    };
}

/// Makes a system call of up to four arguments; its result is small, and negative if it is an errno.
///
/// # Safety
/// Whatever the call does with its arguments must be sound; it must not write to memory.
pub unsafe fn syscall(number: usize, a: usize, b: usize, c: usize, d: usize) -> i32 {
    let result: isize;
    // SAFETY: as the caller promises; the kernel overwrites x0 alone, and nothing on our stack.
    unsafe {
        asm!(
            "svc 0",
            in("x8") number,
            inlateout("x0") a => result,
            in("x1") b,
            in("x2") c,
            in("x3") d,
            options(nostack, readonly)
        );
    }
    result as i32
}

/// The time since 1970-01-01 UTC: seconds, and the nanoseconds beyond.
#[cfg(target_env = "musl")]
pub fn clock_gettime() -> [i64; 2] {
    const CLOCK_REALTIME: usize = 0;
    let mut time = [0; 2];
    // SAFETY: clock_gettime writes to the two numbers, and nothing else of ours; the kernel overwrites x0.
    unsafe {
        asm!(
            "svc 0",
            in("x8") CLOCK_GETTIME,
            inlateout("x0") CLOCK_REALTIME => _,
            in("x1") &raw mut time,
            options(nostack)
        );
    }
    time
}

/// Ends the process, all threads included, with `status`.
#[cfg(target_env = "musl")]
pub fn exit(status: u8) -> ! {
    // SAFETY: exit_group takes one argument, touches no memory of ours and does not return.
    unsafe {
        asm!(
            "svc 0",
            in("x8") EXIT_GROUP,
            in("x0") usize::from(status),
            options(noreturn, nostack)
        );
    }
}
