//! aarch64, after the Procedure Call Standard for the Arm 64-bit Architecture and Linux's `arch/arm64/kernel/entry.S`.
#![allow(unsafe_code)]

use core::arch::asm;

// From Linux's `include/uapi/asm-generic/unistd.h`.
pub const SOCKET: usize = 198;
pub const RT_SIGACTION: usize = 134;
pub const CONNECT: usize = 203;
#[cfg(bare)]
pub const CLOCK_GETTIME: usize = 113;
const EXIT_GROUP: usize = 94;
pub const EXECVE: usize = 221;

// Of the calls that start and supervise processes.
pub const CLONE: usize = 220;
pub const DUP3: usize = 24;
pub const FACCESSAT: usize = 48;
pub const FCNTL: usize = 25;
pub const KILL: usize = 129;
pub const OPENAT: usize = 56;
pub const PIPE2: usize = 59;
pub const PPOLL: usize = 73;
pub const PRCTL: usize = 167;
pub const READLINKAT: usize = 78;
pub const RT_SIGPROCMASK: usize = 135;
pub const SETPGID: usize = 154;
pub const WAIT4: usize = 260;
pub const WRITE: usize = 64;
pub const PIDFD_OPEN: usize = 434;
/// For clone: CLONE_VM and CLONE_VFORK, and SIGCHLD at the end.
pub const VFORK: usize = 0x100 | 0x4000 | 17;

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

/// As [`syscall`], of a call that writes to memory.
///
/// # Safety
/// Whatever the call does with its arguments must be sound.
pub unsafe fn writing_syscall(number: usize, a: usize, b: usize, c: usize, d: usize) -> i32 {
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
            options(nostack)
        );
    }
    result as i32
}

/// Makes a process that shares our memory, and calls `child` with `argument` in it, on the stack that ends at `stack`. This goes on when the
/// child has become another program or ended. Gives the child's id, or a negative errno.
///
/// # Safety
/// `stack` must be aligned to 16 bytes, and have below it what `child` needs, which must not return, nor change what this process does not
/// expect to change.
pub unsafe fn vfork(child: unsafe extern "C" fn(usize) -> !, argument: usize, stack: usize) -> i32 {
    let result: isize;
    // SAFETY: as the caller promises. The kernel overwrites x0 alone; the rest of this is the child's, which has registers of its own.
    unsafe {
        asm!(
            "svc 0",             // clone: in the child, x0 is zero, sp is the new stack, all else is as it was
            "cbnz x0, 2f",       // the parent is done
            "mov x29, xzr",      // no caller: the outermost frame has a zero frame pointer
            "mov x0, {argument}", // first argument
            "blr {child}",       // child does not return;
            "brk 1",             // if it did, the process would end here
            "2:",
            argument = in(reg) argument,
            child = in(reg) child,
            in("x8") CLONE,
            inlateout("x0") VFORK => result,
            in("x1") stack,
            in("x2") 0,          // no place for the child's id in the parent,
            in("x3") 0,          // the thread pointer as it is,
            in("x4") 0,          // and no place for the id in the child
            out("x30") _,       // blr writes it, though in the child alone
        );
    }
    result as i32
}

/// Ends the process, all threads included, with `status`.
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
