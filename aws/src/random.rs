//! Random bytes from the kernel.

use rustix::io::Errno;
use rustix::rand::{GetRandomFlags, getrandom};

/// Fills `buffer`, by getrandom(2), which returns fewer bytes than were asked for, or EINTR, if a
/// signal interrupts it. Returns whether the kernel has random bytes.
pub(crate) fn fill(mut buffer: &mut [u8]) -> bool {
    while !buffer.is_empty() {
        match getrandom(&mut *buffer, GetRandomFlags::empty()) {
            // A conforming kernel never returns zero; without this it would be an endless loop.
            Ok(0) => return false,
            Ok(count) => buffer = buffer.get_mut(count..).unwrap_or_default(),
            Err(Errno::INTR) => {}
            Err(_) => return false,
        }
    }
    true
}

/// Returns a random byte, or a constant one if the kernel has none.
pub(crate) fn byte() -> u8 {
    let mut byte = [u8::MAX];
    fill(&mut byte);
    byte[0]
}
