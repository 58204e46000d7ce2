//! Random bytes from the kernel.

use core::fmt;

use p256::elliptic_curve::rand_core::{TryCryptoRng, TryRng};
use rustix::io::Errno;
use rustix::rand::{GetRandomFlags, getrandom};
use rustls::crypto::{GetRandomFailed, SecureRandom};

/// The kernel's generator, getrandom(2).
#[derive(Debug)]
pub struct Random;

impl Random {
    /// Fills `buffer`. A call returns fewer bytes than were asked for, or EINTR, if a signal
    /// interrupts it.
    fn fill(buffer: &mut [u8]) -> Result<(), Failed> {
        let mut rest = buffer;
        while !rest.is_empty() {
            match getrandom(&mut *rest, GetRandomFlags::empty()) {
                // A conforming kernel never returns zero; without this it would be an endless loop.
                Ok(0) => return Err(Failed),
                Ok(len) => rest = rest.get_mut(len..).unwrap_or_default(),
                Err(Errno::INTR) => {}
                Err(_) => return Err(Failed),
            }
        }
        Ok(())
    }
}

impl SecureRandom for Random {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), GetRandomFailed> {
        Self::fill(buffer).map_err(|_| GetRandomFailed)
    }
}

impl TryRng for Random {
    type Error = Failed;

    fn try_next_u32(&mut self) -> Result<u32, Failed> {
        let mut bytes = [0; 4];
        Self::fill(&mut bytes).map(|()| u32::from_ne_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Failed> {
        let mut bytes = [0; 8];
        Self::fill(&mut bytes).map(|()| u64::from_ne_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Failed> {
        Self::fill(bytes)
    }
}

impl TryCryptoRng for Random {}

/// The kernel has no random bytes.
#[derive(Debug)]
pub struct Failed;

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("getrandom failed")
    }
}

impl core::error::Error for Failed {}
