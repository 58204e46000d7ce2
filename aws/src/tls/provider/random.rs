//! Random numbers for rustls and the elliptic curve.

use core::fmt;

use p256::elliptic_curve::rand_core::{TryCryptoRng, TryRng};
use rustls::crypto::{GetRandomFailed, SecureRandom};

use crate::random;

/// The kernel's generator.
#[derive(Debug)]
pub struct Random;

impl Random {
    fn fill(buffer: &mut [u8]) -> Result<(), Failed> {
        if random::fill(buffer) { Ok(()) } else { Err(Failed) }
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
