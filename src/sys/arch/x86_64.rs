//! x86_64, after the System V ABI, AMD64 supplement, section 3.4.1 (process start) and appendix A.2.1 (system calls).
#![allow(unsafe_code)]

use core::arch::asm;

// From Linux's `arch/x86/entry/syscalls/syscall_64.tbl`.
pub const SOCKET: usize = 41;
pub const RT_SIGACTION: usize = 13;
pub const CONNECT: usize = 42;
#[cfg(bare)]
pub const CLOCK_GETTIME: usize = 228;
const EXIT_GROUP: usize = 231;
pub const EXECVE: usize = 59;

// Of the calls that start and supervise processes.
pub const CLONE: usize = 56;
pub const DUP3: usize = 292;
pub const FACCESSAT: usize = 269;
pub const FCNTL: usize = 72;
pub const KILL: usize = 62;
pub const OPENAT: usize = 257;
pub const PIPE2: usize = 293;
pub const PPOLL: usize = 271;
pub const PRCTL: usize = 157;
pub const READLINKAT: usize = 267;
pub const RT_SIGPROCMASK: usize = 14;
pub const SETPGID: usize = 109;
pub const WAIT4: usize = 61;
pub const WRITE: usize = 1;
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

/// As [`syscall`], of a call that writes to memory.
///
/// # Safety
/// Whatever the call does with its arguments must be sound.
pub unsafe fn writing_syscall(number: usize, a: usize, b: usize, c: usize, d: usize) -> i32 {
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
    // SAFETY: as the caller promises. The kernel overwrites rax, rcx and r11; the rest of this is the child's, which has registers of its own.
    unsafe {
        asm!(
            "syscall",           // clone: in the child, rax is zero, rsp is the new stack, all else is as it was
            "test eax, eax",     // which of the two is it?
            "jnz 2f",            // the parent is done
            "xor ebp, ebp",      // no caller: the outermost frame has a zero frame pointer
            "mov rdi, {argument}", // first argument
            "call {child}",      // the call keeps the alignment that functions expect
            "ud2",               // child does not return
            "2:",
            argument = in(reg) argument,
            child = in(reg) child,
            inlateout("rax") CLONE => result,
            in("rdi") VFORK,
            in("rsi") stack,
            in("rdx") 0,         // no place for the child's id in the parent,
            in("r10") 0,         // nor in the child,
            in("r8") 0,          // and the thread pointer as it is
            out("rcx") _,    // not those of argument and child
            out("r11") _,
        );
    }
    result as i32
}

/// Ends the process, all threads included, with `status`.
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
