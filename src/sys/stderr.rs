//! The standard error output.
#![allow(unsafe_code)]

use rustix::io::Errno;

/// Writes `text` with one system call, unless the kernel takes less. An error is not reported, as there is no other place to report it to,
/// and a log that cannot be written to is no reason to fail an invocation.
pub fn write(mut text: &[u8]) {
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
