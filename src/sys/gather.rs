//! Writing many slices with few system calls.

use rustix::io::{Errno, IoSlice, Result};

/// The most slices in one system call.
const SLICES: usize = 32;

/// Writes all bytes of `parts`, one part after the other, with as few calls of `write` as the kernel allows: a short write goes on where it
/// ended, an interrupted one is made again.
///
/// # Errors
/// What `write` gives, and `EPIPE` if it writes nothing.
pub fn write_all(parts: &[&[u8]], write: &mut dyn FnMut(&[IoSlice<'_>]) -> Result<usize>) -> Result<()> {
    let mut written = 0;
    loop {
        let mut slices: [_; SLICES] = core::array::from_fn(|_| IoSlice::new(&[]));
        let mut count = 0;
        let mut skip = written;
        for part in parts {
            match part.get(skip..) {
                Some([]) => skip = 0,
                Some(rest) => {
                    skip = 0;
                    let Some(slice) = slices.get_mut(count) else { break };
                    *slice = IoSlice::new(rest);
                    count += 1;
                }
                None => skip -= part.len(),
            }
        }
        if count == 0 {
            return Ok(());
        }
        match write(slices.get(..count).unwrap_or_default()) {
            Ok(0) => return Err(Errno::PIPE),
            Ok(more) => written += more,
            Err(Errno::INTR) => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn short_and_interrupted_writes_lose_and_repeat_nothing() {
        let texts: Vec<Vec<u8>> = (0..80u8).map(|n| std::vec![n; usize::from(n % 7)]).collect();
        let parts: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();
        for step in [1, 2, 3, 5, 50, 1000] {
            let mut got = Vec::new();
            let mut calls = 0;
            let result = write_all(&parts, &mut |slices| {
                calls += 1;
                assert!(slices.len() <= SLICES);
                if calls % 3 == 0 {
                    return Err(Errno::INTR);
                }
                let all: Vec<u8> = slices.iter().flat_map(|slice| slice.as_slice().to_vec()).collect();
                let taken = step.min(all.len());
                got.extend_from_slice(&all[..taken]);
                Ok(taken)
            });
            assert_eq!(result, Ok(()));
            assert_eq!(got, texts.concat(), "{step}");
        }
    }

    #[test]
    fn a_write_of_nothing_is_an_error() {
        assert_eq!(write_all(&[b"x"], &mut |_| Ok(0)), Err(Errno::PIPE));
        assert_eq!(write_all(&[b"x"], &mut |_| Err(Errno::CONNRESET)), Err(Errno::CONNRESET));
        assert_eq!(write_all(&[b"", b""], &mut |_| panic!("nothing to write")), Ok(()));
    }
}
