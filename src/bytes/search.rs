//! Searches for bytes, eight at a time.

/// Returns the index of the first `byte`, from `at` on, or the length of `bytes`.
#[inline(always)]
pub fn find_byte(bytes: &[u8], at: usize, byte: u8) -> usize {
    find(bytes, at, byte, 1)
}

/// Returns the index of the first byte below `limit`, from `at` on, or the length of `bytes`.
#[inline(always)]
pub fn find_below(bytes: &[u8], at: usize, limit: u8) -> usize {
    find(bytes, at, 0, limit)
}

/// Returns the index of the first byte, from `at` on, for which `byte ^ with` is below `below`, or
/// the length of `bytes`. It compares eight bytes at a time, because most of the time of an
/// invocation is spent here.
fn find(bytes: &[u8], mut at: usize, with: u8, below: u8) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let with = EACH * u64::from(with);
    let below = EACH * u64::from(below);
    let (words, rest) = bytes.get(at..).unwrap_or_default().as_chunks();
    for word in words {
        let word = u64::from_le_bytes(*word) ^ with;
        // The subtraction borrows from a byte's highest bit if the byte is below, and sometimes if
        // it follows such a byte.
        let found = word.wrapping_sub(below) & !word & (EACH << 7);
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    at + rest.iter().take_while(|&&byte| u64::from(byte ^ with as u8) >= below & 0xff).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_byte_anywhere() {
        for (with, below, all) in
            [(0, b' ', &[0, 9, 10, 13, 0x1f][..]), (b':', 1, b":"), (0xff, 1, b"\xff")]
        {
            for len in (0..40).step_by(if cfg!(miri) { 13 } else { 1 }) {
                for at in 0..=len {
                    for found in all {
                        let mut bytes = std::vec![b' '; len];
                        bytes[at..].fill(0x80);
                        for place in [at, len.saturating_sub(1)] {
                            if let Some(byte) = bytes.get_mut(place) {
                                *byte = *found;
                            }
                        }
                        for from in [0, at / 2] {
                            let expected = (from..len)
                                .find(|&place| all.contains(&bytes[place]))
                                .unwrap_or(len);
                            assert_eq!(find(&bytes, from, with, below), expected, "{bytes:?}");
                        }
                    }
                }
            }
        }
    }
}
