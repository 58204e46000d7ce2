//! The floor: the smallest static program that makes the first three calls of a runtime, and nothing else.
//!
//! **This is a yardstick, not a runtime.** It has no error handling at all: it takes `AWS_LAMBDA_RUNTIME_API` to be `A.B.C.D:PORT`, makes
//! socket, connect and one write of GET /next, waits for whatever comes, and exits. x86_64 only. The start of `echo` is held
//! against its start by `cargo test --package barelambda-tests --test budget`, which builds it with the flags of the repository's
//! `.cargo/config.toml`.
#![no_std]
#![no_main]

use core::arch::global_asm;

global_asm!(
    ".globl _start",
    "_start:",
    // The stack holds argc, argv and its null, and then the environment.
    "mov rax, [rsp]",
    "lea rbx, [rsp + 8*rax + 16]",
    // The variable that begins with AWS_LAMBDA_RUNTIME_API=; there is one.
    "2:",
    "mov rsi, [rbx]",
    "add rbx, 8",
    "lea rdi, [rip + name]",
    "mov ecx, 23",
    "repe cmpsb",
    "jne 2b",
    // Four numbers that end with a dot or the colon make the address, the first one in the lowest byte; rsi is at the first digit.
    "xor r8d, r8d",
    "mov r9d, 4",
    "3:",
    "call number",
    "shl r8d, 8",
    "or r8d, eax",
    "dec r9d",
    "jnz 3b",
    "call number",
    // struct sockaddr_in, on the stack: the family, the port and the address, these two in network order.
    "xchg al, ah",
    "shl eax, 16",
    "or eax, 2",
    "bswap r8d",
    "shl r8, 32",
    "or rax, r8",
    "push 0",
    "push rax",
    // socket(AF_INET, SOCK_STREAM, 0)
    "mov eax, 41",
    "mov edi, 2",
    "mov esi, 1",
    "xor edx, edx",
    "syscall",
    // connect(socket, address, 16)
    "mov edi, eax",
    "mov eax, 42",
    "mov rsi, rsp",
    "mov edx, 16",
    "syscall",
    // write(socket, request, its length)
    "mov eax, 1",
    "lea rsi, [rip + request]",
    "mov edx, offset request_len",
    "syscall",
    // read(socket, stack, 16)
    "xor eax, eax",
    "mov rsi, rsp",
    "mov edx, 16",
    "syscall",
    // exit_group(0)
    "mov eax, 231",
    "xor edi, edi",
    "syscall",
    // Reads decimal digits at rsi into eax, and steps over the byte behind them.
    "number:",
    "xor eax, eax",
    "4:",
    "movzx ecx, byte ptr [rsi]",
    "inc rsi",
    "sub ecx, '0'",
    "cmp ecx, 9",
    "ja 5f",
    "imul eax, eax, 10",
    "add eax, ecx",
    "jmp 4b",
    "5:",
    "ret",
    "name: .ascii \"AWS_LAMBDA_RUNTIME_API=\"",
    "request: .ascii \"GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: floor\\r\\n\\r\\n\"",
    ".set request_len, . - request",
);

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
