//! The floor: the smallest static program that makes the system calls of a runtime that echoes.
//!
//! **This is a yardstick, not a runtime.** It has no error handling. It assumes that
//! `AWS_LAMBDA_RUNTIME_API` is `A.B.C.D:PORT`, that every event has a Content-Length and a request
//! id of 36 characters, and that every write is complete; and it exits on the first read that
//! returns nothing. It calls socket, connect and one write of GET /next; then for each event one
//! writev of the response, followed by the next GET /next, and the reads of the 202 and of the
//! event. x86_64 only. The benchmark and the budgets compare the other programs with it. It is
//! built with the flags of the repository's `.cargo/config.toml`.
#![no_std]
#![no_main]

use core::arch::global_asm;

global_asm!(
    ".globl __elf_machine",
    ".set __elf_machine, 62", // EM_X86_64, for the linker script
    ".globl _start",
    "_start:",
    // The stack has argc, argv, a null pointer, and the environment.
    "mov rax, [rsp]",
    "lea rbx, [rsp + 8*rax + 16]",
    // Find the variable that begins with AWS_LAMBDA_RUNTIME_API=, which is set.
    "2:",
    "mov rsi, [rbx]",
    "add rbx, 8",
    "lea rdi, [rip + name]",
    "mov ecx, 23",
    "repe cmpsb",
    "jne 2b",
    // Four numbers, which end with a dot or the colon, are the address. rsi points to the first
    // digit.
    "xor r8d, r8d",
    "mov r9d, 4",
    "3:",
    "call number",
    "shl r8d, 8",
    "or r8d, eax",
    "dec r9d",
    "jnz 3b",
    "call number",
    // struct sockaddr_in on the stack: the family, and the port and the address in network order.
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
    // 6 MiB, and the size of a head, on the stack, so that no .bss has to be mapped.
    "sub rsp, 0x610000",
    // r13 is the start of the buffer, r14 its filled end, and r15 the start of the current message.
    // edi stays the socket.
    "mov r13, rsp",
    "5:",
    "mov r14, r13",
    "mov r15, r13",
    // read(socket, r14, the rest of the buffer), or exit.
    "6:",
    "xor eax, eax",
    "mov rsi, r14",
    "lea rdx, [r13 + 0x610000]",
    "sub rdx, r14",
    "syscall",
    "add r14, rax",
    "test eax, eax",
    "jg 7f",
    // exit_group(0)
    "mov eax, 231",
    "xor edi, edi",
    "syscall",
    // Read the head byte by byte: rbp points after `Content-Length: `, rbx after
    // `Lambda-Runtime-Aws-Request-Id: `.
    "7:",
    "mov rsi, r15",
    "8:",
    "lea rax, [rsi + 4]",
    "cmp rax, r14",
    "ja 6b",
    "mov eax, [rsi]",
    "inc rsi",
    "lea rcx, [rsi + 4]",
    // "gth:"
    "cmp eax, 0x3a687467",
    "cmove rbp, rcx",
    "inc rcx",
    // "t-Id"
    "cmp eax, 0x64492d74",
    "cmove rbx, rcx",
    // The empty line.
    "cmp eax, 0x0a0d0a0d",
    "jne 8b",
    // r8 is the start of the body, eax its length, r9 its end, which must be in the buffer.
    "lea r8, [rsi + 3]",
    "mov rsi, rbp",
    "call number",
    "lea r9, [r8 + rax]",
    "cmp r9, r14",
    "ja 6b",
    // After "HTTP/1.1 202" comes the next message.
    "cmp byte ptr [r15 + 11], '2'",
    "mov r15, r9",
    "je 9f",
    // Seven struct iovec, the last one first: the next GET /next, the body, the empty line, the
    // digits, the middle, the id, and the beginning. No data is copied.
    "push offset request_len",
    "lea rcx, [rip + request]",
    "push rcx",
    "push rax",
    "push r8",
    "push 4",
    "lea rcx, [rip + empty]",
    "push rcx",
    "dec rsi",
    "sub rsi, rbp",
    "push rsi",
    "push rbp",
    "push offset middle_len",
    "lea rcx, [rip + middle]",
    "push rcx",
    "push 36",
    "push rbx",
    "push offset post_len",
    "lea rcx, [rip + post]",
    "push rcx",
    // writev(socket, stack, 7)
    "mov eax, 20",
    "mov rsi, rsp",
    "mov edx, 7",
    "syscall",
    "add rsp, 112",
    "jmp 5b",
    // After a 202, read more unless the next message has begun.
    "9:",
    "cmp r15, r14",
    "je 5b",
    "jmp 7b",
    // Read decimal digits at rsi into eax, and skip the byte after them.
    "number:",
    "xor eax, eax",
    "40:",
    "movzx ecx, byte ptr [rsi]",
    "inc rsi",
    "sub ecx, '0'",
    "cmp ecx, 9",
    "ja 41f",
    "imul eax, eax, 10",
    "add eax, ecx",
    "jmp 40b",
    "41:",
    "ret",
    "name: .ascii \"AWS_LAMBDA_RUNTIME_API=\"",
    "request: .ascii \"GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: floor\"",
    "empty: .ascii \"\\r\\n\\r\\n\"",
    ".set request_len, . - request",
    "post: .ascii \"POST /2018-06-01/runtime/invocation/\"",
    ".set post_len, . - post",
    "middle: .ascii \"/response HTTP/1.1\\r\\nHost: floor\\r\\nContent-Length: \"",
    ".set middle_len, . - middle",
);

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
