//! The functions that the compiler calls to copy, fill and compare memory, as small as they can be
//! without being slow for megabytes. They have the names and the contracts of the C standard, and
//! of POSIX for `bcmp`.
//!
//! They are assembly, since the compiler would turn a loop in Rust into a call of the function
//! itself. Each argument is in a register, and none of them uses the stack. Only programs without a
//! libc have them: bare ones, and programs in C, for which `capi/build.rs` compiles this file
//! alone. A test has them under other names, next to those of the C library.
#![allow(unsafe_code)]

use core::arch::naked_asm;

/// Copies `len` bytes, and returns `to`.
///
/// # Safety
/// The bytes at `from` must be readable and those at `to` writable. `to` may overlap `from` only if
/// it is below `from`: the bytes are copied in ascending order, and in both loops below each is
/// read before its place is written. `memmove` relies on this.
// SAFETY: a program has no other function of this name: `sys` and `capi` see to it.
#[unsafe(naked)]
#[cfg_attr(not(test), unsafe(no_mangle))]
pub unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, len: usize) -> *mut u8 {
    #[cfg(target_arch = "x86_64")]
    naked_asm!(
        "mov rax, rdi", // the result
        "jmp 3f",
        "2: movups xmm0, [rsi]", // 16 bytes at a time
        "add rsi, 16",
        "movups [rdi], xmm0",
        "add rdi, 16",
        "3: sub rdx, 16",
        "jae 2b",
        "lea ecx, [rdx + 16]", // the remaining bytes: the loop leaves rdx below zero
        "rep movsb",           // from rsi to rdi; the ABI keeps the direction flag clear
        "ret",
    );
    #[cfg(target_arch = "aarch64")]
    naked_asm!(
        "mov x3, x0", // x0 is the result
        "b 2f",
        "1: ldp x4, x5, [x1], #16", // 16 bytes at a time
        "stp x4, x5, [x3], #16",
        "2: subs x2, x2, #16",
        "b.hs 1b",
        "ands x2, x2, #15", // the remaining bytes: the loop leaves x2 below zero
        "b.eq 4f",
        "3: ldrb w4, [x1], #1",
        "strb w4, [x3], #1",
        "subs x2, x2, #1",
        "b.ne 3b",
        "4: ret",
    );
}

/// Copies `len` bytes that may overlap their destination, and returns `to`.
///
/// # Safety
/// The bytes at `from` must be readable and those at `to` writable. If `to` is one of the bytes
/// after the first at `from`, the bytes are copied in descending order, otherwise in ascending
/// order, so that each is read before its place is written.
// SAFETY: as for `memcpy`.
#[unsafe(naked)]
#[cfg_attr(not(test), unsafe(no_mangle))]
pub unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, len: usize) -> *mut u8 {
    #[cfg(target_arch = "x86_64")]
    naked_asm!(
        "mov rax, rdi", // the result
        "sub rax, rsi", // without a sign, a `to` below `from` is far above it
        "cmp rax, rdx",
        "jae {memcpy}",
        "mov rax, rdi",
        "mov rcx, rdx",
        "lea rsi, [rsi + rdx - 1]",
        "lea rdi, [rdi + rdx - 1]",
        "std", // movsb descends
        "rep movsb",
        "cld", // the ABI demands it
        "ret",
        memcpy = sym memcpy,
    );
    #[cfg(target_arch = "aarch64")]
    naked_asm!(
        "sub x3, x0, x1", // without a sign, a `to` below `from` is far above it
        "cmp x3, x2",
        "b.hs {memcpy}",
        "add x1, x1, x2", // both ends
        "add x3, x0, x2",
        "b 2f",
        "1: ldp x4, x5, [x1, #-16]!",
        "stp x4, x5, [x3, #-16]!",
        "2: subs x2, x2, #16",
        "b.hs 1b",
        "ands x2, x2, #15",
        "b.eq 4f",
        "3: ldrb w4, [x1, #-1]!",
        "strb w4, [x3, #-1]!",
        "subs x2, x2, #1",
        "b.ne 3b",
        "4: ret",
        memcpy = sym memcpy,
    );
}

