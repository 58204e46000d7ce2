//! The standard error output.
#![allow(unsafe_code)]

use super::gather::write_all;

/// Writes the parts as one line: with one system call, unless the kernel takes less. An error is not reported, as there is no other place
/// to report it to, and a log that cannot be written to is no reason to fail an invocation.
pub fn write(parts: &[&[u8]]) {
    // SAFETY: nothing in this program closes descriptor 2. If whoever started it left it closed, the call fails with EBADF; our sockets
    // may then have the number 2, which is why a program is not to be started so.
    let stderr = unsafe { rustix::stdio::stderr() };
    let _ = write_all(parts, &mut |slices| rustix::io::writev(stderr, slices));
}
