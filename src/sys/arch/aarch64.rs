//! aarch64, according to the Procedure Call Standard for the Arm 64-bit Architecture and Linux's
//! `arch/arm64/kernel/entry.S`.
#![allow(unsafe_code)]

use core::arch::asm;

// From Linux's `include/uapi/asm-generic/unistd.h`.
pub const SOCKET: usize = 198;
pub const SENDMSG: usize = 211;
pub const CLOSE: usize = 57;
pub const READ: usize = 63;
pub const SHUTDOWN: usize = 210;
pub const NANOSLEEP: usize = 101;
pub const RT_SIGACTION: usize = 134;
pub const CONNECT: usize = 203;
#[cfg(target_env = "musl")]
pub const CLOCK_GETTIME: usize = 113;
const EXIT_GROUP: usize = 94;
pub const EXECVE: usize = 221;

// The calls that start and supervise processes.
pub const CLONE: usize = 220;
pub const DUP3: usize = 24;
pub const FACCESSAT: usize = 48;
pub const FCNTL: usize = 25;
pub const KILL: usize = 129;
pub const OPENAT: usize = 56;
pub const PIPE2: usize = 59;
pub const PPOLL: usize = 73;
pub const PRCTL: usize = 167;
pub const NEWFSTATAT: usize = 79;
pub const RT_SIGPROCMASK: usize = 135;
pub const SETPGID: usize = 154;
const WAITID: usize = 95;
pub const WAIT4: usize = 260;
pub const WRITE: usize = 64;
pub const PIDFD_OPEN: usize = 434;
/// Flags of clone: CLONE_VM and CLONE_VFORK, with SIGCHLD when the child exits.
pub const VFORK: usize = 0x100 | 0x4000 | 17;

/// Defines `_start`, which passes the kernel's stack to `$main: unsafe extern "C" fn(*const usize)
/// -> !`.
#[doc(hidden)]
#[macro_export]
macro_rules! __start {
    ($main:path) => {
        // SAFETY: the linker script makes this the entry point. Nothing else has this name, and
        // nothing calls it.
        #[unsafe(naked)]
        #[unsafe(no_mangle)]
        unsafe extern "C" fn _start() -> ! {
            ::core::arch::naked_asm!(
                ".globl __elf_machine", // the linker script writes it into the ELF header
                ".set __elf_machine, 183", // EM_AARCH64
                "mov x29, xzr",    // the outermost frame has a zero frame pointer
                "mov x30, xzr",    // and a zero return address
                "mov x0, sp",      // first argument: the stack, with argc, argv, envp and auxv, aligned to 16
                "b {main}",        // main doesn't return
                main = sym $main,
            )
        }
    };
}

/// Makes a system call with up to four arguments. The result must fit into an `i32`; a negative one
/// is an errno.
///
/// # Safety
/// The call must be sound with these arguments, and must not write to memory.
pub unsafe fn syscall(number: usize, a: usize, b: usize, c: usize, d: usize) -> i32 {
    let result: isize;
    // SAFETY: the caller guarantees it. The kernel overwrites only x0, and nothing on the stack.
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

/// As [`syscall`], for a call that writes to memory.
///
/// # Safety
/// The call must be sound with these arguments.
pub unsafe fn writing_syscall(number: usize, a: usize, b: usize, c: usize, d: usize) -> i32 {
    let result: isize;
    // SAFETY: the caller guarantees it. The kernel overwrites only x0, and nothing on the stack.
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

/// Makes the system call waitid, for any id, whose fifth argument is a null pointer.
///
/// # Safety
/// `info` must be the address of 128 bytes that may be written.
pub unsafe fn waitid(kind: usize, info: usize, options: usize) {
    // SAFETY: the caller guarantees it. The kernel overwrites only x0, and nothing on the stack.
    unsafe {
        asm!(
            "svc 0",
            in("x8") WAITID,
            inlateout("x0") kind => _,
            in("x1") 0,
            in("x2") info,
            in("x3") options,
            in("x4") 0,          // no resource usage
            options(nostack)
        );
    }
}

/// Creates a process that shares this process's memory, and calls `child` with `argument` in it, on
/// the stack that ends at `stack`. Returns when the child has executed another program or exited:
/// the child's id, or a negative errno.
///
/// # Safety
/// `stack` must be aligned to 16 bytes, and the memory below it must suffice for `child`. `child`
/// must not return, and must not change memory that this process relies on.
pub unsafe fn vfork(child: unsafe extern "C" fn(usize) -> !, argument: usize, stack: usize) -> i32 {
    let result: isize;
    // SAFETY: the caller guarantees it. The kernel overwrites only x0. The child runs the other
    // instructions, with separate registers.
    unsafe {
        asm!(
            "svc 0",             // clone: in the child, x0 is zero, sp is the new stack, the rest is unchanged
            "cbnz x0, 2f",       // the parent continues at 2
            "mov x29, xzr",      // the outermost frame has a zero frame pointer
            "mov x0, {argument}", // first argument
            "blr {child}",       // child doesn't return
            "brk 1",             // trap if it does
            "2:",
            argument = in(reg) argument,
            child = in(reg) child,
            in("x8") CLONE,
            inlateout("x0") VFORK => result,
            in("x1") stack,
            in("x2") 0,          // the child's id isn't stored in the parent,
            in("x3") 0,          // the thread pointer is unchanged,
            in("x4") 0,          // and the id isn't stored in the child
            out("x30") _,       // blr writes it, but only in the child
        );
    }
    result as i32
}

/// Exits with `status`, with all threads.
pub fn exit(status: u8) -> ! {
    // SAFETY: exit_group takes one number, doesn't access memory, and doesn't return.
    unsafe {
        asm!(
            "svc 0",
            in("x8") EXIT_GROUP,
            in("x0") usize::from(status),
            options(noreturn, nostack)
        );
    }
}
