//! x86_64, according to the System V ABI, AMD64 supplement, section 3.4.1 (process start) and
//! appendix A.2.1 (system calls).
#![allow(unsafe_code)]

use core::arch::asm;

// From Linux's `arch/x86/entry/syscalls/syscall_64.tbl`.
pub const SOCKET: usize = 41;
pub const SENDMSG: usize = 46;
pub const CLOSE: usize = 3;
pub const READ: usize = 0;
pub const SHUTDOWN: usize = 48;
pub const NANOSLEEP: usize = 35;
pub const RT_SIGACTION: usize = 13;
pub const CONNECT: usize = 42;
#[cfg(target_env = "musl")]
pub const CLOCK_GETTIME: usize = 228;
const EXIT_GROUP: usize = 231;
pub const EXECVE: usize = 59;

// The calls that start and supervise processes.
pub const CLONE: usize = 56;
pub const DUP3: usize = 292;
pub const FACCESSAT: usize = 269;
pub const FCNTL: usize = 72;
pub const KILL: usize = 62;
pub const OPENAT: usize = 257;
pub const PIPE2: usize = 293;
pub const PPOLL: usize = 271;
pub const PRCTL: usize = 157;
pub const NEWFSTATAT: usize = 262;
pub const RT_SIGPROCMASK: usize = 14;
pub const SETPGID: usize = 109;
const WAITID: usize = 247;
pub const WAIT4: usize = 61;
pub const WRITE: usize = 1;
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
                ".set __elf_machine, 62", // EM_X86_64
                "xor ebp, ebp",    // the outermost frame has a zero frame pointer
                "mov rdi, rsp",    // first argument: the stack, with argc, argv, envp and auxv
                "call {main}",     // rsp is aligned to 16 here, and the call keeps the ABI's alignment
                "ud2",             // main doesn't return
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
    // SAFETY: the caller guarantees it. The kernel overwrites only rax, rcx and r11, and nothing on
    // the stack.
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

/// As [`syscall`], for a call that writes to memory.
///
/// # Safety
/// The call must be sound with these arguments.
pub unsafe fn writing_syscall(number: usize, a: usize, b: usize, c: usize, d: usize) -> i32 {
    let result: isize;
    // SAFETY: the caller guarantees it. The kernel overwrites only rax, rcx and r11, and nothing on
    // the stack.
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

/// Makes the system call waitid, for any id, whose fifth argument is a null pointer.
///
/// # Safety
/// `info` must be the address of 128 bytes that may be written.
pub unsafe fn waitid(kind: usize, info: usize, options: usize) {
    // SAFETY: the caller guarantees it. The kernel overwrites only rax, rcx and r11, and nothing on
    // the stack.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") WAITID => _,
            in("rdi") kind,
            in("rsi") 0,
            in("rdx") info,
            in("r10") options,
            in("r8") 0,          // no resource usage
            lateout("rcx") _,
            lateout("r11") _,
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
    // SAFETY: the caller guarantees it. The kernel overwrites only rax, rcx and r11. The child runs
    // the other instructions, with separate registers.
    unsafe {
        asm!(
            "syscall",           // clone: in the child, rax is zero, rsp is the new stack, the rest is unchanged
            "test eax, eax",     // parent or child?
            "jnz 2f",            // the parent continues at 2
            "xor ebp, ebp",      // the outermost frame has a zero frame pointer
            "mov rdi, {argument}", // first argument
            "call {child}",      // the call keeps the ABI's alignment
            "ud2",               // child doesn't return
            "2:",
            argument = in(reg) argument,
            child = in(reg) child,
            inlateout("rax") CLONE => result,
            in("rdi") VFORK,
            in("rsi") stack,
            in("rdx") 0,         // the child's id isn't stored in the parent,
            in("r10") 0,         // nor in the child,
            in("r8") 0,          // and the thread pointer is unchanged
            out("rcx") _,    // so argument and child use other registers
            out("r11") _,
        );
    }
    result as i32
}

/// Exits with `status`, with all threads.
pub fn exit(status: u8) -> ! {
    // SAFETY: exit_group takes one number, doesn't access memory, and doesn't return.
    unsafe {
        asm!(
            "syscall",
            in("rax") EXIT_GROUP,
            in("rdi") usize::from(status),
            options(noreturn, nostack)
        );
    }
}
