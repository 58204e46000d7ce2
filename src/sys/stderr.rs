//! The standard error output.
#![allow(unsafe_code)]

use rustix::io::Errno;

/// How many bytes a pipe takes in one piece: what several threads or processes write does not mix if it is not longer.
pub const PIPE_BUF: usize = 4096;

/// Writes `text` with one system call, unless the kernel takes less. An error is not reported, as there is no other place to report it to,
/// and a log that cannot be written to is no reason to fail an invocation: from the first line on, a bare program ignores SIGPIPE, as std
/// programs do.
pub fn write(mut text: &[u8]) {
    #[cfg(bare)]
    ignore_sigpipe();
    // SAFETY: nothing in this program closes descriptor 2. If whoever started it left it closed, our socket may have its number: a line of
    // log would then break the connection, which is an error that is handled like any other.
    #[allow(unused_unsafe, reason = "with rustix's feature std, which other crates may turn on, the function is safe")]
    let stderr = unsafe { rustix::stdio::stderr() };
    while !text.is_empty() {
        match rustix::io::write(stderr, text) {
            Ok(0) => return,
            Ok(count) => text = text.get(count..).unwrap_or_default(),
            Err(Errno::INTR) => {}
            Err(_) => return,
        }
    }
}

#[cfg(bare)]
fn ignore_sigpipe() {
    use super::arch;

    const SIGPIPE: usize = 13;
    const MASK_SIZE: usize = 8;
    /// The kernel's `sigaction`: handler, flags, restorer, mask. The handler 1 is SIG_IGN.
    static IGNORE: [usize; 4] = [1, 0, 0, 0];

    // SAFETY: rt_sigaction reads the 32 bytes of the structure, and writes nothing, as there is no place for the old one. It cannot fail
    // with these arguments.
    unsafe { arch::syscall(arch::RT_SIGACTION, SIGPIPE, IGNORE.as_ptr().expose_provenance(), 0, MASK_SIZE) };
}