/// Sets `len` bytes to the lowest byte of `byte`, and returns `to`.
///
/// # Safety
/// The bytes at `to` must be writable. No others are written.
// SAFETY: as for `memcpy`.
#[unsafe(naked)]
#[cfg_attr(not(test), unsafe(no_mangle))]
pub unsafe extern "C" fn memset(to: *mut u8, byte: i32, len: usize) -> *mut u8 {
    #[cfg(target_arch = "x86_64")]
    naked_asm!(
        "mov r8, rdi", // the result
        "mov eax, esi",
        "mov rcx, rdx",
        "rep stosb", // al to rcx bytes from rdi; the ABI keeps the direction flag clear
        "mov rax, r8",
        "ret",
    );
    #[cfg(target_arch = "aarch64")]
    naked_asm!(
        "dup v0.16b, w1", // the lowest byte, 16 times
        "mov x3, x0",     // x0 is the result
        "b 2f",
        "1: str q0, [x3], #16",
        "2: subs x2, x2, #16",
        "b.hs 1b",
        "ands x2, x2, #15", // the remaining bytes: the loop leaves x2 below zero
        "b.eq 4f",
        "3: strb w1, [x3], #1",
        "subs x2, x2, #1",
        "b.ne 3b",
        "4: ret",
    );
}

/// Compares `len` bytes: the result is zero if they are equal, and otherwise has the sign of the
/// difference of the first two bytes that differ.
///
/// # Safety
/// The bytes at both addresses must be readable. None after the first difference is read.
// SAFETY: as for `memcpy`.
#[unsafe(naked)]
#[cfg_attr(not(test), unsafe(no_mangle))]
pub unsafe extern "C" fn memcmp(one: *const u8, other: *const u8, len: usize) -> i32 {
    #[cfg(target_arch = "x86_64")]
    naked_asm!(
        "mov rcx, rdx",
        "xor eax, eax", // sets the zero flag, which stays set if there is no byte
        "repe cmpsb",   // stops after the first difference, which clears the zero flag
        "je 2f",
        "movzx eax, byte ptr [rdi - 1]", // `one` is in rdi
        "movzx ecx, byte ptr [rsi - 1]",
        "sub eax, ecx",
        "2: ret",
    );
    #[cfg(target_arch = "aarch64")]
    naked_asm!(
        "mov w3, wzr",
        "1: cbz x2, 2f",
        "ldrb w3, [x0], #1",
        "ldrb w4, [x1], #1",
        "sub x2, x2, #1",
        "subs w3, w3, w4",
        "b.eq 1b",
        "2: mov w0, w3",
        "ret",
    );
}

/// Compares `len` bytes: the result is zero if they are equal, and otherwise isn't.
///
/// # Safety
/// As for `memcmp`.
// SAFETY: as for `memcpy`.
#[unsafe(naked)]
#[cfg_attr(not(test), unsafe(no_mangle))]
pub unsafe extern "C" fn bcmp(one: *const u8, other: *const u8, len: usize) -> i32 {
    #[cfg(target_arch = "x86_64")]
    naked_asm!(
        "mov rcx, rdx",
        "xor eax, eax", // sets the zero flag, which stays set if there is no byte
        "repe cmpsb",   // stops after the first difference, which clears the zero flag
        "setne al",
        "ret",
    );
    #[cfg(target_arch = "aarch64")]
    naked_asm!("b {memcmp}", memcmp = sym memcmp);
}

/// Returns the number of bytes before the first zero.
///
/// # Safety
/// The bytes up to the first zero must be readable. None after it is read.
// SAFETY: as for `memcpy`.
#[unsafe(naked)]
#[cfg_attr(not(test), unsafe(no_mangle))]
pub unsafe extern "C" fn strlen(text: *const u8) -> usize {
    #[cfg(target_arch = "x86_64")]
    naked_asm!("or rax, -1", "2: inc rax", "cmp byte ptr [rdi + rax], 0", "jne 2b", "ret",);
    #[cfg(target_arch = "aarch64")]
    naked_asm!(
        "mov x1, x0",
        "1: ldrb w2, [x1], #1",
        "cbnz w2, 1b",
        "mvn x0, x0",     // -text - 1
        "add x0, x0, x1", // x1 is the address after the zero
        "ret",
    );
}

#[cfg(test)]
mod checks;

#[cfg(test)]
mod tests {
    extern crate std;

    use super::checks;

    #[test]
    fn copies_equal_those_of_single_bytes() {
        checks::copies();
    }

    #[test]
    fn large_copies_equal_those_of_single_bytes() {
        let buffer = || std::vec![0; 1_000_000];
        checks::large_copies(&mut buffer(), &mut buffer());
    }

    #[test]
    fn sets_equal_those_of_single_bytes() {
        checks::sets();
    }

    #[test]
    fn comparisons_find_the_first_difference() {
        checks::comparisons();
    }

    #[test]
    fn lengths_end_at_the_first_zero() {
        checks::lengths();
    }
}
