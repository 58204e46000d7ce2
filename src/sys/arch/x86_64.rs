//! x86_64, after the System V ABI, AMD64 supplement, section 3.4.1 (process start) and appendix A.2.1 (system calls).
#![allow(unsafe_code)]

use core::arch::asm;

// From Linux's `arch/x86/entry/syscalls/syscall_64.tbl`.
pub const SOCKET: usize = 41;
#[cfg(target_env = "musl")]
pub const RT_SIGACTION: usize = 13;
pub const CONNECT: usize = 42;
#[cfg(target_env = "musl")]
const CLOCK_GETTIME: usize = 228;
#[cfg(target_env = "musl")]
const EXIT_GROUP: usize = 231;

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
                "xor ebp, ebp",    // no caller: the outermost frame has a zero frame pointer
                "mov rdi, rsp",    // first argument: argc, argv, envp and auxv lie where the stack begins
                "call {main}",     // rsp is aligned to 16 here, so main finds it as after any call
                "ud2",             // main does not return
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
    // SAFETY: as the caller promises; the kernel overwrites rax, rcx and r11, and nothing on our stack.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") number => result,
            in("rdi") a,
            in("rsi") b,
            in("rdx") c,
            in("r10") d,
            lateout("rcx") _,
            lateout("r11") _,
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
    // SAFETY: clock_gettime writes to the two numbers, and nothing else of ours; the kernel overwrites rax, rcx and r11.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") CLOCK_GETTIME => _,
            in("rdi") CLOCK_REALTIME,
            in("rsi") &raw mut time,
            lateout("rcx") _,
            lateout("r11") _,
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
            "syscall",
            in("rax") EXIT_GROUP,
            in("rdi") usize::from(status),
            options(noreturn, nostack)
        );
    }
}
