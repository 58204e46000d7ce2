//! The standard error output.
#![allow(unsafe_code)]

use rustix::io::Errno;

/// The largest write to a pipe that is atomic, in bytes (pipe(7)). Longer writes of several threads
/// or processes may be interleaved.
pub const PIPE_BUF: usize = 4096;

/// Writes `text` with one system call, unless the kernel accepts only a part of it. Errors are
/// ignored: there is nowhere else to report them, and an invocation shouldn't fail because the log
/// can't be written. For the same reason a bare program ignores SIGPIPE from the first line on, as
/// std programs do.
pub fn write(mut text: &[u8]) {
    #[cfg(bare)]
    ignore_sigpipe();
    // SAFETY: this program never closes descriptor 2. If the parent process left it closed, a
    // socket without a connection has its number (`sys::socket`), or nothing has, and writing
    // fails.
    #[allow(
        unused_unsafe,
        reason = "with rustix's feature std, which other crates may turn on, the function is safe"
    )]
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
    // The kernel's `sigaction`: handler, flags, restorer, mask. The handler 1 is SIG_IGN.
    let ignore: [usize; 4] = [1, 0, 0, 0];

    // SAFETY: rt_sigaction reads the 32 bytes of the structure. It writes nothing, as the pointer
    // for the old action is null. It can't fail with these arguments.
    unsafe {
        arch::syscall(
            arch::RT_SIGACTION,
            SIGPIPE,
            ignore.as_ptr().expose_provenance(),
            0,
            MASK_SIZE,
        )
    };
}
